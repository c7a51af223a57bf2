from odoo import fields, models


class DispatchClaim(models.Model):
    """What a customer reported as short or damaged, within the days for it (ORD-63)."""

    _name = "dispatch.claim"
    _inherit = "kept.record"
    _description = "Shortage or Damage Reported"
    _order = "id desc"
    _rec_name = "reported_by"
    _kept_by = "dispatch.notice"

    notice_id = fields.Many2one(
        "dispatch.notice", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    partner_id = fields.Many2one(
        related="notice_id.partner_id", store=True, string="Customer"
    )
    reported_by = fields.Char(readonly=True)
    reported_at = fields.Datetime("Reported", required=True, readonly=True)
    text = fields.Text("In the Customer's Words", readonly=True)
    line_ids = fields.One2many(
        "dispatch.claim.line", "claim_id", "Short or Damaged", readonly=True
    )
    picture_ids = fields.Many2many("ir.attachment", string="Pictures", readonly=True)

    def _kept_refusal(self):
        return self.env._(
            "What a customer reported stays as it was reported; the answer is written "
            "elsewhere."
        )
