"""Adds seeds to an experiment until the interval of a paired difference is narrow enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console

from experiments.design.configuration import Settings
from experiments.design.factors import Flips, Posterior, Study
from experiments.measures.outcomes import amount
from experiments.measures.precision import Rule, Savings, inflation, interval, narrow_enough, savings
from experiments.measures.statistics import Comparison, Estimate, contrast_weights
from experiments.runs.plan import Plan, plan
from sim.results.outcomes import OUTCOMES

Fill = Callable[[Settings, Plan], pd.DataFrame]
"""Makes the runs of a plan that are not in the store, and returns its table of runs."""


class Enough(NamedTuple):
    """The settings with the seeds that it took, and what they achieved."""

    settings: Settings
    estimate: Estimate  # the effect, with the interval of the sequential rule
    half_width: float  # that was asked for, in the outcome's unit
    rule: Rule
    saved: Savings

    @property
    def reached(self) -> bool:
        """Whether the interval is as narrow as was asked for."""
        return narrow_enough(self.estimate, self.half_width)

    def record(self) -> dict[str, Any]:
        """For the manifest."""
        precision = self.settings.experiment.precision
        return {
            "outcome": precision.outcome, "contrast": _factor(self.settings.experiment), "asked": self.half_width,
            "half_width": (self.estimate.high - self.estimate.low) / 2, "effect": self.estimate.value,
            "low": self.estimate.low, "high": self.estimate.high, "seeds": self.estimate.seeds,
            "factor": inflation(self.rule), "seeds_unpaired": self.saved.unpaired, "reached": self.reached,
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """What came of it, in words."""
        precision, unit = self.settings.experiment.precision, OUTCOMES[self.settings.experiment.precision.outcome].unit
        half = (self.estimate.high - self.estimate.low) / 2
        start = "enough" if self.reached else f"not enough, and max_seeds={precision.max_seeds} is reached"
        widths = f"half-width {amount(half, unit, signed=False)}, asked {amount(self.half_width, unit, signed=False)}"
        said = [
            f"{self.estimate.seeds} seeds are {start}: effect of {_factor(self.settings.experiment)} on "
            f"{precision.outcome} {amount(self.estimate.value, unit)}, {widths}",
            f"the interval is {inflation(self.rule):.3f} times Student's, since it was looked at after every batch",
        ]
        if np.isfinite(self.saved.unpaired):
            factor = self.saved.unpaired / self.saved.paired
            seeds = max(round(self.saved.unpaired), 1)
            said.append(
                f"arms on seeds of their own would take {seeds} seeds each for that width, {factor:.3g} times as many"
            )
        return said


def enough_seeds(settings: Settings, fill: Fill, console: Console) -> Enough:
    """Make runs, batch by batch of seeds, until the interval asked for is narrow enough or the seeds run out.

    Returns
    -------
    Enough
        A half-width in per cent is of the mean at the contrast's first level, over the first seeds.
    """
    study = settings.experiment
    precision = study.precision
    rule = Rule(len(study.seeds), precision.batch, precision.max_seeds)
    unit = OUTCOMES[precision.outcome].unit
    wanted = 0.0
    for count in rule.looks():
        more = settings.model_copy(update={"experiment": study.model_copy(update={"seeds": _first(study, count)})})
        arms, weights = _cells(more, fill)
        estimate = interval(arms @ weights, rule)
        if count == rule.pilot:
            base = float((arms @ np.maximum(-weights, 0)).mean())
            wanted = precision.amount * (abs(base) if precision.is_relative else 1.0)
        half = (estimate.high - estimate.low) / 2
        widths = f"{amount(half, unit, signed=False)} of {amount(wanted, unit, signed=False)}"
        console.print(f"{count} seeds: half-width {widths}")
        if narrow_enough(estimate, wanted):
            break
    return Enough(more, estimate, wanted, rule, savings(arms, weights))


def _first(study: Study, count: int) -> tuple[int, ...]:
    """Its own seeds, then the next whole numbers that are not among them."""
    seeds = dict.fromkeys(study.seeds)
    number = 0
    while len(seeds) < count:
        seeds.setdefault(number)
        number += 1
    return tuple(seeds)[:count]


def _cells(settings: Settings, fill: Fill) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The outcome, shape (seeds, arms), of the seeds that finished in all arms of the contrast, and its weights."""
    study = settings.experiment
    factor = _factor(study)
    low, high = study.factors[factor]
    alone = {"flips": Flips(), "posterior": Posterior(), "extra_arms": {}}
    bare = settings.model_copy(update={"experiment": study.model_copy(update=alone)})
    runs = fill(bare, plan(bare))
    levels = runs.drop_duplicates("arm").set_index("arm")[list(study.factors)]
    weights = contrast_weights(levels, [Comparison(factor, low, high)])
    values = runs.pivot(index="seed", columns="arm", values=study.precision.outcome)[weights.index]
    return values.dropna().to_numpy(float), weights.to_numpy(float)


def _factor(study: Study) -> str:
    return study.precision.contrast or next(iter(study.factors))
