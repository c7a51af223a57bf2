"""When price or specification of a line is in doubt (ORD-07).

Pure functions without the ORM: prices are net, in one currency and unit.
"""

from collections.abc import Iterable
from typing import NamedTuple

CONTRACT, PRICE_LIST, LAST_ORDER, SETTLED = (
    "contract", "price_list", "last_order", "settled",
)  # fmt: skip
# Two per cent of a float is not always less than two per cent.
ROUNDING = 1e-9


class Reference(NamedTuple):
    """What a price is compared with: where it is from, which one, how much."""

    source: str
    label: str
    price: float


def difference(price: float, reference: float) -> float:
    """Return by how many per cent the price is off the reference, never negative.

    A reference of nothing says nothing: there is no difference from it.
    """
    return abs(price - reference) / reference * 100 if reference > 0 else 0.0


def doubts(
    price: float, references: Iterable[Reference], tolerance: float, smallest: float = 0
) -> list[Reference]:
    """Return the references that the price is off, beyond the tolerance.

    A price agreed by contract takes the place of the price list. A price that keeps to
    the contract is in no doubt at all: the contract is newer than any order before it,
    or says why the price is another one.

    :param tolerance: in per cent
    :param smallest: a difference up to this amount is rounding, not a doubt
    """
    references = list(references)
    by_contract = [row for row in references if row.source == CONTRACT]
    off = [
        row
        for row in references
        if difference(price, row.price) > tolerance + ROUNDING
        and abs(price - row.price) > smallest
    ]
    if by_contract:
        if not set(by_contract) & set(off):
            return []
        off = [row for row in off if row.source != PRICE_LIST]
    return off


def same_text(one: str, other: str) -> bool:
    """Return whether two texts say the same: blanks and line ends do not count."""
    return (one or "").split() == (other or "").split()
