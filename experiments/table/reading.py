"""What a run left behind, read again: a file is checked before anything in it is believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype, is_string_dtype
from yaml import YAMLError

from experiments.settings.yaml_text import parsed
from experiments.table.checksums import CHECKSUM, CHECKSUMS, FORMAT, MANIFEST, of_file, of_manifest
from sim.errors import UserError
from sim.results.outcomes import OUTCOMES

CONFIG, RUNS = "config.yaml", "runs"
EXPECTED = "expected a folder that koc run made, such as results/NAME/latest"
STATUSES = {"finished", "failed", "pending"}
MAPPINGS = ("factors", "extra_arms", "labels", "questions", "asks", "design", "flips", "posterior")
"""Keys of an experiment."""
TEXT, WHOLE, NUMBER, FLAG = "text", "whole numbers", "numbers", "true or false"
GRAPH = (
    "consumers", "mean_degree", "max_degree", "clustering", "assortativity", "components", "largest_component_share",
)  # fmt: skip
_OF_A_RUN = {"arm": TEXT, "seed": WHOLE}
COLUMNS: dict[str, dict[str, str]] = {
    RUNS: {**_OF_A_RUN, "status": TEXT, "run_id": TEXT},
    "daily": {**_OF_A_RUN, "day": WHOLE},
    "funnel": {**_OF_A_RUN, "domain": TEXT, "step": TEXT, "count": NUMBER},
    "creators": {**_OF_A_RUN, "tier": TEXT, "income": NUMBER},
    "split": {**_OF_A_RUN, "party": TEXT, "yuan": NUMBER},
    "graph": {**_OF_A_RUN, **dict.fromkeys(GRAPH, NUMBER)},
    "platforms": {**_OF_A_RUN, "day": WHOLE, "platform": WHOLE, "members": WHOLE},
    "cells": {**_OF_A_RUN, "channel": TEXT, "tier": TEXT, "platform": TEXT, "category": TEXT, "views": WHOLE},
    "funds": {**_OF_A_RUN, "brand": WHOLE, "fund": TEXT, "spent": NUMBER},
    "switching": {**_OF_A_RUN, "from": WHOLE, "to": WHOLE, "purchases": WHOLE},
    "weeks": {**_OF_A_RUN, "week": WHOLE, "creator": WHOLE, "income": NUMBER},
    "orders": {**_OF_A_RUN, "order": WHOLE, "day": WHOLE, "price": NUMBER},
    "trees": {**_OF_A_RUN, "root": WHOLE, "size": WHOLE},
    "flips": {
        "assumption": TEXT, "value": NUMBER, "default": FLAG, "factor": TEXT, "outcome": TEXT, "effect": NUMBER,
        "low": NUMBER, "high": NUMBER, "seeds": WHOLE,
    },
    "posterior": {
        "draw": WHOLE, "seed": WHOLE, "factor": TEXT, "low": TEXT, "high": TEXT, "outcome": TEXT, "effect": NUMBER,
        "base": NUMBER,
    },
    "drawn": {**_OF_A_RUN, "draw": WHOLE},
}  # fmt: skip
"""Columns that each table has, whatever else it holds."""
_HOLDS = {TEXT: is_string_dtype, WHOLE: is_integer_dtype, NUMBER: is_numeric_dtype, FLAG: is_bool_dtype}
_BROKEN = (
    OSError, ValueError, TypeError, KeyError, RecursionError, pa.ArrowException, YAMLError,
)  # fmt: skip


class Folder:
    """The folder that a run left; what of it is missing, broken or not as expected is told as `UserError`.

    Parameters
    ----------
    path
        ``results/<experiment>/<time>``.
    trusting
        Whether files that are not what the run wrote are read all the same, as long as they can be.

    Attributes
    ----------
    manifest : dict
        What its manifest says.

    Raises
    ------
    UserError
        If it is no such folder, or its manifest is broken or of a newer koc.
    """

    def __init__(self, path: Path, *, trusting: bool = False) -> None:
        self.path, self._trusting = path, trusting
        self.manifest = self.mapping(MANIFEST)
        self.format: int = self.manifest.get("format", 1)
        if not isinstance(self.format, int) or self.format > FORMAT:
            raise UserError(
                f"{path / MANIFEST}: format {self.format}, of a newer koc; this one reads up to {FORMAT}; update it"
            )
        self.checksums: dict[str, str] = self.manifest.get(CHECKSUMS, {})
        if not isinstance(self.checksums, dict) or bool(self.checksums) != (self.format > 1):
            raise self._altered(MANIFEST)
        if self.format > 1 and not trusting and self.manifest.get(CHECKSUM) != of_manifest(self.manifest):
            raise self._altered(MANIFEST)

    def has(self, name: str) -> bool:
        """Whether there should be a table of this name, or is one."""
        file = f"{name}.parquet"
        return self._is_there(file) or (file in self.checksums and not self._trusting)

    def config(self) -> dict[str, Any]:
        """The configuration, as nested mappings."""
        config = self.mapping(CONFIG)
        for key in ("hydra", "defaults"):
            config.pop(key, None)
        study = config.get("experiment")
        parts = {"experiment": study, **{k: study.get(k) or {} for k in MAPPINGS if isinstance(study, dict)}}
        for key, part in parts.items():
            if not isinstance(part, dict):
                raise UserError(f"{self.path / CONFIG}: {key} is no mapping; expected the file that koc run wrote")
        return config

    def table(self, name: str) -> pd.DataFrame:
        """A table."""
        file = f"{name}.parquet"
        path = self._checked(file)
        try:
            found = pd.read_parquet(path)
        except _BROKEN as error:
            raise self._broken(file, "Parquet", error) from error
        _check_columns(path, found, COLUMNS[name])
        if name == RUNS:
            _check_runs(path, found)
        return found

    def runs(self, config: Mapping[str, Any]) -> pd.DataFrame:
        """The table of runs, which has a column for each factor of the configuration."""
        found = self.table(RUNS)
        for factor in config["experiment"].get("factors") or {}:
            if factor not in found:
                raise UserError(f"{self.path / 'runs.parquet'}: no column {factor}, which is a factor in {CONFIG}")
        return found

    def named(self, pattern: str) -> list[str]:
        """Files that are there by a pattern of their paths, in order; none that nobody has taken into the manifest."""
        there = [path.relative_to(self.path).as_posix() for path in sorted(self.path.glob(pattern))]
        return [file for file in there if self.format == 1 or file in self.checksums]

    def bytes(self, file: str) -> bytes:
        """A file as it is."""
        path = self._checked(file)
        try:
            return path.read_bytes()
        except OSError as error:
            raise self._broken(file, "file", error) from error

    def mapping(self, file: str) -> dict[str, Any]:
        """A file of JSON or YAML, whose content is a mapping."""
        path = self._checked(file)
        kind = "JSON" if path.suffix == ".json" else "YAML"
        try:
            text = path.read_text("utf-8")
            content = json.loads(text) if kind == "JSON" else parsed(text)
        except _BROKEN as error:
            raise self._broken(file, kind, error) from error
        if not isinstance(content, dict) or not content:
            raise UserError(f"{path}: empty, or no mapping; expected the file that koc run wrote")
        return {str(key): value for key, value in content.items()}

    def _checked(self, file: str) -> Path:
        """The path of a file that is there, and is what the run wrote."""
        path = self.path / file
        if not self._is_there(file):
            what = f"no {file} in it" if self.path.is_dir() else "no such folder"
            raise UserError(f"{self.path}: {what}; {EXPECTED}")
        if not path.is_file():
            raise UserError(f"{path}: is no file; expected the one that koc run wrote")
        if file == MANIFEST or self.format == 1 or self._trusting:
            return path
        try:
            same = self.checksums.get(file) == of_file(path)
        except OSError as error:
            raise self._broken(file, "file", error) from error
        if not same:
            raise self._altered(file)
        return path

    def _is_there(self, file: str) -> bool:
        try:
            return (self.path / file).exists()
        except OSError as error:
            raise UserError(f"{self.path}: cannot be read ({error.strerror}); {EXPECTED}") from error

    def _altered(self, file: str) -> UserError:
        why = "cut, changed or damaged since" if file == MANIFEST or file in self.checksums else "added later"
        return UserError(
            f"{self.path / file}: not what koc run wrote, {why}; koc verify {self.path} tells more, the experiment's "
            "command makes the folder again from the store"
        )

    def _broken(self, file: str, kind: str, error: Exception) -> UserError:
        if isinstance(error, OSError) and error.strerror:
            return UserError(f"{self.path / file}: cannot be read ({error.strerror})")
        said = " ".join(str(error).split())[:100]
        return UserError(f"{self.path / file}: broken, cannot be read as {kind} ({type(error).__name__}: {said})")


def find(config: dict[str, Any], key: str) -> Any:
    """Value of a key of the experiment, or of the configuration's top level; None if neither has it."""
    experiment = config.get("experiment")
    if isinstance(experiment, dict) and key in experiment:
        return experiment[key]
    return config.get(key)


def place(row: Mapping[Any, Any]) -> str:
    """A run in words: its point, arm and seed."""
    point = f"point {row['point']}, " if row.get("point") else ""
    return f"{point}arm {row['arm']}, seed {row['seed']}"


def _check_columns(path: Path, table: pd.DataFrame, expected: Mapping[str, str]) -> None:
    for column, kind in expected.items():
        if column not in table:
            raise UserError(f"{path}: no column {column}; expected {', '.join(expected)}")
        if len(table) and not _HOLDS[kind](table[column]):
            raise UserError(f"{path}: column {column} holds {table[column].dtype}, expected {kind}")
        if column in (*_OF_A_RUN, "status") and table[column].isna().any():
            raise UserError(f"{path}: column {column} has empty cells")


def _check_runs(path: Path, runs: pd.DataFrame) -> None:
    for outcome in OUTCOMES:
        if outcome in runs and not is_numeric_dtype(runs[outcome]):
            raise UserError(f"{path}: column {outcome} holds {runs[outcome].dtype}, expected numbers")
    if wrong := set(runs["status"]) - STATUSES:
        raise UserError(f"{path}: status {min(map(str, wrong))}; expected one of {', '.join(sorted(STATUSES))}")
    key = [column for column in ("point", "arm", "seed") if column in runs]
    twice = runs[runs.duplicated(key)]
    if len(twice):
        raise UserError(f"{path}: {place(twice.iloc[0].to_dict())} is there twice; {len(twice)} rows are too many")
