"""TIER-02: points, score and tier follow from figures and standard alone."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.addons.customer_tiering.standard import (
    Part,
    Step,
    points,
    score,
    step_of,
    tier_of,
)

FIGURES = st.integers(-(10**9), 10**9)
POINTS = st.integers(0, 100)
STEPS = st.dictionaries(FIGURES, POINTS, max_size=8).map(
    lambda scale: [Step(*step) for step in scale.items()]
)
PARTS = st.lists(st.tuples(st.integers(1, 1000), POINTS), max_size=8).map(
    lambda pairs: [Part(*pair) for pair in pairs]
)
property_settings = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def test_a_rising_and_a_falling_scale():
    """TIER-02: revenue gives more, days late give fewer."""
    revenue = [Step(0, 0), Step(100, 40), Step(500, 100)]
    late = [Step(0, 100), Step(10, 50), Step(30, 0)]
    assert [points(revenue, x) for x in (-5, 0, 99.9, 100, 501)] == [0, 0, 0, 40, 100]
    assert [points(late, x) for x in (0, 9.9, 10, 29, 30)] == [100, 100, 50, 50, 0]
    assert points(late, None) == 0


@property_settings
@given(STEPS, FIGURES)
def test_points_are_those_of_a_step_or_none(steps, figure):
    """TIER-02: whatever the scale and the order of its steps."""
    found = points(steps, figure)
    assert 0 <= found <= 100
    assert found == points(list(reversed(steps)), figure)
    step = step_of(steps, figure)
    reached = [one for one in steps if one.at_least <= figure]
    assert (step is None) == (not reached)
    if step:
        assert all(one.at_least <= step.at_least for one in reached)


@property_settings
@given(PARTS)
def test_a_score_lies_between_its_points(parts):
    """TIER-02: a mean, 0 where nothing is measured."""
    result = score(parts)
    found = [part.points for part in parts] or [0]
    assert min(found) - 0.06 <= result <= max(found) + 0.06


@property_settings
@given(PARTS, st.integers(1, 10))
def test_only_the_proportion_of_weights_counts(parts, factor):
    """TIER-02: 3 to 1 is 30 to 10."""
    scaled = [Part(part.weight * factor, part.points) for part in parts]
    assert abs(score(parts) - score(scaled)) <= 0.11


@property_settings
@given(st.integers(0, 100), st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_the_best_tier_that_is_reached(result, least):
    """TIER-02, TIER-01: everybody has a tier; a better score none that is worse."""
    tiers = list(enumerate(sorted(least, reverse=True)))
    found = tier_of(result, tiers)
    assert found == len(tiers) - 1 or result >= tiers[found][1]
    assert all(result < threshold for _id, threshold in tiers[:found])
    assert tier_of(100, tiers) <= found
