from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        """A product code may be the answer that an order waits for (ORD-03)."""
        result = super().write(vals)
        if "default_code" in vals:
            waiting = self.env["sale.order"]._intake_asked_orders()
            lines = waiting.order_line.filtered(lambda line: line.product_id in self)
            lines.order_id._intake_answered()
        return result
