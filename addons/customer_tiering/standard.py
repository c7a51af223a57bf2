"""The standard by which a customer's tier is proposed (TIER-02). Pure functions.

Figures measured from the books become points by the scale of each criterion, points
become a score by the weights, and a score the best tier whose threshold it reaches.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

FULL = 100.0


class Step(NamedTuple):
    """From this figure on, a criterion gives these points (0 to 100)."""

    at_least: float
    points: float


class Part(NamedTuple):
    """What one criterion found: its weight, and the points for its figure."""

    weight: float
    points: float


def step_of(steps: Iterable[Step], figure: float | None) -> Step | None:
    """Return the highest step that a figure reaches, None for none or no figure."""
    if figure is None:
        return None
    reached = [step for step in steps if step.at_least <= figure]
    return max(reached, default=None)


def points(steps: Iterable[Step], figure: float | None) -> float:
    """Return the points for a figure; nothing known gives none.

    Scales may rise (revenue) or fall (days paid late): only the step counts.
    """
    step = step_of(steps, figure)
    return step.points if step else 0.0


def score(parts: Iterable[Part]) -> float:
    """Return the weighted mean of the points, 0 to 100, to one decimal."""
    parts = list(parts)
    weight = sum(part.weight for part in parts)
    if weight <= 0:
        return 0.0
    return round(sum(part.weight * part.points for part in parts) / weight, 1)


def tier_of(result: float, tiers: Sequence[tuple[int, float]]) -> int:
    """Return the best tier whose threshold a score reaches; the last takes the rest.

    :param tiers: ``(tier id, least score)``, the best first, at least one
    """
    for tier_id, least in tiers[:-1]:
        if result >= least:
            return tier_id
    return tiers[-1][0]
