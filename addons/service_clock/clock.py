"""Arithmetic of working time, without the ORM.

Moments are aware datetimes. Working intervals are pairs ``(start, end)`` in
rising order; they may touch or overlap, and may come from a lazy iterator that
has no end. Everything is counted on the UTC axis, so that a night on which the
clocks change has the minutes it really had.

"Working hours" are defined in the specification's README; ORD-03, ORD-05,
ORD-14, ORD-26 and SAM-09 are the promises that are counted with them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

Interval = tuple[datetime, datetime]
ZERO = timedelta(0)


class NoWorkingTime(ValueError):
    """The calendar holds no (more) working time for what was asked."""


def to_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC; a naive datetime is a ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    # Arithmetic between two datetimes of one zoneinfo zone ignores the change
    # of clocks between them; UTC has none.
    return moment.astimezone(UTC)


def merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Yield the intervals in UTC, without empty, touching or overlapping ones.

    The input must be sorted by its starts; it is read lazily.
    """
    current = None
    for raw_start, raw_end in intervals:
        start, end = to_utc(raw_start), to_utc(raw_end)
        if start >= end:
            continue
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current


def add_working_time(
    start: datetime, duration: timedelta, intervals: Iterable[Interval]
) -> datetime:
    """Return the first instant by which ``duration`` of working time has passed.

    :param start: aware; may lie outside working time
    :param duration: not negative; nothing to wait for means ``start`` itself
    :return: the due moment, in the time zone of ``start``. Work that ends with
        the day is due at the end of that day, not on the next morning.
    :raise NoWorkingTime: when the intervals end before the duration is used up
    """
    if duration < ZERO:
        raise ValueError("a duration of working time cannot be negative")
    if not duration:
        return start
    begin, left = to_utc(start), duration
    # Not merged: that would need one interval more than the answer does.
    reached = begin
    for raw_start, raw_end in intervals:
        opening = max(to_utc(raw_start), reached)
        closing = to_utc(raw_end)
        if closing <= opening:
            continue
        if closing - opening >= left:
            return (opening + left).astimezone(start.tzinfo)
        left -= closing - opening
        reached = closing
    raise NoWorkingTime(f"no working time left after {start}, {left} short")


def working_time_between(
    start: datetime,
    end: datetime,
    intervals: Iterable[Interval],
    pauses: Iterable[tuple[datetime, datetime | None]] = (),
) -> timedelta:
    """Return the working time from ``start`` to ``end`` outside the pauses.

    :param pauses: pairs in any order, overlapping as they like; an end of None
        is a pause that still lasts
    :return: zero when ``end`` is not after ``start``
    """
    begin, finish = to_utc(start), to_utc(end)
    breaks = list(
        merged(
            sorted(
                (to_utc(low), finish if high is None else to_utc(high))
                for low, high in pauses
            )
        )
    )
    total = ZERO
    for low, high in merged(intervals):
        if low >= finish:
            break
        low, high = max(low, begin), min(high, finish)
        if low < high:
            total += high - low - _overlap(low, high, breaks)
    return total


def _overlap(low: datetime, high: datetime, spans: Iterable[Interval]) -> timedelta:
    """Return how much of ``low`` to ``high`` the disjoint spans cover."""
    shared = (
        min(high, span_end) - max(low, span_start) for span_start, span_end in spans
    )
    return sum((part for part in shared if part > ZERO), ZERO)


def next_working_moment(moment: datetime, intervals: Iterable[Interval]) -> datetime:
    """Return ``moment`` if it lies in working time, else the next opening.

    The end of an interval is no longer working time.

    :raise NoWorkingTime: when no interval ends after ``moment``
    """
    instant = to_utc(moment)
    for raw_start, raw_end in intervals:
        low, high = to_utc(raw_start), to_utc(raw_end)
        if low < high and instant < high:
            return max(low, instant).astimezone(moment.tzinfo)
    raise NoWorkingTime(f"no working time after {moment}")


def working_dates(intervals: Iterable[Interval], tz) -> Iterator[date]:
    """Yield each date, in the time zone ``tz``, on which some work is done.

    A night shift counts for both of its dates; one that ends at midnight does
    not count for the date that begins there.
    """
    last = None
    for low, high in intervals:
        if low >= high:
            continue
        day = low.astimezone(tz).date()
        final = (to_utc(high) - timedelta(microseconds=1)).astimezone(tz).date()
        while day <= final:
            if last is None or day > last:
                yield day
                last = day
            day += timedelta(days=1)


def add_working_days(day: date, n: int, working_dates: Iterable[date]) -> date:
    """Return the n-th working date after ``day`` (before it, when n < 0).

    :param n: 0 gives ``day`` itself, be it a working date or not
    :param working_dates: in rising order; for n < 0 it must end, and reach back
        far enough. For n > 0 it may be endless.
    :raise NoWorkingTime: when there are not that many working dates
    """
    if n == 0:
        return day
    if n < 0:
        before = []
        for worked in working_dates:
            if worked >= day:
                break
            before.append(worked)
        if len(before) < -n:
            raise NoWorkingTime(f"fewer than {-n} working days before {day}")
        return before[n]
    left = n
    for worked in working_dates:
        if worked > day:
            left -= 1
            if not left:
                return worked
    raise NoWorkingTime(f"fewer than {n} working days after {day}")


def working_days_between(start: date, end: date, working_dates: Iterable[date]) -> int:
    """Return how many working dates lie after ``start`` and up to ``end``.

    The inverse of :func:`add_working_days`: negative when ``end`` is earlier.

    :param working_dates: in rising order; must cover both dates
    """
    if end < start:
        return -sum(1 for day in _until(working_dates, start) if end <= day < start)
    return sum(1 for day in _until(working_dates, end) if day > start)


def _until(dates: Iterable[date], final: date) -> Iterator[date]:
    for day in dates:
        if day > final:
            return
        yield day


def first_after(moment: datetime, intervals: list[Interval]) -> int:
    """Return the index of the first of the disjoint intervals ending after it."""
    return bisect_right(intervals, to_utc(moment), key=lambda interval: interval[1])
