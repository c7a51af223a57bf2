from odoo import fields, models


class StockPicking(models.Model):
    """What follows when goods have left: the slip, and the list of what is short."""

    _inherit = "stock.picking"

    delivery_slip_ids = fields.One2many(
        "delivery.slip", "picking_id", groups="base.group_user"
    )
    delivery_slip_count = fields.Integer(
        compute="_compute_delivery_slip_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    def _compute_delivery_slip_count(self):
        for picking in self:
            picking.delivery_slip_count = len(picking.delivery_slip_ids)

    def _action_done(self):
        """Number the delivery slip as goods leave, and list what is short."""
        result = super()._action_done()
        self._make_delivery_slips()
        self._make_backorder_lists()
        return result

    def action_cancel(self):
        """End the lists of what was to follow with a transfer that is given up."""
        orders = self.move_ids._release_orders()
        result = super().action_cancel()
        self.env["backorder.list"]._follow(orders)
        return result

    def _make_delivery_slips(self):
        """Make the slip of each transfer that brought goods to a customer (ORD-61).

        :return: the slips made now
        """
        slips = self.env["delivery.slip"].sudo()
        there = slips.search(
            [("picking_id", "in", self.ids), ("state", "!=", "void")]
        ).picking_id
        pending = (self - there).filtered(lambda picking: picking._has_dispatched())
        return slips._make(pending.sudo())

    def _make_backorder_lists(self):
        """List what stays behind for the customer and the planner (ORD-64)."""
        left = self.filtered(lambda picking: picking._has_dispatched())
        orders = left.move_ids._release_orders().sudo()
        lists = self.env["backorder.list"].sudo()
        lists._follow(orders)
        return lists._make(orders, left.sudo())

    def action_delivery_slips(self):
        """Show the delivery slips of this transfer."""
        return self.delivery_slip_ids._show()
