"""When goods can be finished, from material, load and calendars. Without the ORM.

Work is laid one step after the other: a step begins when the one before it is done,
when what it is made of is there, and when its work centre has worked off what waits
there already. Minutes are those that the work centre needs, its efficiency and its
capacity included (ORD-14).
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple


class Step(NamedTuple):
    """One operation: where, and how many minutes of it."""

    centre: Hashable
    minutes: float


class Job(NamedTuple):
    """One product to make.

    :param tuple parts: keys of the jobs that come first
    :param datetime material: aware; when its last bought part is there
    :param int days: working days that it takes where no operation says more
    """

    key: Hashable
    parts: tuple = ()
    material: datetime | None = None
    steps: tuple[Step, ...] = ()
    days: int = 0


class Plan(NamedTuple):
    """When a job begins and ends."""

    start: datetime
    end: datetime


def schedule(
    jobs: Iterable[Job],
    load: Mapping[Hashable, float],
    calendars: Mapping[Hashable, object],
    house,
    now: datetime,
) -> dict[Hashable, Plan]:
    """Return when each job begins and ends.

    :param jobs: each after the jobs of its parts
    :param load: minutes that wait at each work centre already
    :param calendars: working time of each work centre, as ``service_clock`` knows it
    :param house: working time of the company, for the days of jobs without operations
    :raise NoWorkingTime: somewhere nobody works
    """
    plans, free = {}, {}
    for job in jobs:
        ready = max(
            [now, *filter(None, [job.material]), *(plans[key].end for key in job.parts)]
        )
        begin, done = None, ready
        for step in job.steps:
            calendar = calendars[step.centre]
            if step.centre not in free:
                waiting = timedelta(minutes=load.get(step.centre, 0.0))
                free[step.centre] = calendar.add(now, waiting)
            opens = calendar.next_moment(max(done, free[step.centre]))
            done = calendar.add(opens, timedelta(minutes=step.minutes))
            free[step.centre] = done
            begin = begin or opens
        if begin is None:
            begin = house.next_moment(ready)
            done = begin
        # The lead time of a bill of materials is what it takes at least.
        done = max(done, _days_later(begin, job.days, house))
        plans[job.key] = Plan(begin, done)
    return plans


def _days_later(moment: datetime, days: int, house) -> datetime:
    """Return the end of work so many working days after a moment."""
    if not days:
        return moment
    day = house.add_days(moment.astimezone(house.tz).date(), days)
    return max(moment, house.day_end(day))
