"""Whether a conclusion flips: the factorial again with one soft assumption at a time at an end of its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design import Arm, Study, arms, settings_of_arms
from experiments.mistakes import declared, field_at
from experiments.paths import at, merged, nested
from experiments.runs import Run, runs_of
from experiments.statistics import Comparison, contrast_weights, t_interval
from sim.errors import UserError
from sim.parameters import Parameters


class Check(NamedTuple):
    """The factorial at one value of one assumption; a list of runs, one a seed, for each arm."""

    assumption: str
    value: float
    default: bool
    arms: list[Arm]
    runs: list[list[Run]]


def checks(study: Study, base: Mapping[str, Any]) -> list[Check]:
    """All checks of an experiment: each assumption at its configured value and at both ends of its plausible range.

    Parameters
    ----------
    study
        The factors and assumptions; its further arms are left out.
    base
        Parameters of the market as nested mappings.

    Raises
    ------
    UserError
        If an assumption is what the arms set: its value would not reach them.
    """
    flips = study.flips
    factorial = study.model_copy(update={"extra_arms": {}})
    small = smaller(base, flips.consumers)
    found = []
    for path in flips.assumptions if study.factors else ():
        if path in settings_of_arms(study):
            raise UserError(f"experiment.flips.assumptions: {path} is set by the arms; expected parameters they share")
        configured = float(at(base, path))
        field = field_at(Parameters, tuple(path.split(".")))
        low, high = declared(field, "plausible") if field else (configured, configured)
        for value in dict.fromkeys((configured, float(low), float(high))):
            variants = arms(factorial, merged(small, nested(path, value)))
            seeds = study.seeds[: flips.seeds]
            runs = [runs_of(arm, seeds, flips.days, flips.burn_in, tables=False) for arm in variants]
            found.append(Check(path, value, value == configured, variants, runs))
    return found


def smaller(base: Mapping[str, Any], consumers: int) -> dict[str, Any]:
    """Parameters of a market of so many people, if it has more; in a small world, where the graph is a file."""
    small = merged(base, {"market": {"consumers": min(consumers, base["market"]["consumers"])}})
    if small["graph"]["kind"] == "edgelist":  # a graph from a file cannot be made smaller
        small = merged(small, {"graph": {"kind": "small_world", "path": ""}})
    return small


def effects(found: list[Check], outcomes: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Main effects at every value tried.

    Parameters
    ----------
    found
        The checks.
    outcomes
        Outcomes of every run that finished, by its id.

    Returns
    -------
    DataFrame
        Columns assumption, value, default, factor, outcome, effect, low, high, seeds. An effect is the mean over
        seeds of the last level less the first, in the outcome's unit; low and high are its 95 % t interval.
    """
    rows = []
    for check in found:
        names, values = values_of(check.runs, outcomes)
        levels = pd.DataFrame([arm.levels for arm in check.arms])
        for factor in levels:
            comparison = Comparison(str(factor), *levels[factor].iloc[[0, -1]])
            weights = contrast_weights(levels, [comparison]).to_numpy()
            by_seed = np.einsum("a,aso->so", weights, values)
            for name, samples in zip(names, by_seed.T, strict=True):
                effect = t_interval(samples)
                rows.append((*check[:3], factor, name, effect.value, effect.low, effect.high, effect.seeds))
    columns = ["assumption", "value", "default", "factor", "outcome", "effect", "low", "high", "seeds"]
    return pd.DataFrame(rows, columns=columns)


def values_of(
    runs: Sequence[Sequence[Run]], outcomes: Mapping[str, Mapping[str, float]]
) -> tuple[list[str], NDArray[np.float64]]:
    """Names of outcomes, and their values by arm, seed and outcome; NaN where a run did not finish.

    Parameters
    ----------
    runs
        For each arm a run for each seed.
    outcomes
        Outcomes of every run that finished, by its id.
    """
    names = list(next((outcomes[run.id] for arm in runs for run in arm if run.id in outcomes), {}))
    missing = dict.fromkeys(names, np.nan)
    return names, np.array([[[outcomes.get(run.id, missing)[name] for name in names] for run in arm] for arm in runs])
