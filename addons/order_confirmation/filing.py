"""Which numbers of delivery slips are not accounted for. Without the ORM (ORD-61).

Numbers are given without gaps, in each company and year from 1. A number of which no
slip is known is missing: somebody wrote one by hand, took one out, or drew a number and
used it elsewhere.
"""

from collections.abc import Iterable


def slip_name(year: int, number: int) -> str:
    """Return the number of a slip as it is printed: SL/2026/00042."""
    return f"SL/{year}/{number:05d}"


def missing(known: Iterable[int], after: int, last: int) -> list[int]:
    """Return the numbers after one up to another of which none is known, in order.

    :param known: numbers of the slips there are, in any order
    :param int after: the last number that was accounted for already; 0 for none
    :param int last: the last number that was given
    """
    there = set(known)
    return [number for number in range(after + 1, last + 1) if number not in there]
