from odoo import api, fields, models
from odoo.addons.service_clock.clock import NoWorkingTime
from odoo.addons.service_clock.models.res_company import as_duration, aware, naive
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..estimate import ready_in
from . import order_completeness, order_sheet_sending, sale_order  # noqa: F401
from .order_completeness import OPEN_INTAKE

SHEET = "sheet_to_customer"
# The desks before the customer has the sheet, as the board names its stages.
DESKS = ("technical", "production_date", "sheet")


class SaleOrder(models.Model):
    """When the sheet will be ready, and what the customer was told of it (ORD-05)."""

    _inherit = "sale.order"

    estimate_ids = fields.One2many(
        "order.estimate", "order_id", "Estimates Told", groups="base.group_user"
    )
    sheet_expected = fields.Char(
        compute="_compute_sheet_expected",
        compute_sudo=True,
        groups="base.group_user",
        help="Worked out from the orders ahead at each desk, in working hours.",
    )
    estimate_told = fields.Char(
        "Customer Was Told",
        compute="_compute_estimate_told",
        compute_sudo=True,
        groups="base.group_user",
    )

    # -- working it out ----------------------------------------------------------

    def _estimates_now(self):
        """Return ``{order id: (when the sheet will be there, orders ahead)}``.

        Naive UTC; by the working hours of the company and the orders that came in
        earlier and wait at the same desks. An order that still misses something waits
        for the customer first. Orders whose sheet has left are not in it. In one plan
        of queries for any number of orders.
        """
        waiting = self._release_held_to_rules().filtered(
            lambda order: order.id and order.state in OPEN_INTAKE
        )
        if not waiting:
            return {}
        queue = self._estimate_queue(waiting.sudo().company_id)
        missing = waiting._intake_missing()
        now = fields.Datetime.now()
        result, hours_of = {}, {}
        for order in waiting:
            company = order.sudo().company_id
            places = queue.get(company.id, {})
            if order.id not in places:
                continue
            ahead = [desk for other, desk in places.items() if other < order.id]
            hours = ready_in(ahead, places[order.id], company._estimate_hours())
            if missing[order.id]:
                hours += company.estimate_customer_hours
            if company not in hours_of:
                hours_of[company] = company._estimate_calendar()
            ready = hours_of[company](now, hours)
            if ready:
                result[order.id] = ready, len(ahead)
        return result

    def _estimate_queue(self, companies):
        """Return ``{company id: {order id: desk}}``, orders as they came in."""
        for model in ("sale.order", "order.sheet", "signoff.signature"):
            self.env[model].flush_model()
        # The board is read from the facts; what was read of it before may be old.
        self.env["order.board"].invalidate_model(["stage", "company_id"])
        cards = self.env["order.board"].sudo().search_fetch(
            [("company_id", "in", companies.ids), ("stage", "in", DESKS)],
            ["company_id", "stage"],
            order="id",
        )  # fmt: skip
        queue = {}
        for card in cards:
            places = queue.setdefault(card.company_id.id, {})
            places[card.id] = DESKS.index(card.stage)
        return queue

    @api.depends_context("lang", "tz")
    @api.depends("state", "sheet_ids.state", "signature_ids.state", "channel")
    def _compute_sheet_expected(self):
        ready = self._estimates_now()
        for order in self:
            when, ahead = ready.get(order._origin.id, (False, 0))
            order.sheet_expected = when and self.env._(
                "%(when)s (%(count)s orders ahead)",
                when=format_datetime(self.env, when, dt_format="short"),
                count=ahead,
            )

    @api.depends_context("lang", "tz")
    @api.depends("estimate_ids.promised_at", "estimate_ids.met_at")
    def _compute_estimate_told(self):
        for order in self:
            last = order.estimate_ids.sorted("id")[-1:]
            order.estimate_told = last._told_words() if last else False

    def action_tell_estimate(self):
        """Open the dialog that records what the customer is told."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tell the Customer"),
            "res_model": "order.estimate",
            "views": [
                (self.env.ref("order_confirmation.order_estimate_view_tell").id, "form")
            ],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_view_estimates(self):
        """Show what the customer was told about this order."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "order_confirmation.order_estimate_action"
        )
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {"default_order_id": self.id}
        return action

    # -- the sheet within one working day ----------------------------------------

    def _intake_answered(self):
        """Count from when an order is complete until its sheet is with the customer."""
        result = super()._intake_answered()
        self._sheet_clock_follow()
        return result

    def _sheet_clock_follow(self):
        """Start, pause and resume the clock as orders are complete or not.

        Called after every change; twice changes nothing. Once a sheet has been sent
        the promise is kept, and later versions are another matter.
        """
        orders = self._release_held_to_rules().filtered(
            lambda order: (
                order.state in OPEN_INTAKE
                and order.sudo().company_id.resource_calendar_id
                and not any(order.sudo().sheet_ids.mapped("sent_at"))
            )
        )
        if not orders:
            return
        missing = orders._intake_missing()
        complete = orders.filtered(lambda order: not missing[order.id])
        running = orders._clock_open(SHEET)
        (complete.filtered(lambda o: o.id not in running))._clock_start(SHEET)
        paused = complete.filtered(
            lambda o: o.id in running and running[o.id].state == "paused"
        )
        paused._clock_resume(SHEET, self.env._("The order is complete again."))
        stopped = (orders - complete).filtered(
            lambda o: o.id in running and running[o.id].state != "paused"
        )
        stopped._clock_pause(SHEET, self.env._("Something is missing on the order."))

    def _action_cancel(self):
        result = super()._action_cancel()
        self._clock_cancel(SHEET, self.env._("The order was cancelled."))
        return result


class OrderSheet(models.Model):
    """A sheet that is sent keeps what the customer was told."""

    _inherit = "order.sheet"

    def _sent(self, how):
        result = super()._sent(how)
        order = self.sudo().order_id
        order._clock_meet(SHEET)
        order.estimate_ids.filtered(lambda row: row.kind == "sheet")._met()
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    estimate_technical_hours = fields.Float(
        "Technical Statement Takes (Hours)",
        default=1.0,
        help="Working hours for one order; estimates count with them.",
    )
    estimate_production_hours = fields.Float(
        "Production Statement Takes (Hours)", default=1.0
    )
    estimate_sheet_hours = fields.Float("Sheet Takes (Hours)", default=0.5)
    estimate_customer_hours = fields.Float(
        "Customer's Answer Takes (Hours)",
        default=4.0,
        help="Added while something is still to be asked of the customer.",
    )

    _estimate_hours_not_negative = models.Constraint(
        "CHECK (estimate_technical_hours >= 0 AND estimate_production_hours >= 0"
        " AND estimate_sheet_hours >= 0 AND estimate_customer_hours >= 0)",
        "The hours of an estimate cannot be negative.",
    )

    def _estimate_calendar(self):
        """Return a function of moment (naive UTC) and hours: when they are over.

        It reads each week of the calendar once; in a company without working hours it
        returns False.
        """
        self.ensure_one()
        try:
            time = self._working_time()
        except UserError:
            return lambda moment, hours: False

        def over(moment, hours):
            try:
                return naive(time.add(aware(moment), as_duration(hours)))
            except NoWorkingTime:
                return False

        return over

    def _estimate_hours(self):
        """Return what each desk takes for one order, in working hours."""
        self.ensure_one()
        return (
            self.estimate_technical_hours,
            self.estimate_production_hours,
            self.estimate_sheet_hours,
        )
