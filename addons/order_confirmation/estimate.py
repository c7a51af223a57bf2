"""When an order will have passed all desks, by what waits before it (ORD-05).

Pure: hours are working hours, floats; where they end on the calendar is not asked here.
"""

from collections.abc import Iterable, Sequence


def ready_in(ahead: Iterable[int], mine: int, hours: Sequence[float]) -> float:
    """Return in how many working hours an order has passed the last desk.

    Each desk does one order at a time, in the order in which they came in; an order
    goes from desk to desk.

    :param ahead: at which desk each order that came in earlier waits now, oldest first
    :param mine: at which desk this one waits
    :param hours: what each desk takes for one order, first desk first
    """
    free = [0.0] * len(hours)
    done = 0.0
    for place in [*ahead, mine]:
        done = 0.0
        for desk in range(place, len(hours)):
            done = max(done, free[desk]) + hours[desk]
            free[desk] = done
    return done
