from odoo import Command
from odoo.tests import TransactionCase

from ..models.res_partner import tier_keyed

ROLES = (
    "customer_service", "supervisor", "salesperson", "sales_director", "technical",
    "planner", "production", "production_head", "quality", "finance", "shipping",
)  # fmt: skip


class TierCase(TransactionCase):
    """A company under release control, somebody in each role, and customers A, B, C."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Morning Colour Works"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.company = cls.company.with_env(cls.env)
        cls.people = {role: cls._person(role) for role in ROLES}
        cls._goods()
        cls.customers = {code: cls._customer(code) for code in "abc"}
        cls.terms = cls.env["account.payment.term"].create(
            {
                "name": "At once",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        cls.company.release_control = True
        cls._lorry()

    @classmethod
    def _lorry(cls):
        """Give the company one lorry, always with the same driver.

        For add-ons that ask of a transfer who carries the goods.
        """
        cls.company.phone = "06 555 0100"
        for name, value in (
            ("haulier_id", cls.company.partner_id.id),
            ("plate", "AA-0001"),
            ("driver", "Mr Chu"),
        ):
            if name in cls.env["stock.picking"]._fields:
                cls.env["ir.default"].set(
                    "stock.picking", name, value, company_id=cls.company.id
                )

    @classmethod
    def _person(cls, role, **values):
        return cls.env["res.users"].create(
            {
                "name": role.replace("_", " ").title(),
                "login": f"case_{role}",
                "password": f"case_{role}",
                "email": f"{role}@example.com",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [
                    Command.link(cls.env.ref(f"customer_tiering.role_{role}").id)
                ],
                **values,
            }
        )

    @classmethod
    def _goods(cls):
        create = cls.env["product.product"].create
        cls.paper = create(
            {"name": "Coated paper", "is_storable": True, "sale_ok": False}
        )
        cls.ink = create({"name": "Ink", "is_storable": True, "sale_ok": False})
        routes = cls.env.ref("mrp.route_warehouse0_manufacture") | cls.env.ref(
            "stock.route_warehouse0_mto"
        )
        routes.sudo().active = True
        cls.brochure = create(
            {
                "name": "Brochure",
                "default_code": "BRO-1",
                "is_storable": True,
                "list_price": 2.0,
                "route_ids": [Command.set(routes.ids)],
            }
        )
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.brochure.product_tmpl_id.id,
                "product_qty": 100,
                "company_id": cls.company.id,
                "bom_line_ids": [
                    Command.create({"product_id": cls.paper.id, "product_qty": 50}),
                    Command.create({"product_id": cls.ink.id, "product_qty": 2}),
                ],
            }
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        for part in (cls.paper, cls.ink):
            cls.env["stock.quant"]._update_available_quantity(
                part, cls.warehouse.lot_stock_id, 10000
            )

    @classmethod
    def _customer(cls, code):
        return (
            tier_keyed(cls.env["res.partner"])
            .create(
                {
                    "name": f"Customer {code.upper()}",
                    "is_company": True,
                    "email": f"{code}@example.com",
                    "street": "1 Harbour Road",
                    "city": "Tainan",
                    "customer_tier_id": cls.env.ref(f"customer_tiering.tier_{code}").id,
                }
            )
            .with_env(cls.env)
        )

    def order(self, tier="b", quantity=1000, **values):
        """Return an order of a customer of the tier, on immediate payment."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.customers[tier].id,
                "user_id": self.people["salesperson"].id,
                "payment_term_id": self.terms.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.brochure.id, "product_uom_qty": quantity}
                    )
                ],
                **values,
            }
        )

    def pay(self, order, amount):
        """Register a bank transfer for the order."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": order.partner_id.id,
                "amount": amount,
                "sale_order_id": order.id,
            }
        )
        payment.action_post()
        return payment

    def sign(self, document, code, role, statement="I confirm.", **values):
        """Sign as somebody in the role, through the dialog, password and all."""
        user = self.people[role]
        action = document.with_user(user)._signoff_dialog(code)
        dialog = self.env[action["res_model"]].with_user(user)
        dialog = dialog.with_context(**action["context"]).create(
            {"statement": statement, **values}
        )
        dialog.with_context(password=f"case_{role}").action_sign()
        return document.sudo()._signoff_latest([code])[document.id, code]
