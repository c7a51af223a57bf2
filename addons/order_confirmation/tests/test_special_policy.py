"""The policy of special dimensions, by properties (ORD-16)."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from odoo.addons.order_confirmation.special import (
    REFUSED,
    REVIEW,
    STANDARD,
    Measure,
    bounds,
    deviation,
    exact,
    inward,
    judge,
    per_cent,
    read_limit,
)

THIRD = Fraction(1, 3)
# On a busy machine slow is no finding.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
values = st.decimals(min_value="0.01", max_value="100000", places=2).map(float)
factors = st.lists(
    st.sampled_from([1.0, 2.54, 10.0, 12.0, 1000.0, 0.0166667]), max_size=4
).map(tuple)
limits = st.fractions(min_value=0, max_value=1, max_denominator=1000)


def verdict(standard, ordered, limit=THIRD, unit=(), other=()):
    part = deviation(Measure(standard, unit), Measure(ordered, other))
    return judge(part, limit)


@pytest.mark.parametrize(
    ("standard", "ordered", "answer"),
    [
        (100, 100, STANDARD),
        (100, 133.33, REVIEW),
        (100, 133.34, REFUSED),
        (100, 66.67, REVIEW),
        (100, 66.66, REFUSED),
        (300, 400, REVIEW),
        (300, 200, REVIEW),
        (0.3, 0.4, REVIEW),
        (0.3, 0.41, REFUSED),
        (2.7, 3.6, REVIEW),
    ],
)
def test_one_third_is_one_third(standard, ordered, answer):
    """ORD-16: up to and including one third goes to the review, more is refused."""
    assert verdict(standard, ordered) == answer


def test_units_are_converted_exactly():
    """ORD-16: 400 mm are a third more than 30 cm, and 15.75 inches are too much."""
    centimetre, inch = (10.0,), (2.54, 10.0)
    assert verdict(30, 400, unit=centimetre) == REVIEW
    assert verdict(30, 15.74, unit=centimetre, other=inch) == REVIEW
    assert verdict(30, 15.75, unit=centimetre, other=inch) == REFUSED
    assert verdict(1, 12, unit=(12.0, 2.54, 10.0), other=inch) == STANDARD


@calm
@given(values, factors, factors)
def test_the_standard_in_any_unit_is_the_standard(value, one, more):
    """ORD-16: only the size counts, not the unit in which it is written."""
    same = exact(value)
    for factor in more:
        same /= exact(factor)
    assert deviation(Measure(value, one), Measure(same, (*one, *more))) == 0


@calm
@given(values, values, factors, limits)
def test_the_unit_decides_nothing(standard, ordered, unit, limit):
    """ORD-16: both written in another unit, the answer is the same."""
    assert verdict(standard, ordered, limit) == verdict(
        standard, ordered, limit, unit, unit
    )


@calm
@given(values, values, values, limits)
def test_farther_away_is_never_better(standard, near, far, limit):
    """ORD-16: what is farther from the standard is not allowed where nearer is not."""
    parts = [deviation(Measure(standard), Measure(ordered)) for ordered in (near, far)]
    assume(parts[0] <= parts[1])
    order = [STANDARD, REVIEW, REFUSED]
    answers = [order.index(judge(part, limit)) for part in parts]
    assert answers == sorted(answers)


@calm
@given(values, factors, limits)
def test_the_bounds_named_are_allowed(standard, unit, limit):
    """ORD-16: a customer who orders just what the refusal names is not refused."""
    low, high = bounds(Measure(standard, unit), limit, unit)
    assert judge(deviation(Measure(standard, unit), Measure(high, unit)), limit) != (
        REFUSED
    )
    named = inward(low, high)
    for text in named:
        ordered = Measure(Fraction(text), unit)
        if low <= ordered.exact / Measure(1, unit).exact <= high:
            part = deviation(Measure(standard, unit), ordered)
            assert judge(part, limit) != REFUSED
    assert Fraction(named[0]) >= low
    assert Fraction(named[1]) <= high


@calm
@given(st.fractions(min_value=0, max_value=10), limits)
def test_beyond_the_limit_never_looks_like_it(part, limit):
    """ORD-16: “33.3 % of at most 33.3 %” would be a refusal without a reason."""
    if part > limit:
        assert Fraction(per_cent(part, limit)) > limit * 100
    assert abs(Fraction(per_cent(part)) - part * 100) <= Fraction(1, 10)


@pytest.mark.parametrize(
    ("text", "limit"),
    [("1/3", THIRD), (" 25 % ", Fraction(1, 4)), ("0.5", Fraction(1, 2)), ("0", 0)],
)
def test_a_limit_as_people_write_it(text, limit):
    """ORD-16: the limit is data of the company, exact where it is a fraction."""
    assert read_limit(text) == limit


@pytest.mark.parametrize("text", ["", None, "a third", "1/0", "-1/3", "4/3", "120 %"])
def test_no_limit(text):
    """ORD-16: what is no part of the standard is no limit."""
    with pytest.raises(ValueError):
        read_limit(text)
