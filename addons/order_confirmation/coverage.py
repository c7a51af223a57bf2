"""How much may leave under the delivery applications of one order line (ORD-52).

Pure functions without the ORM. Quantities are floats in the unit of the order line;
what has left is counted gross, so that goods that came back and leave again need an
application of their own.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Grant(NamedTuple):
    """One signed application's share of an order line.

    :param float before: what had left when it was signed
    :param float quantity: what it applies for
    """

    before: float
    quantity: float


def tops(grants: Iterable[Grant]) -> list[float]:
    """Return up to which total each grant lets goods leave.

    A grant begins where the one before it ends, and never below what had left when it
    was signed: an application that became void after its goods had left takes nothing
    from the next one, and lends nothing to it.

    :param grants: those that are valid, in the order of their signing
    """
    result = []
    top = 0.0
    for grant in grants:
        top = max(top, grant.before) + grant.quantity
        result.append(top)
    return result


def ceiling(grants: Iterable[Grant]) -> float:
    """Return the total that may have left in the end; 0 without a grant."""
    return max(tops(grants), default=0.0)
