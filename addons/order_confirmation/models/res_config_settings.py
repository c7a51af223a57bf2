from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    price_tolerance_percent = fields.Float(
        related="company_id.price_tolerance_percent", readonly=False
    )
    emergency_days = fields.Integer(related="company_id.emergency_days", readonly=False)
    estimate_technical_hours = fields.Float(
        related="company_id.estimate_technical_hours", readonly=False
    )
    estimate_production_hours = fields.Float(
        related="company_id.estimate_production_hours", readonly=False
    )
    estimate_sheet_hours = fields.Float(
        related="company_id.estimate_sheet_hours", readonly=False
    )
    estimate_customer_hours = fields.Float(
        related="company_id.estimate_customer_hours", readonly=False
    )
