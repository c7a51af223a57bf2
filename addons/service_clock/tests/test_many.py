"""Eighty documents take as many queries as eight, and two companies."""

from odoo.tests import freeze_time, tagged

from .clock_case import ClockCase, taipei

# With cold caches. Three of each are the calendar: its hours and its holidays.
HIGHEST = {
    "start": 10,
    "pause": 8,
    "resume": 9,
    "list": 10,
    "meet": 8,
    "nothing": 1,
}


@tagged("post_install", "-at_install")
class TestMany(ClockCase):
    def _queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _round(self, count):
        """Return the number of queries of each step for so many documents."""
        orders = self._documents(count).with_user(self.planner)
        for order in orders[::2]:  # Not all of one moment.
            order._clock_start("answer", at=taipei(2, 9))

        def lists():
            clocks = orders.clock_ids
            return clocks.read(
                ["display_name", "elapsed_hours", "remaining_hours", "deadline_at"]
            )

        with freeze_time(taipei(4, 9)):
            steps = {
                "start": lambda: orders._clock_start("answer", at=taipei(2, 15)),
                "pause": lambda: orders._clock_pause("answer", "x", at=taipei(2, 16)),
                "resume": lambda: orders._clock_resume("answer", "x", at=taipei(5, 8)),
                "list": lists,
                "meet": lambda: orders._clock_meet("answer", at=taipei(5, 9)),
                "nothing": lambda: orders._clock_meet("answer", at=taipei(5, 9)),
            }
            queries = {name: self._queries(step) for name, step in steps.items()}
        self.assertEqual(set(orders.clock_ids.mapped("state")), {"met"})
        self.assertEqual(len(orders.clock_ids), count)
        return queries

    def test_queries_do_not_grow(self):
        self._round(2)  # What a first use loads once.
        few, many = self._round(8), self._round(80)
        self.assertEqual(few, many)
        for step, highest in HIGHEST.items():
            self.assertLessEqual(few[step], highest, step)
