from odoo import fields, models


class StockPicking(models.Model):
    """Transfers show their repairs to those only who may read repairs.

    Odoo's Repair puts them on the form of everybody. Who reads transfers but has no
    rights in the warehouse, such as the supervisor who orders an emergency shipment
    (ORD-53), could not open a transfer at all.
    """

    _inherit = "stock.picking"

    repair_ids = fields.One2many(groups="stock.group_stock_user")
    nbr_repairs = fields.Integer(groups="stock.group_stock_user")
