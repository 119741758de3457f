"""What an experiment would be, before it is made: how many runs, the first points, how long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd

from experiments.conduct.experiment import remarks, size
from experiments.design.configuration import Settings
from experiments.runs import executor
from experiments.runs.plan import plan
from experiments.runs.progress import terminal
from experiments.runs.run import Run, graph_reports
from experiments.runs.store import Store

SHOWN = 5  # points
PROBED = 10  # days


def forecast(settings: Settings) -> str:
    """Tell what `koc run` would make: how many runs, how long, the first points; nothing is written to the output."""
    planned, study = plan(settings), settings.experiment
    with closing(Store(Path(settings.output) / "store")) as store:
        known = set() if study.fresh else store.known(planned.runs.values())
        pending = [run for id, run in planned.runs.items() if id not in known]
        runs = sum(len(cell.runs) for cell in planned.cells)
        lines = [
            f"{size(study, planned)} = {runs} runs of {study.days} days",
            f"{len(known)} of {len(planned.runs)} runs are in the store",
        ]
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


def _duration(pending: Sequence[Run], settings: Settings, store: Store) -> str:
    sizes = {(run.consumers, run.days): run for run in pending}
    known = {size: store.seconds(run) for size, run in sizes.items()}
    source, speed = "by runs in the store", 0.0
    if unknown := [run for size, run in sizes.items() if known[size] is None]:
        largest = max(unknown, key=lambda run: run.work)
        days = min(PROBED, largest.days)
        source, speed = f"by {days} days tried now", _probe(largest, days)
    each = [known[run.consumers, run.days] or run.work * speed for run in pending]
    workers = executor.workers(settings.executor)
    lasts = max(sum(each) / workers, max(each))  # no run is divided among workers
    return f"about {lasting(lasts)} for {workers} workers, {source}"


def _probe(run: Run, days: int) -> float:
    """Seconds that a run takes for a unit of work, measured on its first days."""
    executor.prepare([run], terminal())
    short = run._replace(days=days, burn_in=0, tables=False, more=())
    executor.make(short._replace(days=1))  # what is loaded once
    started = time.perf_counter()
    executor.make(short)
    return (time.perf_counter() - started) / short.work
