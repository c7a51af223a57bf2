"""Who gets scarce stock, without the ORM (ORD-13).

What a planner has signed for is served first. Then those who have waited so long that
they are no longer passed over, the oldest order first; then by tier, and within a tier
by the sequence of the orders. Everybody gets what is left when their turn comes, up to
what they need.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple


class Demand(NamedTuple):
    """What one order line still needs of a product.

    :param float quantity: in the product's own unit
    :param int tier: rank of the customer's tier, the smallest first
    :param sequence: place of the order among all; unique for each line, comparable
    :param int age: working days that the order has waited
    :param float committed: how much of it a planner has signed for
    """

    key: Hashable
    product: Hashable
    quantity: float
    tier: int
    sequence: Any
    age: int = 0
    committed: float = 0.0


class Loss(NamedTuple):
    """What a line would get without others, and what it gets beside them."""

    before: float
    after: float


def ranked(demands: Iterable[Demand], limit: int) -> list[Demand]:
    """Return the demands in the order in which they are served.

    :param limit: working days after which an order is no longer passed over; 0: never
    """

    def place(demand):
        if limit and demand.age >= limit:
            return 0, 0, demand.sequence
        return 1, demand.tier, demand.sequence

    return sorted(demands, key=place)


def allocate(
    stock: Mapping[Hashable, float], demands: Iterable[Demand], limit: int
) -> dict[Hashable, float]:
    """Return how much of the stock each demand gets, ``{key: quantity}``."""
    order = ranked(demands, limit)
    left = defaultdict(float, {key: max(there, 0.0) for key, there in stock.items()})
    shares = dict.fromkeys((demand.key for demand in order), 0.0)

    def serve(demand, wanted):
        given = max(min(wanted, left[demand.product]), 0.0)
        left[demand.product] -= given
        shares[demand.key] += given

    for demand in order:
        serve(demand, min(demand.committed, demand.quantity))
    for demand in order:
        serve(demand, demand.quantity - shares[demand.key])
    return shares


def losses(
    stock: Mapping[Hashable, float],
    demands: Iterable[Demand],
    limit: int,
    chosen: Mapping[Hashable, float],
) -> dict[Hashable, Loss]:
    """Return who gets less because some lines take what was chosen for them.

    :param chosen: ``{key: quantity}`` of the lines that somebody decides on
    :return: ``{key: Loss}`` of the other lines that lose, compared with the stock as
        it would be shared without the chosen ones
    """
    demands = list(demands)
    others = [demand for demand in demands if demand.key not in chosen]
    before = allocate(stock, others, limit)
    taken = defaultdict(float)
    for demand in demands:
        if demand.key in chosen:
            taken[demand.product] += max(chosen[demand.key], 0.0)
    left = {key: there - taken[key] for key, there in stock.items()}
    after = allocate(left, others, limit)
    return {
        key: Loss(before[key], after[key])
        for key in before
        if before[key] - after[key] > 1e-9
    }


def rest_dates(
    rests: Iterable[tuple[Hashable, Hashable, float]],
    arrivals: Mapping[Hashable, Iterable[tuple[date, float]]],
) -> dict[Hashable, date | None]:
    """Return when what is on its way covers each rest, in the order of serving.

    :param rests: key, product and quantity, the first served first
    :param arrivals: ``{product: [(date, quantity)]}``
    :return: ``{key: date}``; None where not enough is on its way
    """
    queues = {product: sorted(rows) for product, rows in arrivals.items()}
    places = defaultdict(lambda: [0, 0.0])
    dates = {}
    for key, product, quantity in rests:
        queue, place = queues.get(product, []), places[product]
        day = None
        while quantity > 1e-9 and place[0] < len(queue):
            there = queue[place[0]][1] - place[1]
            used = min(there, quantity)
            quantity -= used
            place[1] += used
            if used > 0:
                day = queue[place[0]][0]
            if queue[place[0]][1] - place[1] <= 1e-9:
                place[0] += 1
                place[1] = 0.0
        dates[key] = day if quantity <= 1e-9 else None
    return dates
