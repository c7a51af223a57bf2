from odoo import api, fields, models

from ..opening import listed


class BackorderListLine(models.Model):
    """Goods that could not ship with a delivery."""

    _name = "backorder.list.line"
    _inherit = "kept.record"
    _description = "Goods of a Backorder List"
    _rec_name = "product_id"
    _kept_by = "backorder.list"
    _signoff_fields = {"unit": "product_uom_id"}

    list_id = fields.Many2one(
        "backorder.list", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="list_id.company_id", store=True)
    sale_line_id = fields.Many2one(
        "sale.order.line", readonly=True, index="btree_not_null", ondelete="set null"
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    quantity = fields.Float("Short", digits="Product Unit", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    rest = fields.Float(
        "Still to Leave", digits="Product Unit", compute="_compute_rest",
        compute_sudo=True,
    )  # fmt: skip

    @api.depends("quantity", "list_id.state", "list_id.given_up")
    def _compute_rest(self):
        """Read what is to follow from the order, whichever transfer it leaves with."""
        coming = self.sale_line_id._still_coming()
        for line in self:
            ordered = line.sale_line_id
            rest = coming.get(ordered.id, 0.0)
            if line.list_id.given_up and ordered.order_id.state == "sale":
                rest = max(0.0, ordered.product_uom_qty - ordered.qty_delivered)
            over = line.list_id.state in ("done", "cancelled")
            line.rest = 0.0 if over else min(line.quantity, rest)

    def _left(self):
        """Return how much of it has left since."""
        line = self.sale_line_id
        ordered = line.product_uom_qty - line.qty_delivered
        return max(0.0, self.quantity - max(0.0, ordered)) if line else 0.0

    def _kept_refusal(self):
        return self.list_id._kept_refusal()


class SaleOrder(models.Model):
    """What of an order has still to follow (ORD-64)."""

    _inherit = "sale.order"

    backorder_list_ids = fields.One2many(
        "backorder.list", "order_id", groups="base.group_user"
    )
    backorder_list_count = fields.Integer(
        compute="_compute_backorder_list_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("backorder_list_ids")
    def _compute_backorder_list_count(self):
        for order in self:
            order.backorder_list_count = len(order.backorder_list_ids)

    def _short_lines(self):
        """Return the lines of which something stays behind and is to follow."""
        coming = self._goods()._still_coming()
        return self._goods().filtered(lambda line: coming.get(line.id))

    def action_backorder_lists(self):
        """Show the backorder lists of this order."""
        self.ensure_one()
        return listed(
            "backorder.list",
            [("order_id", "=", self.id)],
            self.env._("Backorder Lists"),
        )

    def _action_cancel(self):
        """End the backorder lists of an order that is cancelled, in whatever way."""
        result = super()._action_cancel()
        cancelled = self.filtered(lambda order: order.state == "cancel")
        self.env["backorder.list"]._follow(cancelled)
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _still_coming(self):
        """Return ``{line id: quantity}`` that has not left and is on its way out.

        What was given up, with its transfer cancelled, does not follow any more.
        """
        lines = self.sudo()
        pending = lines.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.location_id.usage != "customer"
            )
        ).sale_line_id
        rests = {
            line.id: line.product_uom_qty - line.qty_delivered
            for line in lines & pending
        }
        return {
            line.id: rests[line.id]
            for line in lines & pending
            if line.product_uom_id.compare(rests[line.id], 0.0) > 0
        }
