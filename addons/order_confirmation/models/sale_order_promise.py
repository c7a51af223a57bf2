import logging
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.addons.service_clock.clock import NoWorkingTime
from odoo.addons.service_clock.models.res_company import aware
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..opening import listed
from ..promise import Entry, pending
from .order_promise import CAUSES, SIDE_OF, SIDES
from .order_sheet import ENDED
from .order_sheet_waits import WAITING

_logger = logging.getLogger(__name__)

BATCH = 500
# What the ledger keeps on the order, so that lists can sort and search by it.
KEPT = {
    "promise_settled_date", "promise_given_date", "promise_given_version",
    "promise_sheet_date", "promise_sheet_version",
}  # fmt: skip
COMPARE = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class Known(NamedTuple):
    """What was read once for all orders: entries, sheets, deferrals, calendars."""

    entries: dict[Any, list[Entry]]
    sheets: dict[Any, Any]
    deferred: dict[int, Any]
    now: Any


class SaleOrder(models.Model):
    """The promised completion date: what ledger and facts say (ORD-17, ORD-26)."""

    _inherit = "sale.order"

    promise_ids = fields.One2many(
        "order.promise", "order_id", "Promise Ledger", groups="base.group_user"
    )
    promised_completion_date = fields.Date(
        compute="_compute_promised_completion_date",
        inverse="_inverse_promised_completion_date",
        search="_search_promised_completion_date",
        compute_sudo=True,
        help="Goods finished; not the day they are shipped. It is what the promise "
        "ledger says, and moves with a sheet that is late.",
    )
    promise_settled_date = fields.Date(
        "Promised Completion (Ledger)",
        compute="_compute_promise_kept",
        store=True,
        index=True,
    )
    promise_given_date = fields.Date(
        "Promised Date as Given", compute="_compute_promise_kept", store=True
    )
    promise_given_version = fields.Integer(compute="_compute_promise_kept", store=True)
    # What the sheet in force carries: gates read it without asking for the sheet.
    promise_sheet_date = fields.Date(
        "Promised Date on the Sheet", compute="_compute_promise_sheet", store=True
    )
    promise_sheet_version = fields.Integer(compute="_compute_promise_sheet", store=True)
    promise_delay_customer = fields.Integer(
        "Delay by the Customer", compute="_compute_promise_delay", compute_sudo=True,
        groups="base.group_user",
    )  # fmt: skip
    promise_delay_us = fields.Integer(
        "Delay by Us", compute="_compute_promise_delay", compute_sudo=True,
        groups="base.group_user",
    )  # fmt: skip

    # -- reading -------------------------------------------------------------------

    @api.depends("promise_ids")
    def _compute_promise_kept(self):
        rows = self.env["order.promise"].sudo().search_fetch(
            [("order_id", "in", self.ids)],
            ["order_id", "cause", "date_after", "version"],
            order="id",
        )  # fmt: skip
        rows = {
            order.id: entries for order, entries in rows.grouped("order_id").items()
        }
        for order in self:
            entries = rows.get(order.id, self.env["order.promise"])
            given = entries.filtered(lambda entry: entry.cause != "sheet_late")[-1:]
            order.promise_settled_date = entries[-1:].date_after
            order.promise_given_date = given.date_after
            order.promise_given_version = given.version

    @api.depends("sheet_ids.state", "sheet_ids.version")
    def _compute_promise_sheet(self):
        for order in self:
            live = order.sudo().sheet_ids.filtered(lambda row: row.state not in ENDED)
            order.promise_sheet_date = live[:1].promised_completion_date
            order.promise_sheet_version = live[:1].version

    @api.depends(
        "promise_settled_date", "sheet_ids.waits", "sheet_ids.slips_pending",
        "release_decision_ids",
    )  # fmt: skip
    def _compute_promised_completion_date(self):
        slips = self._promise_pending()
        for order in self:
            found = slips.get(order.id)
            order.promised_completion_date = (
                found[-1].after if found else order.promise_settled_date
            )

    @api.depends("promise_ids", "promised_completion_date")
    def _compute_promise_delay(self):
        groups = self.env["order.promise"]._read_group(
            [("order_id", "in", self.ids)],
            ["order_id", "side"],
            ["working_days:sum"],
        )
        days = {(order.id, side): total for order, side, total in groups}
        slips = self._promise_pending()
        for order in self:
            order.promise_delay_us = days.get((order.id, "us"), 0)
            order.promise_delay_customer = days.get((order.id, "customer"), 0) + len(
                slips.get(order.id, ())
            )

    def _search_promised_completion_date(self, operator, value):
        """Search the ledger, and ask the facts of those whose sheet is out."""
        if operator != "in" and operator not in COMPARE:
            return NotImplemented
        sheets = self.env["order.sheet"].sudo()
        moving = sheets.search([("slips_pending", "=", True)]).order_id
        found = moving.filtered(
            lambda order: _matches(order.promised_completion_date, operator, value)
        )
        settled = Domain("promise_settled_date", operator, value)
        if not moving:
            return settled
        return Domain("id", "in", found.ids) | (
            settled & Domain("id", "not in", moving.ids)
        )

    def _promise_on_sheet(self):
        """Return the date that sheet and signatures are about (ORD-20, ORD-26).

        A sheet says by its own clause that the date slips while it is not back. Those
        slips change nothing that it says, so that they do not make it out of date; the
        next version carries them.
        """
        self.ensure_one()
        order = self.sudo()
        if not order.promise_sheet_version:
            return order.promised_completion_date
        if order.promise_given_version >= order.promise_sheet_version:
            return order.promise_given_date
        return order.promise_sheet_date

    def _promise_pending(self):
        """Return ``{order id: slips}`` that the facts say and the ledger not yet.

        A few queries for any number of orders, one where no sheet is out. A company
        without working hours has no slips; what is done there says so.
        """
        sheets = self.env["order.sheet"].sudo()
        if not self.ids:
            return {}
        out = sheets.search(
            [("order_id", "in", self.ids), ("slips_pending", "=", True)]
        )
        orders = out.order_id
        if not orders:
            return {}
        known = orders._promise_known(out)
        slips = {}
        for company, rows in orders.grouped("company_id").items():
            calendar = rows._promise_calendar(company, known)
            for order in rows if calendar else ():
                try:
                    slips[order.id] = order._promise_slips(known, calendar)
                except NoWorkingTime:
                    continue
        return slips

    def _promise_slips(self, known, calendar):
        waits = known.sheets[self]._wait_facts()
        deferred = known.deferred.get(self.id)
        entries = known.entries.get(self, [])
        return pending(entries, waits, known.now, calendar, deferred)

    def _promise_known(self, sheets):
        rows = self.env["order.promise"].sudo().search_fetch(
            [("order_id", "in", self.ids)],
            ["order_id", "day", "date_after", "cause"],
            order="id",
        )  # fmt: skip
        entries = {
            order: [
                Entry(row.day, row.date_after, row.cause == "sheet_late")
                for row in written
            ]
            for order, written in rows.grouped("order_id").items()
        }
        now = aware(fields.Datetime.now())
        return Known(entries, sheets.grouped("order_id"), self._promise_deferred(), now)

    def _promise_deferred(self):
        """Return since when each order is released without its sheet, by its tier.

        :return: ``{order id: aware moment}``
        """
        rows = self.env["release.decision"].sudo().search_fetch(
            [
                ("order_id", "in", self.ids),
                ("gate_id", "=", self.env["release.gate"]._get("production").id),
            ],
            ["order_id", "decided_at", "rules"],
            order="id",
        )  # fmt: skip
        since = {}
        for row in rows:
            kept = (row.rules or {}).get("returned_sheet", {})
            if kept.get("state") in ("owed", "waived"):
                since.setdefault(row.order_id.id, aware(row.decided_at))
            else:
                since.pop(row.order_id.id, None)
        return since

    def _promise_calendar(self, company, known):
        """Return the company's working time with the weeks asked for, or None."""
        starts = [
            wait.start
            for order in self
            for wait in known.sheets[order]._wait_facts()[:1]
        ]
        try:
            calendar = company._working_time()
        except UserError:
            return None
        calendar.know(min([known.now, *starts]), known.now)
        return calendar

    # -- writing -------------------------------------------------------------------

    def _inverse_promised_completion_date(self):
        """Take a first promise that comes with an import; refuse to overwrite one."""
        for order in self:
            wanted, told = order.promised_completion_date, order.promise_settled_date
            if not wanted or wanted == told:
                continue
            order._promise_check_production(wanted)
            if told:
                raise UserError(
                    self.env._(
                        "The promised date of %(order)s is never overwritten: relax it "
                        "with the salesperson's signature and a reason, and the ledger "
                        "keeps both dates.",
                        order=order.name,
                    )
                )
            order._promise_give("first", wanted)

    def _promise_give(self, cause, date, reason="", side=None, signature=None):
        """Give an order a new promised date, as an entry of its ledger (ORD-17).

        For methods on the server that know who decided and why. Slips that were
        earned so far are written first, so that the new date contains them. What the
        sheet says changes: its next version follows (ORD-23).

        :param str cause: one of the causes; the side follows unless it is given
        :param date: never earlier than production's own
        :return: the entry, or an empty one where the date is that already
        :raises ValidationError: earlier than production finishes
        :raises UserError: the company has no working hours
        """
        self.ensure_one()
        order = self.sudo()
        order._signoff_lock()
        order._promise_settle(strict=True)
        before = order.promise_settled_date
        if before == date:
            return self.env["order.promise"]
        order._promise_check_production(date)
        company = order.company_id
        moved = _moved(company, before, date) if before else 0
        entry = keyed(self.env["order.promise"]).create(
            {
                **order._promise_values(cause, before, date),
                "side": side or SIDE_OF.get(cause, "us"),
                "working_days": moved,
                "day": company._business_date(fields.Datetime.now()),
                "reason": (reason or "").strip(),
                "signature_id": signature.id if signature else False,
            }
        )
        order._release_held_to_rules()._terms_changed()
        return entry.with_env(self.env)

    def _promise_values(self, cause, before, after):
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "cause": cause,
            "side": SIDE_OF.get(cause, "us"),
            "date_before": before,
            "date_after": after,
            "version": max(self.sheet_ids.mapped("version"), default=0),
            "author_id": self.env.uid,
            "decided_at": fields.Datetime.now(),
        }

    def _promise_production(self, completion, cause=None):
        """Keep the promise from being earlier than production's own date (ORD-22).

        :param cause: why, where a promise made before has to move
        :raises UserError: it has to move, and nobody says why
        """
        self.ensure_one()
        present = self.promised_completion_date
        if present and present >= completion:
            return
        if present and not cause:
            raise UserError(
                self.env._(
                    "The customer was promised %(present)s, and production finishes on "
                    "%(completion)s: please say why the promise moves.",
                    present=format_date(self.env, present),
                    completion=format_date(self.env, completion),
                )
            )
        # Production's own date is not on the order yet: it follows right after.
        self._promise_give(cause if present else "first", completion)

    def _promise_check_production(self, date):
        """Refuse a promise earlier than production's date (ORD-22)."""
        made = self.production_completion_date
        if made and date < made:
            raise ValidationError(
                self.env._(
                    "%(order)s cannot be promised for %(promised)s: production "
                    "finishes it on %(made)s.",
                    order=self.name,
                    promised=format_date(self.env, date),
                    made=format_date(self.env, made),
                )
            )

    @api.constrains("production_completion_date")
    def _check_promised_completion_date(self):
        """Let production finish nothing later than what is promised (ORD-22)."""
        for order in self:
            if order.promised_completion_date and order.production_completion_date:
                order._promise_check_production(order.promised_completion_date)

    def write(self, vals):
        """Refuse to write what the ledger says."""
        if vals.keys() & KEPT:
            raise AccessError(
                self.env._("The promised date is what the promise ledger says.")
            )
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        """Begin without a ledger, whatever the values say."""
        for vals in vals_list:
            for name in KEPT:
                vals.pop(name, None)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_promised(self):
        if orders := self.sudo().filtered("promise_settled_date"):
            raise UserError(
                self.env._(
                    "A date was promised for %s. Cancel the order instead of deleting "
                    "it.",
                    joined(self.env, orders.mapped("name")),
                )
            )

    def _terms_changed(self):
        """Stop the clock of a sheet that can no longer be returned (ORD-26)."""
        result = super()._terms_changed()
        out = self.sudo().sheet_ids.filtered(lambda sheet: sheet.state in WAITING)
        if out:
            out._outdated()._end_waits()
        return result

    # -- the daily job -------------------------------------------------------------

    def _promise_settle(self, strict=False):
        """Write the slips that the facts say into the ledger; twice changes nothing.

        A few queries for any number of orders.

        :param bool strict: refuse, instead of waiting for, a company without hours
        :raises UserError: as said
        """
        orders = self.sudo()
        sheets = self.env["order.sheet"].sudo()
        out = sheets.search(
            [("order_id", "in", self.ids), ("slips_pending", "=", True)]
        )
        if not out:
            return
        if strict:
            for company in out.company_id:
                company._add_working_days(fields.Date.today(), 1)
        slips = out.order_id._promise_pending()
        entries = keyed(self.env["order.promise"])
        entries.create(
            [
                {
                    **order._promise_values("sheet_late", slip.before, slip.after),
                    "working_days": 1,
                    "day": slip.day,
                    "sheet_id": slip.sheet,
                }
                for order in orders
                for slip in slips.get(order.id, ())
            ]
        )
        done = out.filtered(
            lambda sheet: sheet.waits[-1][1] is not None and sheet.order_id.id in slips
        )
        keyed(done).write({"slips_pending": False})

    @api.model
    def _cron_settle_promises(self):
        """Write each day's slips of all orders, batch by batch (ORD-26).

        What the date is does not wait for it: that is computed whenever somebody looks.
        """
        sheets = self.env["order.sheet"].sudo()
        cron = self.env["ir.cron"]
        domain = [("slips_pending", "=", True)]
        cron._commit_progress(remaining=sheets.search_count(domain))
        last = 0
        while batch := sheets.search(
            [*domain, ("id", ">", last)], order="id", limit=BATCH
        ):
            last = batch[-1].id
            for company, rows in batch.grouped("company_id").items():
                rows.order_id._attempt_settle(company)
            if not cron._commit_progress(len(batch)):
                break

    def _attempt_settle(self, company):
        """Write the slips of one company's orders, or log why that is not possible."""
        try:
            with self.env.cr.savepoint():
                self._signoff_lock()
                self._promise_settle(strict=True)
        except UserError as reason:
            _logger.warning("No slips for %s: %s", company.display_name, reason)

    # -- relaxing, with a signature (ORD-22) ---------------------------------------

    def action_relax_promise(self):
        """Open the dialog in which the salesperson signs another date (ORD-22)."""
        return self._signoff_dialog("promise_relaxed")

    def _signoff_terms(self, code):
        """Sign a new promise on top of production's date; the new one is declared."""
        if code != "promise_relaxed":
            return super()._signoff_terms(code)
        return {
            order.id: {
                "production_completion_date": order.production_completion_date or None,
            }
            for order in self
        }

    def _signoff_dialog_model(self, code):
        """Ask for the new date in the dialog that signs it."""
        if code == "promise_relaxed":
            return "order.promise.relax"
        return super()._signoff_dialog_model(code)

    def _signoff_signed(self, signature):
        """Let the ledger follow the salesperson's signature."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == "promise_relaxed":
            self._promise_relaxed(signature)
        return result

    def _promise_relaxed(self, signature):
        """Enter what was signed; asked of the signature, whichever dialog gave it."""
        said = signature.sudo()._content()["declared"]
        date = fields.Date.to_date(said.get("promised_completion_date"))
        cause = said.get("cause")
        if not date or cause not in dict(CAUSES) or said.get("side") not in dict(SIDES):
            raise UserError(self.env._("Say the new date, its cause and whose it is."))
        present = self.promised_completion_date
        if cause != "wish" and present and date <= present:
            raise UserError(
                self.env._("Relaxing means a later date than the one promised so far.")
            )
        reason = signature.sudo().statement
        self._promise_give(cause, date, reason, said["side"], signature.sudo())
        if self.ship_date and self.ship_date < date:
            self.sudo().write({"ship_date": date})

    def action_open_promises(self):
        """Open the ledger of the order, with every slip of today in it."""
        self.ensure_one()
        self.check_access("read")
        self._promise_settle()
        return listed(
            "order.promise",
            [("order_id", "=", self.id)],
            self.env._("Promise Ledger"),
            kinds=("list", "pivot", "graph"),
        )


class OrderSheet(models.Model):
    """The present date beside the one that the sheet carries."""

    _inherit = "order.sheet"

    promise_now_date = fields.Date(
        "Promised as of Today", compute="_compute_promise_now_date",
        groups="base.group_user",
    )  # fmt: skip

    @api.depends("order_id.promised_completion_date")
    def _compute_promise_now_date(self):
        for sheet in self:
            sheet.promise_now_date = sheet.sudo().order_id.promised_completion_date


def _moved(company, before, date):
    """Return the working days from one date to another; negative: earlier."""
    if date < before:
        return -company._working_days_between(date, before)
    return company._working_days_between(before, date)


def _matches(date, operator, value):
    if operator == "in":
        wanted = {fields.Date.to_date(one) or False for one in value}
        return (date or False) in wanted
    return bool(date) and COMPARE[operator](date, fields.Date.to_date(value))
