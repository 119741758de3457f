"""Does a result hold? Some of its runs are made again and compared to the bit."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from omegaconf import DictConfig, OmegaConf

from experiments import executor
from experiments.configuration import settings_from
from experiments.runs import Run, model_hash, runs_of
from sim.errors import UserError


def verify(folder: Path, sample: int) -> tuple[list[str], bool]:
    """Make some runs of a finished experiment again, spread evenly over its arms and seeds.

    Parameters
    ----------
    folder
        ``results/<experiment>/<time>``.
    sample
        How many runs.

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
    runs = _runs(folder)
    sample = min(sample, len(table))
    chosen = [round(k * (len(table) - 1) / max(sample - 1, 1)) for k in range(sample)]
    differences = []
    for row in ({str(key): value for key, value in row.items()} for row in table.loc[chosen].to_dict("records")):
        again = executor.make(runs[str(row["arm"]), int(row["seed"])]).outcomes
        differences += [f"arm {row['arm']}, seed {row['seed']}: {text}" for text in _different(row, again)]
    return [*_preface(folder), f"{len(chosen)} of {len(table)} runs made again, {_found(differences)}"], not differences


def _runs(folder: Path) -> dict[tuple[str, int], Run]:
    config = OmegaConf.load(folder / "config.yaml")
    assert isinstance(config, DictConfig)
    for key in ("hydra", "defaults"):
        config.pop(key, None)
    settings = settings_from(config, ())
    spans = settings.experiment.seeds, settings.experiment.days, settings.experiment.burn_in
    return {(arm.name, run.seed): run for arm in settings.arms() for run in runs_of(arm, *spans)}


def _preface(folder: Path) -> list[str]:
    made_with = json.loads((folder / "manifest.json").read_text("utf-8"))["model"]["hash"]
    return [] if made_with == model_hash() else ["the model's source is not the one that this result was made with"]


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
