"""Working hours of a company: README ("working hours"), ORD-03, ORD-05, ORD-26."""

from datetime import date, datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .clock_case import HOUR, ClockCase, taipei


@tagged("post_install", "-at_install")
class TestCompanyHours(ClockCase):
    def test_four_working_hours(self):
        """ORD-03: over lunch, night, weekend, and from outside the hours."""
        for start, due in (
            (taipei(2, 8), taipei(2, 12)),
            (taipei(2, 11), taipei(2, 16)),
            (taipei(2, 12, 30), taipei(2, 17)),
            (taipei(2, 15), taipei(3, 10)),
            (taipei(6, 16), taipei(9, 11)),
            (taipei(7, 3), taipei(9, 12)),
        ):
            with self.subTest(start=start):
                self.assertEqual(self.company._add_working_hours(start, 4), due)
                self.assertEqual(self.company._working_hours_between(start, due), 4)

    def test_another_time_zone(self):
        """ORD-03: a calendar that moves to another zone counts by it at once."""
        late = taipei(2, 8)
        self.assertEqual(self.company._business_date(late), date(2026, 3, 2))
        self.company.resource_calendar_id.tz = "America/New_York"
        self.assertEqual(self.company._business_date(late), date(2026, 3, 1))

    def test_public_holiday(self):
        """ORD-26: a public holiday is no working day."""
        self._holiday(3)
        self.assertEqual(
            self.company._add_working_hours(taipei(2, 16), 4), taipei(4, 11)
        )
        self.assertEqual(
            self.company._add_working_days(date(2026, 3, 2), 1), date(2026, 3, 4)
        )
        self.assertEqual(
            self.company._add_working_days(date(2026, 3, 4), -1), date(2026, 3, 2)
        )
        self.assertEqual(
            self.company._working_days_between(date(2026, 3, 2), date(2026, 3, 9)), 4
        )
        self.assertFalse(self.company._working_day_end(date(2026, 3, 3)))

    def test_holiday_without_calendar_counts_for_its_company_only(self):
        """Even for somebody who works in both companies at once."""
        other = self._company("Nachbar Leuchten", "Asia/Taipei")
        holiday = self._holiday(3, other, calendar_id=False)
        self.env.flush_all()
        holiday.company_id = other
        both = self.env(
            context={"allowed_company_ids": (self.company + other).ids}, su=False
        )
        self.manager.company_ids |= other
        for company, due in (
            (self.company, taipei(3, 11)),
            (other, taipei(4, 11)),
        ):
            company = company.with_env(both).with_user(self.manager)
            self.assertEqual(company._add_working_hours(taipei(2, 16), 4), due)

    def test_leave_of_one_person_is_no_holiday(self):
        person = self.env["resource.resource"].create(
            {
                "name": "Planner",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
            }
        )
        self._holiday(3, resource_id=person.id)
        self.assertEqual(
            self.company._add_working_hours(taipei(2, 16), 4), taipei(3, 11)
        )

    def test_working_days(self):
        friday = date(2026, 3, 6)
        self.assertEqual(self.company._add_working_days(friday, 0), friday)
        self.assertEqual(self.company._add_working_days(friday, 1), date(2026, 3, 9))
        self.assertEqual(self.company._working_days_after(friday, 6), date(2026, 3, 16))
        self.assertEqual(
            self.company._working_days_after(date(2026, 3, 7), 1), date(2026, 3, 9)
        )
        with self.assertRaises(ValueError):
            self.company._working_days_after(friday, -1)
        self.assertEqual(self.company._working_day_end(friday), taipei(6, 17))
        self.assertEqual(self.company._next_working_moment(taipei(6, 17)), taipei(9, 8))

    def test_date_is_that_of_the_company(self):
        """A document of 7 in the morning in Taipei is of that day, not of UTC's."""
        self.assertEqual(self.company._business_date(taipei(3, 7)), date(2026, 3, 3))
        self.assertEqual(taipei(3, 7).date(), date(2026, 3, 2))

    def test_change_of_clocks(self):
        """The zone is the calendar's, whatever the user's or the context's."""
        berlin = self._company("Berliner Licht", "Europe/Berlin")
        for start, due in (
            # Friday before and Monday after the night of 28 to 29 March 2026.
            (datetime(2026, 3, 27, 15), datetime(2026, 3, 30, 9)),
            (datetime(2026, 10, 23, 14), datetime(2026, 10, 26, 10)),
        ):
            with self.subTest(start=start):
                distracted = berlin.with_context(
                    tz="Asia/Tokyo", employee_timezone="Asia/Tokyo"
                )
                self.assertEqual(distracted._add_working_hours(start, 4), due)

    def test_two_weeks_calendar(self):
        """Alternating weeks: hours of the week in question."""
        calendar = self.company.resource_calendar_id
        calendar.switch_calendar_type()
        week = calendar.attendance_ids.get_week_type(date(2026, 3, 3))
        calendar.attendance_ids.filtered(
            lambda line: line.week_type == str(week) and line.dayofweek == "1"
        ).unlink()
        self.assertEqual(
            self.company._add_working_hours(taipei(2, 16), 4), taipei(4, 11)
        )
        self.assertEqual(
            self.company._add_working_hours(taipei(9, 16), 4), taipei(10, 11)
        )

    def test_flexible_calendar_does_not_depend_on_the_start(self):
        calendar = self.company.resource_calendar_id
        calendar.write(
            {
                "schedule_type": "flexible",
                "hours_per_day": 8,
                "full_time_required_hours": 40,
            }
        )
        wednesday = self.company._add_working_hours(taipei(4, 0), 8)
        self.assertEqual(wednesday, taipei(4, 16))
        self.assertEqual(
            self.company._working_hours_between(taipei(2, 0), taipei(9, 0)), 40
        )
        self.assertEqual(
            self.company._working_hours_between(taipei(7, 0), taipei(9, 0)), 0
        )

    def test_night_shift_to_midnight(self):
        calendar = self.company.resource_calendar_id
        calendar.attendance_ids = [Command.clear()] + [
            Command.create(
                {
                    "name": f"{day} {low}",
                    "dayofweek": str(day),
                    "day_period": "morning" if low == 0 else "afternoon",
                    "hour_from": low,
                    "hour_to": high,
                }
            )
            for day in range(7)
            for low, high in ((0, 6), (22, 24))
        ]
        start = taipei(2, 22)
        self.assertEqual(self.company._add_working_hours(start, 2), taipei(3, 0))
        self.assertEqual(self.company._add_working_hours(start, 8), start + 8 * HOUR)
        self._holiday(3, date_to=taipei(3, 23, 59).replace(second=59))
        self.assertEqual(
            self.company._add_working_days(date(2026, 3, 2), 1), date(2026, 3, 4)
        )

    def test_no_calendar_and_no_hours_name_the_company(self):
        calendar = self.company.resource_calendar_id
        for empty in ("hours", "calendar"):
            if empty == "hours":
                calendar.attendance_ids.unlink()
            else:
                self.company.resource_calendar_id = False
            with self.subTest(empty=empty):
                for call in (
                    lambda: self.company._add_working_hours(taipei(2, 8), 1),
                    lambda: self.company._add_working_days(date(2026, 3, 2), 1),
                    lambda: self.company._add_working_days(date(2026, 3, 2), -1),
                    lambda: self.company._next_working_moment(taipei(2, 8)),
                ):
                    with self.assertRaisesRegex(
                        UserError, "^Yonglin Lamps has no working hours"
                    ):
                        call()
        self.assertEqual(self.company._business_date(taipei(3, 9)), date(2026, 3, 3))
