"""Lists of ties as text: a tie a line, its columns divided by a comma, a tab, a semicolon, a bar or blanks."""

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
from sim.friendships import WHOLE, Ends, Ties
from sim.graph_formats import EXPECTED, READ
from sim.headers import NUMBER, Columns, begins_with_people, columns_of, is_header

SAMPLE, BYTES = 1_000, 100_000  # lines at most, and bytes, from either end whose shape is looked at
MARKS = {"\t": "a tab", ";": "a semicolon", ",": "a comma", "|": "a bar"}
BLANKS = r"\s+"
COMMENTS_LIKE_TIES = 0.1  # share of lines up to which comments that look like ties are believed to be comments

_COMMENT = re.compile(rb"^[ \t]*[#%][^\n]*", re.MULTILINE)
_REMARK = re.compile(rb"^[ \t]*[#%](?![^\s#%])[^\n]*", re.MULTILINE)  # no id begins so
_LIKE_TIE = re.compile(rb"^[ \t]*[#%][^\s#%]")
_BLANK = re.compile(rb"^[ \t]+$", re.MULTILINE)
_TWO_INTEGERS = re.compile(r"-?[0-9]+ +-?[0-9]+( |$)")
_RULE = re.compile(r":?-{3,}:?")
_MISSING = {"NA", "N/A", "#N/A", "NaN", "nan", "NULL", "Null", "null", "None", "none", r"\N"}


class _Table(NamedTuple):
    body: bytes
    separator: str
    rows: list[list[str]]
    columns: Columns
    names: list[str]
    u: Ends
    v: Ends


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
    body, comments = _without_comments(data, source)
    if not body.strip():
        raise UserError(f"{source}: no ties in this file; {EXPECTED} on each line")
    table = _table(body, source)
    firsts, seconds = ([table.names[n] for n in _seen(ends[1:], table.names)] for ends in (table.u, table.v))
    _refuse_second_header(table, source)
    headed = is_header(table.rows, table.columns, (firsts, seconds))
    return _ties(table, headed, source)._replace(lines=data.count(b"\n") + 1, comments=comments)


def _ties(table: _Table, headed: bool, source: str) -> Ties:
    columns = table.columns
    u, v, names = table.u[int(headed) :], table.v[int(headed) :], table.names
    cells = [cell.strip() for cell in columns.header or table.rows[0]]
    header = f"{cells[columns.first]},{cells[columns.second]}" if headed else ""
    if not u.size:
        raise UserError(f"{source}: only a header ({header}) and no ties between two people; {EXPECTED} on each line")
    if headed:  # its names are no people
        used = np.union1d(_seen(u, names), _seen(v, names))
        place = np.zeros(len(names), np.int64)
        place[used] = np.arange(len(used))
        names, u, v = [names[n] for n in used], place[u], place[v]
    notes = _left_aside(table, cells if headed else [])
    if not columns.is_pair:
        _refuse_people(table, cells if headed else [], names, u, v, source)
    notes += _doubts(table, names, u, v, source)
    if not headed and not all(map(WHOLE.fullmatch, names)):
        notes.append(f"the first tie is {cells[0]} and {cells[1]}")
    return Ties(names, u, v, header=header, notes=tuple(notes))


def _without_comments(data: bytes, source: str) -> tuple[bytes, int]:
    """The lines that hold ties, comments made empty, and how many these were."""
    body = _COMMENT.sub(b"", data)
    if body == data:
        return data, 0
    marked = [line.strip() for line in _COMMENT.findall(data)]
    alike, are_ties = _like_ties(body, marked)
    if are_ties:
        return _REMARK.sub(b"", data), len(_REMARK.findall(data))
    rows = body.count(b"\n") + 1 - len(re.findall(rb"^$", body, re.MULTILINE))
    if alike > max(1, COMMENTS_LIKE_TIES * (rows + alike)):
        raise UserError(
            f"{source}: {alike} of {rows + alike} lines begin with # or % and look like ties; "
            "expected ids in double quotes if they are ties, a blank after the # if they are comments"
        )
    return body, len(marked)


def _like_ties(body: bytes, marked: list[bytes]) -> tuple[int, bool]:
    """How many lines that begin with a mark have the form of a tie, and whether they are ties.

    They are where what begins with the mark is an id: no other line has it without the mark, as it would if a tie had
    been put out of use, and the person named beside it occurs elsewhere.
    """
    alike = [line.decode() for line in marked if _LIKE_TIE.match(line)]
    plain = _sample(body)
    separator = _separator(plain if len(plain) > 1 else alike)
    width = _width(_cells(plain if len(plain) > 1 else alike[:SAMPLE], separator))
    alike = [line for line in alike if width > 1 and _fields(line, separator) == width]
    if not alike:
        return 0, False
    if len(plain) < 2:
        return len(alike), True
    known = set(_frame(body, separator, (0, 1)).stack().str.strip())
    rows = _cells(alike[:SAMPLE], separator)
    votes = sum(row[0][1:] not in known and (row[1] in known or row[1][:1] in "#%") for row in rows)
    return len(alike), 2 * votes > len(rows)


def _table(body: bytes, source: str) -> _Table:
    sample = _sample(body)
    separator = _separator(sample)
    if separator == BLANKS and not body.isascii():
        body = re.sub("[\u00a0\u2000-\u200a\u3000]", " ", body.decode()).encode()
    rows = _cells(sample, separator)
    columns = columns_of(rows[:SAMPLE])
    lines = body.count(b"\n") + 1 - len(re.findall(rb"^$", body, re.MULTILINE))
    _refuse_drawings(rows, source)
    if not columns.is_pair:
        _refuse_other_shapes(rows, lines, source)
    if max(map(len, rows)) < 2:
        raise _no_tie(body, 0, separator, source)
    try:
        frame = _frame(body, separator, (columns.first, columns.second))
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
    table = _Table(body, separator, rows, columns, list(names), ends[:lines], ends[lines:])
    _check_present(table, [""], source)
    return table


def _frame(body: bytes, separator: str, columns: tuple[int, int]) -> pd.DataFrame:
    return pd.read_csv(
        io.BytesIO(body), sep=separator, header=None, names=list(range(max(columns) + 1)), usecols=sorted(columns),
        index_col=False, dtype=str, na_filter=False, skipinitialspace=True, engine="c",
    )  # fmt: skip


def _check_present(table: _Table, missing: Sequence[str], source: str) -> None:
    """See that no id is one of those that stand for none."""
    codes = [n for n, name in enumerate(table.names) if name in missing]
    rows = np.flatnonzero(np.isin(table.u, codes) | np.isin(table.v, codes))
    rows = rows[rows >= (table.columns.header is not None)]
    if rows.size:
        raise _no_tie(table.body, int(rows[0]), table.separator, source)


def _no_tie(body: bytes, row: int, separator: str, source: str) -> UserError:
    number, text = _line(body, row)
    what = "one column" if _fields(text, separator) < 2 else "an id is missing"
    expected = f"expected two ids separated by {MARKS[separator]}" if separator in MARKS else EXPECTED
    shown = repr(text if len(text) <= 40 else f"{text[:37]}...")
    return UserError(f"{source}, line {number}: {what} ({shown}); {expected}")


def _line(body: bytes, row: int) -> tuple[int, str]:
    """Number and text of a line, by its place among those that are not empty."""
    lines = ((n, line) for n, line in enumerate(body.split(b"\n"), 1) if line)
    number, line = next(islice(lines, row, None))
    return number, line.decode().strip()


def _seen(ends: Ends, names: Sequence[str]) -> Ends:
    """Places of the names that occur in a column; quicker than sorting it."""
    return np.flatnonzero(np.bincount(ends, minlength=len(names)))


def _left_aside(table: _Table, header: list[str]) -> list[str]:
    columns = table.columns
    rest = [name for n, name in enumerate(header) if n not in (columns.first, columns.second) and name]
    if header:
        return [f"left aside: {', '.join(rest)}"] if rest else []
    further = _width(table.rows) - 2
    return [f"{further} further column{'s' * (further > 1)} left aside"] if further > 0 else []


def _refuse_people(table: _Table, header: list[str], names: list[str], u: Ends, v: Ends, source: str) -> None:
    """Refuse tables that hold other things than ties, as their ids show."""
    whole = np.array([WHOLE.fullmatch(name) is not None for name in names])
    one_a_line = len(u) > 2 and len(_seen(u, names)) == len(u)
    if one_a_line and header and begins_with_people(header):
        raise UserError(f"{source}: looks like a table of people, one a line, and not of ties; {READ}")
    columns = [whole[_seen(ends, names)] for ends in (u, v)]
    kinds = {"integers" if column.all() else "text" if not column.any() else "" for column in columns}
    if len(u) > 2 and kinds == {"integers", "text"}:
        seen = "a table of people, one a line" if one_a_line else "ties between two kinds of things"
        raise UserError(f"{source}: looks like {seen}: one column holds integers and the other none; {READ}")
    # a third column with about as many values as the second, most of them the same, names people and is no weight
    seconds, thirds = ({row[n] for row in table.rows[1:] if len(row) > n} for n in (1, 2))
    if one_a_line and not header and columns[0].all() and 2 * len(thirds & seconds) > len(thirds | seconds):
        values = np.array([float(names[n]) for n in u[:SAMPLE]])
        if values[0] in (0, 1) and (np.diff(values) == 1).all():
            raise UserError(f"{source}: its first column numbers the lines; expected a header such as id,source,target")


def _doubts(table: _Table, names: list[str], u: Ends, v: Ends, source: str) -> list[str]:
    """What the ids let one doubt; refuses what stands for a missing id among integers."""
    nobody = sorted(_MISSING.intersection(names))
    if nobody and all(WHOLE.fullmatch(name) for name in names if name not in _MISSING):
        _check_present(table, nobody, source)
    found = [f"{name} is taken for a person" for name in nobody]
    ones, others = _seen(u, names), _seen(v, names)
    is_apart = len(names) > 20 and not np.intersect1d(ones, others).size
    if is_apart and {names[n].removesuffix(".0") for n in ones}.isdisjoint(names[n].removesuffix(".0") for n in others):
        found.append("nobody is in both columns, as if these were two kinds of things")
    return found


def _refuse_other_shapes(rows: list[list[str]], lines: int, source: str) -> None:
    width, widths = _width(rows), {len(row) for row in rows}
    inner = [cell for row in rows[1:] for cell in row[1:]]
    if len(widths) <= 2 and width >= 4 and width in (lines, lines - 1) and all(map(NUMBER.fullmatch, inner)):
        raise UserError(f"{source}: looks like an adjacency matrix; {READ}")
    rows = rows[1:] if len(rows) > 2 else rows  # the first may be a header
    people = {row[0] for row in rows}
    extra = [cell for row in rows for cell in row[2:]]
    are_people = 2 * sum(cell in people for cell in extra) > len(extra)
    free = not all(map(NUMBER.fullmatch, extra)) or len(widths) > 1 or (width >= 4 and len(people) == len(rows))
    if all(len(row) > 2 and row[1] in ("->", "--", "→", "=>", ":") for row in rows):
        raise UserError(f"{source}: looks like arrows between ids; {EXPECTED} alone")
    ends = sum(row[0].endswith(":") for row in rows)
    if (extra and are_people and free) or 2 * ends > len(rows):
        raise UserError(f"{source}: looks like an adjacency list, a person and all friends a line; {READ}")


def _refuse_drawings(rows: list[list[str]], source: str) -> None:
    """Refuse tables with drawn lines, and pairs in brackets, whatever their columns are called."""
    if any(row and all(map(_RULE.fullmatch, row)) for row in ([cell for cell in row if cell] for row in rows)):
        raise UserError(f"{source}: looks like a table with drawn lines, as in Markdown; {READ}")
    brackets = sum(
        row[0].startswith(("(", "[", "{")) and row[-1].rstrip(",;").endswith((")", "]", "}"))
        and not row[0].endswith((")", "]", "}"))
        for row in rows
    )  # fmt: skip
    if 2 * brackets > len(rows):
        raise UserError(f"{source}: looks like pairs in brackets; {EXPECTED} alone")


def _refuse_second_header(table: _Table, source: str) -> None:
    """Refuse files that were put together with the header of each; people called u and v may be tied twice."""
    header = [table.names[ends[0]] for ends in (table.u, table.v)]
    if not (table.columns.is_pair and all(len(name) > 1 and not name[-1].isdigit() for name in header)):
        return
    again = np.flatnonzero((table.u == table.u[0]) & (table.v == table.v[0]))
    if again.size > 1:
        number, _ = _line(table.body, int(again[1]))
        raise UserError(f"{source}, line {number}: the header {','.join(header)} again; expected it on the first alone")


def _sample(body: bytes) -> list[str]:
    """Lines that are not empty, from the beginning and from the end; all of a short file."""
    found = [line for line in body[:BYTES].rpartition(b"\n")[0].split(b"\n") if line][:SAMPLE]
    found += [line for line in body[max(BYTES, len(body) - BYTES) :].split(b"\n")[1:] if line][-SAMPLE:]
    if len(body) <= BYTES or not found:
        found = [line for line in body.split(b"\n") if line][: 2 * SAMPLE]
    return [line.decode(errors="replace").strip() for line in found]


def _separator(lines: Sequence[str]) -> str:
    """What divides the columns: the sign that most lines show."""
    if sum(_TWO_INTEGERS.match(line) is not None for line in lines) > len(lines) / 2:
        return BLANKS
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    counts = {mark: sum(mark in line for line in bare) for mark in MARKS}
    best = max(counts, key=counts.__getitem__)
    return best if 2 * counts[best] >= len(lines) and counts[best] else BLANKS


def _cells(lines: Sequence[str], separator: str) -> list[list[str]]:
    mark = " " if separator == BLANKS else separator
    lines = [re.sub(r"\s+", " ", line) for line in lines] if separator == BLANKS else lines
    try:
        rows = [next(csv.reader([line], delimiter=mark, skipinitialspace=True)) for line in lines]
    except csv.Error:  # a cell longer than the csv module takes
        rows = [line.split(mark) for line in lines]
    return [[cell.strip() for cell in row] for row in rows]


def _fields(line: str, separator: str) -> int:
    return len(_cells([line], separator)[0])


def _width(rows: Sequence[Sequence[str]]) -> int:
    """The number of columns that most lines have."""
    return int(np.bincount([len(row) for row in rows]).argmax()) if rows else 0
