"""When an order will have passed all desks, as plain rules (ORD-05)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..estimate import ready_in

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hours = st.lists(st.integers(0, 8), min_size=3, max_size=3)
ahead = st.lists(st.integers(0, 2), max_size=12)
desks = st.integers(0, 2)


@patient
@given(hours, desks)
def test_alone_it_takes_what_the_desks_take(times, mine):
    """ORD-05: with nobody ahead it takes the time of the desks that are left."""
    assert ready_in([], mine, times) == sum(times[mine:])


@patient
@given(ahead, desks, hours, desks)
def test_more_ahead_is_never_sooner(before, mine, times, other):
    """ORD-05: another order ahead never makes it ready sooner."""
    assert ready_in([other, *before], mine, times) >= ready_in(before, mine, times)


@patient
@given(ahead, desks, hours)
def test_between_its_own_time_and_everything_one_by_one(before, mine, times):
    """ORD-05: not before its own work, not after all work done one by one."""
    ready = ready_in(before, mine, times)
    assert ready >= sum(times[mine:])
    assert ready <= sum(times[mine:]) + sum(sum(times[place:]) for place in before)


def test_who_waits_at_a_later_desk_is_only_in_the_way_there():
    """ORD-05: an order ahead whose sheet is being made holds up the sheet alone."""
    assert ready_in([2], 0, [2, 2, 1]) == 5
    assert ready_in([2] * 6, 0, [2, 2, 1]) == 7
    assert ready_in([0, 0], 0, [2, 2, 1]) == 9
