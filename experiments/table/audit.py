"""What in a folder of results is not as the run left it: its files, its rows, and the store's record of its runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from experiments.design.factors import Study
from experiments.runs.run import CELLS, EVERY_TABLE, TABLES, Finished
from experiments.runs.store import FINISHED, Store, unpacked
from experiments.settings.paths import flat
from experiments.table.checksums import CHECKSUM, MANIFEST, files_in, of_file, of_manifest
from experiments.table.reading import CONFIG, Folder, place
from sim.errors import UserError
from sim.results.outcomes import OF_CELLS

MAY_BE_EMPTY = {"platforms"}  # where nobody chooses among them
KEYS = {"daily": ["day"], "funnel": ["domain", "step"], "split": ["party"], "platforms": ["day", "platform"]}
"""What tells the rows of a run apart; a creator who came back has two rows."""

Key = tuple[int, str, int]  # point, arm, seed


class Tables(NamedTuple):
    """The tables of a folder: all runs, those that finished, and by name what each of these left."""

    runs: pd.DataFrame
    finished: pd.DataFrame
    kept: dict[str, dict[Key, pd.DataFrame]]


def key(row: Mapping[Any, Any]) -> Key:
    """Which run a row is about."""
    return int(row.get("point") or 0), str(row["arm"]), int(row["seed"])


def tables_of(left: Folder, config: Mapping[str, Any]) -> Tables:
    """Read every table of a folder."""
    runs = left.runs(config)
    for name in ("flips", "posterior", "drawn"):
        if left.has(name):
            left.table(name)
    finished = runs[runs["status"] == FINISHED].reset_index(drop=True)
    return Tables(runs, finished, {name: _by_run(left.table(name)) for name in EVERY_TABLE if left.has(name)})


def files(left: Folder) -> list[str]:
    """Files that are not as they were written; none of a folder without checksums."""
    if left.format == 1:
        return []
    there = set(files_in(left.path))
    found = []
    for name, checksum in left.checksums.items():
        try:
            if name not in there:
                found.append(f"{name} is gone")
            elif of_file(left.path / name) != checksum:
                found.append(f"{name} was changed since it was written")
        except OSError as error:
            raise UserError(f"{left.path / name}: cannot be read ({error.strerror})") from error
    if left.manifest.get(CHECKSUM) != of_manifest(left.manifest):
        found.append(f"{MANIFEST} was changed since it was written")
    return found


def additions(left: Folder) -> list[str]:
    """Files that are no part of a result.

    Raises
    ------
    UserError
        If one is a table: whoever reads the folder would take it for the result's.
    """
    more = [] if left.format == 1 else [name for name in files_in(left.path) if name not in left.checksums]
    for name in more:
        if name.endswith(".parquet"):
            raise UserError(f"{left.path / name}: no table of this result, added later; expected it elsewhere")
    return more


def configuration(left: Folder, config: Mapping[str, Any]) -> list[str]:
    """Keys of the configuration that are not what the manifest says."""
    recorded = left.manifest.get("config")
    if not isinstance(recorded, dict):
        return []
    made, here = dict(flat(recorded)), dict(flat(config))
    return [
        f"{CONFIG}: {path} is {here.get(path)}, expected {made.get(path)}, by {MANIFEST}"
        for path in {**made, **here}
        if repr(made.get(path)) != repr(here.get(path))
    ]


def rows(left: Folder, study: Study, tables: Tables) -> list[str]:
    """Tables and rows that are missing, and rows that are too many, or of no run of the experiment."""
    manifest = left.manifest
    every, own = set(map(key, _records(tables.runs))), set(map(key, _records(tables.finished)))
    expected = set(product(range(manifest["points"] or 1), manifest["arms"], manifest["seeds"]))
    found = [*_unlike("runs", every, expected)]
    if left.format == 1 and study.keeps_tables:  # else its checksum tells
        found += [f"{name}.parquet is gone" for name in TABLES if name not in tables.kept]
    for name, groups in tables.kept.items():
        found += _unlike(name, set(groups), own if groups or name not in MAY_BE_EMPTY else set())
        for run, group in groups.items():
            twice = group[group.duplicated(KEYS[name])] if name in KEYS else group[1:] if name == "graph" else group[:0]
            if len(twice):
                which = "".join(f", {column} {twice.iloc[0][column]}" for column in KEYS.get(name, ()))
                found.append(f"{name}.parquet: {_named(run)}{which} is there twice")
            elif name == "daily" and len(group) != study.days:
                found.append(f"{name}.parquet: {_named(run)} has {len(group)} rows, expected {study.days}")
    return found


def kept_runs(tables: Tables, store: Store) -> tuple[int, list[str]]:
    """How many of the finished runs a store holds, and what differs between it and the folder."""
    count, found = 0, []
    for row in _records(tables.finished):
        try:
            done = _of_store(store, str(row.get("run_id")), list(tables.kept))
        except UserError as error:
            found.append(str(error))
            continue
        if done:
            count += 1
            found += [f"{text}, by the store" for text in differences(row, done, tables)]
    return count, found


def differences(row: Mapping[Any, Any], done: Finished, tables: Tables) -> Iterator[str]:
    """What the tables say of a run otherwise than it came out."""
    for name, value in done.outcomes.items():
        if name in OF_CELLS and not tables.kept.keys() & set(CELLS):
            continue  # another experiment measured them
        said = row.get(name)
        if not isinstance(said, int | float) or (said != value and not (math.isnan(said) and math.isnan(value))):
            yield f"runs.parquet: {place(row)}: {name} is {said!r}, expected {value!r}"
    for name, content in done.tables.items():
        if name not in tables.kept:
            continue
        told, true = tables.kept[name].get(key(row)), unpacked(content).to_pandas()
        if told is None and not len(true):
            continue  # as that of platforms is where nobody chooses among them
        if wrong := f"0 rows, expected {len(true)}" if told is None else unlike(told, true):
            yield f"{name}.parquet: {place(row)}: {wrong}"


def unlike(told: pd.DataFrame, true: pd.DataFrame) -> str:
    """How a table differs from what it should be; empty if it does not. It may have columns of its own."""
    if len(told) != len(true):
        return f"{len(told)} rows, expected {len(true)}"
    wrong = [column for column in true if column not in told or not _equal(told[column], true[column])]
    return f"{wrong[0]} is not as expected" if wrong else ""


def _of_store(store: Store, id: str, names: list[str]) -> Finished | None:
    for tables in (names, []):  # they may be pruned
        try:
            return store.get(id, tables)
        except KeyError:
            continue
    return None


def _by_run(table: pd.DataFrame) -> dict[Key, pd.DataFrame]:
    points = table["point"] if "point" in table else pd.Series(0, table.index)
    keys = pd.MultiIndex.from_arrays([points, table["arm"], table["seed"]])
    numbers, unique = pd.factorize(keys)
    by_number = np.split(np.argsort(numbers, kind="stable"), np.cumsum(np.bincount(numbers))[:-1]) if len(table) else []
    return {(int(p), str(a), int(s)): table.iloc[rows] for (p, a, s), rows in zip(unique, by_number, strict=True)}


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return list(table.to_dict("records"))


def _named(key: Key) -> str:
    return place(dict(zip(("point", "arm", "seed"), key, strict=True)))


def _unlike(name: str, there: set[Key], expected: set[Key]) -> Iterator[str]:
    yield from (f"{name}.parquet: {_named(key)} is missing" for key in sorted(expected - there))
    yield from (f"{name}.parquet: {_named(key)} is no run of this result" for key in sorted(there - expected))


def _equal(one: pd.Series, other: pd.Series) -> bool:
    if is_numeric_dtype(one) and is_numeric_dtype(other):
        return np.array_equal(one.to_numpy(float), other.to_numpy(float), equal_nan=True)
    return list(one.astype(str)) == list(other.astype(str))
