"""Tables: lines of text divided into columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.graphs.files.formats import EXPECTED
from sim.graphs.files.headers import Columns
from sim.graphs.friendships import Ends

SAMPLE, BYTES = 1_000, 100_000  # lines at most, and bytes, from either end whose shape is looked at
MARKS = {"\t": "a tab", ";": "a semicolon", ",": "a comma", "|": "a bar"}
BLANKS = r"\s+"
_TWO_INTEGERS = re.compile(r"-?[0-9]+ +-?[0-9]+( |$)")


class Table(NamedTuple):
    """A table, its first and last lines as cells, and the ends of its ties as places among names."""

    body: bytes
    separator: str
    rows: list[list[str]]
    columns: Columns
    names: list[str]
    u: Ends
    v: Ends


def frame_of(body: bytes, separator: str, columns: tuple[int, int]) -> pd.DataFrame:
    """Two columns of a table, as text."""
    return pd.read_csv(
        io.BytesIO(body), sep=separator, header=None, names=list(range(max(columns) + 1)), usecols=sorted(columns),
        index_col=False, dtype=str, na_filter=False, skipinitialspace=True, engine="c",
    )  # fmt: skip


def check_present(table: Table, missing: Sequence[str], source: str) -> None:
    """See that no id is one of those that stand for none."""
    codes = [n for n, name in enumerate(table.names) if name in missing]
    rows = np.flatnonzero(np.isin(table.u, codes) | np.isin(table.v, codes))
    rows = rows[rows >= (table.columns.header is not None)]
    if rows.size:
        raise no_tie(table.body, int(rows[0]), table.separator, source)


def no_tie(body: bytes, row: int, separator: str, source: str) -> UserError:
    """The error of a line without two ids."""
    number, text = line_of(body, row)
    what = "one column" if count_fields(text, separator) < 2 else "an id is missing"
    expected = f"expected two ids separated by {MARKS[separator]}" if separator in MARKS else EXPECTED
    shown = repr(text if len(text) <= 40 else f"{text[:37]}...")
    return UserError(f"{source}, line {number}: {what} ({shown}); {expected}")


def line_of(body: bytes, row: int) -> tuple[int, str]:
    """Number and text of a line, by its place among those that are not empty."""
    lines = ((n, line) for n, line in enumerate(body.split(b"\n"), 1) if line)
    number, line = next(islice(lines, row, None))
    return number, line.decode().strip()


def seen_in(ends: Ends, names: Sequence[str]) -> Ends:
    """Places of the names that occur in a column; quicker than sorting it."""
    return np.flatnonzero(np.bincount(ends, minlength=len(names)))


def sample_of(body: bytes) -> list[str]:
    """Lines that are not empty, from the beginning and from the end; all of a short file."""
    found = [line for line in body[:BYTES].rpartition(b"\n")[0].split(b"\n") if line][:SAMPLE]
    found += [line for line in body[max(BYTES, len(body) - BYTES) :].split(b"\n")[1:] if line][-SAMPLE:]
    if len(body) <= BYTES or not found:
        found = [line for line in body.split(b"\n") if line][: 2 * SAMPLE]
    return [line.decode(errors="replace").strip() for line in found]


def separator_of(lines: Sequence[str]) -> str:
    """What divides the columns: the sign that most lines show."""
    if sum(_TWO_INTEGERS.match(line) is not None for line in lines) > len(lines) / 2:
        return BLANKS
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    counts = {mark: sum(mark in line for line in bare) for mark in MARKS}
    best = max(counts, key=counts.__getitem__)
    return best if 2 * counts[best] >= len(lines) and counts[best] else BLANKS


def cells_of(lines: Sequence[str], separator: str) -> list[list[str]]:
    """Lines divided into cells."""
    mark = " " if separator == BLANKS else separator
    lines = [re.sub(r"\s+", " ", line) for line in lines] if separator == BLANKS else lines
    try:
        rows = [next(csv.reader([line], delimiter=mark, skipinitialspace=True)) for line in lines]
    except csv.Error:  # a cell longer than the csv module takes
        rows = [line.split(mark) for line in lines]
    return [[cell.strip() for cell in row] for row in rows]


def count_fields(line: str, separator: str) -> int:
    """The number of cells of a line."""
    return len(cells_of([line], separator)[0])


def width_of(rows: Sequence[Sequence[str]]) -> int:
    """The number of columns that most lines have."""
    return int(np.bincount([len(row) for row in rows]).argmax()) if rows else 0
