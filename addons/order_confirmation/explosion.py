"""Walking a graph of products and their parts, without the ORM (ORD-10).

``edges`` maps each product that is made to what goes straight into it.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import NamedTuple


def cycle(edges: Mapping[Hashable, Iterable[Hashable]]) -> list:
    """Return the products of one cycle, in their order, or an empty list."""
    done = set()
    for start in edges:
        path, places = [], {}
        stack = [(start, iter(edges.get(start, ())))]
        while stack:
            node, children = stack[-1]
            if node not in places:
                places[node] = len(path)
                path.append(node)
            child = next(children, None)
            if child is None:
                stack.pop()
                path.pop()
                places.pop(node)
                done.add(node)
            elif child in places:
                return path[places[child] :]
            elif child not in done and child in edges:
                stack.append((child, iter(edges[child])))
    return []


def bottom_up(edges: Mapping[Hashable, Iterable[Hashable]]) -> list:
    """Return what is made so that each comes after everything that goes into it.

    :param edges: without a cycle
    """
    result, seen = [], set()
    for start in edges:
        stack = [(start, False)]
        while stack:
            node, expanded = stack.pop()
            if expanded:
                result.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(child, False) for child in edges[node] if child in edges]
    return result


class Cover(NamedTuple):
    """What there is for a need.

    :param float short: what is neither there nor on its way
    :param date enough: when enough of what is on its way has come; None: not needed,
        or not even then
    """

    free: float
    short: float
    enough: date | None


def cover(
    needed: float,
    free: float,
    claimed: float,
    arrivals: Iterable[tuple[date, float]],
) -> Cover:
    """Return how a need is covered, after those who came first (ORD-10).

    :param free: on hand and reserved for nobody
    :param claimed: what other orders need of it and have not reserved
    :param arrivals: what is on its way: dates and quantities
    """
    left = max(free - claimed, 0.0)
    wanting = max(needed - left, 0.0)
    debt = max(claimed - free, 0.0)
    enough = None
    for day, quantity in sorted(arrivals):
        paid = min(debt, quantity)
        debt -= paid
        if wanting <= 0:
            break
        wanting -= quantity - paid
        if wanting <= 1e-9:
            wanting, enough = 0.0, day
    return Cover(left, max(wanting, 0.0), enough)
