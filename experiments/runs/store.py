"""Runs, found again by what determines them: one file, into which each run is written whole or not at all.

A run whose checksum is not that of its content is damaged. It counts as not made, so that an experiment makes it again;
whoever asks for it by its id is told.
"""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from experiments.runs.run import CELLS, TABLES, Done, Failed, Finished, Run
from experiments.runs.store_file import CREATE_CLAIMS, PUT, WHOLE, WHOLE_TABLE, checksum_of, opened
from experiments.runs.working_folder import made_in
from sim.errors import UserError

FINISHED, FAILED = "finished", "failed"
CHUNK = 500  # ids in one query

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class DiskFull(UserError):
    """Nothing more can be written; what was put before is safe."""


class Store:
    """Runs by their id, in one SQLite file that several processes may use at once.

    Nothing is made on disk before the first `put` or `open`. A process that is killed leaves all that was put.

    Parameters
    ----------
    folder
        Where the file stands; made when needed.

    Attributes
    ----------
    path : Path
        The file.
    damaged : set of str
        Ids of runs that `known` found to be damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "runs.sqlite"
        self.damaged: set[str] = set()

    def exists(self) -> bool:
        """Whether the file is there."""
        with self._clear_errors():
            return self.path.exists()

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

    def put(self, done: Iterable[tuple[Run, Done]], experiment: str) -> None:
        """Keep runs, all or none of them; one of the same id is replaced.

        Raises
        ------
        DiskFull
            If there is no room.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows, contents, tables, outdated = [], {}, [], []
        for run, result in done:
            digest = hashlib.sha256(run.content.encode()).hexdigest()
            contents[digest] = run.content
            told: tuple[object, ...]
            if isinstance(result, Finished):
                told = (float(result.seconds), json.dumps(result.outcomes), json.dumps(result.timings), FINISHED)
                broke: tuple[object, ...] = (None, None, None)
                tables += [(run.id, name, content, checksum_of(content)) for name, content in result.tables.items()]
                outdated += [(run.id, name) for name in CELLS if name not in result.tables]
            else:
                told, broke = (None, None, None, FAILED), (result.error, result.day, result.traceback)
            made = (experiment, now, run.model, digest, run.seed, run.days, run.burn_in)
            row = (run.id, *told, *made, *broke)
            rows.append((*row, checksum_of(*row)))
        with self._clear_errors(), self._connection as connection:
            connection.executemany(PUT, rows)
            connection.executemany("INSERT OR REPLACE INTO parameters VALUES (?, ?)", contents.items())
            connection.executemany("DELETE FROM tables WHERE run = ? AND name = ?", outdated)  # as their outcomes are
            connection.executemany("INSERT OR REPLACE INTO tables VALUES (?, ?, ?, ?)", tables)

    def known(self, runs: Iterable[Run]) -> set[str]:
        """Which of these runs are here, finished, with all that is to be kept of them."""
        every = list(runs)
        query = f"SELECT id, {WHOLE} FROM runs WHERE status = '{FINISHED}' AND id IN"
        rows = list(self._of([run.id for run in every], query))
        finished, self.damaged = {id for id, _ in rows}, {id for id, whole in rows if not whole}
        wanted = {run.id: run.kept for run in every if run.kept and run.id in finished}
        query = f"SELECT run, name, {WHOLE_TABLE} FROM tables WHERE run IN"
        held: dict[str, set[str]] = {id: set() for id in wanted}
        for id, name, whole in self._of(list(wanted), query):
            if name in wanted[id]:
                held[id].add(name)
                self.damaged |= set() if whole else {id}
        return finished - self.damaged - {id for id, names in wanted.items() if not held[id].issuperset(names)}

    def failed(self, ids: Iterable[str]) -> dict[str, Failed]:
        """Those of these runs that were tried and failed, in their order."""
        wanted = list(ids)
        query = f"SELECT id, error, traceback, day FROM runs WHERE status = '{FAILED}' AND {WHOLE} AND id IN"
        found = {row[0]: Failed(*row) for row in self._of(wanted, query)}
        return {id: found[id] for id in wanted if id in found}

    def get(self, id: str, tables: Iterable[str] = TABLES) -> Finished:
        """A finished run, with some of its tables.

        Raises
        ------
        KeyError
            If it, or one of these tables, is not here.
        UserError
            If it is damaged.
        """
        for done in self.outcomes([id]):
            query = f"SELECT content, {WHOLE_TABLE} FROM tables WHERE run = ? AND name = ?"
            found = {}
            for name in tables:
                with self._clear_errors():
                    row = self._connection.execute(query, (id, name)).fetchone()
                if row is None:
                    raise KeyError(f"{id} {name}")
                if not row[1]:
                    raise self.damage(id, f"its table {name}")
                found[name] = row[0]
            return done._replace(tables=found)
        raise KeyError(id)

    def damage(self, id: str, part: str = "what it holds", given: str = "given again") -> UserError:
        """The error that tells of a damaged run, of which a part is not what was written, and what makes it again."""
        what = f"run {id[:12]} is damaged, {part} is not what was written"
        return UserError(f"{self.path}: {what}; the command that made it, {given}, makes it again")

    def outcomes(self, ids: Iterable[str]) -> Iterator[Finished]:
        """Those of these runs that finished, without their tables, in any order."""
        query = f"SELECT id, seconds, outcomes, timings, {WHOLE} FROM runs WHERE status = '{FINISHED}' AND id IN"
        for id, seconds, outcomes, timings, whole in self._of(list(ids), query):
            if not whole:
                raise self.damage(id)
            yield Finished(id, seconds, json.loads(outcomes), json.loads(timings), {})

    def seconds(self, run: Run) -> float | None:
        """What the last runs of this size took, in the mean; None if the store has too few of them."""
        if not self.exists():
            return None
        query = (
            "SELECT seconds FROM runs JOIN parameters ON parameters.hash = runs.parameters "
            "WHERE model = ? AND days = ? AND status = ? "
            "AND CASE WHEN json_valid(content) THEN json_extract(content, '$.market.consumers') END = ? "
            "ORDER BY runs.rowid DESC LIMIT ?"
        )
        with self._clear_errors():
            asked = (run.model, run.days, FINISHED, run.consumers, CHUNK)
            rows = self._connection.execute(query, asked).fetchall()
        return sum(row[0] for row in rows) / len(rows) if len(rows) > 2 else None

    def versions(self, ids: Iterable[str]) -> dict[str, str]:
        """When those of these runs that are here were made or tried."""
        query = "SELECT id, made FROM runs WHERE id IN"
        return dict(self._of(list(ids), query))

    def claim(self, ids: Iterable[str], owner: str, is_dead: Callable[[str], bool]) -> set[str]:
        """Claim some hundred runs at most, so that no other command makes them; the claims of a dead owner lapse.

        Returns
        -------
        set of str
            Those that are now the owner's; the others are somebody else's.
        """
        wanted = list(ids)
        query = f"SELECT run, owner FROM claims WHERE run IN ({', '.join('?' * len(wanted))})"
        with self._writing() as connection:
            held = dict(connection.execute(query, wanted).fetchall())
            free = [id for id in wanted if held.get(id, owner) == owner or is_dead(held[id])]
            connection.executemany("INSERT OR REPLACE INTO claims VALUES (?, ?)", [(id, owner) for id in free])
        return set(free)

    def release_claims(self, owner: str, ids: Iterable[str] | None = None) -> None:
        """Give up claims: those of some runs, or all."""
        with self._writing() as connection:
            if ids is None:
                connection.execute("DELETE FROM claims WHERE owner = ?", [owner])
            else:
                connection.executemany("DELETE FROM claims WHERE owner = ? AND run = ?", [(owner, id) for id in ids])

    def forget_claims(self, is_dead: Callable[[str], bool]) -> None:
        """Remove the claims of owners that are gone."""
        with self._writing() as connection:
            connection.execute(CREATE_CLAIMS)
            owners = [owner for (owner,) in connection.execute("SELECT DISTINCT owner FROM claims").fetchall()]
            connection.executemany("DELETE FROM claims WHERE owner = ?", [(each,) for each in owners if is_dead(each)])

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries over the documented schema; rows can be asked by the name of a column."""
        with self._clear_errors():
            self._connection.row_factory = sqlite3.Row
            yield self._connection

    def close(self) -> None:
        """Close the file; the store may be used again."""
        if "_connection" in self.__dict__:
            self._connection.close()
            del self._connection

    def _of(self, ids: list[str], query: str) -> Iterator[Any]:
        """Rows of a query that ends with the ids it is about, some hundred of which are asked for at a time."""
        if not self.exists():
            return
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            with self._clear_errors():
                rows = self._connection.execute(f"{query} ({', '.join('?' * len(some))})", some).fetchall()
            yield from rows

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        return made_in(self.path.parent, lambda: opened(self.path))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is the only one to write from its beginning: what it reads stays true until its end."""
        with self._clear_errors(), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self.close()
            if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
                raise DiskFull(f"{self.path}: the disk is full ({error})") from error
            broken = "malformed" in str(error) or "not a database" in str(error)
            advice = "; move the file away, and what is missing is made again" if broken else ""
            raise UserError(f"{self.path}: cannot be used as the store of runs ({error}){advice}") from error


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
