from odoo import fields, models

from ..models.special_review_opinion import OPINIONS


class SpecialReviewSign(models.TransientModel):
    """A department's opinion on a special product, signed (ORD-16)."""

    _name = "special.review.sign"
    _inherit = "signoff.sign"
    _description = "Sign an Opinion on a Special Product"

    opinion = fields.Selection(OPINIONS, "Your Department", required=True)
    customer_reason = fields.Text("Reason for the Customer")

    def _declared(self):
        """State the opinion, and what the customer may read of it, in the signature."""
        return {
            **super()._declared(),
            "opinion": self.opinion,
            "customer_reason": self.opinion == "object" and self.customer_reason or "",
        }
