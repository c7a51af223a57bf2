from collections import defaultdict

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _release_check_moves(self):
        """Let finished goods into stock only when quality has passed them (ORD-43)."""
        finished = self._release_pending().filtered(
            lambda move: (
                move.production_id and move.product_id == move.production_id.product_id
            )
        )
        if finished:
            quantities = defaultdict(float)
            for move in finished.filtered(lambda move: move.state != "done"):
                quantities[move.production_id] += move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id
                )
            finished.production_id._check_inspected(quantities)
        return super()._release_check_moves()
