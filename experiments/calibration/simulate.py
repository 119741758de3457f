"""The runs of a calibration: a market at each point of a design of the prior, made once and kept."""

from __future__ import annotations

import hashlib
import inspect
import time
import traceback
from collections.abc import Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console
from scipy.stats import qmc

from experiments import executor, interruption
from experiments.calibration import observables
from experiments.calibration.observables import Span, observe
from experiments.calibration.settings import Array, Calibration
from experiments.configuration import Executor
from experiments.design import Arm
from experiments.paths import merged, nested
from experiments.runs import Failed, Finished, Run, runs_of
from experiments.sharing import KEPT, shared
from experiments.store import Store
from sim.errors import UserError
from sim.parameters import Parameters

EXPERIMENT = "calibration"
REFINED = 250_000  # seeds from here on are those of further places
MOST_FAILED = 0.1  # share of the runs


class Simulated(NamedTuple):
    """Points of the prior, and what the market showed there.

    Attributes
    ----------
    unit : ndarray, shape (points, parameters)
        Places in the prior, 0 to 1.
    observed : DataFrame, a row per point, a column per observable
    """

    unit: Array
    observed: pd.DataFrame


def sobol_points(calibration: Calibration) -> Array:
    """Scrambled Sobol points of the unit cube (Owen 1998), shape (points, parameters); more begin with the same."""
    sampler = qmc.Sobol(len(calibration.priors), scramble=True, rng=np.random.default_rng(calibration.seed))
    power = int(np.ceil(np.log2(calibration.points)))
    return np.asarray(sampler.random_base2(power)[: calibration.points])


def run_at(calibration: Calibration, values: Sequence[float], seed: int, also: Sequence[tuple[str, float]] = ()) -> Run:
    """The run at some values of the calibrated parameters.

    Parameters
    ----------
    calibration
        Whose parameters and spans.
    values
        One for each parameter.
    seed
        Of the market.
    also
        Other parameters that differ from their defaults.
    """
    settings = merged(Parameters().model_dump(), {"market": {"consumers": calibration.consumers}})
    for path, value in (*zip(calibration.priors, map(float, values), strict=True), *also):
        settings = merged(settings, nested(path, value))
    arm = Arm(EXPERIMENT, {}, Parameters.model_validate(settings))
    (run,) = runs_of(arm, [seed], calibration.cohort, calibration.burn_in, tables=False)
    # other numbers are looked at than by `koc run`, between other days
    digest = hashlib.sha256(f"{run.id}|{calibration.days}|{_source()}".encode())
    return run._replace(id=digest.hexdigest())


def design(calibration: Calibration) -> list[Run]:
    """A run for each point, each with a seed of its own, so that worlds average out over the points."""
    points = calibration.values(sobol_points(calibration))
    first = calibration.seed * 1_000_000
    return [run_at(calibration, values, first + number) for number, values in enumerate(points)]


def simulate(calibration: Calibration, output: Path, workers: int, console: Console) -> Simulated:
    """Make the runs of the design that the store lacks.

    Parameters
    ----------
    calibration
        Priors and points.
    output
        Folder of the results, whose store is used.
    workers
        Processes.
    console
        For progress.

    Raises
    ------
    UserError
        If more than a tenth of the runs fail, or the store cannot be used.
    """
    unit = sobol_points(calibration)
    observed = carry_out(design(calibration), calibration, output, workers, console)
    return Simulated(unit, observed)


def refined(
    calibration: Calibration, simulated: Simulated, unit: Array, output: Path, workers: int, console: Console
) -> Simulated:
    """Add markets at further places, where the emulator is to be more certain.

    Parameters
    ----------
    calibration
        Priors.
    simulated
        What there is.
    unit : shape (points, parameters)
        The further places.
    output, workers, console
        As for `simulate`.
    """
    first = calibration.seed * 1_000_000 + REFINED
    runs = [run_at(calibration, values, first + number) for number, values in enumerate(calibration.values(unit))]
    observed = carry_out(runs, calibration, output, workers, console)
    return Simulated(
        np.concatenate([simulated.unit, unit]), pd.concat([simulated.observed, observed], ignore_index=True)
    )


def carry_out(
    runs: Sequence[Run], calibration: Calibration, output: Path, workers: int, console: Console
) -> pd.DataFrame:
    """Make runs, or find them again: a row of observables for each, NaN where one failed."""
    store = Store(output / "store")
    with closing(store):
        known = store.known(runs)
        pending = list({run.id: run for run in runs if run.id not in known}.values())
        if pending:
            executor.prepare(pending, console)
            store.open()
            console.print(f"calibration: {len(pending)} of {len(runs)} runs to make, {calibration.cohort} days each")
            by_id = {run.id: run for run in pending}
            where = Executor(backend="loky" if workers > 1 else "serial", workers=workers)
            make = partial(_make_all, days=calibration.days)
            with interruption.keeping(KEPT), shared(pending, store, where, console, make) as batches:
                for done, here in batches:
                    if here:
                        store.put(((by_id[each.id], each) for each in done), EXPERIMENT)
        found = {done.id: done.outcomes for done in store.outcomes([run.id for run in runs])}
        failed = store.failed([run.id for run in runs])
    if len(failed) > MOST_FAILED * len(runs):
        first = next(iter(failed.values()))
        raise UserError(f"calibration: {len(failed)} of {len(runs)} runs failed, the first with {first.error}")
    return pd.DataFrame([found.get(run.id, {}) for run in runs])


def _make_all(task: list[Run], days: int) -> list[Finished | Failed]:
    return [_attempt(run, days) for run in task]


def _attempt(run: Run, days: int) -> Finished | Failed:
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
    return hashlib.sha256(inspect.getsource(observables).encode()).hexdigest()


def workers_of(wanted: int) -> int:
    """Processes: as wanted, or one for each core."""
    return executor.workers(Executor(workers=wanted))
