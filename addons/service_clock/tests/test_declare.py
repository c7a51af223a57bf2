"""Declaring a delay before it happens: SAM-10, ORD-17."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .clock_case import ClockCase, taipei


@tagged("post_install", "-at_install")
class TestDeclare(ClockCase):
    def setUp(self):
        super().setUp()
        # Monday 15:00, due Tuesday 10:00; notice of two working hours.
        self.clock = self.order._clock_start("answer", taipei(2, 15), self.planner)

    def _declare(self, user=None, due_at=None, cause="Machine broke down", **values):
        clock = self.clock.with_user(user or self.planner)
        action = clock.action_declare_late()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user or self.planner)
            .with_context(**action["context"])
        )
        wizard.due_at = due_at or taipei(4, 10)
        wizard.cause = cause
        for name, value in values.items():
            wizard[name] = value
        return wizard.save().action_declare()

    def test_in_time(self):
        """SAM-10: at least so many working hours before due."""
        with freeze_time(taipei(2, 17)):
            self._declare()
        self.assertTrue(self.clock.declared_in_time)
        self.assertEqual(self.clock.declared_late_at, taipei(2, 17))
        self.assertEqual(self.clock.declared_due_at, taipei(4, 10))
        self.assertEqual(self.clock.declared_cause, "Machine broke down")
        self.assertEqual(self.clock.deadline_at, taipei(4, 10))
        self.assertEqual(self.clock.due_at, taipei(3, 10), "the promise stays known")
        event = self.clock.event_ids.sorted("id")[-1]
        self.assertEqual(event.event, "declare_late")
        self.assertEqual(event.user_id, self.planner)
        self.assertEqual(event.note, "Machine broke down")
        self.assertEqual(event.due_at, taipei(4, 10))

    def test_outcomes(self):
        for met_at, outcome in (
            (taipei(3, 9), "in_time"),
            (taipei(3, 11), "declared"),
            (taipei(4, 10), "declared"),
            (taipei(4, 11), "late"),
        ):
            with self.subTest(met_at=met_at), freeze_time(taipei(2, 16)):
                order = self._documents(1)
                self.clock = order._clock_start("answer", taipei(2, 15), self.planner)
                self._declare()
                order._clock_meet("answer", at=met_at)
                self.assertEqual(self.clock.outcome, outcome)

    def test_notice_counts_in_working_hours(self):
        """On Monday at 17:01 there are two hours left, not seventeen."""
        for now, in_time in (
            (taipei(2, 16, 59), True),
            (taipei(2, 23), True),
            (taipei(3, 8, 1), False),
            (taipei(3, 10), False),
            (taipei(3, 11), False),
        ):
            with self.subTest(now=now):
                self.assertEqual(self.clock._may_declare_in_time(now), in_time)

    def test_too_late_is_refused(self):
        for now in (taipei(3, 9), taipei(3, 11)):
            with (
                freeze_time(now),
                self.assertRaisesRegex(UserError, "at least 2 hours before"),
            ):
                self._declare()
        self.assertFalse(self.clock.declared_late_at)
        self.assertEqual(self._events(self.clock), ["start"])

    def test_too_late_can_be_recorded_but_counts_as_undeclared(self):
        with freeze_time(taipei(3, 9)):
            self._declare(record_anyway=True)
        self.assertFalse(self.clock.declared_in_time)
        self.assertEqual(self.clock.declared_cause, "Machine broke down")
        self.assertEqual(self.clock.deadline_at, taipei(3, 10))
        self.order._clock_meet("answer", at=taipei(3, 11))
        self.assertEqual(self.clock.outcome, "late")

    def test_second_declaration(self):
        with freeze_time(taipei(2, 16)):
            self._declare()
        with freeze_time(taipei(3, 11)):
            self._declare(due_at=taipei(5, 10), cause="Still broken")
        self.assertEqual(self.clock.deadline_at, taipei(5, 10))
        with freeze_time(taipei(5, 9)):
            self._declare(due_at=taipei(6, 10), cause="And again", record_anyway=True)
        # Too late: on record, but what was declared in time stands.
        self.assertEqual(self.clock.deadline_at, taipei(5, 10))
        self.assertEqual(self.clock.declared_cause, "Still broken")
        self.assertEqual(self._events(self.clock), ["start"] + ["declare_late"] * 3)

    def test_pause_moves_the_declared_time_too(self):
        with freeze_time(taipei(2, 16)):
            self._declare(due_at=taipei(3, 16))
        self.order._clock_pause("answer", "Customer asked", at=taipei(3, 15))
        self.order._clock_resume("answer", "Customer answered", at=taipei(5, 16))
        self.assertEqual(self.clock.deadline_at, taipei(5, 17))
        self.assertEqual(self.clock.declared_due_at, taipei(5, 17))
        self.assertEqual(self.clock.due_at, taipei(3, 10))

    def test_refusals(self):
        with freeze_time(taipei(2, 16)):
            for values, message in (
                ({"cause": "  "}, "Say what causes"),
                ({"due_at": taipei(3, 10)}, "later than"),
                ({"due_at": taipei(2, 16)}, "later than"),
                ({"due_at": taipei(4, 10).replace(year=2029)}, "within a year"),
            ):
                with self.subTest(**values), self.assertRaisesRegex(UserError, message):
                    self._declare(**values)
            self.order._clock_pause("answer", "Wait")
            with self.assertRaisesRegex(UserError, "is not running"):
                self._declare()
            self.order._clock_resume("answer", "Go")
            self.order._clock_meet("answer")
            with self.assertRaisesRegex(UserError, "is not running"):
                self._declare()
        self.assertFalse(self.clock.declared_late_at)

    def test_who_may(self):
        """Responsible, department and manager; nobody else, by whatever way."""
        with freeze_time(taipei(2, 16)):
            with self.assertRaises(AccessError):
                self.clock.with_user(self.outsider).action_declare_late()
            wizard = self.env["service.clock.declare"].with_user(self.outsider)
            values = {"clock_id": self.clock.id, "due_at": taipei(4, 10), "cause": "x"}
            with self.assertRaises(AccessError):
                wizard.create(values).action_declare()
            with self.assertRaises(AccessError):
                self.clock.with_user(self.outsider)._declare_late(taipei(4, 10), "x")
            self.assertFalse(self.clock.declared_late_at)
            for hour, user in ((10, self.colleague), (11, self.manager)):
                self._declare(user, due_at=taipei(4, hour))
                self.assertEqual(self.clock.deadline_at, taipei(4, hour))

    def test_without_department_it_is_who_may_change_the_document(self):
        self.kind.group_id = False
        order = self._documents(1)
        self.clock = order._clock_start("answer", taipei(2, 15))
        with freeze_time(taipei(2, 16)):
            with self.assertRaises(AccessError):
                self._declare(self.outsider)  # Reads contacts, changes none.
            self.outsider.group_ids |= self.env.ref("base.group_partner_manager")
            self._declare(self.outsider)
        self.assertTrue(self.clock.declared_in_time)
