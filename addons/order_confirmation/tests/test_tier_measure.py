"""TIER-02: sheets that came back late are measured from the sheets."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestTierMeasure(OrderCase):
    def figures(self, ahead=0):
        criterion = self.env.ref("order_confirmation.criterion_sheets_late")
        today = self.company._business_date(fields.Datetime.now())
        self.env.flush_all()
        span = criterion._span(self.company, today + timedelta(days=ahead))
        return criterion._figures(span)

    def test_late_is_after_the_day_it_was_sent(self):
        """TIER-02, ORD-26: back on the day is in time, not back by tomorrow is late."""
        customer = self.customers["b"].id
        self.assertNotIn(customer, self.figures())
        self.sign_all(self.order("b"))
        self.assertEqual(self.figures()[customer], 0)
        late = self.order("b")
        self.sign_all(late, sheet=False)
        self.sent_sheet(late)
        self.assertEqual(self.figures()[customer], 0)
        self.assertEqual(self.figures(ahead=1)[customer], 1)
        self.assertEqual(self.figures(ahead=400), {})

    def test_owed_by_a_date(self):
        """TIER-02, ORD-31: released with the sheet owed, it is late after that date."""
        order = self.order("a")
        self.sign_all(order, sheet=False)
        self.sent_sheet(order)
        order.action_confirm()
        today = self.company._business_date(fields.Datetime.now())
        days = (order.release_owed_ids.due_date - today).days
        customer = self.customers["a"].id
        self.assertEqual(self.figures(ahead=days)[customer], 0)
        self.assertEqual(self.figures(ahead=days + 1)[customer], 1)

    def test_in_words(self):
        """TIER-02: one sentence."""
        criterion = self.env.ref("order_confirmation.criterion_sheets_late")
        today = self.company._business_date(fields.Datetime.now())
        row = criterion._measured(criterion._span(self.company, today), 3.0)
        self.assertEqual(row["points"], 30)
        sentence = criterion._sentence(row, self.company)
        self.assertIn("Sheets returned late", sentence)
        self.assertIn(": 3, which gives 30 of 100 points.", sentence)
