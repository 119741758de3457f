"""What an experiment would be, before it is made: how many runs, the first points, how long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd

from experiments import executor, terminal
from experiments.conduct import remarks
from experiments.configuration import Settings
from experiments.plan import Plan, plan
from experiments.runs import Run, graph_reports
from experiments.store import Store

SHOWN = 5  # points
PROBED = 10  # days


def forecast(settings: Settings) -> str:
    """Tell what `koc run` would make; nothing is written below the output folder.

    Parameters
    ----------
    settings
        Valid settings.

    Returns
    -------
    str
        The number of runs, those that the store has, the time, and the first points.

    Raises
    ------
    UserError
        If the design is wrong, or a world cannot be built.
    """
    planned, study = plan(settings), settings.experiment
    with closing(Store(Path(settings.output) / "store")) as store:
        known = set() if study.fresh else store.known(planned.runs.values())
        pending = [run for id, run in planned.runs.items() if id not in known]
        lines = [_size(settings, planned), f"{len(known)} of {len(planned.runs)} runs are in the store"]
        if pending:
            lines.append(_duration(pending, settings, store))
    lines += [*map(str, graph_reports(planned.runs.values())), *remarks(settings, planned)]
    if study.design.is_used:
        first = pd.DataFrame(planned.points.rows[:SHOWN], columns=list(planned.points.columns)).rename_axis("point")
        lines += ["", first.reset_index().to_string(index=False)]
        if (more := len(planned.points.rows) - SHOWN) > 0:
            lines.append(f"and {more} more points")
    return "\n".join(lines)


def lasting(seconds: float) -> str:
    """A span of time in words, for instance ``"3.5 min"``."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def _size(settings: Settings, planned: Plan) -> str:
    study = settings.experiment
    factors = [f"{len(planned.arms)} arms", f"{len(study.seeds)} seeds"]
    if study.design.is_used:
        factors.insert(0, f"{len(planned.points.rows)} points")
    runs = sum(len(cell.runs) for cell in planned.cells)
    return f"{study.name}: {' x '.join(factors)} = {runs} runs of {study.days} days"


def _duration(pending: Sequence[Run], settings: Settings, store: Store) -> str:
    sizes: dict[tuple[int, int], list[Run]] = {}
    for run in pending:
        sizes.setdefault((run.consumers, run.days), []).append(run)
    known = {size: store.seconds(runs[0]) for size, runs in sizes.items()}
    seconds = sum((known[size] or 0.0) * len(runs) for size, runs in sizes.items())
    source = "by runs in the store"
    if unknown := [run for size, runs in sizes.items() if known[size] is None for run in runs]:
        largest = max(unknown, key=lambda run: run.work)
        days = min(PROBED, largest.days)
        seconds += sum(run.work for run in unknown) * _probe(largest, days)
        source = f"by {days} days tried now"
    workers = executor.workers(settings.executor)
    # no run is divided among workers
    lasts = max(seconds / workers, seconds * max(run.work for run in pending) / sum(run.work for run in pending))
    return f"about {lasting(lasts)} for {workers} workers, {source}"


def _probe(run: Run, days: int) -> float:
    """Seconds that a run takes for a unit of work, measured on its first days."""
    executor.prepare(run, terminal.console())
    short = run._replace(days=days, burn_in=0, tables=False)
    executor.make(short._replace(days=1))  # what is loaded once
    started = time.perf_counter()
    executor.make(short)
    return (time.perf_counter() - started) / short.work
