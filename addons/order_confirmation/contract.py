"""What a sales contract agrees on, and where an order departs from it (ORD-06).

Pure functions without the ORM: prices and quantities are floats in one currency and
unit, the other terms are texts or numbers that can be compared.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Agreed(NamedTuple):
    """A price agreed for a product from a quantity on."""

    minimum: float
    price: float


def agreed_price(rows: Iterable[Agreed], quantity: float) -> float | None:
    """Return the price agreed for the quantity; None where none is.

    That of the highest minimum which the quantity reaches. Below the lowest minimum
    nothing was agreed.
    """
    reached = [row for row in rows if row.minimum <= quantity]
    return max(reached).price if reached else None


def deviations(agreed: Mapping, ordered: Mapping) -> dict:
    """Return ``{term: (agreed, ordered)}`` of the terms that differ.

    A term on which the contract says nothing (None) is free. Texts are compared
    without regard to blanks and line ends.

    :param agreed: what the contract says, by term
    :param ordered: what the order says, by term
    """
    return {
        term: (value, ordered.get(term))
        for term, value in agreed.items()
        if value is not None and _plain(value) != _plain(ordered.get(term))
    }


def _plain(value):
    return " ".join(value.split()) if isinstance(value, str) else value


def deposit(own: float, agreed: float | None, accepted: bool) -> float:
    """Return the percentage that must arrive before production.

    An order does not escape its contract's deposit by other payment terms: until the
    difference is accepted in writing, the higher of both counts.

    :param own: deposit of the order's payment terms, in percent
    :param agreed: that of the contract; None without a contract
    :param accepted: whether the deviation is accepted in writing
    """
    return own if agreed is None or accepted else max(own, agreed)


def allowance_part(amounts: Iterable[float]) -> float:
    """Return which part of what is sold is taken off again on the same order.

    An order of 100 and 60, of which a line takes 40 off, is sold for three quarters:
    0.25. More than everything is everything; where nothing is sold, nothing is taken
    off.

    :param amounts: what each line adds to the order, in one currency
    """
    amounts = list(amounts)
    sold = sum(amount for amount in amounts if amount > 0)
    taken = -sum(amount for amount in amounts if amount < 0)
    return min(taken / sold, 1.0) if sold > 0 else 0.0
