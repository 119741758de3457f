"""Paired interventions: arms that share people, goods and shocks under a seed, and their effects seed by seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from experiments.design.configuration import Executor
from experiments.design.factors import Arm
from experiments.runs.executor import execute
from experiments.runs.plan import by_world
from experiments.runs.run import Failed, runs_of
from sim.parameters import Parameters


def outcomes(arms: Mapping[str, Parameters], seeds: Iterable[int], days: int, burn_in: int) -> pd.DataFrame:
    """Outcomes of every arm at every seed, made as the runs of any experiment are.

    Returns
    -------
    DataFrame
        A row for each run, with index levels ``arm`` and ``seed``; a column for each outcome.

    Raises
    ------
    RuntimeError
        If a market breaks.
    """
    seeds = list(seeds)
    planned = {name: runs_of(Arm(name, {}, p), seeds, days, burn_in, tables=False) for name, p in arms.items()}
    every = by_world(run for runs in planned.values() for run in runs)
    found = {}
    for done in (each for batch in execute(every.values(), Executor(backend="serial")) for each in batch):
        if isinstance(done, Failed):
            raise RuntimeError(done.traceback or done.error)
        found[done.id] = done.outcomes
    rows = {(name, run.seed): found[run.id] for name, runs in planned.items() for run in runs}
    return pd.DataFrame(rows).T.rename_axis(["arm", "seed"])


def effect(runs: pd.DataFrame, outcome: str, base: str, arm: str, relative: bool = True) -> pd.Series:
    """What an arm changes in an outcome against a base, a value for each seed.

    Parameters
    ----------
    runs
        Outcomes, a row for each run; index levels ``arm`` and ``seed``, and others that are kept.
    outcome
        Column.
    base, arm
        Names of arms.
    relative
        As a share of the base; NaN where that is not above zero.
    """
    before, after = (runs.xs(name, level="arm")[outcome] for name in (base, arm))
    return (after - before) / before.where(before > 0) if relative else after - before
