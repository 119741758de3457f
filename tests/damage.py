"""Harm done to what a run left behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def flip(path: Path, column: str, table: str = "runs") -> None:
    """Change the last bit of a cell of the first row."""
    with closing(sqlite3.connect(path)) as connection, connection:
        ((id, kind, value),) = connection.execute(
            f"SELECT rowid, typeof({column}), CAST({column} AS BLOB) FROM {table} ORDER BY rowid LIMIT 1"
        )
        flipped = value[:-1] + bytes([value[-1] ^ 1])
        connection.execute(f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE rowid = ?", (flipped, id))
