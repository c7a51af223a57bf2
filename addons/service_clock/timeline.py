"""Working time of one calendar, fetched week by week as far as it is needed.

Pure Python: the calendar is a function. One timeline answers any number of
questions about it, so that eighty clocks cost no more queries than eight.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from . import clock
from .clock import Interval, NoWorkingTime

WEEK = timedelta(days=7)
# Calendars write the end of a day as 23:59:59 or 23:59:59.999999. What such an
# end leaves over before midnight is no time that anybody works.
SLIVER = timedelta(seconds=1)
# How far ahead is fetched first: most promises are due within it.
LOOK_AHEAD = 4 * WEEK
# Longer than any shutdown; a calendar that is empty for so long has no hours.
BARREN_WEEKS = 104


def normalised(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Yield the intervals in UTC, without slivers, midnights made whole."""
    for raw_low, raw_high in intervals:
        low, high = clock.to_utc(raw_low), clock.to_utc(raw_high)
        if high.microsecond == 999999:
            high += timedelta(microseconds=1)
        if high - low > SLIVER:
            yield low, high


class WorkingTime:
    """The working intervals of one calendar.

    :param fetch: ``fetch(start, end)`` returns the sorted working intervals
        between two aware datetimes. It is asked for whole weeks, Monday to
        Monday in the time zone, each week at most once.
    :param tz: time zone in which a date is a date (pytz or zoneinfo)
    """

    def __init__(
        self, fetch: Callable[[datetime, datetime], Iterable[Interval]], tz
    ) -> None:
        self._fetch = fetch
        self.tz = tz
        self._intervals = []
        # Ordinals of the Mondays between which the intervals are known.
        self._first = self._last = None

    def know(self, start: datetime, end: datetime) -> None:
        """Fetch at once what questions from ``start`` to ``end`` will need."""
        self._cover(start, end + LOOK_AHEAD)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """See :func:`clock.add_working_time`."""
        return clock.add_working_time(start, duration, self._onward(start))

    def between(self, start: datetime, end: datetime, pauses=()) -> timedelta:
        """See :func:`clock.working_time_between`."""
        if end <= start:
            return clock.ZERO
        return clock.working_time_between(start, end, self._window(start, end), pauses)

    def next_moment(self, moment: datetime) -> datetime:
        """See :func:`clock.next_working_moment`."""
        return clock.next_working_moment(moment, self._onward(moment))

    def add_days(self, day: date, n: int) -> date:
        """See :func:`clock.add_working_days`; n of either sign."""
        if n >= 0:
            dates = clock.working_dates(self._onward(self._midnight(day)), self.tz)
            return clock.add_working_days(day, n, dates)
        span = -n * timedelta(days=2) + 2 * WEEK
        while True:
            try:
                return clock.add_working_days(day, n, self._dates(day - span, day))
            except NoWorkingTime:
                if span > BARREN_WEEKS * WEEK - 3 * n * WEEK:
                    raise
                span *= 2

    def days_between(self, start: date, end: date) -> int:
        """See :func:`clock.working_days_between`."""
        dates = self._dates(min(start, end), max(start, end))
        return clock.working_days_between(start, end, dates)

    def is_working_day(self, day: date) -> bool:
        """Tell whether any work is done on the date."""
        return day in self._dates(day, day)

    def day_end(self, day: date) -> datetime | None:
        """Return the last working moment of the date, None if nobody works."""
        low = self._midnight(day)
        high = self._midnight(day + timedelta(days=1))
        ends = [end for _start, end in self._window(low, high)]
        return min(max(ends), high).astimezone(self.tz) if ends else None

    def _dates(self, first: date, last: date) -> list[date]:
        window = self._window(
            self._midnight(first), self._midnight(last + timedelta(days=1))
        )
        return [
            day for day in clock.working_dates(window, self.tz) if first <= day <= last
        ]

    def _midnight(self, day: date) -> datetime:
        naive = datetime.combine(day, time.min)
        if hasattr(self.tz, "localize"):  # pytz
            return self.tz.localize(naive).astimezone(UTC)
        return naive.replace(tzinfo=self.tz).astimezone(UTC)

    def _onward(self, moment: datetime) -> Iterator[Interval]:
        """Yield the intervals that end after ``moment``, as far as one reads.

        Ends when a very long time holds no work at all.
        """
        span, reached = LOOK_AHEAD, clock.to_utc(moment)
        self._cover(reached, reached + span)
        while True:
            found = False
            position = clock.first_after(reached, self._intervals)
            for low, high in self._intervals[position:]:
                found, reached = True, high
                yield low, high
            known_to = self._midnight(date.fromordinal(self._last))
            if not found and known_to - reached > BARREN_WEEKS * WEEK:
                return
            span *= 2
            self._cover(reached, known_to + span)

    def _window(self, start: datetime, end: datetime) -> list[Interval]:
        """Return the intervals that overlap ``start`` to ``end``."""
        self._cover(start, end)
        position = clock.first_after(start, self._intervals)
        window = []
        for low, high in self._intervals[position:]:
            if low >= clock.to_utc(end):
                break
            window.append((low, high))
        return window

    def _cover(self, start: datetime, end: datetime) -> None:
        """Fetch what is missing to know every interval from start to end.

        Whole weeks, because some calendars spread hours over the week, and
        because an interval cut at an arbitrary moment looks like another one.
        """
        first, last = self._monday(start), self._monday(end) + 7
        if self._first is None:
            self._first = self._last = first
        fetched = [
            *self._missing(min(first, self._first), self._first),
            *self._missing(self._last, max(last, self._last)),
        ]
        self._first = min(first, self._first)
        self._last = max(last, self._last)
        if fetched:
            known = sorted([*fetched, *self._intervals])
            self._intervals = list(clock.merged(known))

    def _missing(self, first: int, last: int) -> Iterator[Interval]:
        if first < last:
            low = self._midnight(date.fromordinal(first))
            high = self._midnight(date.fromordinal(last))
            yield from normalised(self._fetch(low, high))

    def _monday(self, moment: datetime) -> int:
        day = clock.to_utc(moment).astimezone(self.tz).date()
        return day.toordinal() - day.weekday()


class AllHours(WorkingTime):
    """A calendar in which every hour counts, for promises in plain hours."""

    def __init__(self, tz) -> None:
        super().__init__(lambda start, end: [(start, end)], tz)
