from odoo import api, fields, models

from ..models.final_inspection_decision import KINDS


class FinalInspectionDecide(models.TransientModel):
    """Quality says what becomes of what failed (ORD-43)."""

    _name = "final.inspection.decide"
    _description = "Decide on What Failed"

    inspection_id = fields.Many2one("final.inspection", required=True, readonly=True)
    tracking = fields.Selection(related="inspection_id.tracking")
    undecided_quantity = fields.Float(related="inspection_id.undecided_quantity")
    failing_lot_ids = fields.Many2many("stock.lot", compute="_compute_failing_lot_ids")
    kind = fields.Selection(KINDS, "Decision", required=True, default="rework")
    lot_id = fields.Many2one(
        "stock.lot", "Lot/Serial Number", domain="[('id', 'in', failing_lot_ids)]"
    )
    quantity = fields.Float(required=True, digits="Product Unit")
    reason = fields.Text(required=True)

    @api.depends("inspection_id")
    def _compute_failing_lot_ids(self):
        for dialog in self:
            inspection = dialog.inspection_id
            decided = inspection.decision_ids.filtered(
                lambda row: row.state != "withdrawn"
            )
            dialog.failing_lot_ids = inspection.lot_ids.filtered(
                lambda row, decided=decided: (
                    row._failed()
                    - sum(
                        decided.filtered(
                            lambda other, row=row: other.lot_id == row.lot_id
                        ).mapped("quantity")
                    )
                    > 0
                )
            ).lot_id

    @api.onchange("lot_id")
    def _onchange_lot_id(self):
        row = self.inspection_id.lot_ids.filtered(
            lambda row: row.lot_id == self.lot_id._origin
        )
        if row:
            self.quantity = row._failed()

    def action_decide(self):
        """Decide, and do what follows.

        :raises UserError: numbers that cannot be, or no reason
        :raises AccessError: not by quality
        """
        self.ensure_one()
        decision = self.env["final.inspection.decision"]._make(
            self.inspection_id, self.kind, self.quantity, self.lot_id, self.reason
        )
        if self.kind == "rework":
            return decision.again_ids[:1].get_formview_action()
        return {"type": "ir.actions.act_window_close"}
