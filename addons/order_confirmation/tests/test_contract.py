"""What a contract agrees on, as plain rules (ORD-06)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..contract import Agreed, agreed_price, allowance_part, deposit, deviations

numbers = st.floats(0, 1e6)
# The first draws of a run wait for the machine, not for the data.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
rows = st.lists(st.builds(Agreed, numbers, numbers), max_size=6)


@patient
@given(rows, numbers)
def test_price_is_of_the_highest_minimum_reached(agreed, quantity):
    """ORD-06: the price is one that was agreed, for a quantity that is reached."""
    price = agreed_price(agreed, quantity)
    reached = [row for row in agreed if row.minimum <= quantity]
    if not reached:
        assert price is None
        return
    top = max(row.minimum for row in reached)
    assert price in {row.price for row in reached if row.minimum == top}


@patient
@given(st.dictionaries(st.text(max_size=3), st.none() | st.text() | numbers))
def test_nothing_departs_from_itself(terms):
    """ORD-06: an order that says what the contract says departs in nothing."""
    assert deviations(terms, terms) == {}
    spaced = {k: f" {v}\n" if isinstance(v, str) else v for k, v in terms.items()}
    assert deviations(terms, spaced) == {}


@patient
@given(st.dictionaries(st.text(max_size=3), numbers, min_size=1))
def test_every_difference_is_named(terms):
    """ORD-06: each term that differs is named with both values."""
    other = {key: value + 1 for key, value in terms.items()}
    found = deviations(terms, other)
    assert found == {
        key: (value, other[key]) for key, value in terms.items() if value != other[key]
    }


@patient
@given(st.floats(0, 100), st.none() | st.floats(0, 100), st.booleans())
def test_nobody_escapes_the_deposit_without_acceptance(own, agreed, accepted):
    """ORD-06: never less than the contract's deposit until it is accepted."""
    result = deposit(own, agreed, accepted)
    assert result >= own or accepted
    assert accepted or agreed is None or result >= agreed
    assert not accepted or result == own


@patient
@given(st.lists(st.floats(-1e6, 1e6), max_size=8))
def test_what_is_taken_off_the_whole_is_a_part_of_it(amounts):
    """ORD-06: between nothing and everything, and what is left is what is paid."""
    part = allowance_part(amounts)
    assert 0 <= part <= 1
    sold = sum(amount for amount in amounts if amount > 0)
    total = sum(amounts)
    if total > 0:
        assert abs(sold * (1 - part) - total) <= 1e-6 * sold
    if all(amount >= 0 for amount in amounts):
        assert part == 0
