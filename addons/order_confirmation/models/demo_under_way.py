from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import models
from odoo.addons.written_signoff.keeping import keyed

from . import demo_shipping  # noqa: F401 - its _step_ship() is extended here


class OrderDemo(models.AbstractModel):
    """Papers of goods under way: slips of last month, a late arrival, a backorder."""

    _inherit = "order.demo"

    def _step_ship(self, order, row):
        """Lose a number on the way: last month's filing will show it."""
        if row["key"] == "arrived":
            today = self._day(0)
            order.company_id._next_slip_number(today)
        return super()._step_ship(order, row)

    def _then_short(self, order):
        """Ship a part; the planner says when the rest leaves, and moves it once."""
        pending = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        self._enter_lorry(pending)
        self._read_back(pending)
        for picking in self._as(pending, "shipping"):
            picking.action_assign()
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty * 3 // 4
                move.picked = True
            picking.with_context(skip_backorder=True).button_validate()
        listed = self._as(order.backorder_list_ids, "planner")
        listed._give_date(self._day(3))
        listed._give_date(self._day(5), "塗布機維修，順延兩天")

    def _then_late(self, order):
        """Let the goods have left four days ago, and be expected yesterday."""
        notice = order.dispatch_notice_ids
        keyed(notice).write(
            {
                "shipped_at": self._now() - timedelta(days=4),
                "expected_arrival": self._day(-1),
            }
        )
        for row in notice.tracking_ids:
            keyed(row).write({"due_on": self._day(-1)})
        self._as(notice, "service")._report_problem(
            "breakdown", "The lorry waits for a gearbox; the goods are dry.",
            told_whom="Tom Rusk", told_how="phone",
        )  # fmt: skip

    def _then_filed_late(self, order):
        """Put the slip into last month, whose filing waits for the shipping clerk."""
        slip = order.picking_ids.delivery_slip_ids
        month = self._day(0).replace(day=1) - relativedelta(months=1)
        keyed(slip).write({"issued_on": month.replace(day=17)})
        self.env["delivery.slip.filing"]._make(order.company_id, month)
