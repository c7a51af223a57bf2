from odoo import api, fields, models

from ..clock import NoWorkingTime
from ..recording import recording
from .res_company import as_duration, as_hours, aware, naive
from .service_clock import OPEN_STATES

# What moving a clock on needs to know of it.
PRESENT = [
    "res_id",
    "state",
    "company_id",
    "kind_id",
    "group_id",
    "user_id",
    "calendar_hours",
    "allowed_hours",
    "started_at",
    "due_at",
    "deadline_at",
    "paused_at",
    "late_at",
    "counted_from",
    "counted_hours",
    "waited_hours",
    "declared_in_time",
    "late_activity_id",
]


class ServiceClock(models.Model):
    """How clocks start, stand still, go on and end.

    Private, and for many clocks at once: documents reach them by the mixin. Times
    are naive UTC; without one it is now.
    """

    # One class would be 700 lines: what a clock is, how it moves, how it is late.
    _inherit = "service.clock"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _open_of(self, documents, kind_code):
        """Return {document id: its open clock of the kind}, in one query."""
        domain = [
            ("res_model", "=", documents._name),
            ("res_id", "in", documents.ids),
            ("kind_code", "=", kind_code),
            ("state", "in", OPEN_STATES),
        ]
        clocks = self.sudo().search_fetch(domain, PRESENT)
        return {clock.res_id: clock.with_env(self.env) for clock in clocks}

    @api.model
    def _start_for(self, documents, kind_code, at=None, user=None, hours=None):
        """Start what is not running yet; see the mixin's ``_clock_start``."""
        running = self._open_of(documents, kind_code)
        waiting = documents.filtered(lambda document: document.id not in running)
        rules = waiting._clock_rules(kind_code)
        at = at or fields.Datetime.now()
        values = [
            values
            for (company, kind), group in rules.items()
            for values in self._prepare_start(group, company, kind, at, user, hours)
        ]
        started = recording(self).create(values).with_env(self.env)
        started._record("start", at)
        return self.concat(*running.values()) | started

    def _prepare_start(self, documents, company, kind, at, user, hours):
        allowed = hours or kind.hours
        due_at = self._due(company, kind.calendar_hours, at, allowed)
        common = {
            "res_model": documents._name,
            "company_id": company.id,
            "kind_id": kind.id,
            "kind_code": kind.code,
            "group_id": kind.group_id.id,
            "allowed_hours": allowed,
            "warn_hours": kind.warn_hours,
            "calendar_hours": kind.calendar_hours,
            "user_id": user.id if user else False,
            "state": "running",
            "started_at": at,
            "counted_from": at,
            "counted_hours": allowed,
            "due_at": due_at,
            "deadline_at": due_at,
        }
        return [
            {
                **common,
                "res_id": document.id,
                "document_name": document.display_name,
            }
            for document in documents.sudo()
        ]

    @api.model
    def _due(self, company, all_hours, start, hours, timeline=None):
        """Return when the hours are over.

        :raise UserError: the company has no working hours
        """
        timeline = timeline or company._working_time(all_hours)
        try:
            return naive(timeline.add(aware(start), as_duration(hours)))
        except NoWorkingTime:
            raise company._no_working_time() from None

    def _meet(self, at=None, note=None):
        """End the clocks as met, and say whether that was in time."""
        self._advance(
            "meet",
            at,
            note,
            lambda clock, at, _timeline: {
                "state": "met",
                "met_at": at,
                "outcome": clock._outcome_at(at),
            },
        )
        self._withdraw_todo()

    def _cancel(self, note, at=None):
        """End the clocks: nobody waits any more."""
        self._advance("cancel", at, note, lambda *_: {"state": "cancelled"})
        self._withdraw_todo()

    def _pause(self, note, at=None):
        """Let the clocks that tick stand still; what is left is kept."""
        ticking = self.sudo().filtered(lambda clock: clock.state != "paused")
        ticking._advance(
            "pause",
            at,
            note,
            lambda clock, at, timeline: {
                "state": "paused",
                "paused_at": at,
                "counted_hours": as_hours(
                    timeline.between(aware(at), aware(clock.due_at))
                ),
            },
        )

    def _resume(self, note, at=None):
        """Let the clocks that stand still go on with what was left."""
        still = self.sudo().filtered(lambda clock: clock.state == "paused")
        still._advance(
            "resume",
            at,
            note,
            lambda clock, at, timeline: {
                "state": "late" if clock.late_at else "running",
                "paused_at": False,
                "counted_from": at,
                **clock._resumed_due(at, timeline),
            },
        )

    def _resumed_due(self, at, timeline):
        """Return the due times after a pause: what was left, from ``at`` on."""
        self.ensure_one()

        def later(hours, otherwise):
            if not hours:
                return otherwise
            return self._due(self.company_id, self.calendar_hours, at, hours, timeline)

        due_at = later(self.counted_hours, self.due_at)
        if not self.declared_in_time:
            return {"due_at": due_at, "deadline_at": due_at}
        left = timeline.between(aware(self.paused_at), aware(self.deadline_at))
        deadline_at = later(as_hours(left), self.deadline_at)
        return {
            "due_at": due_at,
            "deadline_at": deadline_at,
            "declared_due_at": deadline_at,
        }

    def _restart(self, at=None, hours=None, note=None):
        """Give the open clocks their whole time again, from ``at`` on."""

        def prepare(clock, at, timeline):
            allowed = hours or clock.allowed_hours
            due_at = self._due(
                clock.company_id, clock.calendar_hours, at, allowed, timeline
            )
            return {
                "state": "running",
                "allowed_hours": allowed,
                "started_at": at,
                "counted_from": at,
                "counted_hours": allowed,
                "due_at": due_at,
                "deadline_at": due_at,
                "paused_at": False,
                "late_at": False,
                "outcome": False,
                "declared_late_at": False,
                "declared_due_at": False,
                "declared_cause": False,
                "declared_in_time": False,
            }

        self._withdraw_todo()
        self._advance("restart", at, note, prepare)

    def _outcome_at(self, moment):
        """Return how meeting the clock at the moment is judged."""
        self.ensure_one()
        if self.state == "paused":
            # The time since the pause is nobody's.
            moment = min(moment, self.paused_at)
        if moment <= self.due_at:
            return "in_time"
        return "declared" if moment <= self.deadline_at else "late"

    def _advance(self, event, at, note, prepare):
        """Write what ``prepare(clock, at, timeline)`` returns, and the events.

        Several queries in all, however many clocks there are.

        :raise UserError: a company has no working hours; nothing is written
        """
        at = at or fields.Datetime.now()
        clocks = self.sudo()
        timelines = clocks._timelines(at)
        changes, spent = [], {}
        for clock in clocks:
            timeline = timelines[clock.company_id, clock.calendar_hours]
            hours = clock._spent_hours(at, timeline)
            spent[clock.id] = hours
            values = prepare(clock, at, timeline)
            values["waited_hours"] = clock.waited_hours + hours["worked_hours"]
            changes.append((clock, values))
        for clock, values in changes:
            recording(clock).write(values)
        clocks._record(event, at, note, spent)

    def _spent_hours(self, at, timeline):
        """Return the hours since the clock last started to run, or to stand."""
        self.ensure_one()
        paused = self.state == "paused"
        since = self.paused_at if paused else self.counted_from
        hours = as_hours(timeline.between(aware(since), aware(at)))
        return {"paused_hours" if paused else "worked_hours": hours} | (
            {"worked_hours": 0.0} if paused else {}
        )

    def _record(self, event, at, note=None, hours=None):
        """Add an event of one sort to each clock."""
        rows = [
            (
                clock,
                {
                    "event": event,
                    "time": at,
                    "note": note,
                    **(hours or {}).get(clock.id, {}),
                },
            )
            for clock in self.sudo()
        ]
        self.env["service.clock.event"]._record(rows)
