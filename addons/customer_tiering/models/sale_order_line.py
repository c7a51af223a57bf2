from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, **kwargs):
        """Launch nothing for an order whose production gate is closed (TIER-06).

        A line changed after the release is held, not refused: it may be amended, and
        goes to production when the order is released again.
        """
        orders = self.order_id._release_held_to_rules()
        orders = orders._release_not_passed("production")
        answers = orders._release_answers("production") if orders else {}
        held = orders.filtered(
            lambda order: order.state != "sale" or not answers[order.id].open
        )
        lines = self.filtered(lambda line: line.order_id not in held)
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)
