"""Refusals: what looks like something else than a list of ties, and what leaves doubts."""

from __future__ import annotations

import re

import numpy as np

from sim.errors import UserError
from sim.graphs.files.formats import EXPECTED, READ
from sim.graphs.files.headers import NUMBER, begins_with_people
from sim.graphs.files.tables import SAMPLE, Table, check_present, line_of, seen_in, width_of
from sim.graphs.friendships import WHOLE, Ends

_RULE = re.compile(r":?-{3,}:?")
_MISSING = {"NA", "N/A", "#N/A", "NaN", "nan", "NULL", "Null", "null", "None", "none", r"\N"}


def refuse_people(table: Table, header: list[str], names: list[str], u: Ends, v: Ends, source: str) -> None:
    """Refuse tables that hold other things than ties, as their ids show."""
    whole = np.array([WHOLE.fullmatch(name) is not None for name in names])
    one_a_line = len(u) > 2 and len(seen_in(u, names)) == len(u)
    if one_a_line and header and begins_with_people(header):
        raise UserError(f"{source}: looks like a table of people, one a line, and not of ties; {READ}")
    columns = [whole[seen_in(ends, names)] for ends in (u, v)]
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


def doubts(table: Table, names: list[str], u: Ends, v: Ends, source: str) -> list[str]:
    """What the ids let one doubt; refuses what stands for a missing id among integers."""
    nobody = sorted(_MISSING.intersection(names))
    if nobody and all(WHOLE.fullmatch(name) for name in names if name not in _MISSING):
        check_present(table, nobody, source)
    found = [f"{name} is taken for a person" for name in nobody]
    ones, others = seen_in(u, names), seen_in(v, names)
    is_apart = len(names) > 20 and not np.intersect1d(ones, others).size
    if is_apart and {names[n].removesuffix(".0") for n in ones}.isdisjoint(names[n].removesuffix(".0") for n in others):
        found.append("nobody is in both columns, as if these were two kinds of things")
    return found


def refuse_other_shapes(rows: list[list[str]], lines: int, source: str) -> None:
    """Refuse matrices, lists of all friends of a person, and arrows."""
    width, widths = width_of(rows), {len(row) for row in rows}
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


def refuse_drawings(rows: list[list[str]], source: str) -> None:
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


def refuse_second_header(table: Table, source: str) -> None:
    """Refuse files that were put together with the header of each; people called u and v may be tied twice."""
    header = [table.names[ends[0]] for ends in (table.u, table.v)]
    if not (table.columns.is_pair and all(len(name) > 1 and not name[-1].isdigit() for name in header)):
        return
    again = np.flatnonzero((table.u == table.u[0]) & (table.v == table.v[0]))
    if again.size > 1:
        number, _ = line_of(table.body, int(again[1]))
        raise UserError(f"{source}, line {number}: the header {','.join(header)} again; expected it on the first alone")
