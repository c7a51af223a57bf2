from odoo import fields, models


class DeliverySlipLine(models.Model):
    """Goods on a delivery slip, as they left."""

    _name = "delivery.slip.line"
    _inherit = "kept.record"
    _description = "Goods of a Delivery Slip"
    _rec_name = "product_id"
    _kept_by = "delivery.slip"

    slip_id = fields.Many2one(
        "delivery.slip", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="slip_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    lots = fields.Char("Lots / Serial Numbers", readonly=True)

    def _kept_refusal(self):
        return self.slip_id._kept_refusal()
