import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..clock import NoWorkingTime
from ..recording import recording
from .res_company import as_duration, aware, naive

_logger = logging.getLogger(__name__)
BATCH = 100
LONGEST_DELAY = timedelta(days=366)


class ServiceClock(models.Model):
    """Lateness: declared before it happens (SAM-10), or found by the job."""

    _inherit = "service.clock"

    def _may_declare_in_time(self, now=None):
        """Tell whether a delay declared now is declared early enough."""
        self.ensure_one()
        now = now or fields.Datetime.now()
        if now >= self.deadline_at:
            return False
        timeline = self._timelines(now)[self.company_id, self.calendar_hours]
        left = timeline.between(aware(now), aware(self.deadline_at))
        return left >= as_duration(self.warn_hours)

    def _declare_late(self, due_at, cause):
        """Record that the clock will be met later than promised, and why.

        Declared early enough, the new time is the clock's deadline. Too late, it
        is on record, but the clock is late all the same.

        :param due_at: new time, naive UTC, after the present one
        :return: whether it was declared in time
        :raise UserError: closed or standing still, no cause, impossible time
        """
        self.ensure_one()
        self._check_may_declare()
        clock, now = self.sudo(), fields.Datetime.now()
        cause = (cause or "").strip()
        clock._check_declaration(due_at, cause, now)
        in_time = clock._may_declare_in_time(now)
        if in_time or not clock.declared_in_time:
            recording(clock).write(
                {
                    "declared_late_at": now,
                    "declared_due_at": due_at,
                    "declared_cause": cause,
                    "declared_in_time": in_time,
                    "deadline_at": due_at if in_time else clock.deadline_at,
                }
            )
        clock._record("declare_late", now, cause)
        return in_time

    def _check_declaration(self, due_at, cause, now):
        if self.state not in ("running", "late"):
            raise UserError(
                self.env._(
                    "“%(clock)s” is not running: there is no delay to declare.",
                    clock=self.display_name,
                )
            )
        if not cause:
            raise UserError(self.env._("Say what causes the delay."))
        if not due_at or due_at <= max(now, self.deadline_at):
            raise UserError(
                self.env._("The new time must be later than now and than the old one.")
            )
        if due_at > now + LONGEST_DELAY:
            raise UserError(self.env._("The new time must be within a year."))

    @api.model
    def _cron_mark_late(self):
        """Mark what is overdue and tell those who must act, each clock once.

        Safe to run twice, or after days of silence: what it finds is a function
        of the clocks and the calendar. A clock that cannot be handled is logged
        and does not stop the others.
        """
        domain = [("state", "=", "running")]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        last = 0
        while batch := self.search(
            [*domain, ("id", ">", last)], order="id", limit=BATCH
        ):
            last = batch[-1].id
            batch._attempt("_recalculate")
            for clock in batch.filtered_domain([("deadline_at", "<=", "now")]):
                clock._attempt("_mark_late")
            if not cron._commit_progress(len(batch)):
                break

    def _attempt(self, method):
        """Call the method; if it fails, undo it, log it and go on."""
        try:
            with self.env.cr.savepoint():
                getattr(self, method)()
        except Exception:
            _logger.exception("%s failed on clocks %s", method, self.ids)

    def _recalculate(self):
        """Move the due time of running clocks on when the calendar lost hours.

        A holiday entered after the start counts. Hours that are added later take
        nobody's time away: a due time never moves back. A declared time stays.
        """
        clocks = self.filtered(
            lambda clock: not clock.declared_in_time and not clock.calendar_hours
        )
        now = fields.Datetime.now()
        timelines = clocks._timelines(now, strict=False)
        moved = self.browse()
        for clock in clocks:
            timeline = timelines.get((clock.company_id, clock.calendar_hours))
            try:
                due_at = timeline and naive(
                    timeline.add(
                        aware(clock.counted_from), as_duration(clock.counted_hours)
                    )
                )
            except NoWorkingTime:
                continue
            if due_at and due_at > clock.due_at:
                recording(clock).write({"due_at": due_at, "deadline_at": due_at})
                moved += clock
        moved._record("recalculate", now)

    def _mark_late(self):
        """Mark one overdue clock and tell about it; cancel it without a document."""
        self.ensure_one()
        if not self.try_lock_for_update():
            return
        document = self._document()
        if document is None:
            self._cancel(self.env._("The document does not exist any more."))
            return
        recording(self).write(
            {"state": "late", "late_at": self.deadline_at, "outcome": "late"}
        )
        self._record("late", self.deadline_at)
        self._tell_late(document)

    def _tell_late(self, document):
        """Tell on the document, and give who must act a to-do, unless there is one.

        On the clock itself where the document has neither chatter nor to-dos.
        """
        people = self._people_to_tell()
        clock = self.with_context(lang=people[:1].lang or self.env.lang)
        company = clock.company_id
        body = clock.env._(
            "“%(clock)s” is overdue since %(time)s. Waiting for: %(who)s.",
            clock=clock.display_name,
            time=format_datetime(
                clock.env, clock.deadline_at, tz=company._clock_timezone().zone
            ),
            who=clock.user_id.name or clock.group_id.display_name or "-",
        )
        target = document if "message_ids" in document._fields else self
        target.message_post(
            body=body,
            partner_ids=people.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
        if self.user_id & people and not self._known_todo(document):
            target = document if "activity_ids" in document._fields else self
            # The message has told already: the to-do itself stays silent.
            activity = target.with_context(
                mail_activity_quick_update=True
            ).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=company._business_date(clock.deadline_at),
                summary=clock.display_name,
                user_id=self.user_id.id,
            )
            recording(self).write({"late_activity_id": activity.id})

    def _known_todo(self, document):
        """Return the to-do by which who must act knows already what waits, if any."""
        hook = getattr(document, "_clock_late_todo", None)
        return hook(self) if hook else self.env["mail.activity"]

    def _people_to_tell(self):
        """Return who must act and can: the person, else those of the department."""
        if self.user_id.active and self.company_id in self.user_id.company_ids:
            return self.user_id
        return self.group_id.all_user_ids.filtered(
            lambda user: (
                user.active and not user.share and self.company_id in user.company_ids
            )
        )

    def _withdraw_todo(self):
        """Remove the to-dos about lateness of clocks that are over."""
        self.sudo().late_activity_id.filtered("active").unlink()
