"""Finished runs, found again by what determines them: one file, into which each run is written whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from experiments.runs import TABLES, Finished
from sim.errors import UserError

PATIENCE = 60.0  # seconds to wait for another process that writes to the same store

_CREATE = """
CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, seconds REAL, outcomes TEXT, timings TEXT);
CREATE TABLE IF NOT EXISTS tables (run TEXT, name TEXT, content BLOB, PRIMARY KEY (run, name));
"""
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Store:
    """Runs by their id, in one SQLite file that several processes may use at once.

    Nothing is made on disk before the first `put` or `open`. A process that is killed leaves all that was put.

    Parameters
    ----------
    folder
        Where the file stands; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "runs.sqlite"

    def open(self) -> None:
        """Make the file if there is none, and see that it can be written.

        Raises
        ------
        UserError
            If it cannot, or is no store of runs.
        """
        with self._clear_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.commit()

    def put(self, run: Finished) -> None:
        """Keep a run; one of the same id is replaced."""
        row = (run.id, run.seconds, json.dumps(run.outcomes), json.dumps(run.timings))
        tables = [(run.id, name, content) for name, content in run.tables.items()]
        with self._clear_errors(), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", row)
            self._connection.executemany("INSERT OR REPLACE INTO tables VALUES (?, ?, ?)", tables)

    def known(self, ids: Iterable[str]) -> set[str]:
        """Which of these runs are here, with all the tables that a run has."""
        if not self.path.exists():
            return set()
        names = ", ".join(f"'{name}'" for name in TABLES)
        query = f"SELECT count(*) FROM tables WHERE run = ? AND name IN ({names})"
        with self._clear_errors():
            return {id for id in ids if self._connection.execute(query, (id,)).fetchone()[0] == len(TABLES)}

    def get(self, id: str, tables: Iterable[str] = TABLES) -> Finished:
        """A run, with some of its tables.

        Raises
        ------
        KeyError
            If it is not here.
        """
        with self._clear_errors():
            row = self._connection.execute("SELECT seconds, outcomes, timings FROM runs WHERE id = ?", (id,)).fetchone()
            if row is None:
                raise KeyError(id)
            query = "SELECT content FROM tables WHERE run = ? AND name = ?"
            found = {name: self._connection.execute(query, (id, name)).fetchone()[0] for name in tables}
        return Finished(id, row[0], json.loads(row[1]), json.loads(row[2]), found)

    def close(self) -> None:
        """Close the file; the store may be used again."""
        if "_connection" in self.__dict__:
            self._connection.close()
            del self._connection

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=PATIENCE)
        connection.execute("PRAGMA journal_mode=WAL")  # readers and one writer at once; a commit is an append
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.executescript(_CREATE)
        return connection

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"{self.path}: cannot be used as the store of runs ({error})") from error


def packed(table: pd.DataFrame) -> bytes:
    """A table as a compressed Arrow stream."""
    sink = pa.BufferOutputStream()
    # column by column: a third of the time that Table.from_pandas takes for a table this small
    content = pa.record_batch({str(name): pa.array(table[name].to_numpy(), from_pandas=True) for name in table})
    with pa.ipc.new_stream(sink, content.schema, options=_OPTIONS) as writer:
        writer.write_batch(content)
    return sink.getvalue().to_pybytes()


def unpacked(stream: bytes) -> pa.Table:
    """The table of a stream made by `packed`."""
    return pa.ipc.open_stream(stream).read_all()
