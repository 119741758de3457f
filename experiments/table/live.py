"""The rows of an experiment while it runs: a Parquet dataset that grows by a part every few seconds."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from experiments.runs.run import Done, Finished
from experiments.runs.store import Store
from experiments.runs.working_folder import working_folder
from experiments.table.folder import lead
from experiments.table.runs_table import ROWS_AT_ONCE, Row, RunsTable

NAME = "running"
EVERY = 3.0  # seconds until the first part, and between parts
SHARE = 0.02  # of the time so far: parts of a long experiment come less often, and are some hundred at most


class Live:
    """Writes parts below ``results/<experiment>/running``; nothing for an experiment of a few seconds.

    A part appears whole or not at all, so that the dataset can be read at any time. When it is closed, it is taken
    away: the complete table stands elsewhere, or the runs are kept in the store.
    """

    def __init__(self, root: Path, table: RunsTable, store: Store, known: Iterable[str]) -> None:
        self._root = root
        self._folder: Path | None = None
        self._working = ExitStack()
        self._table, self._store, self._known = table, store, list(known)
        self._rows: dict[str, list[Row]] = {}
        for row in table.rows:
            self._rows.setdefault(row.run.id, []).append(row)
        self._waiting: dict[str, Done] = {}
        self._outcomes: list[str] = []
        self._parts = 0
        self._started = time.monotonic()
        self._due = self._started + EVERY

    def close(self) -> None:
        """Take the dataset away."""
        link = self._root / NAME
        if self._folder and link.is_symlink() and link.resolve() == self._folder.resolve():
            link.unlink(missing_ok=True)
        self._working.close()

    def add(self, done: Iterable[Done]) -> None:
        """Take what has come, and write it when it is time."""
        self._waiting |= {each.id: each for each in done}
        if time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Write what has come since the last part."""
        folder = self._folder or self._begin()
        if self._write(self._waiting, folder):
            self._waiting = {}
        now = time.monotonic()
        self._due = now + max(EVERY, SHARE * (now - self._started))

    def _begin(self) -> Path:
        working = self._working.enter_context(working_folder(self._root))
        self._folder = working / NAME
        self._folder.mkdir()
        lead(self._root / NAME, self._folder.relative_to(self._root), working)
        for start in range(0, len(self._known), ROWS_AT_ONCE):
            known = self._store.outcomes(self._known[start : start + ROWS_AT_ONCE])
            self._write({each.id: each for each in known}, self._folder)
        return self._folder

    def _write(self, done: dict[str, Done], folder: Path) -> bool:
        finished = (each for each in done.values() if isinstance(each, Finished))
        self._outcomes = self._outcomes or list(next((each.outcomes for each in finished), {}))
        rows = [row for id in done for row in self._rows.get(id, ())]
        if not self._outcomes:  # the first part tells the columns
            return False
        if not rows:
            return True
        self._parts += 1
        part = folder / f"part-{self._parts:05d}.parquet"
        hidden = part.with_name(f".{part.name}")
        self._table.frame(rows, done, self._outcomes).to_parquet(hidden, index=False)
        hidden.replace(part)
        return True
