"""Ground for production: released orders with operations at two work centres."""

from odoo import Command

from .test_sheet import SheetCase

PLAN = "Reprint the second unit tonight, sort out the misregistered sheets."


class ProductionCase(SheetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchandiser = cls.people["merchandiser"]
        cls.press, cls.binding = cls.env["mrp.workcenter"].create(
            [
                {"name": "Press", "company_id": cls.company.id},
                {"name": "Binding", "company_id": cls.company.id},
            ]
        )
        cls.bom.operation_ids = [
            Command.create(
                {
                    "name": name,
                    "workcenter_id": place.id,
                    "time_cycle_manual": 1,
                    "sequence": number,
                }
            )
            for number, (name, place) in enumerate(
                (("Printing", cls.press), ("Stitching", cls.binding)), 1
            )
        ]
        cls.company.resource_calendar_id.tz = "Asia/Taipei"
        # Who may release is not what these tests are about.
        cls.category = cls.brochure.categ_id

    def made(self, order=None, quantity=1000, confirm=True):
        """Return a manufacturing order for a released order."""
        order = order or self.released()
        production = self.env["mrp.production"].create(
            {
                "product_id": self.brochure.id,
                "product_qty": quantity,
                "bom_id": self.bom.id,
                "company_id": self.company.id,
                "sale_line_id": order.order_line[:1].id,
            }
        )
        if confirm:
            production.action_confirm()
        return production

    def released(self, **values):
        """Return an order that has every signature and is confirmed."""
        order = self.dated(**values)
        self.sign_all(order)
        self.pay(order, order.amount_total)
        order.with_user(self.service).action_confirm()
        self.env.flush_all()
        return order

    def report(
        self, production, kind="quality", work=None, role="production", **values
    ):
        """Record an exception, as production does."""
        return (
            self.env["production.exception"]
            .with_user(self.people[role])
            .create(
                {
                    "production_id": production.id,
                    "workorder_id": work and work.id,
                    "kind": kind,
                    "quantity": 300,
                    "delay": 4,
                    "description": "The second colour is out of register.",
                    **values,
                }
            )
        )

    def plan(self, exception, roles=("production_head", "quality", "customer_service")):
        """Write the plan and let those who must agree sign it."""
        exception.with_user(self.people["planner"]).write(
            {"plan": PLAN, "plan_date": "2030-01-25"}
        )
        for role in roles:
            self.agrees(exception, role)

    def agrees(self, exception, role):
        group = self.env.ref(f"customer_tiering.role_{role}")
        row = exception.consent_ids.filtered(lambda c: c.party_id.group_id == group)
        return self.sign(row, "emergency_plan", role, "")

    def answers(self, exception, role="customer_service", order=None, **values):
        """Record what the customer says."""
        action = exception.with_user(self.people[role]).action_answer()
        dialog = (
            self.env["production.exception.reply"]
            .with_user(self.people[role])
            .with_context(**action["context"])
            .create(
                {
                    "asked_how": "phone",
                    "answer": "accepts",
                    "said": "Four days later is fine.",
                    "contact_name": "Ms Lin",
                    **({"order_id": order.id} if order else {}),
                    **values,
                }
            )
        )
        dialog.action_record()
        return exception.answer_ids[:1]

    def settled(self, exception):
        """Take an exception to where only the closing signature is missing."""
        exception.with_user(self.service).action_note()
        self.plan(exception)
        # Another date would ask for another sheet, which holds production too.
        self.answers(exception, new_date=False)
        return exception
