"""How far a dimension may be from the standard one (ORD-16).

Pure functions without the ORM. Everything is counted in fractions: one third is one
third, and 133.33 is what somebody typed, not the binary number that is nearest to it.
"""

import math
from fractions import Fraction
from typing import NamedTuple

STANDARD, REVIEW, REFUSED = "standard", "review", "refused"
DEFAULT_LIMIT = "1/3"


class Measure(NamedTuple):
    """A value with its unit, the unit as a product of what its conversions say.

    :param value: number as it was typed
    :param factors: how much the unit contains of the next smaller one, and so on down
        to the reference unit; empty for the reference unit itself
    """

    value: float | Fraction
    factors: tuple = ()

    @property
    def exact(self):
        """Return the value in the reference unit."""
        return exact(self.value) * unit(self.factors)


def exact(number):
    """Return a number as it is written: the float 133.33 becomes 13333/100."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def unit(factors):
    """Return how many reference units one unit is."""
    return math.prod(map(exact, factors), start=Fraction(1))


def deviation(standard, ordered):
    """Return by which part of the standard a dimension differs from it, never negative.

    :param Measure standard: more than nothing
    :param Measure ordered: in any unit that is counted from the same reference
    :raises ValueError: the standard is nothing
    """
    if standard.exact <= 0:
        raise ValueError("A standard dimension is more than nothing")
    return abs(ordered.exact - standard.exact) / standard.exact


def judge(part, limit):
    """Return what becomes of a deviation: ``standard``, ``review`` or ``refused``.

    The limit itself may still go to the review.
    """
    if not part:
        return STANDARD
    return REVIEW if part <= limit else REFUSED


def bounds(standard, limit, factors=()):
    """Return the smallest and the largest value that may go to the review.

    :param Measure standard: the standard
    :param Fraction limit: the part of it that is allowed
    :param factors: those of the unit in which the answer is wanted
    """
    scale = unit(factors)
    return (
        standard.exact * (1 - limit) / scale,
        standard.exact * (1 + limit) / scale,
    )


def inward(low, high, digits=2):
    """Return both bounds as decimal texts, rounded so that they still are allowed."""
    shift = 10**digits
    return (
        _text(Fraction(math.ceil(low * shift), shift), digits),
        _text(Fraction(math.floor(high * shift), shift), digits),
    )


def read_limit(text):
    """Return a limit that a person wrote: ``1/3``, ``0.25`` or ``25 %``.

    :raises ValueError: it is no number between 0 and 1
    """
    text = "".join((text or "").split())
    try:
        if text.endswith("%"):
            limit = Fraction(text[:-1]) / 100
        else:
            limit = Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text!r} is no limit") from error
    if not 0 <= limit <= 1:
        raise ValueError(f"{text!r} is not between 0 and 1")
    return limit


def per_cent(part, limit=None):
    """Return a deviation in per cent with one decimal, as text.

    What is beyond the limit is never rounded to look like the limit.
    """
    tenths = round(part * 1000)
    if limit is not None and part > limit:
        tenths = max(tenths, math.floor(limit * 1000) + 1)
    return _text(Fraction(tenths, 10), 1)


def _text(number, digits):
    shift = 10**digits
    whole, rest = divmod(abs(int(number * shift)), shift)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 else text
