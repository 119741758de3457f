"""Does a result hold? Some of its runs are made again and compared to the bit."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from omegaconf import DictConfig, OmegaConf

from experiments import executor
from experiments.configuration import Settings, settings_from
from experiments.manifest import provenance
from experiments.mistakes import fields
from experiments.plan import plan
from experiments.runs import Run
from experiments.sampling import Points
from sim.errors import UserError


def verify(folder: Path, sample: int) -> tuple[list[str], bool]:
    """Make some runs of a finished experiment again, spread evenly over its points, arms and seeds.

    Parameters
    ----------
    folder
        ``results/<experiment>/<time>``.
    sample
        How many rows of its table of runs.

    Returns
    -------
    report : list of str
        Lines that say what was compared and what differs.
    holds : bool
        Whether all are equal to the bit.

    Raises
    ------
    UserError
        If it is no such folder, or its configuration is not valid for this version.
    """
    for name in ("config.yaml", "runs.parquet", "manifest.json"):
        if not (folder / name).is_file():
            raise UserError(f"{folder}: no {name} in it; expected a folder that koc run made")
    table = pd.read_parquet(folder / "runs.parquet")
    table = table[table["status"] == "finished"].reset_index(drop=True)
    sample = min(sample, len(table))
    chosen = [round(k * (len(table) - 1) / max(sample - 1, 1)) for k in range(sample)]
    rows = [{str(key): value for key, value in row.items()} for row in table.loc[chosen].to_dict("records")]
    if not rows:
        raise UserError(f"{folder}: no run of it finished")
    differences, ids = [], []
    for row, run in zip(rows, _runs(_settings(folder), rows), strict=True):
        point = f"point {row['point']}, " if row.get("point") else ""
        again = executor.make(run).outcomes
        differences += [f"{point}arm {row['arm']}, seed {row['seed']}: {text}" for text in _different(row, again)]
        ids.append(run.id)
    told = _told_apart(json.loads((folder / "manifest.json").read_text("utf-8")))
    if not told and ids != [row["run_id"] for row in rows]:
        told = ["a file that runs depend on, an edge list or rules of your own, is not the one of this result"]
    said = f"{len(chosen)} of {len(table)} runs made again, {_found(differences)}"
    return [*told, said], not differences


def _settings(folder: Path) -> Settings:
    config = OmegaConf.load(folder / "config.yaml")
    assert isinstance(config, DictConfig)
    for key in ("hydra", "defaults"):
        config.pop(key, None)
    return settings_from(config, ())


def _runs(settings: Settings, rows: list[dict[str, Any]]) -> list[Run]:
    """The runs of some rows; points are taken from the rows, since a file of points may be gone."""
    design = settings.experiment.design
    numbers = list(dict.fromkeys(row.get("point", 0) for row in rows))
    columns: tuple[str, ...] = ()
    if design.is_used:
        parameters = {path for path, _, _ in fields(settings.parameters)} - settings.experiment.factors.keys()
        columns = tuple(key for key in rows[0] if key in parameters)
    points = {row.get("point", 0): {path: row[path] for path in columns} for row in rows}
    planned = plan(settings, Points(columns, [points[number] for number in numbers]))
    by_place = {
        (numbers[cell.point], cell.arm, run.seed): run._replace(tables=False)
        for cell in planned.cells
        for run in cell.runs
    }
    return [by_place[row.get("point", 0), str(row["arm"]), int(row["seed"])] for row in rows]


def _told_apart(manifest: Mapping[str, Any]) -> list[str]:
    """How what made a result differs from what is here."""
    here = provenance()
    found = []
    if manifest["model"]["hash"] != here["model"]["hash"]:
        then, now = (each["model"]["hash"][:12] for each in (manifest, here))
        found.append(f"the model's source is not the one that this result was made with: {then} then, {now} now")
    for name, version in manifest["versions"].items():
        if here["versions"].get(name) != version:
            found.append(f"{name} was {version}, is {here['versions'].get(name)}")
    return found


def _different(row: Mapping[str, object], again: Mapping[str, float]) -> list[str]:
    found = []
    for key, value in again.items():
        before = row.get(key)
        if before is None or not isinstance(before, int | float):
            found.append(f"{key} is new")
        elif before != value and not (math.isnan(before) and math.isnan(value)):
            found.append(f"{key} was {before!r}, is {value!r}")
    return found


def _found(differences: list[str]) -> str:
    if not differences:
        return "equal to the bit"
    return f"{len(differences)} outcomes differ: {differences[0]}"
