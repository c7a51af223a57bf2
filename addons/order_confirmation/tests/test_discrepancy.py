"""When a price is in doubt, as plain rules (ORD-07)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..discrepancy import (
    CONTRACT,
    LAST_ORDER,
    PRICE_LIST,
    Reference,
    difference,
    doubts,
    same_text,
)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
prices = st.integers(1, 10**6).map(lambda cents: cents / 100)
sources = st.sampled_from([CONTRACT, PRICE_LIST, LAST_ORDER])
references = st.lists(st.builds(Reference, sources, st.just("x"), prices), max_size=4)


@patient
@given(prices, references, st.floats(0, 50))
def test_what_agrees_with_everything_is_in_no_doubt(price, rows, tolerance):
    """ORD-07: the same price everywhere opens nothing."""
    same = [row._replace(price=price) for row in rows]
    assert doubts(price, same, tolerance) == []


@patient
@given(prices, references, st.floats(0, 50))
def test_a_wider_tolerance_never_opens_more(price, rows, tolerance):
    """ORD-07: what passes a tolerance passes every wider one."""
    narrow = doubts(price, rows, tolerance)
    assert set(doubts(price, rows, tolerance + 10)) <= set(narrow)
    assert all(difference(price, row.price) > tolerance for row in narrow)


@patient
@given(prices, references)
def test_the_contract_takes_the_price_list_s_place(price, rows):
    """ORD-07: a contract price is in no doubt; beside a contract no list counts."""
    by_contract = [Reference(CONTRACT, "c", price), *rows]
    by_contract = [r for r in by_contract if r.source != CONTRACT or r.label == "c"]
    assert doubts(price, by_contract, 0) == []
    off = doubts(price + 1, by_contract, 0)
    assert all(row.source != PRICE_LIST for row in off)


def test_nothing_to_compare_with_is_no_doubt():
    """ORD-07: a price list without a price says nothing."""
    assert doubts(5, [Reference(PRICE_LIST, "x", 0.0)], 0) == []
    assert doubts(5, [], 0) == []


def test_a_gift_is_in_doubt():
    """ORD-07: given away is as far off as a price can be."""
    [row] = doubts(0, [Reference(PRICE_LIST, "x", 2.0)], 50)
    assert difference(0, row.price) == 100


@given(st.text())
def test_blanks_make_no_difference(text):
    """ORD-07: a specification typed with other line ends is the same."""
    assert same_text(text, "\n".join(text.split(" ")))
    assert not same_text(text, text + "x")
