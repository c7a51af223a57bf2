import logging

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, hold, keyed
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..opening import dialog, form_of
from . import customer_paper, delivery_paper  # noqa: F401 - before what inherits

_logger = logging.getLogger(__name__)

STATES = [
    ("open", "Date to be given"),
    ("dated", "Date given"),
    ("done", "All has left"),
    ("cancelled", "Cancelled"),
]
LIVE = ("open", "dated")
CLOCK = "backorder_date"
TODO = "mail.mail_activity_data_todo"


class BackorderList(models.Model):
    """What could not ship with a delivery, and when it will (ORD-64).

    Made by itself when a delivery is short. The planner answers with a date, in time;
    the customer gets the list with it. A date that slips is an entry more, with its
    reason. The list ends when all of it has left; then it shows whether the first date
    was kept.

    Where the rest was given up with the delivery, planner or customer service says in
    writing that nothing follows, and the customer is told; or a date is given after
    all.
    """

    _name = "backorder.list"
    _inherit = [
        "customer.paper", "delivery.paper", "signoff.mixin", "service.clock.mixin",
    ]  # fmt: skip
    _description = "Backorder List"
    _order = "id desc"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    picking_id = fields.Many2one(
        "stock.picking", "Short Delivery", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, index=True, string="Salesperson"
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", index=True, tracking=True
    )
    line_ids = fields.One2many("backorder.list.line", "list_id", "Goods", readonly=True)
    given_up = fields.Boolean(
        "Rest Given Up", readonly=True, tracking=True,
        help="No transfer brings the rest any more.",
    )  # fmt: skip
    date_ids = fields.One2many("backorder.date", "list_id", "Dates", readonly=True)
    promised_on = fields.Date("Will Leave On", readonly=True, tracking=True)
    first_promised_on = fields.Date("First Date Given", readonly=True)
    planner_id = fields.Many2one("res.users", "Date Given By", readonly=True)
    told_on = fields.Date("Date Told", readonly=True, help="What the customer knows.")
    told_at = fields.Datetime("Customer Told", readonly=True)
    told_how = fields.Selection(
        [("mail", "E-mail"), ("paper", "Printed, faxed or handed over")], readonly=True
    )
    to_tell = fields.Boolean(
        "Customer Does Not Know", compute="_compute_to_tell", store=True
    )
    done_on = fields.Date("Left On", readonly=True)
    moves = fields.Integer(
        "Times Moved", compute="_compute_moves", store=True, aggregator="sum"
    )
    days_late = fields.Integer(
        "Delay (Working Days)", readonly=True, aggregator="avg",
        help="After the first date that was given; negative: earlier.",
    )  # fmt: skip
    kept = fields.Selection(
        [("kept", "Kept"), ("late", "Not kept")], "First Date", readonly=True
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    next_step = fields.Char(compute="_compute_next_step")

    def _kept_refusal(self):
        return self.env._(
            "A backorder list follows from what left and from the dates that the "
            "planner gives: nobody writes, copies or deletes it."
        )

    @api.depends("state", "promised_on", "told_on")
    def _compute_to_tell(self):
        for row in self:
            row.to_tell = row.state == "dated" and row.promised_on != row.told_on

    @api.depends("date_ids")
    def _compute_moves(self):
        for row in self:
            row.moves = max(0, len(row.date_ids) - 1)

    @api.depends("state", "promised_on")
    def _compute_overdue(self):
        for row in self:
            today = fields.Date.context_today(row)
            row.overdue = bool(
                row.state == "dated" and row.promised_on and row.promised_on < today
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return [("state", "=", "dated"), ("promised_on", "<", today)]

    @api.depends("state", "to_tell", "promised_on", "given_up")
    def _compute_next_step(self):
        for row in self:
            row.next_step = row._step()

    def _step(self):
        if self.state == "done":
            return self.env._("All of it has left.")
        if self.state == "cancelled":
            return self.env._("Nothing of it is to follow any more.")
        if self.given_up:
            return self.env._(
                "No transfer brings the rest: say in writing that nothing follows, or "
                "give a date and plan it."
            )
        if self.state == "open":
            return self.env._("The planner gives the date on which the rest leaves.")
        if self.to_tell:
            return self.env._("Send the list with its date to the customer.")
        if self.overdue:
            return self.env._("The date is over: ship the rest, or give a new date.")
        return self.env._(
            "Ship the rest by %s.", format_date(self.env, self.promised_on)
        )

    # -- made by itself ----------------------------------------------------------

    @api.model
    def _make(self, orders, pickings):
        """Make the lists of orders of which something stays behind (ORD-64).

        What a list in force names already is not listed again. What was given up with
        the delivery stands on a list of its own.

        :param orders: of which something has just left
        :param pickings: the deliveries that have left
        :return: the lists made now
        """
        held = orders._release_held_to_rules()
        named = self.search(
            [("order_id", "in", held.ids), ("state", "in", LIVE)]
        ).line_ids.sale_line_id
        said = self.search(
            [("order_id", "in", held.ids), ("given_up", "=", True)]
        ).line_ids.sale_line_id
        values = []
        for order in held:
            short = order._short_lines() - named
            if short:
                values.append(self._prepare_values(order, short, pickings))
            if gone := order._given_up_lines() - named - said:
                row = self._prepare_values(order, gone, pickings)
                values.append({**row, "given_up": True})
        lists = keyed(self).create(values)
        for row in lists:
            row._ask_planner()
        lists.filtered("given_up")._ask_whether_nothing_follows()
        return lists.with_env(self.env)

    def _prepare_values(self, order, lines, pickings):
        picking = pickings.filtered(
            lambda row: order in row.move_ids._release_orders()
        )[:1]
        sequence = self.env["ir.sequence"].sudo().with_company(order.company_id)
        return {
            "name": sequence.next_by_code(self._name),
            "order_id": order.id,
            "picking_id": picking.id,
            "company_id": order.company_id.id,
            "partner_id": order.partner_id.id,
            "lang": order._sheet_language(),
            "line_ids": [
                fields.Command.create(
                    {
                        "sale_line_id": line.id,
                        "product_id": line.product_id.id,
                        "product_uom_id": line.product_uom_id.id,
                        "quantity": line.product_uom_qty - line.qty_delivered,
                    }
                )
                for line in lines
            ],
        }

    def _ask_planner(self):
        """Let the clock of the planner's date run; goods leave without it, too."""
        self.ensure_one()
        try:
            self.company_id.sudo()._next_working_moment(fields.Datetime.now())
        except UserError:
            return
        self._clock_start(CLOCK)

    @api.model
    def _follow(self, orders):
        """End the lists of which all has left, or nothing is to follow any more."""
        lists = self.sudo().search(
            [("order_id", "in", orders.ids), ("state", "in", LIVE)]
        )
        gone = lists.order_id._given_up_lines()
        keyed(
            lists.filtered(
                lambda row: row.given_up and not row.line_ids.sale_line_id & gone
            )
        ).write({"given_up": False})
        lists.line_ids.invalidate_recordset(["rest"])
        for row in lists.filtered(lambda row: not any(row.line_ids.mapped("rest"))):
            if row.line_ids.sale_line_id & gone:
                row._give_up()
            else:
                row._end()

    def _give_up(self):
        """Ask whether anything follows: the transfer of the rest is cancelled."""
        keyed(self).write({"given_up": True, "state": "open"})
        self._ask_planner()
        self._ask_whether_nothing_follows()

    def _end(self):
        gone = any(line._left() > 0 for line in self.line_ids)
        today = self.company_id._business_date(fields.Datetime.now())
        values = {"state": "done" if gone else "cancelled"}
        if gone:
            values["done_on"] = today
        if gone and self.first_promised_on:
            late = self._working_days_late(today)
            values |= {
                "days_late": late, "kept": "late" if late > 0 else "kept"
            }  # fmt: skip
        keyed(self).write(values)
        self._clock_cancel(CLOCK, self.env._("Nothing is to follow any more."))
        self.activity_unlink([TODO])

    def _working_days_late(self, day):
        try:
            return self.company_id._working_days_between(self.first_promised_on, day)
        except UserError:
            return (day - self.first_promised_on).days

    # -- the planner's date ------------------------------------------------------

    def action_give_date(self):
        """Ask the planner for the date on which the rest leaves."""
        self.ensure_one()
        self.env.user._require_role("planner")
        self._check_live()
        return dialog(
            "backorder.list.date", self.env._("Date of the Rest"), list_id=self.id
        )

    def _check_live(self):
        if self.state not in LIVE:
            raise UserError(
                self.env._("%s is over: nothing of it is to follow.", self.name)
            )

    def _give_date(self, day, reason=""):
        """Enter the date on which the rest leaves; the customer gets the list.

        :param date day: not in the past; where the company is
        :param str reason: needed when it moves a date that was given
        :raises AccessError: not the planner
        :raises UserError: over, in the past, the same date, or moved without a reason
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role("planner")
        hold(self)
        self._check_live()
        reason = (reason or "").strip()
        if not day or day < self.company_id.sudo()._business_date(
            fields.Datetime.now()
        ):
            raise UserError(self.env._("Please give a date from today on."))
        if day == self.promised_on:
            raise UserError(self.env._("This is the date that was given already."))
        if self.promised_on and not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say in words why the date moves."))
        keyed(self.env["backorder.date"]).create(
            {
                "list_id": self.id,
                "company_id": self.company_id.id,
                "date_before": self.promised_on,
                "date_after": day,
                "reason": reason,
                "author_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        keyed(self).write(
            {
                "state": "dated",
                "promised_on": day,
                "first_promised_on": self.first_promised_on or day,
                "planner_id": self.env.uid,
            }
        )
        self.sudo()._clock_meet(CLOCK)
        self.sudo().activity_unlink([TODO])
        self.sudo().line_ids.sale_line_id._open_deliveries()._leave_on(day)
        self._tell_or_ask()

    def _tell_or_ask(self):
        """Send the list at once; without an e-mail address somebody prints it."""
        if self.partner_id._has_email():
            self.sudo()._send()
            return
        person = self._service_person()
        if person:
            words = self.with_context(lang=person.lang)
            self.sudo().activity_schedule(
                TODO,
                user_id=person.id,
                summary=words.env._(
                    "Print the backorder list and hand it over: the customer has no "
                    "e-mail address"
                ),
            )

    def _service_person(self):
        """Return who applied for the delivery, else the salesperson."""
        row = self.sudo()
        applications = row.picking_id.delivery_application_ids
        signed = applications.filtered("signed_by_id").sorted("signed_at")
        return signed[-1:].signed_by_id or row.user_id

    # -- to the customer ---------------------------------------------------------

    def _send(self):
        name = "nothing" if self.state == "cancelled" else "list"
        template = self.env.ref(f"order_confirmation.mail_template_backorder_{name}")
        template._send_soon(self)
        self._note_told("mail")

    def _note_told(self, how):
        keyed(self).write(
            {
                "told_on": self.promised_on,
                "told_at": fields.Datetime.now(),
                "told_how": how,
            }
        )

    def _check_tellable(self):
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role(
            "customer_service", "shipping", "planner", "salesperson"
        )
        if self.state != "dated" and not (self.given_up and self.state == "cancelled"):
            raise UserError(
                self.env._("%s has no date yet that could be told.", self.name)
            )

    def action_send(self):
        """Send the list to the customer again, in the customer's language.

        :raises UserError: no date yet, or no e-mail address
        """
        self._check_tellable()
        self.sudo().partner_id._require_email()
        self.sudo()._send()
        return True

    def action_told_on_paper(self):
        """Print the list, and note that it was faxed or handed over."""
        self._check_tellable()
        self._note_told("paper")
        self.sudo().activity_unlink([TODO])
        report = self.env.ref("order_confirmation.report_backorder_list")
        return report.report_action(self)

    # -- tracking ----------------------------------------------------------------

    @api.model
    def _cron_follow(self):
        """End what has left by another way, and ask about dates that are over.

        Trouble with one company does not stop the others.
        """
        live = self.sudo().search([("state", "in", LIVE)])
        for company, rows in live.grouped("company_id").items():
            try:
                with self.env.cr.savepoint():
                    self._follow(rows.order_id)
                    rows.filtered("overdue")._ask_for_new_date()
            except Exception:
                _logger.exception("Backorders of %s cannot be followed", company.name)

    def _ask_for_new_date(self):
        """Give those who gave dates that are over the to-do to give new ones."""
        for row in self.filtered(lambda row: not row.activity_ids):
            person = row.planner_id
            words = row.with_context(lang=person.lang)
            row.activity_schedule(
                TODO,
                user_id=person.id,
                summary=words.env._("The date of the rest is over: give a new one"),
            )

    def action_open_order(self):
        """Open the order behind the list."""
        self.ensure_one()
        return form_of(self.order_id)
