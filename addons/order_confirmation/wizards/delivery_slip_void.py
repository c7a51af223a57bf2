from odoo import fields, models


class DeliverySlipVoid(models.TransientModel):
    """Asks why a delivery slip is void."""

    _name = "delivery.slip.void"
    _description = "Void a Delivery Slip"

    slip_id = fields.Many2one("delivery.slip", required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_void(self):
        """Void the slip.

        :raises UserError: no reason in words, or the slip is void or filed
        """
        self.ensure_one()
        self.slip_id._void(self.reason)
        return {"type": "ir.actions.act_window_close"}
