from odoo import Command

from odoo.addons.customer_tiering.tests.tier_case import TierCase


class OrderCase(TierCase):
    """The company of the tiers, with the whole of the order's papers."""

    def order(self, tier="b", quantity=1000, **values):
        """Return an order on which nothing is missing but the signatures."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.customers[tier].id,
                "user_id": self.people["salesperson"].id,
                "channel": "phone",
                "wanted_date": "2030-01-31",
                "recipient_name": "Goods inward",
                "delivery_contact": "Ms Lin",
                "delivery_phone": "06 123 4567",
                "payment_term_id": self.terms.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.brochure.id,
                            "product_uom_qty": quantity,
                            "specification": "A4, 8 pages, four colours",
                        }
                    )
                ],
                **values,
            }
        )

    def sign_all(self, order, sheet=True):
        """Give an order every signature that its release asks for."""
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.sign(order, "instruction_service", "customer_service")
        self.sign(order, "instruction_production", "production_head")
        if sheet:
            self.return_sheet(order)

    def return_sheet(self, order):
        """Make, check, send and return the sheet of the order, and verify it."""
        raise NotImplementedError

    def inspect(self, production, quantity):
        """Inspect a production as quality, customer service attending."""
        inspection = self.env["final.inspection"].create(
            {
                "production_id": production.id,
                "product_id": production.product_id.id,
                "order_line_id": production.sudo()._orders_line().id,
                "quantity": quantity,
                "passed_quantity": quantity,
                "attendee_id": self.people["customer_service"].id,
                "company_id": self.company.id,
            }
        )
        inspection.action_all_passed()
        self.sign(inspection, "final_inspection", "quality")
        return inspection
