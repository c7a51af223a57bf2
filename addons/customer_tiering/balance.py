"""How much of an order must have come before goods of it leave. Pure (ORD-50, ORD-51).

Goods that are handed over are paid in full; on what is still to be made, the deposit
stays. What will never be made is not asked for.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Part(NamedTuple):
    """One line of an order: quantities in the unit of the line, money with taxes.

    :param float total: the price of all that was ordered
    :param float ordered: above zero
    :param float gone: handed over, or about to be
    :param float rest: what will still be made or handed over later
    """

    total: float
    ordered: float
    gone: float
    rest: float


def asked(total: float, parts: Iterable[Part], deposit_percent: float) -> float:
    """Return what must have come, unrounded, in the currency of ``total``.

    :param total: the order's total; what is in it beside ``parts`` (services,
        rounding) is asked for in full
    :param deposit_percent: of the total, asked for before production
    """
    held = deposit_percent / 100
    for part in parts:
        price = part.total / part.ordered
        total -= part.total - price * (part.gone + held * part.rest)
    return total
