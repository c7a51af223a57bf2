from odoo import Command, models


class OrderDemo(models.AbstractModel):
    """Customers of each tier, with buyer, goods inward, and a designated signatory."""

    _inherit = "order.demo"

    def _make_customers(self):
        """Make the customers; the director gives each its tier, by tier A, B and C."""
        tiers = {code: self.env.ref(f"customer_tiering.tier_{code}") for code in "abc"}
        for row in self._rows("customers"):
            customer = self._make_customer(row)
            self._as(customer, "director").write(
                {"customer_tier_id": tiers[row["tier"]].id}
            )
            self._make_contacts(customer, row)

    def _make_customer(self, row):
        customer = self.env["res.partner"].create(
            {
                "name": row["name"],
                "is_company": True,
                "customer_rank": 1,
                "street": row["street"],
                "city": row["city"],
                "zip": row["zip"],
                "country_id": self.env.ref(f"base.{row['country']}").id,
                "phone": row["phone"],
                "email": row["email"],
                "lang": row["lang"],
                "user_id": self._person(row["seller"]).id,
                "property_payment_term_id": self._get(f"terms_{row['terms']}").id,
            }
        )
        return self._named(customer, f"customer_{row['key']}")

    def _make_contacts(self, customer, row):
        host = row["email"].partition("@")[2]
        shared = {"parent_id": customer.id, "lang": row["lang"], "type": "contact"}
        signatory = self.env["res.partner"].create(
            {
                **shared,
                "name": row["signatory"],
                "function": row["position"],
                "email": f"signatory@{host}",
                "is_signatory": True,
                "signatory_specimen": self._drawn(row["signatory"]),
            }
        )
        self._named(signatory, f"signatory_{row['key']}")
        self.env["res.partner"].create(
            {**shared, "name": row["buyer"], "email": f"goods-inward@{host}"}
        )
        if row["buyer_login"]:
            self._make_portal_user(signatory, row["buyer_login"])

    def _make_portal_user(self, contact, login):
        """Let a customer's signatory log in to the portal."""
        account = next(row for row in self._rows("logins") if row["login"] == login)
        contact.write({"email": account["email"]})
        user = self.env["res.users"].create(
            {
                "partner_id": contact.id,
                "login": login,
                "password": account["password"],
                "tz": "America/New_York",
                "company_id": self.env.ref("base.main_company").id,
                "company_ids": [Command.set(self.env.ref("base.main_company").ids)],
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self._named(user, f"user_{login}")
