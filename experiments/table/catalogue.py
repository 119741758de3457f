"""What the store holds, for people: a list of runs, one run in full, a table of all, and what can go."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from experiments.runs.run import model_hash
from experiments.runs.store import Store
from experiments.runs.store_file import WHOLE
from experiments.settings.mistakes import shown
from experiments.settings.paths import flat
from sim.errors import UserError
from sim.parameters import Parameters

SHORT = 12  # characters of an id
WIDEST = 60  # of an error in a list
MOST = 2**63 - 1  # that SQLite can count
RUN_COLUMNS = ("id", "experiment", "status", "made", "model", "seed", "days", "burn_in", "seconds", "error", "day")
EXPORTED = b"run_id,"  # begins every export
_LINE = f"{{:<{SHORT}}}  {{:<25}}  {{:<16}}  {{:<8}}  {{:>6}}  {{:>5}}  {{}}"
_UNUSED = "DELETE FROM parameters WHERE hash NOT IN (SELECT parameters FROM runs WHERE parameters IS NOT NULL)"


class Chosen(NamedTuple):
    """Which runs are meant: those to which all of this applies."""

    experiment: str = ""
    failed: bool = False
    old: bool = False

    def where(self) -> tuple[str, list[Any]]:
        """A condition on table `runs`, and its arguments."""
        conditions, arguments = ["1"], list[Any]()
        if self.experiment:
            conditions.append("experiment = ?")
            arguments.append(self.experiment)
        if self.failed:
            conditions.append("status = 'failed'")
        if self.old:
            conditions.append("model IS NOT ?")
            arguments.append(model_hash())
        return " AND ".join(conditions), arguments


def listed(output: Path, chosen: Chosen, last: int) -> str:
    """The last runs that were made, a line each, under a line of totals."""
    where, arguments = chosen.where()
    with _opened(output) as (connection, store):
        count, failed = connection.execute(
            f"SELECT count(*), coalesce(sum(status = 'failed'), 0) FROM runs WHERE {where}", arguments
        ).fetchone()
        rows = connection.execute(
            "SELECT id, made, experiment, "
            f"CASE WHEN {WHOLE} THEN status ELSE 'damaged' END, seed, days, seconds, error FROM runs WHERE {where} "
            "ORDER BY made DESC, rowid DESC LIMIT ?",
            [*arguments, min(last, MOST)],
        ).fetchall()
    lines = [f"{count} runs in {store.path}, {failed} of them failed, {store.path.stat().st_size / 1e6:.1f} MB"]
    if rows:
        lines.append(_LINE.format("run", "made", "experiment", "status", "seed", "days", "seconds"))
    for id, made, experiment, status, seed, days, seconds, error in rows:
        took = f"{seconds:7.3f}" if seconds is not None else (error or "")[:WIDEST]
        told = ("" if each is None else each for each in (made, experiment, status, seed, days))
        lines.append(_LINE.format(id[:SHORT], *told, took))
    return "\n".join(lines)


def described(output: Path, run: str) -> str:
    """Everything of one run: what it was made with, what came of it, or how it broke."""
    with _opened(output) as (connection, store):
        row = _found(connection, store, run)
        tables = [name for (name,) in connection.execute("SELECT name FROM tables WHERE run = ?", [row["id"]])]
    lines = [f"{key:<12}{row[key]}" for key in RUN_COLUMNS if row[key] is not None]
    if row["model"] != model_hash():
        lines.append("            made by other source of the model than this")
    lines += ["", "parameters that are not the defaults:"]
    content, defaults = json.loads(row["content"] or "{}"), dict(flat(Parameters().model_dump(mode="json")))
    changed = {path: value for path, value in flat(content) if path not in defaults or defaults[path] != value}
    lines += [f"  {path}={shown(value)}" for path, value in changed.items()] or ["  none"]
    if row["outcomes"]:
        outcomes = json.loads(row["outcomes"])
        lines += ["", "outcomes:"] + [f"  {name:<24}{value:.10g}" for name, value in outcomes.items()]
        lines += ["", f"tables: {', '.join(tables) or 'none kept'}"]
    if row["traceback"]:
        lines += ["", row["traceback"].rstrip(), "", f"koc replay {row['id'][:SHORT]} takes it back to that day"]
    return "\n".join(lines)


def export(output: Path, chosen: Chosen, file: Path) -> int:
    """Write runs to a csv file: a column for each parameter that differs among them, and for each outcome."""
    where, arguments = chosen.where()
    query = (
        f"SELECT {', '.join(f'runs.{column}' for column in RUN_COLUMNS)}, outcomes, parameters, content, "
        f"{WHOLE} AS whole FROM runs "
        f"LEFT JOIN parameters ON parameters.hash = runs.parameters WHERE {where} ORDER BY runs.rowid"
    )
    with _opened(output) as (connection, store):
        for row in connection.execute(query, arguments):
            _check(row, store)
        varied, outcomes = _columns(connection, query, arguments)
        count = 0
        try:
            _refuse_foreign(file)
            with file.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream)
                writer.writerow(["run_id", *RUN_COLUMNS[1:], *varied, *outcomes])
                for row in connection.execute(query, arguments):
                    own, came = dict(flat(json.loads(row["content"] or "{}"))), json.loads(row["outcomes"] or "{}")
                    cells = [*(_cell(own.get(path)) for path in varied), *(came.get(name) for name in outcomes)]
                    writer.writerow([*row[: len(RUN_COLUMNS)], *cells])
                    count += 1
        except OSError as error:
            raise UserError(f"--csv {file}: cannot be written ({error.strerror})") from None
    return count


def _refuse_foreign(file: Path) -> None:
    """Refuse to write over what is no earlier export, such as the store itself."""
    if not file.is_file() or not file.stat().st_size:
        return
    with file.open("rb") as stream:
        if stream.read(len(EXPORTED)) != EXPORTED:
            raise UserError(f"--csv {file}: holds something else than exported runs; expected a new file")


def prune(output: Path, chosen: Chosen, tables_alone: bool) -> tuple[int, int]:
    """Take runs, or their tables alone, out of the store.

    Returns
    -------
    runs, bytes
        How many were taken out, and by how much the file is smaller.
    """
    where, arguments = chosen.where()
    with _opened(output) as (connection, store):
        before = store.path.stat().st_size
        with connection:
            ids = f"SELECT id FROM runs WHERE {where}"
            runs = connection.execute(f"SELECT count(*) FROM runs WHERE {where}", arguments).fetchone()[0]
            connection.execute(f"DELETE FROM tables WHERE run IN ({ids})", arguments)
            if not tables_alone:
                connection.execute(f"DELETE FROM runs WHERE {where}", arguments)
                connection.execute(_UNUSED)
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return runs, before - store.path.stat().st_size


def found(output: Path, run: str) -> sqlite3.Row:
    """A run of the store by the beginning of its id, with its parameters as `content`."""
    with _opened(output) as (connection, store):
        return _found(connection, store, run)


@contextmanager
def _opened(output: Path) -> Iterator[tuple[sqlite3.Connection, Store]]:
    store = Store(output / "store")
    if not store.exists():
        raise UserError(f"{store.path}: no store of runs there; koc run makes one, --output names its folder")
    with closing(store), store.reading() as connection:
        yield connection, store


def _found(connection: sqlite3.Connection, store: Store, run: str) -> sqlite3.Row:
    query = (
        f"SELECT runs.*, content, {WHOLE} AS whole FROM runs LEFT JOIN parameters ON parameters.hash = runs.parameters "
        "WHERE id >= ? AND id < ? LIMIT 2"
    )
    rows = connection.execute(query, [run, run + "g"]).fetchall()  # g comes after the last hexadecimal digit
    if not rows:
        raise UserError(f"{run}: no such run in the store; koc list shows them")
    if len(rows) > 1 and run != rows[0]["id"]:
        raise UserError(f"{run}: more than one run begins like this; expected more of its letters")
    row: sqlite3.Row = rows[0]
    _check(row, store)
    return row


def _check(row: sqlite3.Row, store: Store) -> None:
    """See that a run is as it was put, and its parameters too."""
    if not row["whole"]:
        raise store.damage(row["id"])
    if row["content"] and hashlib.sha256(row["content"].encode()).hexdigest() != row["parameters"]:
        raise store.damage(row["id"], "its record of parameters", "given with experiment.fresh=true")


def _columns(connection: sqlite3.Connection, query: str, arguments: list[Any]) -> tuple[list[str], list[str]]:
    first: dict[str, Any] = {}
    varied: dict[str, None] = {}
    outcomes: dict[str, None] = {}
    seen = set()
    for row in connection.execute(query, arguments):
        outcomes |= dict.fromkeys(json.loads(row["outcomes"] or "{}"))
        if row["content"] and hash(row["content"]) not in seen:
            seen.add(hash(row["content"]))
            own = dict(flat(json.loads(row["content"])))
            first = first or own
            varied |= dict.fromkeys(path for path in own if path not in first or own[path] != first[path])
    return list(varied), list(outcomes)


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value
