import io
from base64 import b64encode

from odoo import Command
from odoo.addons.customer_tiering.tests.tier_case import TierCase
from PIL import Image, ImageDraw

TICKS = ("legible", "signatory_mark", "unchanged", "remarks_clear")
CLAUSES = ("quantity", "dates", "tolerance", "packing", "special_rules")


def picture(line=True, kind="PNG"):
    """Return a small picture as bytes, with a line drawn on it or blank."""
    image = Image.new("RGB", (120, 40), "white")
    if line:
        ImageDraw.Draw(image).line((5, 30, 110, 8), fill="black", width=3)
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


DRAWN = b64encode(picture()).decode()


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

    def sign(self, document, code, role, statement="I confirm.", **values):
        """Sign through the dialog; the instruction with all its clauses ticked."""
        if code == "instruction_production":
            values = {**dict.fromkeys(CLAUSES, True), **values}
        return super().sign(document, code, role, statement, **values)

    def sign_all(self, order, sheet=True):
        """Give an order every signature that its release asks for."""
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.sign(order, "instruction_service", "customer_service")
        self.sign(order, "instruction_production", "production_head")
        if sheet:
            self.return_sheet(order)

    def stated(self, order):
        """Give an order the statements that its sheet asks for, where one is missing.

        Its own date is the one that production signs.
        """
        signed = order.sudo()._signoff_valid(["technical", "production"])
        if (order.id, "technical") not in signed:
            self.sign(order, "technical", "technical")
        if (order.id, "production") not in signed:
            made = order.production_completion_date
            dates = {"start_date": made, "completion_date": made} if made else {}
            self.sign(order, "production", "production", **dates)
        return order

    def return_sheet(self, order):
        """Make, check, send and return the sheet of the order, and verify it."""
        sheet = self.sent_sheet(order)
        sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        self.verify(sheet)
        return sheet

    def sent_sheet(self, order):
        """Make, check and send the sheet of an order."""
        sheet = self.checked_sheet(order)
        sheet.with_user(self.people["customer_service"]).action_hand_over_link()
        return sheet

    def checked_sheet(self, order):
        """Make the sheet of an order and let the supervisor check it."""
        service = self.people["customer_service"]
        action = self.stated(order).with_user(service).action_make_sheet()
        sheet = self.env["order.sheet"].browse(action["res_id"])
        sheet.with_user(self.people["supervisor"]).check_line_ids.write({"done": True})
        self.sign(sheet, "sheet_check", "supervisor")
        return sheet

    def verify(self, sheet, **values):
        """Verify a return as customer service, all four points ticked."""
        ticks = dict.fromkeys(TICKS, True)
        values = {"no_signatory_reason": "Known to us for years", **ticks, **values}
        return self.sign(sheet, "sheet_verify", "customer_service", **values)

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
