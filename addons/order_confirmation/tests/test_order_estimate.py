"""When the sheet will be ready, what was told, and whether it was kept (ORD-05)."""

from datetime import datetime

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .intake_case import IntakeCase

SHEET = "sheet_to_customer"


class EstimateCase(IntakeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "estimate_technical_hours": 2,
                "estimate_production_hours": 2,
                "estimate_sheet_hours": 1,
                "estimate_customer_hours": 4,
            }
        )

    def tell(self, order, user=None, **values):
        """Record that the customer was told, as the dialog does."""
        action = order.with_user(user or self.service).action_tell_estimate()
        model = self.env["order.estimate"].with_user(user or self.service)
        with Form(
            model.with_context(**action["context"]),
            "order_confirmation.order_estimate_view_tell",
        ) as form:
            for name, value in values.items():
                form[name] = value
        return form.record


@tagged("post_install", "-at_install")
class TestEstimate(EstimateCase):
    @freeze_time("2026-03-02 09:00")
    def test_worked_out_from_desks_queue_and_calendar(self):
        """ORD-05: the hours of the desks, the orders ahead, the company's calendar."""
        first, second = self.order(), self.order()
        ready = (first | second)._estimates_now()
        # Five working hours from Monday 9:00, with lunch from 12 to 13.
        self.assertEqual(ready[first.id], (datetime(2026, 3, 2, 15), 0))
        # The second waits two hours for each desk: seven hours in all.
        self.assertEqual(ready[second.id], (datetime(2026, 3, 2, 17), 1))
        self.sign(first, "technical", "technical")
        self.assertEqual(first._estimates_now()[first.id][0].hour, 12)

    @freeze_time("2026-03-02 09:00")
    def test_waiting_for_the_customer_comes_on_top(self):
        """ORD-05: while something is to be asked, the answer's time is added."""
        order = self.order(recipient_name=False)
        self.assertEqual(order._estimates_now()[order.id][0], datetime(2026, 3, 3, 10))

    def test_no_estimate_once_the_sheet_has_left(self):
        """ORD-05: there is nothing to estimate any more."""
        order = self.order()
        self.assertTrue(order.sheet_expected)
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.sent_sheet(order)
        self.assertFalse(order._estimates_now())
        self.assertFalse(order.sheet_expected)

    @freeze_time("2026-03-02 09:00")
    def test_what_is_told_is_on_record(self):
        """ORD-05: who told whom what and when, beside what was worked out."""
        order = self.order()
        row = self.tell(order, promised_at="2026-03-02 16:00:00", told_to="Ms Lin")
        self.assertEqual(row.told_by_id, self.service)
        self.assertEqual(row.told_at, datetime(2026, 3, 2, 9))
        self.assertEqual(row.estimated_at, datetime(2026, 3, 2, 15))
        self.assertEqual(row.outcome, "waiting")
        self.assertIn("Ms Lin", order.estimate_told)
        with self.assertRaises(AccessError):
            row.promised_at = "2026-03-05 16:00:00"
        with self.assertRaises(AccessError):
            row.unlink()

    @freeze_time("2026-03-02 09:00")
    def test_nobody_is_told_a_time_that_is_over(self):
        """ORD-05: the time told lies ahead; a forged record of it is not kept."""
        order = self.order()
        with self.assertRaisesRegex(UserError, "over already"):
            self.tell(order, promised_at="2026-03-02 08:00:00")
        row = self.env["order.estimate"].with_user(self.service).create(
            {
                "order_id": order.id,
                "promised_at": "2026-03-02 16:00:00",
                "told_to": "Ms Lin",
                "told_by_id": self.seller.id,
                "told_at": "2026-01-01 00:00:00",
                "met_at": "2026-01-01 00:00:00",
            }
        )  # fmt: skip
        self.assertEqual(row.told_by_id, self.service)
        self.assertEqual(row.told_at, datetime(2026, 3, 2, 9))
        self.assertFalse(row.met_at)

    def test_measured_when_the_sheet_leaves(self):
        """ORD-05: kept or late, by when the sheet was with the customer."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        kept = self.tell(order, promised_at="2031-01-01 10:00:00")
        broken = self.tell(order)
        self.env.cr.execute(
            "UPDATE order_estimate SET promised_at = '2020-01-01' WHERE id = %s",
            broken.ids,
        )
        self.env.invalidate_all()
        self.assertEqual((kept.outcome, broken.outcome), ("waiting", "overdue"))
        self.sent_sheet(order)
        self.assertEqual((kept.outcome, broken.outcome), ("met", "late"))
        rows = kept | broken
        for outcome, row in (("met", kept), ("late", broken)):
            found = rows.search([("outcome", "=", outcome), ("id", "in", rows.ids)])
            self.assertEqual(found, row)
        self.env.flush_all()
        figures = self.env["order.estimate.report"]._read_group(
            [("order_id", "=", order.id)], ["outcome"], ["__count", "kept:avg"]
        )
        self.assertEqual(sorted(figures), [("late", 1, 0.0), ("met", 1, 100.0)])

    @freeze_time("2026-03-02 09:00")
    def test_answer_to_an_open_question(self):
        """ORD-05: a question is noted, answered in words, and measured."""
        order = self.order()
        with self.assertRaisesRegex(ValidationError, "question"):
            self.env["order.estimate"].with_user(self.service).create(
                {
                    "order_id": order.id,
                    "kind": "answer",
                    "promised_at": "2026-03-02 16:00:00",
                    "told_to": "Ms Lin",
                }
            )
        row = self.tell(order, kind="answer", question="Can it be folded twice?")
        with self.assertRaisesRegex(UserError, "in words"):
            row.action_answer()
        row.answer = "Yes, to A6."
        row.action_answer()
        self.assertEqual(row.outcome, "met")

    def test_others_read_only_their_own(self):
        """ROL-06: neither a colleague of sales nor another company reads it."""
        order = self.order()
        row = self.tell(order)
        self.assertTrue(row.with_user(self.seller).told_to)
        for user in (self.colleague, self.other_company()[1]):
            with self.subTest(user.name), self.assertRaises(AccessError):
                row.with_user(user).read(["told_to"])
        with self.assertRaises(AccessError):
            self.tell(order, user=self.people["technical"])

    def test_queries_do_not_grow_with_the_orders(self):
        """ORD-05: estimated for 2 orders as for 30."""
        orders = self.env["sale.order"].union(*(self.order() for _n in range(30)))
        counts = []
        for some in (orders[:2], orders[:2], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(some._estimates_now()), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        # The calendar is fetched week by week: a longer queue reads further ahead.
        self.assertLessEqual(counts[2], counts[1] + 8)


@tagged("post_install", "-at_install")
class TestSheetWithinOneDay(EstimateCase):
    def _clock(self, order):
        return order.sudo()._clock_open(SHEET).get(order.id)

    def test_counts_from_when_the_order_is_complete(self):
        """ORD-05: one working day from a complete order to the sheet."""
        with freeze_time("2026-03-02 09:00"):
            order = self.order(recipient_name=False)
            self.assertFalse(self._clock(order))
        with freeze_time("2026-03-02 15:00"):
            order.recipient_name = "Goods inward"
            clock = self._clock(order)
        # Eight working hours: Tuesday at the same hour.
        self.assertEqual(clock.deadline_at, datetime(2026, 3, 3, 15))

    def test_stands_still_while_something_is_missing(self):
        """ORD-05: what the customer owes does not count against the house."""
        with freeze_time("2026-03-02 09:00"):
            order = self.order()
            clock = self._clock(order)
        with freeze_time("2026-03-02 10:00"):
            order.recipient_name = False
            self.assertEqual(clock.state, "paused")
        with freeze_time("2026-03-03 10:00"):
            order.recipient_name = "Goods inward"
            self.assertEqual(clock.state, "running")
            self.assertEqual(clock.deadline_at, datetime(2026, 3, 4, 9))

    def test_met_by_the_first_sheet(self):
        """ORD-05: measured by the sheet that leaves; later versions do not count."""
        order = self.order()
        clock = self._clock(order)
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.assertEqual(clock.state, "running")
        self.sent_sheet(order)
        self.assertEqual((clock.state, clock.outcome), ("met", "in_time"))
        order.packing = "in boxes"
        self.assertFalse(self._clock(order))

    def test_ends_with_the_order(self):
        """ORD-05: nobody waits for the sheet of a cancelled order."""
        order = self.order()
        clock = self._clock(order)
        order._action_cancel()
        self.assertEqual(clock.state, "cancelled")
