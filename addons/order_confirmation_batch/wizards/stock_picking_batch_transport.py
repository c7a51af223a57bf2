from odoo import api, fields, models

from ..models.stock_picking_batch import LORRY


class StockPickingBatchTransport(models.TransientModel):
    """Takes carrier and lorry once, for all transfers of a batch (ORD-55)."""

    _name = "stock.picking.batch.transport"
    _description = "Carrier and Lorry of a Batch"

    batch_id = fields.Many2one(
        "stock.picking.batch", required=True, readonly=True, ondelete="cascade"
    )
    has_deliveries = fields.Boolean(compute="_compute_has")
    has_pickups = fields.Boolean(compute="_compute_has")
    haulier_id = fields.Many2one("res.partner", "Carrier")
    haulier_phone = fields.Char(
        related="haulier_id.phone", string="Carrier's Telephone"
    )
    pickup_company = fields.Char("Company That Loads")
    plate = fields.Char("Number Plate")
    driver = fields.Char()
    crew = fields.Char("Loaders")

    @api.depends("batch_id")
    def _compute_has(self):
        for row in self:
            leaving = row.batch_id._still_leaving()
            fetched = leaving._picked_up()
            row.has_pickups = bool(fetched)
            row.has_deliveries = bool(leaving - fetched)

    def action_enter(self):
        """Enter it on every transfer of the batch that is still to leave.

        :raises UserError: nothing was entered, or nothing is left to load
        """
        self.ensure_one()
        self.batch_id._enter_lorry(
            {
                name: self[name].id
                if name == "haulier_id"
                else (self[name] or "").strip()
                for name in LORRY
            }
        )
        return {"type": "ir.actions.act_window_close"}
