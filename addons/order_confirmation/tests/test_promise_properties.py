"""The promise as a function of the facts, against a day-by-day count (ORD-17, ORD-26).

Needs neither a database nor Odoo's registry.
"""

import unittest
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.service_clock.clock import NoWorkingTime
from odoo.addons.service_clock.timeline import WorkingTime

from ..promise import Entry, Wait, lost_days, pending, promised

ZONES = ["Asia/Taipei", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
FIRST = date(2026, 3, 2)  # a Monday; clocks change within the span
SPAN = 60
PROMISE = FIRST + timedelta(days=30)

property_settings = settings(max_examples=150, deadline=None, derandomize=True)


def wall(day, minute, zone):
    """Return the instant of a wall-clock minute."""
    naive = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def make(zone, weekdays, holidays):
    """Return a calendar with some weekdays and holidays, and its working dates."""

    def works(day):
        return day.weekday() in weekdays and day not in holidays

    def fetch(start, end):
        day = start.astimezone(zone).date()
        while day <= end.astimezone(zone).date():
            if works(day):
                yield wall(day, 480, zone), wall(day, 1020, zone)
            day += timedelta(days=1)

    return WorkingTime(fetch, zone), works


@st.composite
def calendars(draw):
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    offsets = draw(st.sets(st.integers(0, SPAN), max_size=8))
    return make(zone, weekdays, {FIRST + timedelta(days=n) for n in offsets})


@st.composite
def stories(draw):
    """Return (calendar, works, waits in their order, now, deferred)."""
    calendar, works = draw(calendars())
    minutes = draw(
        st.lists(st.integers(0, 25 * 1440), min_size=2, max_size=6, unique=True)
    )
    moments = [wall(FIRST, minute, calendar.tz) for minute in sorted(minutes)]
    waits = [
        Wait(number, start, end)
        for number, (start, end) in enumerate(
            zip(moments[::2], [*moments[1::2], None], strict=False)
        )
    ]
    now = wall(FIRST, draw(st.integers(0, 30 * 1440)), calendar.tz)
    deferred = draw(
        st.none() | st.integers(0, 30 * 1440).map(lambda n: wall(FIRST, n, calendar.tz))
    )
    return calendar, works, waits, now, deferred


def began(wait, now):
    return wait.start <= now


def counted(calendar, works, waits, now, deferred):
    """Count the lost days one by one, as a clerk with a wall calendar would."""
    zone, days = calendar.tz, set()
    for offset in range(SPAN):
        day = FIRST + timedelta(days=offset)
        if not works(day) or day > now.astimezone(zone).date():
            continue
        if deferred and day > deferred.astimezone(zone).date():
            continue
        for wait in waits:
            sent = wait.start.astimezone(zone).date()
            back = wait.end and wait.end.astimezone(zone).date()
            if day > sent and (back is None or day <= back):
                days.add(day)
    return days


class TestPromiseProperties(unittest.TestCase):
    @property_settings
    @given(stories())
    def test_lost_days_are_those_a_clerk_would_count(self, story):
        """ORD-26: over calendars, holidays, time zones, versions and deferrals."""
        calendar, works, waits, now, deferred = story
        found = lost_days(waits, now, calendar, deferred)
        self.assertEqual(set(found), counted(calendar, works, waits, now, deferred))

    @property_settings
    @given(stories())
    def test_the_date_is_so_many_working_days_later(self, story):
        """ORD-26: one working day for each working day."""
        calendar, works, waits, now, deferred = story
        entries = [Entry(FIRST - timedelta(days=1), PROMISE)]
        lost = len(counted(calendar, works, waits, now, deferred))
        day = PROMISE
        while lost:
            day += timedelta(days=1)
            lost -= works(day)
        self.assertEqual(promised(entries, waits, now, calendar, deferred), day)

    @property_settings
    @given(stories(), st.lists(st.integers(0, 30 * 1440), max_size=8))
    def test_when_and_how_often_the_job_ran_changes_nothing(self, story, runs):
        """ORD-26: twice, every hour, or not for ten days: the same date and slips."""
        calendar, _works, waits, now, deferred = story
        entries = [Entry(FIRST - timedelta(days=1), PROMISE)]
        expected = promised(entries, waits, now, calendar, deferred)
        for minute in sorted(runs):
            at = wall(FIRST, minute, calendar.tz)
            if at > now:
                continue
            # What the job knew then: waits begun, and not the ends still to come.
            seen = [
                wait._replace(end=wait.end if wait.end and wait.end <= at else None)
                for wait in waits
                if began(wait, at)
            ]
            known = deferred if deferred and deferred <= at else None
            for _twice in range(2):
                entries += [
                    Entry(slip.day, slip.after, slip=True)
                    for slip in pending(entries, seen, at, calendar, known)
                ]
        self.assertEqual(promised(entries, waits, now, calendar, deferred), expected)
        days = [entry.day for entry in entries if entry.slip]
        self.assertEqual(len(days), len(set(days)))

    @property_settings
    @given(stories(), st.integers(0, 20))
    def test_time_never_takes_a_slip_back(self, story, later):
        """ORD-26: slips that were earned stay."""
        calendar, _works, waits, now, deferred = story
        entries = [Entry(FIRST - timedelta(days=1), PROMISE)]
        early = promised(entries, waits, now, calendar, deferred)
        after = now + timedelta(days=later)
        self.assertGreaterEqual(
            promised(entries, waits, after, calendar, deferred), early
        )

    @property_settings
    @given(stories(), st.integers(0, 25))
    def test_a_given_date_contains_the_slips_before_it(self, story, offset):
        """ORD-17: relaxed on a day, only later days move it further."""
        calendar, _works, waits, now, deferred = story
        day = FIRST + timedelta(days=offset)
        relaxed = PROMISE + timedelta(days=40)
        entries = [Entry(FIRST, PROMISE), Entry(day, relaxed)]
        slips = pending(entries, waits, now, calendar, deferred)
        self.assertTrue(all(slip.day > day for slip in slips))
        date_now = promised(entries, waits, now, calendar, deferred)
        self.assertEqual(date_now, slips[-1].after if slips else relaxed)

    def plain(self, name="Asia/Taipei", holidays=()):
        return make(ZoneInfo(name), range(5), set(holidays))[0]

    def at(self, day, hour, minute=0, name="Asia/Taipei"):
        return wall(date(2026, 3, day), hour * 60 + minute, ZoneInfo(name))

    def days(self, *waits, now, deferred=None, calendar=None):
        found = lost_days(waits, now, calendar or self.plain(), deferred)
        return [day.day for day in found]

    def test_back_at_a_minute_to_midnight(self):
        """ORD-26: on the day it was sent is on that day, in the company's zone."""
        sent = self.at(3, 9)
        now = self.at(10, 12)
        self.assertEqual(self.days(Wait(1, sent, self.at(3, 23, 59)), now=now), [])
        self.assertEqual(self.days(Wait(1, sent, self.at(4, 0, 0)), now=now), [4])
        # The same instant is the day before in New York.
        calendar = self.plain("America/New_York")
        moment = Wait(1, sent, self.at(4, 0, 0))
        self.assertEqual(self.days(moment, now=now, calendar=calendar), [3])

    def test_over_a_weekend_and_a_holiday(self):
        """ORD-26: days on which nobody works cost nothing."""
        friday, monday = self.at(6, 17), self.at(9, 8)
        wait = Wait(1, friday, self.at(8, 12))
        self.assertEqual(self.days(wait, now=monday), [])
        wait = Wait(1, friday, self.at(10, 8))
        self.assertEqual(self.days(wait, now=self.at(12, 8)), [9, 10])
        closed = self.plain(holidays={date(2026, 3, 9)})
        self.assertEqual(self.days(wait, now=self.at(12, 8), calendar=closed), [10])

    def test_a_second_version_has_its_own_clock(self):
        """ORD-26: version 1 slips until it ends, version 2 from its sending."""
        first = Wait(1, self.at(2, 9), self.at(4, 15))
        second = Wait(2, self.at(6, 9), self.at(9, 9))
        self.assertEqual(self.days(first, second, now=self.at(12, 9)), [3, 4, 9])

    def test_deferral_ends_the_slipping(self):
        """ORD-26: released under a tier's deferral, no day is lost any more."""
        wait = Wait(1, self.at(2, 9))
        now = self.at(20, 9)
        self.assertEqual(self.days(wait, now=now, deferred=self.at(2, 10)), [])
        self.assertEqual(self.days(wait, now=now, deferred=self.at(4, 10)), [3, 4])

    def test_before_the_first_promise_there_is_no_date(self):
        """ORD-17: nothing promised, nothing slips."""
        waits = [Wait(1, self.at(2, 9))]
        self.assertIsNone(promised([], waits, self.at(9, 9), self.plain()))

    def test_a_calendar_without_hours_is_said_so(self):
        """ORD-26: no endless search for a working day."""
        calendar = make(ZoneInfo("Asia/Taipei"), range(5), set())[0]
        barren = WorkingTime(lambda start, end: [], calendar.tz)
        entries = [Entry(FIRST, PROMISE)]
        waits = [Wait(1, self.at(2, 9))]
        self.assertEqual(promised(entries, waits, self.at(9, 9), barren), PROMISE)
        with self.assertRaises(NoWorkingTime):
            barren.add_days(PROMISE, 1)
