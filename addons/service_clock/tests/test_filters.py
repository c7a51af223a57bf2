"""The filters of the list find what their names say."""

from lxml import etree
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from .clock_case import ClockCase, taipei


@tagged("post_install", "-at_install")
class TestFilters(ClockCase):
    def _found(self, name, clocks):
        """Return which of the clocks the filter shows the planner."""
        model = self.env["service.clock"].with_user(self.planner)
        arch = etree.fromstring(model.get_view(view_type="search")["arch"])
        (domain,) = arch.xpath(f"//filter[@name='{name}']/@domain")
        found = model.search(safe_eval(domain, {"uid": self.planner.id}))
        return clocks.filtered(lambda clock: clock.id in found.ids)

    def test_filters(self):
        orders = self._documents(6)
        start = taipei(2, 15)
        today, late, paused, met = orders[:4]._clock_start("answer", start)
        tomorrow = orders[4]._clock_start("answer", taipei(3, 9), hours=12)
        mine = orders[5]._clock_start("answer", taipei(3, 9), self.planner, hours=40)
        late._recalculate()
        with freeze_time(taipei(2, 16)):
            late._declare_late(taipei(3, 11), "Machine broke down")
            orders[2]._clock_pause("answer", "Customer")
            orders[3]._clock_meet("answer")
        clocks = today + late + paused + met + tomorrow + mine
        with freeze_time(taipei(3, 9, 30)):
            expected = {
                "open": clocks - met,
                "running": clocks - met - paused,
                "late": clocks.browse(),
                "due_today": today + late,
                "paused": paused,
                "mine": mine,
                "my_department": clocks,
                "declared": late,
                "undeclared": clocks.browse(),
            }
            for name, wanted in expected.items():
                with self.subTest(name):
                    self.assertEqual(self._found(name, clocks), wanted)
        with freeze_time(taipei(3, 10, 30)):
            # Overdue before the job has come by, too.
            self.assertEqual(self._found("late", clocks), today)
            today._mark_late()
            self.assertEqual(self._found("late", clocks), today)
            self.assertEqual(self._found("undeclared", clocks), today)
