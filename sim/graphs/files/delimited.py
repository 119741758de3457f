"""Lists of ties as text: a tie a line, its columns divided by a comma, a tab, a semicolon, a bar or blanks."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from sim.errors import UserError
from sim.graphs.files.comments import without_comments
from sim.graphs.files.formats import EXPECTED, READ
from sim.graphs.files.headers import columns_of, is_header
from sim.graphs.files.refusals import doubts, refuse_drawings, refuse_other_shapes, refuse_people, refuse_second_header
from sim.graphs.files.tables import (
    BLANKS,
    SAMPLE,
    Table,
    cells_of,
    check_present,
    frame_of,
    no_tie,
    sample_of,
    seen_in,
    separator_of,
    width_of,
)
from sim.graphs.friendships import WHOLE, Ties

_BLANK = re.compile(rb"^[ \t]+$", re.MULTILINE)


def read_delimited(data: bytes, source: str) -> Ties:
    """Read a list of ties.

    Parameters
    ----------
    data
        The whole file in UTF-8.
    source
        What messages call it.

    Raises
    ------
    UserError
        If it is no such list; names the line, or what it looks like.
    """
    data = _BLANK.sub(b"", data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).rstrip(b"\n")
    data = re.sub(rb"\A\"?sep=.\"?$", b"", data, flags=re.MULTILINE)  # by which Excel is told the separator
    if b"\n#\n" in data and not re.search(rb"^#[^\n]", data, re.MULTILINE):
        raise UserError(f"{source}: looks like the Trivial Graph Format; {READ}")
    body, comments = without_comments(data, source)
    if not body.strip():
        raise UserError(f"{source}: no ties in this file; {EXPECTED} on each line")
    table = _table(body, source)
    firsts, seconds = ([table.names[n] for n in seen_in(ends[1:], table.names)] for ends in (table.u, table.v))
    refuse_second_header(table, source)
    headed = is_header(table.rows, table.columns, (firsts, seconds))
    return _ties(table, headed, source)._replace(lines=data.count(b"\n") + 1, comments=comments)


def _ties(table: Table, headed: bool, source: str) -> Ties:
    columns = table.columns
    u, v, names = table.u[int(headed) :], table.v[int(headed) :], table.names
    cells = [cell.strip() for cell in columns.header or table.rows[0]]
    header = f"{cells[columns.first]},{cells[columns.second]}" if headed else ""
    if not u.size:
        raise UserError(f"{source}: only a header ({header}) and no ties between two people; {EXPECTED} on each line")
    if headed:  # its names are no people
        used = np.union1d(seen_in(u, names), seen_in(v, names))
        place = np.zeros(len(names), np.int64)
        place[used] = np.arange(len(used))
        names, u, v = [names[n] for n in used], place[u], place[v]
    notes = _left_aside(table, cells if headed else [])
    if not columns.is_pair:
        refuse_people(table, cells if headed else [], names, u, v, source)
    notes += doubts(table, names, u, v, source)
    if not headed and not all(map(WHOLE.fullmatch, names)):
        notes.append(f"the first tie is {cells[0]} and {cells[1]}")
    return Ties(names, u, v, header=header, notes=tuple(notes))


def _table(body: bytes, source: str) -> Table:
    sample = sample_of(body)
    separator = separator_of(sample)
    if separator == BLANKS and not body.isascii():
        body = re.sub("[\u00a0\u2000-\u200a\u3000]", " ", body.decode()).encode()
    rows = cells_of(sample, separator)
    columns = columns_of(rows[:SAMPLE])
    lines = body.count(b"\n") + 1 - len(re.findall(rb"^$", body, re.MULTILINE))
    refuse_drawings(rows, source)
    if not columns.is_pair:
        refuse_other_shapes(rows, lines, source)
    if max(map(len, rows)) < 2:
        raise no_tie(body, 0, separator, source)
    try:
        frame = frame_of(body, separator, (columns.first, columns.second))
    except pd.errors.ParserError:
        frame = pd.DataFrame()
    if len(frame) != lines:  # a quote that opens a cell has no second one in its line
        odd = (n for n, line in enumerate(body.split(b"\n"), 1) if line.count(b'"') % 2)
        place = next((f"{source}, line {number}" for number in odd), source)
        raise UserError(f"{place}: a double quote is not closed; expected quotes in pairs")
    codes, found = pd.factorize(pd.concat([frame[columns.first], frame[columns.second]], ignore_index=True))
    del frame
    again, names = pd.factorize(np.array([name.strip() for name in found], dtype=object))
    ends = again[codes].astype(np.int64, copy=False)
    table = Table(body, separator, rows, columns, list(names), ends[:lines], ends[lines:])
    check_present(table, [""], source)
    return table


def _left_aside(table: Table, header: list[str]) -> list[str]:
    columns = table.columns
    rest = [name for n, name in enumerate(header) if n not in (columns.first, columns.second) and name]
    if header:
        return [f"left aside: {', '.join(rest)}"] if rest else []
    further = width_of(table.rows) - 2
    return [f"{further} further column{'s' * (further > 1)} left aside"] if further > 0 else []
