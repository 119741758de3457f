"""The answers at each level of one factor, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from experiments.measures.outcomes import OVERALL
from experiments.measures.statistics import Comparison, Estimate, relative_contrast, t_interval
from experiments.table.results import Results


class Beside(NamedTuple):
    """An effect at each level of a factor, as a share of its base there."""

    comparison: Comparison
    outcome: str
    at: dict[str, Estimate]


def answers_beside(results: Results) -> Iterator[Beside]:
    """What decides each question, at every level of the factor that the experiment names (`beside`); none without."""
    factor = results.given("beside")
    if factor not in results.factors:
        return
    for comparison in results.comparisons:
        for outcome in OVERALL:
            if outcome in results.runs:
                values, arms = results.outcome(outcome), results.arms
                own = {level: arms[arms[factor] == level] for level in results.factors[factor]}
                found = {level: relative_contrast(values, arms_at, (comparison,)) for level, arms_at in own.items()}
                yield Beside(comparison, outcome, {level: t_interval(by_seed) for level, by_seed in found.items()})
