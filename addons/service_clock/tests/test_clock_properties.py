"""Working time against a brute-force minute counter.

Needs neither a database nor Odoo's registry. Working hours as the specification
means them (README, "working hours"): ORD-03, ORD-05, ORD-14, ORD-26, SAM-09.
"""

import itertools
import unittest
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from ..clock import (
    NoWorkingTime,
    add_working_days,
    add_working_time,
    next_working_moment,
    working_dates,
    working_days_between,
    working_time_between,
)
from ..timeline import AllHours, WorkingTime

MINUTE = timedelta(minutes=1)
# Spring forward, fall back, a zone of half hours, one without any change.
ZONES = ["Asia/Taipei", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
# Around both changes of clocks of the northern zones, and an ordinary month.
FIRST_DAYS = [date(2026, 3, 5), date(2026, 3, 26), date(2026, 6, 1), date(2026, 10, 22)]
SPAN = 12
SHIFTS = [
    [],
    [(480, 720), (780, 1020)],
    [(480, 720)],
    [(0, 360), (1320, 1440)],
    [(0, 1440)],
    [(90, 200), (540, 1080)],
]

property_settings = settings(max_examples=150, deadline=None, derandomize=True)


def wall(day, minute, zone):
    """Return the instant of a wall-clock minute, in UTC."""
    naive = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return naive.replace(tzinfo=zone).astimezone(UTC)


@st.composite
def calendars(draw):
    """Return (time zone, first day, sorted working intervals, holidays)."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    first = draw(st.sampled_from(FIRST_DAYS))
    week = draw(st.lists(st.sampled_from(SHIFTS), min_size=7, max_size=7))
    holidays = draw(st.sets(st.integers(0, SPAN - 1), max_size=4))
    intervals = []
    for offset in range(SPAN):
        day = first + timedelta(days=offset)
        if offset in holidays:
            continue
        for low, high in week[day.weekday()]:
            start, end = wall(day, low, zone), wall(day, high, zone)
            if start < end:
                intervals.append((start.astimezone(zone), end.astimezone(zone)))
    return zone, first, sorted(intervals), holidays


@st.composite
def questions(draw):
    """Return (calendar, start, number of minutes)."""
    calendar = draw(calendars())
    zone, first, intervals = calendar[:3]
    start = wall(first, draw(st.integers(-600, SPAN * 1440)), zone)
    edges = [edge for interval in intervals for edge in interval]
    if edges and draw(st.booleans()):
        start = draw(st.sampled_from(edges))
    return calendar, start.astimezone(zone), draw(st.integers(0, 4000))


class MinuteCounter:
    """Counts every minute one by one, on the UTC axis."""

    def __init__(self, intervals, pauses=()):
        self.worked = set()
        for low, high in intervals:
            self.worked.update(self._minutes(low, high))
        for low, high in pauses:
            self.worked.difference_update(self._minutes(low, high))

    @staticmethod
    def _minutes(low, high):
        moment, high = low.astimezone(UTC), high.astimezone(UTC)
        while moment < high:
            yield moment
            moment += MINUTE

    def between(self, start, end):
        return sum(1 for minute in self._minutes(start, end) if minute in self.worked)

    def due(self, start, minutes):
        """Return the moment at which so many minutes are over, None if never."""
        moment = start.astimezone(UTC)
        last = max(self.worked, default=moment)
        while minutes and moment <= last:
            minutes -= moment in self.worked
            moment += MINUTE
        return None if minutes else moment


class TestClockProperties(unittest.TestCase):
    @property_settings
    @given(questions())
    def test_due_is_what_the_minute_counter_says(self, question):
        """ORD-03, ORD-14, SAM-09: due after so much working time."""
        (_zone, _first, intervals, _holidays), start, minutes = question
        expected = MinuteCounter(intervals).due(start, minutes)
        duration = timedelta(minutes=minutes)
        if expected is None:
            with self.assertRaises(NoWorkingTime):
                add_working_time(start, duration, intervals)
            return
        due = add_working_time(start, duration, iter(intervals))
        self.assertEqual(due.astimezone(UTC), expected)
        self.assertIs(due.tzinfo, start.tzinfo)
        # The inverse: between start and due lies exactly the duration.
        self.assertEqual(working_time_between(start, due, intervals), duration)

    @property_settings
    @given(questions(), st.lists(st.tuples(st.integers(0, 8000), st.integers(0, 900))))
    def test_time_between_outside_pauses(self, question, breaks):
        """MGT-08: what somebody waited, without lunch, nights and pauses."""
        (_zone, _first, intervals, _holidays), start, minutes = question
        end = (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(
            start.tzinfo
        )
        pauses = [
            (
                start.astimezone(UTC) + low * MINUTE,
                start.astimezone(UTC) + (low + length) * MINUTE,
            )
            for low, length in breaks
        ]
        expected = MinuteCounter(intervals, pauses).between(start, end)
        counted = working_time_between(start, end, iter(intervals), pauses)
        self.assertEqual(counted, timedelta(minutes=expected))

    @property_settings
    @given(questions(), st.integers(0, 4000))
    def test_time_adds_up(self, question, cut):
        """Counting to a moment and from it on is counting through."""
        (_zone, _first, intervals, _holidays), start, minutes = question
        middle = start.astimezone(UTC) + cut * MINUTE
        end = middle + minutes * MINUTE
        self.assertEqual(
            working_time_between(start, middle, intervals)
            + working_time_between(middle, end, intervals),
            working_time_between(start, end, intervals),
        )

    @property_settings
    @given(questions())
    def test_next_moment(self, question):
        (_zone, _first, intervals, _holidays), start, _minutes = question
        worked = MinuteCounter(intervals).worked
        later = [m for m in worked if m >= start.astimezone(UTC)]
        if not later:
            with self.assertRaises(NoWorkingTime):
                next_working_moment(start, intervals)
        else:
            self.assertEqual(next_working_moment(start, iter(intervals)), min(later))

    @property_settings
    @given(calendars())
    def test_working_dates(self, calendar):
        zone, first, intervals, _holidays = calendar
        minutes = MinuteCounter(intervals).worked
        expected = sorted({minute.astimezone(zone).date() for minute in minutes})
        self.assertEqual(list(working_dates(iter(intervals), zone)), expected)
        self.assertTrue(all(day >= first for day in expected))

    @property_settings
    @given(
        st.sets(st.integers(0, 60), min_size=9, max_size=50),
        st.integers(0, 60),
        st.integers(1, 9),
    )
    def test_working_days(self, offsets, start, n):
        """ORD-26: one working day later, and the count back, agree."""
        epoch = date(2026, 1, 1)
        dates = sorted(epoch + timedelta(days=offset) for offset in offsets)
        day = epoch + timedelta(days=start)
        self.assertEqual(add_working_days(day, 0, iter(dates)), day)
        for step, steps in ((1, n), (-1, -n)):
            found, probe, known = 0, day, set(dates)
            limit = epoch + timedelta(days=61 if step > 0 else -1)
            while found < n and probe != limit:
                probe += timedelta(days=step)
                found += probe in known
            if found < n:
                with self.assertRaises(NoWorkingTime):
                    add_working_days(day, steps, iter(dates))
                continue
            self.assertEqual(add_working_days(day, steps, iter(dates)), probe)
            self.assertEqual(working_days_between(day, probe, iter(dates)), steps)

    @property_settings
    @given(
        st.sets(st.integers(0, 60), max_size=40), st.integers(0, 60), st.integers(0, 60)
    )
    def test_days_between_is_antisymmetric(self, offsets, low, high):
        epoch = date(2026, 1, 1)
        dates = sorted(epoch + timedelta(days=offset) for offset in offsets)
        a, b = epoch + timedelta(days=low), epoch + timedelta(days=high)
        expected = sum(1 for d in dates if min(a, b) < d <= max(a, b))
        self.assertEqual(working_days_between(min(a, b), max(a, b), dates), expected)
        backwards = sum(1 for d in dates if min(a, b) <= d < max(a, b))
        if a != b:
            self.assertEqual(
                working_days_between(max(a, b), min(a, b), dates), -backwards
            )

    @property_settings
    @given(questions())
    def test_timeline_is_the_same_week_by_week(self, question):
        """A timeline that fetches as it goes answers like the whole list."""
        (zone, _first, intervals, _holidays), start, minutes = question
        timeline = WorkingTime(fetcher(intervals, zone), zone)
        duration = minutes * MINUTE
        try:
            expected = add_working_time(start, duration, intervals)
        except NoWorkingTime:
            with self.assertRaises(NoWorkingTime):
                timeline.add(start, duration)
        else:
            self.assertEqual(timeline.add(start, duration), expected)
        end = start.astimezone(UTC) + duration
        early = start.astimezone(UTC) - timedelta(days=9)
        for low, high in ((start, end), (early, start), (early, end)):
            self.assertEqual(
                timeline.between(low, high), working_time_between(low, high, intervals)
            )
        dates = list(working_dates(intervals, zone))
        day = start.date()
        for n in (-3, -1, 1, 3):
            try:
                expected = add_working_days(day, n, dates)
            except NoWorkingTime:
                with self.assertRaises(NoWorkingTime):
                    timeline.add_days(day, n)
            else:
                self.assertEqual(timeline.add_days(day, n), expected)
        other = day + timedelta(days=5)
        self.assertEqual(
            timeline.days_between(day, other), working_days_between(day, other, dates)
        )
        self.assertEqual(timeline.is_working_day(day), day in dates)


def fetcher(intervals, zone=UTC):
    """Return a fetch function that is asked for whole weeks, and for each once."""
    asked = []

    def fetch(start, end):
        for edge in (start.astimezone(zone), end.astimezone(zone)):
            if edge.weekday() or edge.time() != time.min:
                raise AssertionError("asked for a part of a week")
        for low, high in asked:
            if low < end and start < high:
                raise AssertionError("the same week was fetched twice")
        asked.append((start, end))
        return [
            (max(low, start), min(high, end))
            for low, high in intervals
            if low < end and high > start
        ]

    return fetch


class TestClockStories(unittest.TestCase):
    """The cases in which other systems are known to be wrong, told one by one."""

    def setUp(self):
        super().setUp()
        self.zone = ZoneInfo("Asia/Taipei")
        self.office = [
            (self._at(day, low), self._at(day, high))
            for day in (2, 3, 4, 5, 6, 9, 10)  # Monday 2 March 2026 and on
            for low, high in ((8, 12), (13, 17))
        ]

    def _at(self, day, hour, minute=0, zone=None):
        return datetime(2026, 3, day, hour, minute, tzinfo=zone or self.zone)

    def _due(self, start, hours):
        return add_working_time(start, timedelta(hours=hours), self.office)

    def test_over_lunch(self):
        self.assertEqual(self._due(self._at(2, 11), 2), self._at(2, 14))

    def test_start_in_the_lunch_break(self):
        self.assertEqual(self._due(self._at(2, 12, 30), 2), self._at(2, 15))

    def test_over_night_and_weekend(self):
        self.assertEqual(self._due(self._at(6, 16), 4), self._at(9, 11))

    def test_start_at_night_and_on_sunday(self):
        self.assertEqual(self._due(self._at(3, 23), 4), self._at(4, 12))
        self.assertEqual(self._due(self._at(8, 10), 4), self._at(9, 12))

    def test_due_at_the_end_of_the_day_not_next_morning(self):
        self.assertEqual(self._due(self._at(2, 13), 4), self._at(2, 17))
        self.assertEqual(self._due(self._at(2, 8), 8), self._at(2, 17))

    def test_question_from_another_time_zone(self):
        berlin = ZoneInfo("Europe/Berlin")
        due = self._due(self._at(2, 1, zone=berlin), 4)  # 08:00 in Taipei
        self.assertEqual(due, self._at(2, 12))
        self.assertIs(due.tzinfo, berlin)

    def test_nothing_to_wait_for(self):
        night = self._at(3, 23)
        self.assertEqual(self._due(night, 0), night)
        self.assertEqual(next_working_moment(night, self.office), self._at(4, 8))

    def test_refusals(self):
        with self.assertRaises(ValueError):
            self._due(datetime(2026, 3, 2, 8), 1)  # noqa: DTZ001 - naive on purpose
        with self.assertRaises(ValueError):
            self._due(self._at(2, 8), -1)
        with self.assertRaises(NoWorkingTime):
            self._due(self._at(2, 8), 57)
        with self.assertRaises(NoWorkingTime):
            add_working_time(self._at(2, 8), timedelta(hours=1), [])
        self.assertTrue(issubclass(NoWorkingTime, ValueError))

    def test_backwards_is_nothing(self):
        self.assertFalse(
            working_time_between(self._at(3, 9), self._at(2, 9), self.office)
        )

    def test_open_pause(self):
        worked = working_time_between(
            self._at(2, 8), self._at(3, 9), self.office, [(self._at(2, 10), None)]
        )
        self.assertEqual(worked, timedelta(hours=2))

    def test_overlapping_and_empty_intervals(self):
        untidy = [
            (self._at(2, 8), self._at(2, 12)),
            (self._at(2, 9), self._at(2, 9)),
            (self._at(2, 10), self._at(2, 14)),
        ]
        self.assertEqual(
            add_working_time(self._at(2, 8), timedelta(hours=6), untidy),
            self._at(2, 14),
        )
        self.assertEqual(
            working_time_between(self._at(2, 7), self._at(2, 20), untidy),
            timedelta(hours=6),
        )

    def test_night_of_the_time_change(self):
        """Eight hours of a night shift are seven, or nine, on the wall."""
        berlin = ZoneInfo("Europe/Berlin")
        forward = [(self._at(28, 22, zone=berlin), self._at(29, 6, zone=berlin))]
        self.assertEqual(working_time_between(*forward[0], forward), timedelta(hours=7))
        back = [
            (
                datetime(2026, 10, 24, 22, tzinfo=berlin),
                datetime(2026, 10, 25, 6, tzinfo=berlin),
            )
        ]
        self.assertEqual(working_time_between(*back[0], back), timedelta(hours=9))
        self.assertEqual(
            add_working_time(back[0][0], timedelta(hours=9), back), back[0][1]
        )


class TestTimeline(unittest.TestCase):
    def test_calendar_without_hours(self):
        for answer in ("add", "next_moment"):
            timeline = WorkingTime(lambda start, end: [], ZoneInfo("UTC"))
            start = datetime(2026, 3, 2, tzinfo=UTC)
            arguments = [start] + [timedelta(hours=1)] * (answer == "add")
            with self.assertRaises(NoWorkingTime):
                getattr(timeline, answer)(*arguments)
        for n in (-1, 1):
            timeline = WorkingTime(lambda start, end: [], ZoneInfo("UTC"))
            with self.assertRaises(NoWorkingTime):
                timeline.add_days(date(2026, 3, 2), n)
        self.assertIsNone(timeline.day_end(date(2026, 3, 2)))

    def test_long_shutdown_is_bridged(self):
        reopening = datetime(2027, 11, 1, 8, tzinfo=UTC)
        timeline = WorkingTime(
            fetcher([(reopening, reopening + timedelta(hours=8))]), ZoneInfo("UTC")
        )
        due = timeline.add(datetime(2026, 3, 2, tzinfo=UTC), timedelta(hours=1))
        self.assertEqual(due, reopening + timedelta(hours=1))

    def test_ends_of_day_as_calendars_write_them(self):
        """A shift to 24:00 arrives as 23:59:59.999999: no microsecond is lost."""
        zone = pytz.timezone("Asia/Taipei")
        day = datetime(2026, 3, 2)

        def fetch(start, end):
            pieces = []
            for offset in itertools.count():
                night = zone.localize(day + timedelta(days=offset, hours=22))
                if night >= end:
                    return pieces
                almost = night + timedelta(hours=2, microseconds=-1)
                pieces += [
                    (night, almost),
                    (almost + timedelta(microseconds=1), night + timedelta(hours=8)),
                ]

        timeline = WorkingTime(fetch, zone)
        start = zone.localize(day + timedelta(hours=22))
        for hours, wanted in ((2, 24), (8, 30), (9, 47)):
            self.assertEqual(
                timeline.add(start, timedelta(hours=hours)),
                zone.localize(day + timedelta(hours=wanted)),
            )

    def test_second_after_a_holiday_is_no_work(self):
        """A holiday to 23:59:59 on a calendar that goes to midnight."""
        low = datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC)
        high = datetime(2026, 3, 3, 23, 59, 59, 999999, tzinfo=UTC)
        timeline = WorkingTime(lambda start, end: [(low, high)], ZoneInfo("UTC"))
        self.assertFalse(timeline.is_working_day(date(2026, 3, 3)))
        self.assertFalse(timeline.between(low - timedelta(days=1), high))

    def test_all_hours(self):
        zone = ZoneInfo("Europe/Berlin")
        start = datetime(2026, 3, 28, 20, tzinfo=zone)
        due = AllHours(zone).add(start, timedelta(hours=24))
        self.assertEqual(due, datetime(2026, 3, 29, 21, tzinfo=zone))
        self.assertEqual(AllHours(zone).between(start, due), timedelta(hours=24))
        self.assertEqual(
            AllHours(zone).add_days(date(2026, 3, 28), 40), date(2026, 5, 7)
        )

    def test_day_end(self):
        zone = ZoneInfo("Asia/Taipei")
        opening = datetime(2026, 3, 2, 8, tzinfo=zone)
        timeline = WorkingTime(
            fetcher([(opening, opening + timedelta(hours=9))], zone), zone
        )
        self.assertEqual(
            timeline.day_end(date(2026, 3, 2)), opening + timedelta(hours=9)
        )
        self.assertIsNone(timeline.day_end(date(2026, 3, 3)))


if __name__ == "__main__":
    unittest.main()
