"""The scheduled job: late, told once, never stopped by one bad clock."""

from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .clock_case import ClockCase, taipei

LATENESS = "odoo.addons.service_clock.models.service_clock_lateness"


@tagged("post_install", "-at_install")
class TestJob(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("service_clock.ir_cron_mark_late")

    def _run(self, now):
        """Run the job as the scheduler does, at the moment given."""
        with freeze_time(now), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _told(self, document=None):
        # On a contact the job writes nothing else with a notification.
        return (document or self.order).message_ids.filtered("notification_ids")

    def test_late_is_marked_and_told_once(self):
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self._run(taipei(3, 9))
        self.assertEqual(clock.state, "running")
        self.assertFalse(self._told())
        for now in (taipei(3, 10), taipei(3, 10, 30), taipei(13, 9)):
            self._run(now)
            self.assertEqual(clock.state, "late")
            self.assertEqual(clock.outcome, "late")
            self.assertEqual(clock.late_at, taipei(3, 10))
            message = self._told()
            self.assertEqual(len(message), 1)
            self.assertEqual(message.notified_partner_ids, self.planner.partner_id)
            self.assertIn("Planner's answer: Order 1", message.body.unescape())
            self.assertIn("10:00", message.body)
            todo = self.order.activity_ids
            self.assertEqual(len(todo), 1)
            self.assertEqual(todo.user_id, self.planner)
            self.assertEqual(str(todo.date_deadline), "2026-03-03")
            self.assertEqual(self._events(clock), ["start", "late"])

    def test_ten_days_of_silence_change_nothing_but_the_telling(self):
        """Late since it was due, not since the job woke up."""
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self._run(taipei(13, 9))
        self.assertEqual(clock.late_at, taipei(3, 10))
        self.assertEqual(clock.event_ids.sorted("id")[-1].time, taipei(3, 10))

    def test_late_clock_can_still_be_met_and_the_todo_goes(self):
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self._run(taipei(3, 11))
        self.assertTrue(self.order.activity_ids)
        self.order._clock_meet("answer", at=taipei(3, 12))
        self.assertEqual((clock.state, clock.outcome), ("met", "late"))
        self.assertEqual(clock.waited_hours, 6)
        self.assertFalse(self.order.activity_ids)

    def test_done_todo_is_no_signature(self):
        """Ticking the to-do off does not meet the clock, nor tell again."""
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self._run(taipei(3, 11))
        self.order.activity_ids.with_user(self.planner).action_feedback()
        self._run(taipei(3, 12))
        self.assertEqual(clock.state, "late")
        self.assertFalse(self.order.activity_ids)
        self.order._clock_meet("answer", at=taipei(3, 12))
        self.assertEqual(clock.state, "met")

    def test_met_late_for_the_job_but_in_time(self):
        """Met at nine, noted at eleven: in time, whatever the job thought."""
        clock = self.order._clock_start("answer", taipei(2, 15))
        self._run(taipei(3, 11))
        self.order._clock_meet("answer", at=taipei(3, 9))
        self.assertEqual(clock.outcome, "in_time")

    def test_paused_met_and_declared_are_left_alone(self):
        """SAM-10: declared in time, it is late only after the new time."""
        orders = self._documents(4)
        clocks = orders._clock_start("answer", taipei(2, 15), self.planner)
        paused, met, cancelled, declared = clocks
        orders[0]._clock_pause("answer", "Customer", at=taipei(2, 16))
        orders[1]._clock_meet("answer", at=taipei(2, 16))
        orders[2]._clock_cancel("answer", "Gone", at=taipei(2, 16))
        with freeze_time(taipei(2, 16)):
            declared._declare_late(taipei(4, 10), "Machine broke down")
        self._run(taipei(4, 9))
        self.assertEqual(
            clocks.mapped("state"), ["paused", "met", "cancelled", "running"]
        )
        self._run(taipei(4, 10))
        self.assertEqual(declared.state, "late")
        self.assertTrue(declared.declared_in_time)
        self.assertFalse((paused + met + cancelled).late_activity_id)

    def test_resumed_late_clock_is_not_told_again(self):
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self._run(taipei(3, 11))
        self.order._clock_pause("answer", "Customer", at=taipei(3, 12))
        self.order._clock_resume("answer", "Customer", at=taipei(4, 12))
        self.assertEqual(clock.state, "late")
        self._run(taipei(4, 13))
        self.assertEqual(len(self._told()), 1)

    def test_department_is_told_without_a_person(self):
        """Those who can act: of the group, of the company, still here."""
        neighbour = self._person(
            "elsewhere", self._company("Nachbar", "Asia/Taipei"), self.department
        )
        gone = self._person("gone", self.company, self.department)
        gone.active = False
        self.order._clock_start("answer", taipei(2, 15))
        self._run(taipei(3, 11))
        told = self._told().notified_partner_ids
        self.assertEqual(told, (self.planner + self.colleague).partner_id)
        self.assertNotIn(neighbour.partner_id, told)
        self.assertFalse(self.order.activity_ids)

    def test_person_who_left(self):
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self.planner.active = False
        self._run(taipei(3, 11))
        self.assertEqual(clock.state, "late")
        self.assertEqual(self._told().notified_partner_ids, self.colleague.partner_id)
        self.assertFalse(self.order.activity_ids)

    def test_in_the_language_of_who_is_told(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.planner.lang = "zh_TW"
        self.kind.with_context(lang="zh_TW").name = "生產交期答覆"
        self.order._clock_start("answer", taipei(2, 15), self.planner)
        self._run(taipei(3, 11))
        self.assertIn("生產交期答覆", self._told().body)

    def test_document_without_chatter(self):
        """The clock itself carries the message and the to-do."""
        mixin = type(self.order)
        bank = self.env["res.partner.industry"].create({"name": "Lamps"})
        with (
            patch.object(type(bank), "_clock_rules", mixin._clock_rules, create=True),
            patch.object(
                type(bank), "_clock_company", mixin._clock_company, create=True
            ),
        ):
            clock = self.env["service.clock"]._start_for(
                bank, "answer", taipei(2, 15), self.planner
            )
        self._run(taipei(3, 11))
        self.assertEqual(clock.state, "late")
        self.assertEqual(len(self._told(clock)), 1)
        self.assertEqual(clock.activity_ids.user_id, self.planner)

    def test_document_deleted_by_sql(self):
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self.env.flush_all()
        self.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.order.id])
        self._run(taipei(3, 11))
        self.assertEqual(clock.state, "cancelled")

    def test_document_model_gone(self):
        """Its add-on was uninstalled: the clock ends, the job goes on."""
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE service_clock SET res_model = 'no.such' WHERE id = %s", [clock.id]
        )
        self.env.invalidate_all()
        self._run(taipei(3, 11))
        self.assertEqual(clock.state, "cancelled")

    def test_one_bad_clock_stops_nothing(self):
        orders = self._documents(3)
        clocks = orders._clock_start("answer", taipei(2, 15), self.planner)
        bad = clocks[1]
        tell = type(clocks)._tell_late

        def failing(clock, document):
            if clock == bad:
                raise ZeroDivisionError("on purpose")
            return tell(clock, document)

        with (
            patch.object(type(clocks), "_tell_late", failing),
            mute_logger(LATENESS),
        ):
            self._run(taipei(3, 11))
        self.assertEqual(clocks.mapped("state"), ["late", "running", "late"])
        self.assertEqual(self._events(bad), ["start"], "half of it was undone")
        self._run(taipei(3, 12))
        self.assertEqual(bad.state, "late")
        for order in orders:
            self.assertEqual(len(self._told(order)), 1)

    def test_company_that_lost_its_calendar_stops_nothing(self):
        other = self._company("Nachbar Leuchten", "Asia/Taipei")
        clocks = (self.order + self._documents(1, other))._clock_start(
            "answer", taipei(2, 15), self.planner
        )
        other.resource_calendar_id = False
        self._run(taipei(3, 11))
        self.assertEqual(clocks.mapped("state"), ["late", "late"])

    def test_more_than_one_batch(self):
        orders = self._documents(5)
        clocks = orders._clock_start("answer", taipei(2, 15))
        with patch(f"{LATENESS}.BATCH", 2):
            self._run(taipei(3, 11))
        self.assertEqual(set(clocks.mapped("state")), {"late"})

    def test_holiday_entered_after_the_start(self):
        """Nobody is late over a day that became a holiday meanwhile."""
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        holiday = self._holiday(3)
        self._run(taipei(3, 11))
        self.assertEqual(clock.state, "running")
        self.assertEqual(clock.due_at, taipei(4, 10))
        self.assertEqual(clock.deadline_at, taipei(4, 10))
        self.assertFalse(self._told())
        self.assertEqual(self._events(clock), ["start", "recalculate"])
        self._run(taipei(3, 12))
        self.assertEqual(self._events(clock), ["start", "recalculate"])
        # Struck out again: what was given is not taken back.
        holiday.unlink()
        self._run(taipei(3, 13))
        self.assertEqual(clock.due_at, taipei(4, 10))
        self._run(taipei(4, 11))
        self.assertEqual(clock.late_at, taipei(4, 10))

    def test_holiday_after_a_resumption(self):
        clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self.order._clock_pause("answer", "Customer", at=taipei(2, 16))
        self.order._clock_resume("answer", "Customer", at=taipei(3, 16))
        self.assertEqual(clock.due_at, taipei(4, 10))
        self._run(taipei(3, 17))
        self.assertEqual(self._events(clock), ["start", "pause", "resume"])
        self._holiday(4)
        self._run(taipei(3, 17))
        self.assertEqual(clock.due_at, taipei(5, 10))
