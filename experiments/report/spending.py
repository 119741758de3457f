"""Whether the sides of a comparison spend the same marketing money: else it is said before anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from experiments.table.results import Results

MOST_APART = 0.05  # of the smaller sum


class Apart(NamedTuple):
    """Two arms that do not spend the same, and what they spend, in yuan."""

    low: str
    high: str
    low_yuan: float
    high_yuan: float


def unequal(results: Results, compared: Iterable[tuple[str, str]]) -> Apart | None:
    """Of pairs of arms the one that spends least alike on promotion, if it is further apart than a comparison bears."""
    if "marketing_cost" not in results.runs:
        return None
    spent = results.outcome("marketing_cost").mean()
    found = [Apart(low, high, float(spent[low]), float(spent[high])) for low, high in compared]
    worst = max(found, key=gap, default=None)
    return worst if worst and gap(worst) > MOST_APART else None


def gap(two: Apart) -> float:
    """By which share of what the one spends the other spends more."""
    less, more = sorted((two.low_yuan, two.high_yuan))
    return more / less - 1 if less > 0 else float("inf") if more > 0 else 0.0
