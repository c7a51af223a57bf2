from odoo import fields, models
from odoo.addons.written_signoff.wording import numeral

KINDS = [("short", "Short"), ("damaged", "Damaged")]


class DispatchClaimLine(models.Model):
    """Goods of which a customer says how much is short or damaged."""

    _name = "dispatch.claim.line"
    _inherit = "kept.record"
    _description = "Goods Reported Short or Damaged"
    _rec_name = "product_id"
    _kept_by = "dispatch.notice"

    claim_id = fields.Many2one(
        "dispatch.claim", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    notice_line_id = fields.Many2one(
        "dispatch.notice.line", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    product_id = fields.Many2one(related="notice_line_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="notice_line_id.product_uom_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", required=True, readonly=True)

    def _kept_refusal(self):
        return self.claim_id._kept_refusal()

    def _words(self):
        """Return the line in words: goods, how much, short or damaged."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        amount = f"{numeral(self.quantity)} {self.product_uom_id.name}"
        return f"{self.product_id.display_name}: {amount} {kinds[self.kind].lower()}"
