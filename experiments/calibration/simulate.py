"""The runs of a calibration: a market at each point of a design of the prior, made once and kept."""

from __future__ import annotations

import hashlib
import inspect
import time
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console

from experiments.calibration import observables
from experiments.calibration.observables import Span, observe
from experiments.calibration.settings import Array, Calibration
from experiments.design.configuration import Executor
from experiments.design.factors import Study
from experiments.design.points import Point
from experiments.runs import sharing
from experiments.runs.plan import Length, cells_of
from experiments.runs.run import Finished, Run
from experiments.settings.paths import merged
from sim.errors import UserError
from sim.parameters import Parameters

EXPERIMENT = "calibration"
SEEDS = 1_000_000  # of markets, that each seed of a calibration has for itself
REFINED, AGAIN = 250_000, 500_000  # from here on they are those of further places, and of draws from the posterior
MOST_FAILED = 0.1  # share of the runs


class Place(NamedTuple):
    """Where a calibration works, and how."""

    output: Path  # folder of the results: runs go to its store, posteriors to its folder `calibration`
    write: Path  # the file that is written
    workers: int  # processes; 0 for one per core
    console: Console  # for progress


def runs_at(calibration: Calibration, at: Iterable[Mapping[str, float]], first: int = 0) -> list[Run]:
    """The runs at values of some parameters; all others are at their defaults.

    Each has a seed of its own, from `first` on, so that worlds average out over the points.
    """
    base = merged(Parameters().model_dump(mode="json"), {"market": {"consumers": calibration.consumers}})
    points = (Point(values, [seed]) for seed, values in enumerate(at, first))
    cells = cells_of(Study(), base, points, Length(calibration.cohort, calibration.burn_in))
    # other numbers are looked at than by `koc run`, between other days
    also = f"|{calibration.days}|{_source()}"
    return [run._replace(id=_hash(f"{run.id}{also}")) for cell in cells for run in cell.runs]


def simulate(calibration: Calibration, unit: Array, place: Place, first: int = 0) -> pd.DataFrame:
    """What the market shows at places of the prior, with seeds from `first` of those of the calibration on."""
    values = calibration.named(calibration.values(unit))
    return carry_out(calibration, runs_at(calibration, values, calibration.seed * SEEDS + first), place)


def carry_out(calibration: Calibration, runs: list[Run], place: Place) -> pd.DataFrame:
    """Make runs, or find them again in the store: a row of observables for each, NaN where one failed.

    Raises
    ------
    UserError
        If more than a tenth of the runs fail, or the store cannot be used.
    """
    place.console.print(f"calibration: {len(runs)} runs, {calibration.cohort} days each")
    where, make = Executor(workers=place.workers), partial(_observed, days=calibration.days)
    came = sharing.carry_out({run.id: run for run in runs}, place.output, EXPERIMENT, where, place.console, make)
    if (failed := len(came.failures)) > MOST_FAILED * len(runs):
        first = next(iter(came.failures.values()))
        raise UserError(f"calibration: {failed} of {len(runs)} runs failed, the first with {first.error}")
    return pd.DataFrame([came.outcomes.get(run.id, {}) for run in runs])


def _observed(run: Run, days: int) -> Finished:
    started = time.perf_counter()
    found = observe(run.parameters, run.seed, Span(run.burn_in, days, run.days))
    # JSON of the store knows no NaN: what did not occur is left out
    outcomes = {name: value for name, value in found.items() if np.isfinite(value)}
    return Finished(run.id, time.perf_counter() - started, outcomes, {}, {})


@cache
def _source() -> str:
    """Hash of what is looked at, and how."""
    return _hash(inspect.getsource(observables))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
