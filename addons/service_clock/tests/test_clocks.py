"""Clocks on documents: ORD-03, ORD-05, ORD-14, SAM-09, MGT-08."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .clock_case import ClockCase, taipei


@tagged("post_install", "-at_install")
class TestClocks(ClockCase):
    def _start(self, at=None, **kwargs):
        return self.order._clock_start("answer", at=at or taipei(2, 15), **kwargs)

    def test_start(self):
        """ORD-14: the planner's answer is due in working hours."""
        clock = self._start(user=self.planner)
        self.assertEqual(clock.state, "running")
        self.assertEqual(clock.due_at, taipei(3, 10))
        self.assertEqual(clock.deadline_at, clock.due_at)
        self.assertEqual(clock.user_id, self.planner)
        self.assertEqual(clock.group_id, self.department)
        self.assertEqual(clock.company_id, self.company)
        self.assertEqual(clock.document_name, self.order.display_name)
        self.assertEqual(self.order.clock_ids, clock)
        self.assertEqual(self.order._clock_open("answer"), {self.order.id: clock})
        event = clock.event_ids
        self.assertEqual(event.event, "start")
        self.assertEqual(event.time, taipei(2, 15))
        self.assertEqual(event.user_id, self.env.user)

    def test_start_twice_is_one_clock(self):
        clock = self._start()
        again = self._start(at=taipei(3, 9), hours=40)
        self.assertEqual(again, clock)
        self.assertEqual(clock.due_at, taipei(3, 10))
        self.assertEqual(self._events(clock), ["start"])

    @mute_logger("odoo.sql_db")
    def test_database_keeps_it_one(self):
        """Two transactions at once: the second one cannot be saved."""
        clock = self._start()
        self.env.flush_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.cr.execute(
                "INSERT INTO service_clock (res_model, res_id, kind_code, kind_id,"
                " company_id, state, started_at, due_at, deadline_at, counted_from)"
                " SELECT res_model, res_id, kind_code, kind_id, company_id,"
                " 'paused', started_at, due_at, deadline_at, counted_from"
                " FROM service_clock WHERE id = %s",
                [clock.id],
            )

    def test_own_hours(self):
        """SAM-09: 12 to 48 working hours by class."""
        clock = self._start(at=taipei(2, 8), hours=12)
        self.assertEqual(clock.due_at, taipei(3, 12))
        self.assertEqual(clock.allowed_hours, 12)

    def test_every_hour_counts(self):
        self.kind.calendar_hours = True
        clock = self._start(at=taipei(6, 16))
        self.assertEqual(clock.due_at, taipei(6, 20))

    def test_met_in_time(self):
        clock = self._start()
        self.order._clock_meet("answer", at=taipei(3, 9))
        self.assertEqual(clock.state, "met")
        self.assertEqual(clock.outcome, "in_time")
        self.assertEqual(clock.met_at, taipei(3, 9))
        self.assertEqual(clock.waited_hours, 3)
        self.assertEqual(clock.elapsed_hours, 3)
        self.assertFalse(self.order._clock_open("answer"))
        self.assertFalse(self.order._clock_meet("answer"))
        self.assertEqual(self._events(clock), ["start", "meet"])

    def test_met_on_the_minute_and_a_minute_late(self):
        clock = self._start()
        self.order._clock_meet("answer", at=clock.due_at)
        self.assertEqual(clock.outcome, "in_time")
        late = self._start()
        self.order._clock_meet("answer", at=taipei(3, 10, 1))
        self.assertEqual(late.outcome, "late")

    def test_next_round_is_another_clock(self):
        first = self._start()
        self.order._clock_meet("answer", at=taipei(3, 9))
        second = self._start(at=taipei(4, 8))
        self.assertNotEqual(first, second)
        self.assertEqual(self.order.clock_ids, first + second)

    def test_pause_and_resume(self):
        """Over a night and a weekend nothing of what was left is lost."""
        clock = self._start()  # Monday 15:00, due Tuesday 10:00
        self.order._clock_pause("answer", "Customer asked", at=taipei(2, 16))
        self.assertEqual(clock.state, "paused")
        with freeze_time(taipei(5, 9)):
            clock.invalidate_recordset()
            self.assertEqual(clock.elapsed_hours, 1)
            self.assertEqual(clock.remaining_hours, 3)
        self.order._clock_pause("answer", "Again", at=taipei(3, 9))
        self.order._clock_resume("answer", "Customer answered", at=taipei(6, 16))
        self.assertEqual(clock.state, "running")
        self.assertEqual(clock.due_at, taipei(9, 10))
        self.order._clock_resume("answer", "Again", at=taipei(6, 17))
        self.order._clock_meet("answer", at=taipei(9, 9))
        self.assertEqual(clock.outcome, "in_time")
        self.assertEqual(clock.waited_hours, 3)
        rows = clock.event_ids.sorted("id")
        self.assertEqual(rows.mapped("event"), ["start", "pause", "resume", "meet"])
        self.assertEqual(rows.mapped("worked_hours"), [0, 1, 0, 2])
        self.assertEqual(rows.mapped("paused_hours"), [0, 0, 32, 0])
        self.assertEqual(rows[1].note, "Customer asked")

    def test_pause_outside_hours_and_resume_at_once(self):
        clock = self._start()
        self.order._clock_pause("answer", "Nobody here", at=taipei(2, 23))
        self.order._clock_resume("answer", "Morning", at=taipei(3, 6))
        self.assertEqual(clock.due_at, taipei(3, 10))

    def test_met_while_paused(self):
        clock = self._start()
        self.order._clock_pause("answer", "Customer asked", at=taipei(2, 16))
        self.order._clock_meet("answer", at=taipei(6, 16))
        self.assertEqual(clock.outcome, "in_time")
        self.assertEqual(clock.waited_hours, 1)

    def test_cancel(self):
        clock = self._start()
        self.order._clock_cancel("answer", "Order cancelled", at=taipei(2, 16))
        self.assertEqual(clock.state, "cancelled")
        self.assertFalse(clock.outcome)
        self.assertEqual(clock.waited_hours, 1)
        self.assertEqual(self._events(clock), ["start", "cancel"])
        self.assertFalse(self.order._clock_open("answer"))

    def test_restart(self):
        """A voided signature: the whole time again, the waiting on record."""
        clock = self._start()
        self.order._clock_restart("answer", at=taipei(3, 9), note="Signature void")
        self.assertEqual(clock.state, "running")
        self.assertEqual(clock.due_at, taipei(3, 14))
        self.assertEqual(self._events(clock), ["start", "restart"])
        self.order._clock_meet("answer", at=taipei(3, 11))
        self.assertEqual(clock.waited_hours, 5)
        fresh = self.order._clock_restart("answer", at=taipei(4, 8))
        self.assertNotEqual(fresh, clock)
        self.assertEqual(fresh.state, "running")

    def test_live_progress(self):
        clock = self._start()
        for now, elapsed, left in (
            (taipei(2, 14), 0, 4),
            (taipei(2, 16), 1, 3),
            (taipei(2, 22), 2, 2),
            (taipei(3, 11), 5, -1),
        ):
            with self.subTest(now=now), freeze_time(now):
                clock.invalidate_recordset()
                self.assertEqual(clock.elapsed_hours, elapsed)
                self.assertEqual(clock.remaining_hours, left)
        # A company that lost its calendar still shows its clocks.
        self.company.resource_calendar_id = False
        clock.invalidate_recordset()
        self.assertEqual(clock.elapsed_hours, 0)

    def test_rule_of_the_start_stays(self):
        clock = self._start()
        self.kind.write({"hours": 40, "group_id": False, "warn_hours": 0})
        self.assertEqual(clock.allowed_hours, 4)
        self.assertEqual(clock.group_id, self.department)
        self.order._clock_pause("answer", "Wait", at=taipei(2, 16))
        self.order._clock_resume("answer", "Go", at=taipei(3, 8))
        self.assertEqual(clock.due_at, taipei(3, 11))

    def test_nothing_half_saved(self):
        """One company without hours: no clock for the other one either."""
        other = self._company("Ohne Stunden", "Europe/Berlin")
        other.resource_calendar_id.attendance_ids.unlink()
        both = self.order + self._documents(1, other)
        with self.assertRaisesRegex(UserError, "^Ohne Stunden has no working hours"):
            both._clock_start("answer", at=taipei(2, 15))
        self.assertFalse(both._clock_open("answer"))
        self.assertFalse(both.clock_ids)

    def test_deleted_document(self):
        """What runs is cancelled; who waited how long stays known."""
        clock = self._start(at=taipei(2, 15))
        self.order.unlink()
        self.assertEqual(clock.state, "cancelled")
        self.assertEqual(clock.document_name, "Order 1")
        with self.assertRaises(UserError):
            clock.action_open_document()

    def test_open_document(self):
        action = self._start().action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", self.order.id)
        )

    def test_waiting_time_by_department_is_a_query(self):
        """MGT-08: by department and month, as of the events."""
        orders = self._documents(3)
        orders._clock_start("answer", at=taipei(2, 15))
        orders[0]._clock_meet("answer", at=taipei(3, 9))
        orders[1]._clock_pause("answer", "Customer", at=taipei(2, 16))
        orders[1]._clock_cancel("answer", "Customer left", at=taipei(4, 16))
        self.kind.group_id = False  # Another department from now on.
        orders[2]._clock_cancel("answer", "Customer left", at=taipei(3, 8))
        rows = self.env["service.clock.event"]._read_group(
            [("kind_id", "=", self.kind.id)],
            ["group_id", "time:month"],
            ["worked_hours:sum", "paused_hours:sum"],
        )
        self.assertEqual(
            [(row[0], row[1].month, row[2], row[3]) for row in rows],
            [(self.department, 3, 6, 16)],
        )
