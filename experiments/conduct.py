"""One experiment from settings to verdict: the runs that the store lacks, the folder, the report."""

from __future__ import annotations

import os
import shlex
import time
import warnings
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from typing import Any, NamedTuple

import pandas as pd
from joblib.externals.loky.process_executor import TerminatedWorkerError
from rich.console import Console

from experiments import executor, flips, folder
from experiments.configuration import Settings, overridden_by_arms
from experiments.folder import Planned
from experiments.manifest import provenance
from experiments.progress import tracked
from experiments.runs import Failed, Finished, Run, runs_of
from experiments.store import Store
from sim.errors import UserError

INTERRUPTED = 130
ROOM_PER_RUN = 100_000  # bytes, tables and all
ROOM_TO_SPARE = 20_000_000


class Plan(NamedTuple):
    """What an experiment needs: its arms, its checks, and every run of both by its id, seed by seed."""

    arms: list[Planned]
    checks: list[flips.Check]
    runs: dict[str, Run]


def conduct(settings: Settings, command: Sequence[str]) -> int:
    """Make an experiment.

    Parameters
    ----------
    settings
        Valid settings.
    command
        What the user typed, for the manifest.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed, or 130 if interrupted.

    Raises
    ------
    UserError
        If the output cannot be written, or a world cannot be built; before any run is made.
    """
    started = time.time()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    plan = _plan(settings)
    output = Path(settings.output)
    store = Store(output / "store")
    known = set() if settings.experiment.fresh else store.known(plan.runs)
    pending = [run for id, run in plan.runs.items() if id not in known]
    _check_room(output, len(pending))
    if pending:
        executor.prepare(pending[0], console)
    store.open()
    _announce(settings, plan, len(known), console)
    try:
        failures = _make(pending, settings, store, console)
    except (KeyboardInterrupt, TerminatedWorkerError) as error:
        executor.stop()
        return _broken_off(error, len(store.known(plan.runs)), len(plan.runs), console)

    kept = {id: store.get(id, tables=()) for id in plan.runs if id not in failures}
    manifest = {
        "command": shlex.join(command),
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 3),
        "runs": {"made": len(pending) - len(failures), "from_store": len(known), "failed": len(failures)},
        **_description(settings, plan, failures),
    }
    effects = flips.effects(plan.checks, {id: done.outcomes for id, done in kept.items()})
    made = folder.write(
        output / settings.experiment.name, plan.arms, store, failures,
        flips=effects, config=settings.resolved(), manifest=manifest,
    )  # fmt: skip
    store.close()
    if settings.profile:
        _print_profile(kept.values())
    _conclude(made, failures, any(run.id in kept for arm in plan.arms for run in arm.runs), console)
    return 1 if failures else 0


def _plan(settings: Settings) -> Plan:
    experiment = settings.experiment
    arms = [
        Planned(arm, runs_of(arm, experiment.seeds, experiment.days, experiment.burn_in)) for arm in settings.arms()
    ]
    checks = flips.checks(experiment, settings.parameters.model_dump(mode="json"))
    runs = _by_seed(run for arm in arms for run in arm.runs)
    runs |= _by_seed(run for check in checks for arm in check.runs for run in arm)
    return Plan(arms, checks, runs)


def _by_seed(runs: Iterable[Run]) -> dict[str, Run]:
    """Runs by id, each once; those of a seed follow each other, since its world serves them all."""
    unique = {run.id: run for run in runs}
    return dict(sorted(unique.items(), key=lambda item: item[1].seed))


def _make(pending: Sequence[Run], settings: Settings, store: Store, console: Console) -> dict[str, Failed]:
    failures: dict[str, Failed] = {}
    with warnings.catch_warnings(), closing(executor.execute(pending, settings.executor)) as results:
        warnings.filterwarnings("ignore", message=".*still being processed.*")  # after an interruption, as it should be
        for done in tracked(results, len(pending), console):
            if isinstance(done, Failed):
                failures[done.id] = done
            else:
                store.put(done)
    return failures


def _announce(settings: Settings, plan: Plan, known: int, console: Console) -> None:
    experiment = settings.experiment
    total = len(plan.runs)
    shorter = total - len({run.id for arm in plan.arms for run in arm.runs})
    console.print(
        f"{experiment.name}: {len(plan.arms)} arms x {len(experiment.seeds)} seeds, {experiment.days} days"
        + (f"; {shorter} smaller runs to see where conclusions flip" if shorter else "")
        + (f"; {known} of {total} runs are in the store" if known else "")
    )
    if unused := overridden_by_arms(settings):
        console.print(f"the arms set {', '.join(unused)}: the configured values are not used")


def _check_room(output: Path, runs: int) -> None:
    there = output.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UserError(f"output={output}: cannot write there, {there} is no folder or not writable")
    needed = runs * ROOM_PER_RUN + ROOM_TO_SPARE
    if (free := disk_usage(there).free) < needed:
        disk = f"{free / 1e6:.0f} MB free on this disk, expected {needed / 1e6:.0f} MB for {runs} runs"
        raise UserError(f"output={output}: {disk}")


def _broken_off(error: BaseException, kept: int, total: int, console: Console) -> int:
    said = f"{kept} of {total} runs are kept; the same command goes on from there"
    if isinstance(error, KeyboardInterrupt):
        console.print(f"interrupted: {said}")
        return INTERRUPTED
    console.print(f"a worker was killed, perhaps for want of memory: {said}; executor.workers=1 needs least")
    return 1


def _description(settings: Settings, plan: Plan, failures: dict[str, Failed]) -> dict[str, Any]:
    return {
        "experiment": settings.experiment.name,
        "arms": [planned.arm.name for planned in plan.arms],
        "seeds": list(settings.experiment.seeds),
        "workers": executor.workers(settings.executor),
        **provenance(),
        "failures": [failure._asdict() for failure in failures.values()],
        "config": settings.resolved(),
    }


def _conclude(made: Path, failures: dict[str, Failed], some_finished: bool, console: Console) -> None:
    from experiments import report

    if some_finished:
        print(report.write(made))
    console.print(f"results: {made}")
    if failures:
        first = next(iter(failures.values()))
        console.print(f"{len(failures)} runs failed, the first with {first.error}")
        console.print(f"tracebacks: {made / 'manifest.json'}")


def _print_profile(runs: Iterable[Finished]) -> None:
    phases = pd.DataFrame([run.timings for run in runs]).sum().sort_values(ascending=False)
    print(f"{'phase':<24}{'seconds':>10}{'share':>8}")
    for phase, seconds in phases.items():
        print(f"{phase:<24}{seconds:>10.2f}{seconds / phases.sum():>8.1%}")
