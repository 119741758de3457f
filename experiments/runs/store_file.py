"""The file of a store of runs: what it holds, how it is opened on any disk, and how an older one is taken over.

Schema, version 3 (``PRAGMA user_version``):

``runs``
    ``id``, hash of all that determines the run; ``status``, finished or failed; ``experiment`` that made it; ``made``,
    when, in UTC; ``model``, hash of the model's source; ``parameters``, hash of them; ``seed``, ``days``, ``burn_in``;
    ``seconds``; ``outcomes`` and ``timings``, JSON; of a failed run ``error``, ``day`` and ``traceback``; ``checksum``
    of all these.
``parameters``
    ``hash``, and ``content``, all of them as JSON. Runs that differ in the seed alone share them.
``tables``
    ``run``, ``name``, ``content``, an Arrow stream, and ``checksum`` of it; none where an experiment keeps outcomes
    alone.
``claims``
    ``run``, and ``owner``, the working folder beside this file of the command that is making it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from pathlib import Path

from sim.errors import UserError

PATIENCE = 60.0  # seconds to wait for another process that writes to the same store
VERSION = 3

COLUMNS = {
    "id": "TEXT PRIMARY KEY", "seconds": "REAL", "outcomes": "TEXT", "timings": "TEXT",
    "status": "TEXT DEFAULT 'finished'", "experiment": "TEXT", "made": "TEXT", "model": "TEXT", "parameters": "TEXT",
    "seed": "INTEGER", "days": "INTEGER", "burn_in": "INTEGER", "error": "TEXT", "day": "INTEGER", "traceback": "TEXT",
    "checksum": "TEXT",
}  # fmt: skip
# text as bytes, since a flipped bit may leave what is no text
_CONTENT = [f"CAST(runs.{n} AS BLOB)" if "TEXT" in k else f"runs.{n}" for n, k in COLUMNS.items() if n != "checksum"]
WHOLE = f"(runs.checksum IS checksum_of({', '.join(_CONTENT)}))"
"""A condition of SQL, in a connection of a `Store`: whether a row of ``runs`` is as it was put."""
WHOLE_TABLE = "(tables.checksum IS checksum_of(tables.content))"
_CREATE = (
    f"CREATE TABLE IF NOT EXISTS runs ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})",
    "CREATE TABLE IF NOT EXISTS parameters (hash TEXT PRIMARY KEY, content TEXT)",
    "CREATE TABLE IF NOT EXISTS tables (run TEXT, name TEXT, content BLOB, checksum TEXT, PRIMARY KEY (run, name))",
    f"PRAGMA user_version = {VERSION}",
)
CREATE_CLAIMS = "CREATE TABLE IF NOT EXISTS claims (run TEXT PRIMARY KEY, owner TEXT)"
PUT = f"INSERT OR REPLACE INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_JOURNALS = {"WAL": "NORMAL", "TRUNCATE": "FULL"}  # by preference, with the care that each needs when it writes


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is made if there is none, or brought up to this version.

    Raises
    ------
    FileNotFoundError
        If the folder is gone.
    UserError
        If a newer koc made the file.
    """
    connection = _connected(path)
    connection.create_function("checksum_of", -1, checksum_of, deterministic=True)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")  # a damaged run need not be text
    _migrate(connection, path)
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    """A connection with the first journal that this disk can have: network disks have no shared memory for WAL."""
    until = time.monotonic() + PATIENCE
    journals = list(_JOURNALS)
    while True:
        try:
            return _with_journal(path, journals[0])
        except sqlite3.OperationalError as error:
            why = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if why & 0xFF == sqlite3.SQLITE_BUSY:  # another command sets the journal in this moment
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
                continue
            if journals[1:]:
                journals.pop(0)
            elif why == sqlite3.SQLITE_CANTOPEN:  # perhaps the folder is gone
                raise FileNotFoundError(str(error)) from None
            else:
                raise


def _with_journal(path: Path, journal: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE)
    try:
        if journal != "WAL":  # a file that was left in WAL can be opened without shared memory by one alone
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("PRAGMA locking_mode=NORMAL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute(f"PRAGMA synchronous={_JOURNALS[journal]}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = version_of(connection)
    if version > VERSION:
        raise UserError(
            f"{path}: schema {version}, made by a newer koc; this one reads up to {VERSION}. "
            "Update koc, or take another folder: output=FOLDER"
        )
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    if version_of(connection) == VERSION:  # another command has done it meanwhile
        connection.rollback()
        return
    there = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
    for name in COLUMNS.keys() - there if there else ():
        connection.execute(f"ALTER TABLE runs ADD COLUMN {name} {COLUMNS[name]}")
    of_tables = {row[1] for row in connection.execute("PRAGMA table_info(tables)")}
    if of_tables and "checksum" not in of_tables:
        connection.execute("ALTER TABLE tables ADD COLUMN checksum TEXT")
        connection.execute(f"UPDATE runs SET checksum = checksum_of({', '.join(_CONTENT)})")
        connection.execute("UPDATE tables SET checksum = checksum_of(content)")
    for statement in _CREATE:  # in the same transaction, so that nobody sees half of it
        connection.execute(statement)
    connection.commit()


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a file; 0 where it has none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def checksum_of(*values: str | bytes | float | None) -> str:
    """SHA-256 of values, in hexadecimal; text and its bytes are the same."""
    digest = hashlib.sha256()
    for value in values:
        content = value if isinstance(value, bytes) else (value if isinstance(value, str) else repr(value)).encode()
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()
