"""Points of a design in a file, as spreadsheets and pandas write it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.settings.yaml_text import read_text
from sim.errors import UserError


def read_points(path: Path) -> Iterator[dict[str, Any]]:
    """Points, a line each, under a line of the parameters' paths.

    Raises
    ------
    UserError
        Names the file and the line that is none.
    """
    lines = _lines(path)
    if len(lines) < 2:
        raise UserError(f"{path}: no points in it; expected a line of parameters and a line for each point")
    if _is_numbered([row for _, row in lines]):
        lines = [(number, row[1:]) for number, row in lines]
    names = lines[0][1]
    if "" in names:
        raise UserError(f"{path} line {lines[0][0]}: column {names.index('') + 1} has no name; expected a parameter")
    if len(set(names)) < len(names):
        raise UserError(f"{path} line {lines[0][0]}: a parameter is named twice")
    for number, row in lines[1:]:
        if len(row) != len(names) or not all(row):
            raise UserError(f"{path} line {number}: expected {len(names)} values, one for each parameter")
        yield dict(zip(names, map(_cell, row), strict=True))


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Lines that are not empty, by number; divided by what divides the first of them: a comma, a semicolon or a tab."""
    text = read_text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    found = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append((reader.line_num, cells))
    except csv.Error as error:
        raise UserError(f"{path} line {reader.line_num}: not csv ({error})") from None
    return found


def _is_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first column without a name counts the points, as pandas writes it."""
    names, *points = rows
    return len(names) > 1 and not names[0] and [row[0] for row in points] == [str(k) for k in range(len(points))]


def _cell(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, int | float | bool | str) else text
