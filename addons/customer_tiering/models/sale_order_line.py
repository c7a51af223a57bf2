from odoo import api, models
from odoo.exceptions import AccessError

COUNTED = {"price_subtotal", "price_tax", "price_total"}
MOVED = {"qty_delivered", "qty_delivered_method"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse amounts that are given instead of counted (TIER-04)."""
        lines = super().create(vals_list)
        lines._check_counted(COUNTED & {name for vals in vals_list for name in vals})
        return lines

    def write(self, vals):
        """Refuse what is counted: gates build on it (TIER-04, TIER-06)."""
        self._check_counted(COUNTED & vals.keys())
        goods = self.filtered(lambda line: line.qty_delivered_method == "stock_move")
        goods._check_counted(MOVED & vals.keys())
        return super().write(vals)

    def _check_counted(self, names):
        if names and self.order_id._release_held_to_rules():
            raise AccessError(
                self.env._(
                    "Amounts and delivered quantities of an order are counted, and "
                    "cannot be written."
                )
            )

    def _action_launch_stock_rule(self, **kwargs):
        """Launch nothing for an order whose production gate is closed (TIER-06).

        A line changed after the release is held, not refused: it may be amended, and
        goes to production when the order is released again.
        """
        orders = self.order_id._release_held_to_rules()
        orders = orders._release_not_passed("production")
        answers = orders._release_answers("production", anew=True) if orders else {}
        held = orders.filtered(
            lambda order: order.state != "sale" or not answers[order.id].open
        )
        lines = self.filtered(lambda line: line.order_id not in held)
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)
