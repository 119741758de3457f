"""The runs of a calibration: a market at each point of a design of the prior, made once and kept."""

from __future__ import annotations

import hashlib
import inspect
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
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
from experiments.design.sampling import unit_points
from experiments.runs import sharing
from experiments.runs.plan import Length, cells_of
from experiments.runs.run import Done, Failed, Finished, Run
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


class Simulated(NamedTuple):
    """Points of the prior, and what the market showed there."""

    unit: Array  # shape (points, parameters); places in the prior, 0 to 1
    observed: pd.DataFrame


def points(calibration: Calibration, unit: Array, first: int = 0) -> Iterable[Point]:
    """Places of the prior, each with a seed of its own, so that worlds average out over the points.

    The first seed is `first` of those of the calibration.
    """
    seed = calibration.seed * SEEDS + first
    for number, values in enumerate(calibration.values(unit).tolist()):
        yield Point(dict(zip(calibration.priors, values, strict=True)), [seed + number])


def runs_at(calibration: Calibration, at: Iterable[Point]) -> list[Run]:
    """The runs at some points; what these do not set is at its default."""
    base = merged(Parameters().model_dump(mode="json"), {"market": {"consumers": calibration.consumers}})
    cells = cells_of(Study(), base, at, Length(calibration.cohort, calibration.burn_in))
    # other numbers are looked at than by `koc run`, between other days
    also = f"|{calibration.days}|{_source()}"
    return [run._replace(id=_hash(f"{run.id}{also}")) for cell in cells for run in cell.runs]


def run_at(calibration: Calibration, values: Sequence[float], seed: int) -> Run:
    """The run at some values of the calibrated parameters."""
    (run,) = runs_at(calibration, [Point(dict(zip(calibration.priors, map(float, values), strict=True)), [seed])])
    return run


def sobol_points(calibration: Calibration) -> Array:
    """Scrambled Sobol points of the unit cube (Owen 1998), shape (points, parameters); more begin with the same."""
    return unit_points("sobol", calibration.points, len(calibration.priors), calibration.seed)


def simulate(calibration: Calibration, unit: Array, first: int, place: Place) -> Simulated:
    """What the market shows at places of the prior, with seeds from `first` on; the store's runs are not made again.

    Raises
    ------
    UserError
        If more than a tenth of the runs fail, or the store cannot be used.
    """
    return Simulated(unit, carry_out(calibration, runs_at(calibration, points(calibration, unit, first)), place))


def set_also(at: Iterable[Point], more: Mapping[str, float]) -> list[Point]:
    """Points with further parameters set."""
    return [point._replace(values={**point.values, **more}) for point in at]


def carry_out(calibration: Calibration, runs: list[Run], place: Place) -> pd.DataFrame:
    """Make runs, or find them again: a row of observables for each, NaN where one failed."""
    place.console.print(f"calibration: {len(runs)} runs, {calibration.cohort} days each")
    where, make = Executor(workers=place.workers), partial(_make_all, days=calibration.days)
    came = sharing.carry_out({run.id: run for run in runs}, place.output, EXPERIMENT, where, place.console, make)
    if (failed := len(came.failures)) > MOST_FAILED * len(runs):
        first = next(iter(came.failures.values()))
        raise UserError(f"calibration: {failed} of {len(runs)} runs failed, the first with {first.error}")
    return pd.DataFrame([came.outcomes.get(run.id, {}) for run in runs])


def _make_all(task: list[Run], days: int) -> list[Done]:
    return [_attempt(run, days) for run in task]


def _attempt(run: Run, days: int) -> Done:
    started = time.perf_counter()
    try:
        found = observe(run.parameters, run.seed, Span(run.burn_in, days, run.days))
    except Exception as error:
        line = " ".join(f"{type(error).__name__}: {error}".split())
        return Failed(run.id, line, traceback.format_exc(), None)
    # JSON of the store knows no NaN: what did not occur is left out
    outcomes = {name: value for name, value in found.items() if np.isfinite(value)}
    return Finished(run.id, time.perf_counter() - started, outcomes, {}, {})


@cache
def _source() -> str:
    """Hash of what is looked at, and how."""
    return _hash(inspect.getsource(observables))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
