"""The rows of an experiment while it runs: a Parquet dataset that grows by a part every few seconds."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from experiments.runs import Finished
from experiments.store import Store
from experiments.table import ROWS_AT_ONCE, Done, Row, RunsTable

NAME = "running"
EVERY = 3.0  # seconds until the first part, and between parts
SHARE = 0.02  # of the time so far: parts of a long experiment come less often, and are some hundred at most


class Live:
    """Writes parts below ``results/<experiment>/running``; nothing for an experiment of a few seconds.

    A part appears whole or not at all, so that the dataset can be read at any time.

    Parameters
    ----------
    root
        Folder of the experiment.
    table
        Makes the rows.
    store
        Holds the runs that had finished before.
    known
        Ids of these.
    """

    def __init__(self, root: Path, table: RunsTable, store: Store, known: Iterable[str]) -> None:
        self._link = root / NAME
        self._folder = root / f"{NAME}-{socket.gethostname()}-{os.getpid()}"
        self._table, self._store, self._known = table, store, list(known)
        self._rows: dict[str, list[Row]] = {}
        for row in table.rows:
            self._rows.setdefault(row.run.id, []).append(row)
        self._waiting: dict[str, Done] = {}
        self._outcomes: list[str] = []
        self._parts = 0
        self._started = time.monotonic()
        self._due = self._started + EVERY

    def add(self, done: Iterable[Done]) -> None:
        """Take what has come, and write it when it is time."""
        self._waiting |= {each.id: each for each in done}
        if time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Write what has come since the last part."""
        if not self._parts:
            self._begin()
        if self._write(self._waiting):
            self._waiting = {}
        now = time.monotonic()
        self._due = now + max(EVERY, SHARE * (now - self._started))

    def remove(self) -> None:
        """Take the dataset away, once the complete table stands elsewhere."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._link.is_symlink() and os.readlink(self._link) == self._folder.name:
            self._link.unlink()

    def _begin(self) -> None:
        own = f"{NAME}-{socket.gethostname()}-"
        for other in self._folder.parent.glob(f"{own}*"):
            if not _is_alive(int(other.name.removeprefix(own))):
                shutil.rmtree(other, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        fresh = self._link.with_name(f".{self._folder.name}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._folder.name)
        fresh.replace(self._link)
        for start in range(0, len(self._known), ROWS_AT_ONCE):
            self._write({each.id: each for each in self._store.outcomes(self._known[start : start + ROWS_AT_ONCE])})

    def _write(self, done: dict[str, Done]) -> bool:
        finished = (each for each in done.values() if isinstance(each, Finished))
        self._outcomes = self._outcomes or list(next((each.outcomes for each in finished), {}))
        rows = [row for id in done for row in self._rows.get(id, ())]
        if not self._outcomes:  # the first part tells the columns
            return False
        if not rows:
            return True
        self._parts += 1
        part = self._folder / f"part-{self._parts:05d}.parquet"
        hidden = part.with_name(f".{part.name}")
        self._table.frame(rows, done, self._outcomes).to_parquet(hidden, index=False)
        hidden.replace(part)
        return True


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
