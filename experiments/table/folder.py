"""The folder that an experiment leaves: what was run, with what, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.runs.interruption import deferred
from experiments.runs.plan import Cell, Plan
from experiments.runs.run import EVERY_TABLE, Run
from experiments.runs.store import FINISHED, Store, unpacked
from experiments.runs.working_folder import destination, stamp, working_folder
from experiments.settings.yaml_text import written
from experiments.table.checksums import write_manifest
from sim.errors import UserError

RUNS_PER_GROUP = 200  # that are held in memory at once
Found = TypeVar("Found")

_HEADING = "# The whole configuration of a run. To run it again: koc run --config-path FOLDER_OF_THIS_FILE\n"


def write(
    root: Path, runs: pd.DataFrame, planned: Plan, store: Store, *, effects: Mapping[str, pd.DataFrame],
    config: Mapping[str, Any], manifest: Mapping[str, Any], finish: Callable[[Path], Found],
) -> tuple[Path, Found]:  # fmt: skip
    """Write a new folder below `root`, named by the time; it appears when it is complete.

    Parameters
    ----------
    root
        Folder of the experiment; a link `latest` in it will lead to the new folder.
    runs
        The table of runs.
    planned
        The experiment.
    store
        Holds the runs that finished, whose tables are written, if they are kept.
    effects
        Of the runs that check it, by the name of their table: checks of the soft assumptions, draws from the posterior.
        One that is empty is not written.
    config, manifest
        For `config.yaml` and `manifest.json`.
    finish
        Adds the report to the folder; where it fails, the folder appears without.

    Returns
    -------
    The folder, and what `finish` found.
    """
    with partial_folder(root) as partial:
        runs.to_parquet(partial / "runs.parquet", index=False)
        done = set(runs.loc[runs["status"] == FINISHED, "run_id"])
        finished = [(cell, run) for cell in planned.cells for run in cell.runs if run.id in done]
        for name in EVERY_TABLE:
            having = [(cell, run) for cell, run in finished if name in run.kept]
            _write_tables(partial / f"{name}.parquet", name, having, store)
        for name, table in effects.items():
            if len(table):
                table.to_parquet(partial / f"{name}.parquet", index=False)
        (partial / "config.yaml").write_text(_HEADING + written(config), "utf-8")
        write_manifest(partial, manifest)
        try:
            found = finish(partial)
        except Exception:
            published(partial)
            raise
        return published(partial), found


@contextmanager
def partial_folder(root: Path) -> Iterator[Path]:
    """A hidden folder below `root` to write into; what is not `published` at the end is taken away.

    Raises
    ------
    UserError
        If nothing can be written there.
    """
    with ExitStack() as stack:
        try:
            working = stack.enter_context(working_folder(root))
            partial = working / stamp(working)
            partial.mkdir()
        except OSError as error:
            raise UserError(f"{root}: cannot be written to ({error.strerror}); --output names another folder") from None
        yield partial


def _write_tables(path: Path, name: str, finished: Sequence[tuple[Cell, Run]], store: Store) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for start in range(0, len(finished), RUNS_PER_GROUP):
            parts = []
            for cell, run in finished[start : start + RUNS_PER_GROUP]:
                table = unpacked(store.get(run.id, tables=[name]).tables[name])
                keys = {"point": pa.int64()} if cell.values else {}
                keys |= {"arm": pa.string(), "seed": pa.int64()}
                for place, (key, kind) in enumerate(keys.items()):
                    value = run.seed if key == "seed" else getattr(cell, key)
                    table = table.add_column(place, key, pa.array([value] * len(table), kind))
                parts.append(table)
            group = pa.concat_tables(parts, promote_options="permissive")
            if writer is None:
                writer = pq.ParquetWriter(path, group.schema, compression="zstd")
            writer.write_table(group.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def published(partial: Path) -> Path:
    """Let a folder that is complete appear under its name, and the link `latest` beside it lead there."""
    folder, working = destination(partial), partial.parent
    with deferred():
        partial.rename(folder)
        lead(folder.with_name("latest"), Path(folder.name), working)
    return folder


def lead(name: Path, target: Path, working: Path) -> None:
    """Let a link lead to what stands beside it, in place of what it led to; not on a disk that has no links."""
    fresh = working / f"{name.name}.link"
    try:
        fresh.symlink_to(target)
    except OSError:  # which was told before the first run
        return
    fresh.replace(name)
