"""Ground for special products: a box with standard dimensions, and who reviews it."""

from odoo import Command

from .test_sheet import SheetCase


class SpecialCase(SheetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people["engineering"] = cls._person("engineering")
        ref = cls.env.ref
        cls.mm, cls.cm = ref("uom.product_uom_millimeter"), ref("uom.product_uom_cm")
        cls.inch, cls.kg = ref("uom.product_uom_inch"), ref("uom.product_uom_kgm")
        cls.length, cls.width = cls.env["product.dimension"].create(
            [
                {
                    "product_tmpl_id": cls.brochure.product_tmpl_id.id,
                    "name": name,
                    "value": value,
                    "uom_id": cls.mm.id,
                }
                for name, value in (("Length", 300), ("Width", 100))
            ]
        )

    def special(self, tier="b", length=None, width=None, unit=None, **values):
        """Return an order with dimensions, in millimetres unless told otherwise."""
        order = self.dated(tier, **values)
        rows = [
            {
                "line_id": order.order_line[0].id,
                "dimension_id": dimension.id,
                "value": value,
                "uom_id": (unit or self.mm).id,
            }
            for dimension, value in ((self.length, length), (self.width, width))
            if value
        ]
        self.env["sale.order.line.dimension"].create(rows)
        return order

    def review(self, order, role="customer_service"):
        """Begin the review of an order, or open the one that is under way."""
        action = order.with_user(self.people[role]).action_special_review()
        return self.env["special.review"].browse(action["res_id"])

    def opinion(self, review, role):
        """Return the row of the department whose role this is."""
        group = self.env.ref(f"customer_tiering.role_{role}")
        return review.opinion_ids.filtered(
            lambda row: row.department_id.group_id == group
        )

    def says(self, review, role, opinion="agree", statement="Checked.", **values):
        """Sign the opinion of a department."""
        return self.sign(
            self.opinion(review, role), "special_review", role, statement,
            opinion=opinion, **values,
        )  # fmt: skip

    def passed(self, order):
        """Return a review of the order to which every department agrees."""
        review = self.review(order)
        for role in ("technical", "production", "quality"):
            self.says(review, role)
        return review

    def fact(self, order, code="special_review"):
        """Return what the gate is told of one order."""
        self.env.flush_all()
        self.env.invalidate_all()
        requirement = self.env["release.requirement"].search([("code", "=", code)])
        return requirement._facts(order)[code][order.id]

    def rival(self):
        """Return the environment of somebody in customer service of another company."""
        company = self.env["res.company"].create({"name": "Evening Colour Works"})
        person = self._person(
            "customer_service",
            login="case_rival",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        return self.env(user=person, context={"allowed_company_ids": company.ids})
