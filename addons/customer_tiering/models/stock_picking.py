from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    shipping_gate_lines = fields.Json(
        compute="_compute_shipping_gate", groups="base.group_user"
    )
    shipping_gate = fields.Selection(
        [("open", "Open"), ("blocked", "Blocked"), ("free", "Not controlled")],
        compute="_compute_shipping_gate",
        groups="base.group_user",
    )

    def _compute_shipping_gate(self):
        """Show, before anybody picks, whether the goods may leave (TIER-05)."""
        leaving = self.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.move_ids._release_leaving()
            )
        )
        orders = leaving.sudo().move_ids._release_orders()._release_held_to_rules()
        answers = orders._release_answers("shipping") if orders else {}
        for picking in self:
            own = picking.sudo().move_ids._release_orders() & orders
            order = own.filtered(lambda o: not answers[o.id].open)[:1] or own[:1]
            if picking not in leaving or not order:
                picking.shipping_gate, picking.shipping_gate_lines = "free", []
                continue
            picking.shipping_gate, picking.shipping_gate_lines = order._release_shown(
                answers[order.id]
            )
