from odoo import api, models


class StockMoveLine(models.Model):
    """Lines added to or changed on a move already done move goods at once."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Hold lines added to a done move to its gate."""
        lines = super().create(vals_list)
        lines._release_check_done()
        return lines

    def write(self, vals):
        """Hold lines changed on a done move to its gate."""
        result = super().write(vals)
        if vals.keys() & {"quantity", "location_dest_id", "state", "lot_id"}:
            self._release_check_done()
        return result

    def _release_check_done(self):
        self.move_id._release_check_done()

    def _action_done(self):
        """Refuse lines that lead to a customer although their move does not."""
        self.move_id._release_check_moves()
        return super()._action_done()
