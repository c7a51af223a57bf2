"""The promised completion date as a function of the facts. Without the ORM.

A promise is what its entries say (ORD-17): dates that somebody gave, and slips. While
the sheet is with the customer, each working day that begins without it back slips the
promise by one working day (ORD-26). Which days those are follows from when the sheet
was with the customer and from the company's calendar, so that it does not matter when,
or how often, the slips are written into the ledger.

Versions: each version of a sheet has times of its own with the customer. Its clock
starts with its own sending and ends when it is back or when it can no longer be
returned, because the order changed or was cancelled. Slips that were earned stay.
A return that is rejected starts the clock anew on the day of the rejection.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)


class Wait(NamedTuple):
    """A time during which a sheet was with the customer.

    :param int sheet: which sheet
    :param datetime start: aware; when it was sent, or its return rejected
    :param datetime end: aware; when it came back or could no longer; None: not yet
    """

    sheet: int
    start: datetime
    end: datetime | None = None


class Entry(NamedTuple):
    """One line of the ledger.

    :param date day: from which day on it holds; for a slip, the day that was lost
    :param date date: the promised date after it
    :param bool slip: a day lost by a late sheet; otherwise a date somebody gave
    """

    day: date
    date: date
    slip: bool = False


class Slip(NamedTuple):
    """A working day on which a sheet was late, not in the ledger yet."""

    day: date
    sheet: int
    before: date
    after: date


def lost_days(
    waits: Iterable[Wait], now: datetime, calendar, deferred: datetime | None = None
) -> dict[date, int]:
    """Return the working days that late sheets cost, ``{day: sheet}``, in their order.

    A day counts when it is a working day after the one on which the wait began, and
    has begun before the wait ended. After a release under a tier's deferral none does.

    :param now: aware
    :param calendar: a :class:`service_clock.timeline.WorkingTime`; its zone says which
        date a moment belongs to
    :param deferred: aware; since when the order is released without its sheet
    """
    last = _day(now, calendar)
    if deferred is not None:
        last = min(last, _day(deferred, calendar))
    days = {}
    for wait in waits:
        end = last if wait.end is None else min(last, _day(wait.end, calendar))
        day = _day(wait.start, calendar) + DAY
        while day <= end:
            if day not in days and calendar.is_working_day(day):
                days[day] = wait.sheet
            day += DAY
    return dict(sorted(days.items()))


def pending(
    entries: Iterable[Entry],
    waits: Iterable[Wait],
    now: datetime,
    calendar,
    deferred: datetime | None = None,
) -> list[Slip]:
    """Return the slips that the facts say and the ledger does not yet, by day.

    A date that was given contains every slip up to its day.

    :param entries: in the order in which they were written
    :raise NoWorkingTime: a slip has no working day to go to
    """
    entries = list(entries)
    if not entries:
        return []
    given = [entry.day for entry in entries if not entry.slip]
    covered = max(given, default=date.min)
    known = {entry.day for entry in entries if entry.slip}
    before, slips = entries[-1].date, []
    for day, sheet in lost_days(waits, now, calendar, deferred).items():
        if day in known or day <= covered:
            continue
        after = calendar.add_days(before, 1)
        slips.append(Slip(day, sheet, before, after))
        before = after
    return slips


def promised(
    entries: Iterable[Entry],
    waits: Iterable[Wait],
    now: datetime,
    calendar,
    deferred: datetime | None = None,
) -> date | None:
    """Return the promised completion date of now; None before the first promise."""
    entries = list(entries)
    slips = pending(entries, waits, now, calendar, deferred)
    if slips:
        return slips[-1].after
    return entries[-1].date if entries else None


def _day(moment: datetime, calendar) -> date:
    return moment.astimezone(calendar.tz).date()
