from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..opening import dialog
from . import dispatch_arrival, dispatch_sending  # noqa: F401 - extended here

# From so many working days on the way, it is asked on the day before, too.
LONG_WAY = 3


class DispatchNotice(models.Model):
    """Goods under way: when they are asked for, and what goes wrong (ORD-62)."""

    _inherit = "dispatch.notice"

    tracking_ids = fields.One2many("dispatch.tracking", "notice_id", "Tracked")
    problem_ids = fields.One2many("dispatch.problem", "notice_id", "Transport Problems")
    problem_count = fields.Integer(compute="_compute_problem_count")
    days_late = fields.Integer(compute="_compute_days_late")

    @api.depends("problem_ids")
    def _compute_problem_count(self):
        for notice in self:
            notice.problem_count = len(notice.problem_ids)

    @api.depends("expected_arrival", "arrived_on", "state")
    def _compute_days_late(self):
        for notice in self:
            if not notice.expected_arrival or notice.state == "draft":
                notice.days_late = 0
                continue
            day = notice.arrived_on or fields.Date.context_today(notice)
            notice.days_late = max(0, (day - notice.expected_arrival).days)

    # -- the days on which it is tracked -----------------------------------------

    def _note_sent(self, how):
        """Plan when customer service asks where the goods are."""
        result = super()._note_sent(how)
        self._plan_tracking()
        return result

    def _plan_tracking(self):
        there = self.tracking_ids.mapped("due_on")
        keyed(self.env["dispatch.tracking"]).create(
            [
                {"notice_id": self.id, "due_on": day, "kind": kind}
                for day, kind in self._tracking_days()
                if kind == "arrival" or day not in there
            ]
        )
        self.sudo().tracking_ids._plan()

    def _tracking_days(self):
        """Return ``[(day, kind)]``: the expected arrival; on a long way the day before.

        A customer who comes for the goods is not tracked on the way.
        """
        days = [(self.expected_arrival, "arrival")]
        company = self.company_id.sudo()
        left = company._business_date(self.shipped_at)
        if self.transport == "delivery":
            try:
                before = company._add_working_days(self.expected_arrival, -1)
                long = company._working_days_between(left, before) >= LONG_WAY - 1
            except UserError:
                # A company without working hours asks on the day of the arrival.
                return days
            if long:
                days.insert(0, (before, "way"))
        return days

    def _ask_again(self):
        """Plan another day on which it is asked, where none is to come (ORD-62).

        The next working day, not before the expected arrival.
        """
        self.ensure_one()
        if self.state not in ("sent", "received"):
            return
        if any(not row.done_at for row in self.tracking_ids):
            return
        day = self.company_id.sudo()._add_days(self._local_today(), 1)
        keyed(self.env["dispatch.tracking"]).create(
            {
                "notice_id": self.id,
                "due_on": max(day, self.expected_arrival or day),
                "kind": "arrival",
            }
        )

    def _signoff_signed(self, signature):
        """End the tracking when the goods have arrived."""
        result = super()._signoff_signed(signature)
        if self.state == "arrived":
            words = self.with_context(lang=self.env.user.lang)
            self.sudo().tracking_ids._close(words.env._("Arrived"))
        return result

    # -- what goes wrong ---------------------------------------------------------

    def action_report_problem(self):
        """Ask what went wrong on the way.

        :raises UserError: the goods are not under way
        """
        self.ensure_one()
        self.check_access("write")
        self._check_under_way()
        return dialog(
            "dispatch.problem.report",
            self.env._("Transport Problem"),
            notice_id=self.id,
        )

    def _check_under_way(self):
        if self.state not in ("sent", "received"):
            raise UserError(
                self.env._("%s is not under way: nothing is logged on it.", self.name)
            )

    def _report_problem(self, kind, text, expected=False, told_whom="", told_how=False):
        """Log a problem; the salesperson is told, the customer has to be.

        :param str kind: one of :data:`dispatch_problem.KINDS`
        :param date expected: the new expected arrival, where it is known
        :param str told_whom: who at the customer's was told already, and ``told_how``
        :raises UserError: not under way, nothing said, an impossible day, or told
            without whom or how
        """
        self.ensure_one()
        self.check_access("write")
        self._signoff_lock()
        self._check_under_way()
        text, told_whom = (text or "").strip(), (told_whom or "").strip()
        if not any(map(str.isalnum, text)):
            raise UserError(self.env._("Please say what happened."))
        if expected and expected < self._local_today():
            raise UserError(self.env._("The new expected arrival is not in the past."))
        if bool(told_whom) != bool(told_how):
            raise UserError(
                self.env._("Please enter who at the customer's was told, and how.")
            )
        now = fields.Datetime.now()
        problem = keyed(self.env["dispatch.problem"]).create(
            {
                "notice_id": self.id,
                "kind": kind,
                "description": text,
                "expected_before": self.expected_arrival,
                "expected_after": expected,
                "reported_at": now,
                "reported_by_id": self.env.uid,
                "told_whom": told_whom,
                "told_how": told_how,
                "told_at": told_whom and now,
                "told_by_id": told_whom and self.env.uid,
            }
        )
        if expected and expected != self.expected_arrival:
            self._expect_on(expected)
        self._tell_problem(problem)
        return problem.with_env(self.env)

    def _expect_on(self, day):
        keyed(self).write({"expected_arrival": day})
        waiting = self.sudo().tracking_ids.filtered(
            lambda row: row.kind == "arrival" and not row.done_at
        )
        waiting._close(self.env._("Moved to %s", format_date(self.env, day)))
        self._plan_tracking()

    def _tell_problem(self, problem):
        notice = self.sudo()
        person = notice.salesperson_id
        words = notice.with_context(lang=person.lang)
        kinds = dict(problem._fields["kind"]._description_selection(words.env))
        text = words.env._(
            "Transport problem with %(name)s, %(kind)s: %(text)s",
            name=notice.name,
            kind=kinds[problem.kind],
            text=problem.description,
        )
        if problem.expected_after:
            text += "\n" + words.env._(
                "Now expected on %s.", format_date(words.env, problem.expected_after)
            )
        notice.message_post(
            body=text,
            partner_ids=person.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
        if not problem.told_at:
            notice._ask_service(
                lambda env: env._("Tell the customer of the transport problem")
            )
