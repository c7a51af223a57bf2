from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed

from ..opening import listed
from .supervision_point import OPEN

STARTED = {"confirmed", "progress", "to_close"}
MOVED = {"date_start", "date_finished"}


class MrpProduction(models.Model):
    """Production for an order gets its supervision points by itself (ORD-40)."""

    _inherit = "mrp.production"

    supervision_ids = fields.One2many(
        "supervision.point", "production_id", "Supervision Points"
    )
    supervision_count = fields.Integer(compute="_compute_supervision")
    supervision_open = fields.Char("Supervision", compute="_compute_supervision")

    @api.depends("supervision_ids.state")
    def _compute_supervision(self):
        for production in self:
            points = production.supervision_ids
            answered = len(points.filtered(lambda point: point.state == "answered"))
            production.supervision_count = len(points)
            production.supervision_open = f"{answered} / {len(points)}"

    def _supervision_make(self):
        """Make the points of those that are under way, for an order, and controlled."""
        fitting = self.filtered(
            lambda mo: mo.state in STARTED and mo.company_id.sudo().release_control
        )
        if fitting:
            self.env["supervision.point"]._make(fitting)

    def action_confirm(self):
        """Confirm, and lay out what the merchandiser looks at."""
        result = super().action_confirm()
        self._supervision_make()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        productions = super().create(vals_list)
        productions._supervision_make()
        return productions

    def write(self, vals):
        """Let the points come with the start of production, and move with it."""
        result = super().write(vals)
        if vals.keys() & {"state", "qty_producing", "sale_line_id", "reference_ids"}:
            self._supervision_make()
        points = (
            self.sudo().supervision_ids if vals.keys() & (MOVED | {"state"}) else ()
        )
        if vals.get("state") == "done":
            points._production_done()
        elif vals.keys() & MOVED:
            points._reschedule()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        gone = self.filtered(lambda mo: mo.state == "cancel").sudo().supervision_ids
        gone = gone.filtered(lambda point: point.state in OPEN)
        if gone:
            keyed(gone).write({"state": "cancelled"})
            gone._clock_cancel(
                "supervision", self.env._("The manufacturing order was cancelled.")
            )
            gone._todos().unlink()
        return result

    def action_open_supervision(self):
        """Open the supervision points of this production."""
        self.ensure_one()
        return listed(
            "supervision.point",
            [("production_id", "=", self.id)],
            self.env._("Supervision Points"),
            kinds=("kanban", "list", "form"),
        )


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    def write(self, vals):
        """Move the points that hang on an operation, when it moves."""
        result = super().write(vals)
        if vals.keys() & (MOVED | {"leave_id", "workcenter_id", "state"}):
            points = self.sudo().production_id.supervision_ids
            points.filtered(lambda point: point.due_on == "operation")._reschedule()
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    supervision_count = fields.Integer(
        compute="_compute_supervision_count", groups="base.group_user"
    )

    def _compute_supervision_count(self):
        groups = self.env["supervision.point"]._read_group(
            [("order_id", "in", self.ids)], ["order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.supervision_count = counts.get(order.id, 0)

    def action_open_supervision(self):
        """Open the supervision points of this order."""
        self.ensure_one()
        return listed(
            "supervision.point",
            [("order_id", "=", self.id)],
            self.env._("Supervision Points"),
            kinds=("kanban", "list", "form"),
        )
