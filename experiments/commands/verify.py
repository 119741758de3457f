"""Does a result hold? Its files and rows are looked at, and some of its runs are made again and compared to the bit."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ValidationError

from experiments.conduct.manifest import provenance
from experiments.design.configuration import Settings, settings_from
from experiments.design.sampling import Points
from experiments.runs import executor
from experiments.runs.plan import Plan, plan
from experiments.runs.run import TABLES, Run, graph_reports
from experiments.runs.store import Store
from experiments.settings.mistakes import fields
from experiments.table import audit
from experiments.table.effects import checks
from experiments.table.reading import CONFIG, MANIFEST, RUNS, Folder
from sim.errors import UserError

MOST = 20  # differences that are told


class _Manifest(BaseModel):
    """What a manifest must say for its result to be verified."""

    model: dict[str, Any]
    versions: dict[str, str]
    points: int
    arms: list[str]
    seeds: list[int]


def verify(folder: Path, sample: int) -> tuple[list[str], bool]:
    """Look at everything in the folder of a finished experiment, and make some of its runs again.

    Every file is compared with its checksum, the configuration with the manifest, the rows of each table with the runs
    that there should be and with the store beside it, if there is one. Runs are then made again, spread evenly over the
    points, arms and seeds. Gives lines that say what differs and what was compared, and whether all is as it was left.

    Raises
    ------
    UserError
        If it is no such folder, a file in it is broken, or its configuration is not valid for this version.
    """
    left = Folder(folder, trusting=True)
    _check_manifest(left)
    config = left.config()
    tables = audit.tables_of(left, config)
    more = audit.additions(left)
    if not len(tables.finished):
        raise UserError(f"{folder / RUNS}.parquet: no run is finished in it; expected one at least")
    try:
        settings = settings_from(config)
    except UserError as error:
        raise UserError(f"{folder / CONFIG}: {error}") from None
    planned, rows, runs = _planned(settings, tables.finished, sample)
    differing = [*audit.files(left), *audit.configuration(left, config), *audit.rows(left, settings.experiment, tables)]
    told = _told_apart(left.manifest)
    for graph in graph_reports(runs):
        print(graph, file=sys.stderr)
    with closing(Store(folder.resolve().parent.parent / "store")) as store:
        held, unlike = audit.kept_runs(tables, store)
        differing += unlike
        if not told:
            differing += _effects(left, planned, store)
    again = [(row, executor.make(_keeping(run, tables))) for row, run in zip(rows, runs, strict=True)]
    differing += [f"{text}, made again" for row, done in again for text in audit.differences(row, done, tables)]
    if not told and any(row["run_id"] != run.id for row, run in zip(rows, runs, strict=True)):
        told = ["a file that runs depend on, an edge list or rules of your own, is not the one of this result"]
    told += [f"{name} is not part of the result" for name in more]
    count = len(tables.finished)
    files = f"{len(left.checksums)} files with their checksums" if left.format > 1 else "no file, for want of checksums"
    compared = f"compared: {files}; {held} of {count} runs with the store"
    verdict = f"; {len(differing)} differences in all" if differing else ", equal to the bit"
    return [*told, *_first(differing), compared, f"{len(again)} of {count} runs made again{verdict}"], not differing


def _keeping(run: Run, tables: audit.Tables) -> Run:
    """A run that leaves the tables that the folder has."""
    return run._replace(
        tables=not tables.kept.keys().isdisjoint(TABLES), more=tuple(n for n in tables.kept if n not in TABLES)
    )


def _planned(settings: Settings, finished: pd.DataFrame, sample: int) -> tuple[Plan, list[dict[str, Any]], list[Run]]:
    """The plan of some rows, these rows, and their runs; points are those of the rows, since their file may be gone."""
    sample = min(sample, len(finished))
    places = [round(k * (len(finished) - 1) / max(sample - 1, 1)) for k in range(sample)]
    rows = [{str(key): value for key, value in row.items()} for row in finished.loc[places].to_dict("records")]
    columns: tuple[str, ...] = ()
    if settings.experiment.design.is_used:
        parameters = {path for path, _, _ in fields(settings.parameters)} - settings.experiment.factors.keys()
        columns = tuple(key for key in rows[0] if key in parameters)
    points = {row.get("point", 0): {path: row[path] for path in columns} for row in rows}
    planned = plan(settings, Points(columns, list(points.values())))
    numbers = list(points)
    planned = planned._replace(cells=[cell._replace(point=numbers[cell.point]) for cell in planned.cells])
    by_key = {(cell.point, cell.arm, run.seed): run for cell in planned.cells for run in cell.runs}
    there = [row for row in rows if audit.key(row) in by_key]
    return planned, there, [by_key[audit.key(row)] for row in there]


def _effects(left: Folder, planned: Plan, store: Store) -> list[str]:
    """Tables of effects that are not what the runs of the store make them, where it has all of these."""
    ids = {run.id for run in planned.checking}
    known = store.known(planned.checking)
    if store.damaged:
        return [str(store.damage(id)) for id in sorted(store.damaged)]
    if ids - known - store.failed(ids).keys():
        return []
    outcomes = {done.id: done.outcomes for done in store.outcomes(known)}
    found = []
    for name, table in checks(planned, outcomes).items():
        if left.has(name) != bool(len(table)):
            found.append(f"{name}.parquet is {'no table of this result' if left.has(name) else 'gone'}")
        elif len(table) and (wrong := audit.unlike(left.table(name), table)):
            found.append(f"{name}.parquet: {wrong}, by the store")
    return found


def _check_manifest(left: Folder) -> None:
    try:
        _Manifest.model_validate(left.manifest, strict=True)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
        raise UserError(f"{left.path / MANIFEST}: {key} is missing or broken; expected what koc run wrote") from None


def _first(differing: Sequence[str]) -> list[str]:
    more = len(differing) - MOST
    return [*differing[:MOST], f"and {more} more differences"] if more > 0 else list(differing)


def _told_apart(manifest: Mapping[str, Any]) -> list[str]:
    """How what made a result differs from what is here."""
    here = provenance()
    found = []
    then, now = (str(each["model"].get("hash"))[:12] for each in (manifest, here))
    if then != now:
        found.append(f"the model's source is not the one that this result was made with: {then} then, {now} now")
    for name, version in manifest["versions"].items():
        if here["versions"].get(name) != version:
            found.append(f"{name} was {version}, is {here['versions'].get(name)}")
    return found
