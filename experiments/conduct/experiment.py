"""One experiment from settings to verdict: the runs that the store lacks, the folder, the report."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from rich.console import Console

from experiments.conduct.manifest import description, making
from experiments.conduct.preflight import check_drawing, check_place
from experiments.conduct.seeds import Enough, enough_seeds
from experiments.design.configuration import Settings, overridden_by_arms
from experiments.design.factors import Study
from experiments.runs import executor, interruption
from experiments.runs.plan import Plan, plan
from experiments.runs.progress import terminal
from experiments.runs.run import Failed, graph_reports
from experiments.runs.sharing import KEPT, Tally, Wanted, fill
from experiments.runs.store import DiskFull, Store
from experiments.runs.working_folder import sweep_below
from experiments.table import folder
from experiments.table.catalogue import SHORT
from experiments.table.effects import checks
from experiments.table.live import Live
from experiments.table.runs_table import RunsTable

if TYPE_CHECKING:
    from sim.graphs.friendships import GraphReport


class Made(NamedTuple):
    """What an experiment has come to."""

    folder: Path  # that it left
    runs: pd.DataFrame  # the table of runs
    failures: dict[str, Failed]  # runs that failed, by id
    ending: Ending  # what the terminal ends with


class Ending(NamedTuple):
    """What the terminal ends with, besides the folder."""

    found: str = ""  # a sentence, if there is one that was not printed before
    picture: str = ""  # path of a figure in the folder, if there is one


Finish = Callable[[pd.DataFrame, Path], Ending]
"""Adds to the folder of an experiment, of its table of runs, before the folder appears."""


def conduct(
    settings: Settings, command: Sequence[str], finish: Finish | None = None, *, only_failed: bool = False
) -> int:
    """Make an experiment, and tell of it.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed, or 128 and the number of the signal that interrupted it.

    Raises
    ------
    UserError
        If the design is wrong, the output cannot be written, or a world cannot be built; before any run is made.
    """
    console = terminal()
    planned = plan(settings)
    enough: Enough | None = None
    if only_failed and not _some_failed(settings, planned):
        console.print(f"{settings.experiment.name}: no run of it failed")
        return 0
    check_drawing(settings, planned, console)
    try:
        if settings.experiment.precision.outcome and not only_failed:
            enough = enough_seeds(settings, lambda more, needed: _batch(more, needed, console), console)
            settings, planned = enough.settings, plan(enough.settings)
        made = carry_out(settings, planned, How(command, console, only_failed, enough=enough, finish=finish))
    except (KeyboardInterrupt, OSError, DiskFull) as error:
        if isinstance(error, OSError) and error.errno != errno.ENOSPC:
            raise
        with closing(Store(Path(settings.output) / "store")) as store:
            kept = len(store.known(planned.runs.values()))
        return _broken_off(error, kept, len(planned.runs), console)
    _conclude(made, console)
    return 1 if made.failures else 0


class How(NamedTuple):
    """How an experiment is carried out."""

    command: Sequence[str]  # what the user typed, for the manifest
    console: Console  # for progress and remarks
    only_failed: bool = False  # whether to make those runs alone that were tried and failed
    quiet: bool = False  # whether to show progress alone
    enough: Enough | None = None  # how the number of seeds was found, if it was
    finish: Finish | None = None  # adds to the folder, of the runs, before it appears


def carry_out(settings: Settings, planned: Plan, how: How) -> Made:
    """Make the runs that the store lacks, and a folder of all.

    Raises
    ------
    UserError
        If the output cannot be written, or a world cannot be built; before any run is made. `DiskFull` if there is no
        room for what was made.
    """
    started, console, enough = time.time(), how.console, how.enough

    def begin(graphs: Sequence[GraphReport], known: int) -> None:
        for graph in graphs:
            console.print(str(graph))
        if not how.quiet:
            _announce(settings, planned, known, console)

    with _filled(settings, planned, console, begin, only_failed=how.only_failed) as made:
        store, tally = made.store, made.tally
        failures = store.failed(planned.runs)
        counts = {"made": tally.made, "from_store": made.known + tally.arrived, "failed": len(failures)}
        manifest = {
            **making(how.command, started, counts, tally.worlds, enough),
            **description(settings, planned, failures),
            "graphs": [graph.record() for graph in made.graphs],
        }
        if settings.profile:
            _print_profile(store, planned)
        for sentence in enough.sentences() if enough else ():
            console.print(sentence)
        runs = made.table.whole(store)
        outcomes = {done.id: done.outcomes for done in store.outcomes(run.id for run in planned.checking)}
        finish = how.finish
        place, ending = folder.write(
            Path(settings.output) / settings.experiment.name, runs, planned, store, effects=checks(planned, outcomes),
            config=settings.resolved(), manifest=manifest,
            finish=lambda partial: finish(runs, partial) if finish else Ending(),
        )  # fmt: skip
    return Made(place, runs, failures, ending)


class _Filled(NamedTuple):
    """A store that has all runs of a plan, what making them came to, and the graphs that were read."""

    store: Store
    table: RunsTable
    known: int  # runs that it had before
    tally: Tally
    graphs: list[GraphReport]


@contextmanager
def _filled(
    settings: Settings, planned: Plan, console: Console, begin: Callable[[Sequence[GraphReport], int], None], *,
    only_failed: bool = False,
) -> Iterator[_Filled]:  # fmt: skip
    """Make the runs that the store lacks; `begin` is called with the graphs and how many runs it has."""
    study, output = settings.experiment, Path(settings.output)
    with closing(Store(output / "store")) as store:
        before = store.versions(planned.runs)
        known = set() if study.fresh and not study.precision.outcome else _known(store, planned, console)
        wanted = store.failed(planned.runs).keys() if only_failed else planned.runs.keys() - known
        pending = [run for id, run in planned.runs.items() if id in wanted]
        check_place(settings, pending, store, console)
        sweep_below(output)
        graphs = graph_reports(planned.runs.values())
        if pending:
            executor.prepare(pending, console)
        store.open()
        begin(graphs, len(known))  # only now: a refusal is one line
        table = RunsTable(planned)
        with interruption.keeping(KEPT), closing(Live(output / study.name, table, store, known)) as live:
            tally = fill(store, Wanted(pending, before, study.name, settings.executor), console, live.add)
            yield _Filled(store, table, len(known), tally, graphs)


def _batch(settings: Settings, planned: Plan, console: Console) -> pd.DataFrame:
    """The table of runs of some more seeds, without a folder."""
    with _filled(settings, planned, console, lambda graphs, known: None) as made:
        return made.table.whole(made.store)


def _known(store: Store, planned: Plan, console: Console) -> set[str]:
    """Ids of the runs that need not be made; tells which of the store are damaged, since these are made again."""
    known = store.known(planned.runs.values())
    if damaged := sorted(store.damaged):
        which = ", ".join(id[:SHORT] for id in damaged[:3]) + (", ..." if len(damaged) > 3 else "")
        console.print(
            f"{store.path}: {len(damaged)} runs are damaged and are made again: {which}; is the disk in order?"
        )
    return known


def _some_failed(settings: Settings, planned: Plan) -> bool:
    with closing(Store(Path(settings.output) / "store")) as store:
        return bool(store.failed(planned.runs))


def _announce(settings: Settings, planned: Plan, known: int, console: Console) -> None:
    study = settings.experiment
    total = len(planned.runs)
    further = total - len({run.id for cell in planned.cells for run in cell.runs})
    console.print(
        f"{size(study, planned)}, {study.days} days"
        + (f"; {further} further runs to see where conclusions flip, and how sure they are" if further else "")
        + (f"; {known} of {total} runs are in the store" if known else "")
    )
    for line in remarks(settings, planned):
        console.print(line)


def size(study: Study, planned: Plan) -> str:
    """How large an experiment is: points, arms and seeds."""
    points = f"{len(planned.points.rows)} points x " if study.design.is_used else ""
    return f"{study.name}: {points}{len(planned.arms)} arms x {len(study.seeds)} seeds"


def remarks(settings: Settings, planned: Plan) -> list[str]:
    """What the user should know before an experiment is made."""
    found = [planned.points.note] if planned.points.note else []
    if left := planned.points.left_out:
        found.append(f"{left} of {left + len(planned.points.rows)} points do not meet the constraints and are left out")
    if unused := overridden_by_arms(settings):
        found.append(f"the arms set {', '.join(unused)}: the configured values are not used")
    return found


def _broken_off(error: BaseException, kept: int, total: int, console: Console) -> int:
    said = f"{kept} of {total} runs are kept; the same command goes on from there"
    if isinstance(error, KeyboardInterrupt):
        console.print(f"interrupted: {said}")
        return interruption.status(error)
    console.print(f"the disk is full: {said} when there is room")
    return 1


def _conclude(made: Made, console: Console) -> None:
    if made.ending.found:
        console.print(f"found: {made.ending.found}")
    console.print(f"results: {made.folder}")
    if made.ending.picture:
        console.print(f"picture: {made.folder / made.ending.picture}")
    if made.failures:
        first = next(iter(made.failures.values()))
        console.print(f"{len(made.failures)} runs failed, the first with {first.error}")
        console.print(f"tracebacks: {made.folder / 'manifest.json'}")


def _print_profile(store: Store, planned: Plan) -> None:
    phases = pd.DataFrame([run.timings for run in store.outcomes(planned.runs)]).sum().sort_values(ascending=False)
    print(f"{'phase':<24}{'seconds':>10}{'share':>8}")
    for phase, seconds in phases.items():
        print(f"{phase:<24}{seconds:>10.2f}{seconds / phases.sum():>8.1%}")
