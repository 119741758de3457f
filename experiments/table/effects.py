"""The table of effects: what a level of a factor, or a change of parameters, does to an outcome.

A row for each design, point, factor and outcome, with the `estimate` over seeds and its 95 % interval `low` to `high`;
seed by seed before that. Effects are paired: all that is compared shares its seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.measures.statistics import Comparison, contrast_weights, t_interval, t_interval_by
from experiments.runs.plan import Cell, Plan

BY_SEED = ["factor", "low", "high", "outcome", "seed", "effect", "base"]
KEY = ["design", "point", "factor", "low_level", "high_level", "outcome"]
COLUMNS = [*KEY, "estimate", "low", "high", "seeds"]

SAME = ["factor", "outcome"]
"""What tells apart effects of the last levels."""

Outcomes = Mapping[str, Mapping[str, float]]
"""Outcomes of every run that finished, by its id."""


def by_seed(cells: Sequence[Cell], outcomes: Outcomes) -> pd.DataFrame:
    """What each level of each factor does against the first, at every point and seed.

    Returns
    -------
    DataFrame
        Of the arms of the factorial: what the points are called, then `factor`, `low` and `high`, the levels,
        `outcome`, `seed`, `effect`, and `base`, the mean at the first level; in the outcome's unit, NaN where a run
        did not finish.
    """
    rows: list[dict[str, Any]] = []
    for _, together in groupby(cells, lambda cell: cell.point):
        arms = [cell for cell in together if None not in cell.levels.values()]
        names, values = _values(arms, outcomes)
        levels = pd.DataFrame([cell.levels for cell in arms])
        for factor in levels:
            first, *others = levels[factor].unique()
            base = values[(levels[factor] == first).to_numpy()].mean(axis=0)
            for other in others:
                weights = contrast_weights(levels, [Comparison(str(factor), first, other)]).to_numpy()
                effect = np.einsum("a,aso->so", weights, values)
                rows += [
                    {
                        **arms[0].about, "factor": factor, "low": first, "high": other, "outcome": name,
                        "seed": run.seed, "effect": effect[place, i], "base": base[place, i],
                    }
                    for place, run in enumerate(arms[0].runs)
                    for i, name in enumerate(names)
                ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*(cells[0].about if cells else ()), *BY_SEED])


def intervals(effects: pd.DataFrame, key: Sequence[str], known_spread: pd.DataFrame | None = None) -> pd.DataFrame:
    """Means over seeds with 95 % t intervals.

    Parameters
    ----------
    effects
        A row for each seed of what `key` tells apart.
    key
        Columns that are kept.
    known_spread
        The same effects at more seeds of a market as large: an effect is taken to differ from seed to seed as much as
        there, so that one seed will do. Without it, or with one seed of it, as much as among the own seeds.

    Returns
    -------
    DataFrame
        The key, then `estimate`, `low`, `high` and `seeds`.
    """
    known = {} if known_spread is None else dict(iter(known_spread.groupby(SAME)["effect"]))
    rows = []
    for name, group in effects.groupby(list(key), sort=False):
        about = dict(zip(key, name, strict=True))
        others = known.get(tuple(about.get(column) for column in SAME))
        rows.append((*name, *_interval(group["effect"], others)))
    return pd.DataFrame(rows, columns=[*key, "estimate", "low", "high", "seeds"])


def checks(planned: Plan, outcomes: Outcomes) -> dict[str, pd.DataFrame]:
    """What the runs that check an experiment found, as its folder has it.

    Returns
    -------
    dict
        ``flips``: columns assumption, value, default, factor, outcome, effect, low, high, seeds; of the last level
        against the first. ``posterior``: columns draw, seed, factor, low, high, outcome, effect, base; seed by seed.
        ``drawn``: a row for each draw, arm and seed, with the parameters drawn and all outcomes.
    """
    own, ends, draws = (by_seed(cells, outcomes) for cells in (planned.cells, *planned.checks.values()))
    levels = pd.DataFrame([cell.levels for cell in planned.checks["flips"]])
    last = {factor: levels[factor].unique()[-1] for factor in levels}
    own, ends = (each[each["high"] == each["factor"].map(last)] for each in (own, ends))
    key = ["assumption", "value", "default", "factor", "outcome"]
    known_spread = own if _same_market(planned.cells, planned.checks["flips"]) else None
    flips = intervals(ends.reindex(columns=[*key, "effect"]), key, known_spread).rename(columns={"estimate": "effect"})
    columns = ["draw", "seed", "factor", "low", "high", "outcome", "effect", "base"]
    drawn = _drawn(planned.checks["posterior"], outcomes)
    return {"flips": flips, "posterior": draws.reindex(columns=columns), "drawn": drawn}


def _same_market(cells: Sequence[Cell], others: Sequence[Cell]) -> bool:
    """Whether runs of two designs are as large and as long as each other."""
    sizes = [{(run.consumers, run.days, run.burn_in) for run in each[0].runs} for each in (cells, others) if each]
    return len(sizes) == 2 and sizes[0] == sizes[1]


def _drawn(cells: Sequence[Cell], outcomes: Outcomes) -> pd.DataFrame:
    """Outcomes of every run at draws from the posterior, with the parameters drawn; runs that failed are left out."""
    rows = [
        {**cell.about, "arm": cell.arm, "seed": run.seed, **cell.values, **outcomes[run.id]}
        for cell in cells
        for run in cell.runs
        if run.id in outcomes
    ]
    return pd.DataFrame(rows)


def responses(runs: pd.DataFrame, outcomes: Sequence[str], *, design: str = "interventions") -> pd.DataFrame:
    """What each point of a table of runs does against its first, arm by arm, paired by seed.

    Parameters
    ----------
    runs
        A row for each point, arm and seed, of a design of `points.interventions`; the first point is the base.
    outcomes
        Columns of it.
    design
        Its name, for the table.

    Returns
    -------
    DataFrame
        Columns design, point, arm, factor, low_level, high_level, outcome, estimate, low, high, seeds. The factor is
        the path that differs from the base, its levels the two values; several are joined by ``, ``.
    """
    finished = runs[runs["status"] == "finished"]
    home = finished["point"].min()
    rows = []
    for arm, own in finished.groupby("arm", sort=False):
        for outcome in outcomes:
            wide = own.pivot(index="point", columns="seed", values=outcome).astype(float)
            for point in wide.index.drop(home, errors="ignore"):
                if home not in wide.index:
                    continue
                key = (design, int(point), str(arm), *_changed(own, home, point), outcome)
                rows.append((*key, *_interval(wide.loc[point] - wide.loc[home])))
    return pd.DataFrame(rows, columns=[*KEY[:2], "arm", *KEY[2:], *COLUMNS[len(KEY) :]])


def _changed(runs: pd.DataFrame, home: int, point: int) -> tuple[str, str, str]:
    """Paths in which a point differs from the base, and its values before and after, as text."""
    first, other = (runs[runs["point"] == each].iloc[0] for each in (home, point))
    paths = [path for path in map(str, runs.columns) if "." in path and first[path] != other[path]]
    before, after = (", ".join(f"{row[path]}" for path in paths) for row in (first, other))
    return ", ".join(paths), before, after


def _interval(samples: pd.Series, others: pd.Series | None = None) -> tuple[float, float, float, int]:
    found = t_interval(samples) if others is None else t_interval_by(samples, others)
    return found.value, found.low, found.high, found.seeds


def _values(arms: Sequence[Cell], outcomes: Outcomes) -> tuple[list[str], NDArray[np.float64]]:
    """Names of outcomes, and their values by arm, seed and outcome; NaN where a run did not finish."""
    names = list(next((outcomes[run.id] for arm in arms for run in arm.runs if run.id in outcomes), {}))
    missing = dict.fromkeys(names, np.nan)
    found = [[[outcomes.get(run.id, missing).get(name, np.nan) for name in names] for run in arm.runs] for arm in arms]
    return names, np.array(found)
