from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """An address may be the answer that an order waits for (ORD-03)."""
        result = super().write(vals)
        if "street" in vals:
            waiting = self.env["sale.order"]._intake_asked_orders()
            waiting.filtered(
                lambda order: order.partner_shipping_id in self
            )._intake_answered()
        return result
