from odoo import fields, models


class DeliverySlipFilingBack(models.TransientModel):
    """Asks what does not agree with the slips that were handed over."""

    _name = "delivery.slip.filing.back"
    _description = "Send a Filing Back"

    filing_id = fields.Many2one("delivery.slip.filing", required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_send_back(self):
        """Give the slips back to who handed them over.

        :raises UserError: no reason in words, or not handed over
        """
        self.ensure_one()
        self.filing_id._send_back(self.reason)
        return {"type": "ir.actions.act_window_close"}
