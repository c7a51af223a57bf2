"""ORD-31: what was released without is listed, told, and told further up."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_gates import GateCase


@tagged("post_install", "-at_install")
class TestOwed(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rule = cls.env.ref("customer_tiering.rule_a_production_deposit_arrived")
        rule.write({"treatment": "owed", "owed_days": 3})

    def released(self):
        order = self.order("a", quantity=10)
        order.action_confirm()
        return order.release_owed_ids

    def overdue(self, owed, days):
        """Let it have been due so many working days before today."""
        today = self.company._business_date(fields.Datetime.now())
        owed.sudo().write({"due_date": self.company._add_working_days(today, -days)})

    def test_the_panel_names_the_date(self):
        """ORD-31, TIER-05: the date, before the release and after it."""
        order = self.order("a", quantity=10)
        today = self.company._business_date(fields.Datetime.now())
        due = self.company._add_working_days(today, 3)
        [line] = order._release_answers("production")[order.id].owed
        self.assertEqual(line.due, due)
        [shown] = [x for x in order.production_gate_lines if x["state"] == "owed"]
        self.assertIn(str(due.year), shown["due"])
        order.action_confirm()
        self.overdue(order.release_owed_ids, 1)
        [line] = order._release_answers("production")[order.id].owed
        self.assertEqual(line.due, order.release_owed_ids.due_date)
        self.assertLess(line.due, today)

    def test_escalated_to_supervisor_then_director(self):
        """ORD-31: the day after it was due, and some working days later."""
        owed = self.released()
        owed._cron_settle()
        self.assertFalse(owed.escalation)
        self.overdue(owed, 1)
        for _twice in range(2):
            owed._cron_settle()
            self.assertEqual(owed.escalation, "supervisor")
            told = owed.activity_ids.user_id - owed.user_id
            self.assertEqual(told, self.people["supervisor"])
        self.overdue(owed, 2)
        for _twice in range(2):
            owed._cron_settle()
            self.assertEqual(owed.escalation, "director")
            self.assertEqual(len(owed.activity_ids), 3)
        self.assertIn(self.people["sales_director"], owed.activity_ids.user_id)
        self.assertGreater(owed.days_overdue, 0)

    def test_a_job_that_did_not_run_for_a_week(self):
        """ORD-31: the step follows from the date, not from the last run."""
        owed = self.released()
        self.overdue(owed, 6)
        owed._cron_settle()
        self.assertEqual(owed.escalation, "director")

    def test_what_has_come_is_not_escalated(self):
        """ORD-31: settled first; its to-dos go."""
        owed = self.released()
        self.overdue(owed, 1)
        owed._cron_settle()
        self.pay(owed.order_id, owed.order_id.amount_total)
        self.overdue(owed, 6)
        owed._cron_settle()
        self.assertEqual((owed.state, owed.escalation), ("met", "supervisor"))
        self.assertFalse(owed.activity_ids)

    def test_a_cancelled_order_owes_nothing(self):
        """ORD-31: no list, no to-do, no escalation for an order that is cancelled."""
        owed = self.released()
        owed.order_id._action_cancel()
        self.assertEqual(owed.state, "dropped")
        self.assertFalse(owed.activity_ids)

    def test_released_again_owes_once(self):
        """ORD-31: a change that is released keeps the date of the first release."""
        owed = self.released()
        self.overdue(owed, 1)
        due = owed.due_date
        owed.order_id.order_line.product_uom_qty = 20
        owed.order_id.action_release_changes()
        self.assertEqual(owed.order_id.release_owed_ids, owed)
        self.assertEqual(owed.due_date, due)

    def test_queries_do_not_grow(self):
        """ORD-31, PLT-07: 40 overdue are escalated at the cost of 4."""
        counts = []
        for number in (4, 4, 40):
            rows = self.env["release.owed"].union(
                *(self.released() for _n in range(number))
            )
            self.overdue(rows, 1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["release.owed"]._escalate()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(rows.mapped("escalation")), {"supervisor"})
        self.assertLessEqual(counts[2], counts[1] + 4, counts)

    def test_the_dates_of_many_orders(self):
        """ORD-31, TIER-05: the dates of 40 gates cost what those of 4 cost."""
        orders = self.env["sale.order"].union(
            *(self.order("a", quantity=10) for _n in range(40))
        )
        orders[::2].action_confirm()
        self.env.flush_all()
        counts = []
        for some in (orders[:4], orders[:4], orders):
            self.env.invalidate_all()
            some.mapped("name")
            before = self.env.cr.sql_log_count
            some._release_answers("production")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_days_in_the_company_s_zone(self):
        """ORD-31: overdue is the company's day, not the server's."""
        self.company.resource_calendar_id.tz = "Asia/Taipei"
        owed = self.released()
        today = self.company._business_date(fields.Datetime.now())
        owed.sudo().due_date = today
        owed._cron_settle()
        self.assertFalse(owed.escalation)
        owed.sudo().due_date = today - timedelta(days=1)
        owed._cron_settle()
        self.assertTrue(owed.escalation)
