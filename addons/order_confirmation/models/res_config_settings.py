from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    price_tolerance_percent = fields.Float(
        related="company_id.price_tolerance_percent", readonly=False
    )
