from odoo import api, models
from odoo.exceptions import UserError


class StockMoveLine(models.Model):
    """Lines added to or changed on a move already done move goods at once."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Hold lines added to a done move to its gate."""
        lines = super().create(vals_list)
        picked = lines.filtered(lambda line: line.picked and line.state != "done")
        picked.move_id._release_check_picked()
        lines._release_check_done()
        return lines

    def write(self, vals):
        """Hold lines changed on a done move to its gate."""
        if vals.get("picked"):
            self.move_id._release_check_picked()
        result = super().write(vals)
        if vals.keys() & {
            "quantity", "location_id", "location_dest_id", "state", "lot_id", "move_id",
        }:  # fmt: skip
            self._release_check_done()
        return result

    def _release_check_done(self):
        self.move_id._release_check_done()
        loose = self.filtered(
            lambda line: line.state == "done" and line.move_id.state != "done"
        )
        if any(line.company_id.sudo().release_control for line in loose):
            raise UserError(
                self.env._("Goods move with a stock move that is done, not without.")
            )

    def _action_done(self):
        """Refuse lines that lead to a customer although their move does not."""
        self.move_id._release_check_moves()
        return super()._action_done()
