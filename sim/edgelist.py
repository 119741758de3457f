"""Friendship graphs from files: one tie a line, in the forms in which public collections and spreadsheets come."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserError
from sim.graph import Graph, from_ties

EXPECTED = "expected two ids separated by a comma, a tab or blanks"

_HEADINGS = re.compile(
    r"(source|target|from|to|src|dst|u|v|i|j|ego|alter|nominee|id|node|user|friend|person|member|follower|followee)"
    r"([ _-]?(id|node|user|[12ab]))?",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?")


class _Row(NamedTuple):
    line: int
    fields: list[str]


def read_edge_list(path: str | Path, directed: bool = False) -> tuple[Graph, list[str] | NDArray[np.int64]]:
    """Read friendships from a text file, packed by gzip or not.

    A line names two people by ids of any kind, separated by a comma, a tab, a semicolon or blanks, whichever the first
    line shows; further columns are left aside. Empty lines and lines that begin with # or % are comments. Ids that hold
    a separator stand in double quotes. The order of lines and of the two ids has no influence on the result.

    The first line is taken for a header where it holds two usual column names; or where both of its ids differ in kind
    from every other id in the file (they are no integers and all others are, or all others are codes of one length,
    as are UUIDs, and they are not); or where its third column is not a number and that of the next line is.

    Parameters
    ----------
    path
        The file.
    directed
        False: a line is a friendship, whichever id comes first. True: a line says that the first names the second, as
        in lists of followers, and only those who name each other are friends; who only follows belongs to an
        audience. People without a mutual tie stay in the graph, isolated.

    Returns
    -------
    graph : Graph
        Of everybody who occurs in the file; somebody named only in ties to themselves is isolated.
    ids : ndarray of int64, shape (N,), or list of str
        The id of each row, in rising order: integers where all ids are integers, text otherwise.

    Raises
    ------
    UserError
        If the file cannot be read, is no such list or holds no tie; names the file and the line.
    """
    path = Path(path)
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise UserError(f"{path}: no ties in this file; {EXPECTED} on each line")
    number: dict[str, int] = {}
    ends = array("q")
    second: _Row | None = None
    for row in rows:
        second = second or row
        ends.append(number.setdefault(row.fields[0], len(number)))
        ends.append(number.setdefault(row.fields[1], len(number)))
    if not _is_header(first.fields, second.fields if second else [], number):
        ends.extend(number.setdefault(field, len(number)) for field in first.fields[:2])
    ids, rank = _in_order(list(number))
    u, v = rank[np.frombuffer(ends, dtype=np.int64).reshape(-1, 2)].T
    if np.array_equal(u, v):
        raise UserError(f"{path}: no ties between two people in this file; {EXPECTED} on each line")
    if directed:
        u, v = _mutual(path, len(ids), u, v)
    return from_ties(len(ids), u, v), ids


def _rows(path: Path) -> Iterator[_Row]:
    """Lines that hold ties, split into their fields, the first perhaps a header."""
    separator: str | None = None
    found = False
    for line, text in _lines(path):
        if not text or text[0] in "#%":
            continue
        if not found:
            separator, found = _separator(text), True
        fields = text.split(separator)
        if '"' in text:
            fields = _unquoted(text if separator else " ".join(fields), separator or " ")
        if len(fields) < 2:
            raise UserError(f"{path}, line {line}: one column ({_shown(text)}); {_expected(separator)}")
        one, other = fields[0].strip(), fields[1].strip()
        if not (one and other):
            raise UserError(f"{path}, line {line}: an id is missing ({_shown(text)}); {_expected(separator)}")
        yield _Row(line, [one, other, *fields[2:3]])


def _unquoted(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator, skipinitialspace=True))
    except csv.Error:  # a field beyond the limit of the csv module
        return []


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Stripped lines from number 1, each known to be text."""
    line = 0
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
            for text in io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape"):
                line += 1
                if "\0" in text or not (text.isascii() or _is_unicode(text)):
                    raise UserError(f"{path}, line {line}: not text in UTF-8; {EXPECTED}, saved as UTF-8")
                yield line, text.strip()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UserError(f"{path}: the gzip file is broken after line {line}; expected a whole one") from None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; expected a list of ties") from None
    except IsADirectoryError:
        raise UserError(f"{path}: is a folder; expected a file with a list of ties") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}); expected a list of ties") from None


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _separator(text: str) -> str | None:
    """Separator that a line shows; None stands for blanks."""
    words = text.split()
    if len(words) > 1 and all(_INTEGER.fullmatch(word) for word in words[:2]):
        return None
    return next((mark for mark in "\t,;" if mark in text), None)


def _expected(separator: str | None) -> str:
    name = {"\t": "a tab", ",": "a comma", ";": "a semicolon", None: "blanks"}[separator]
    return f"expected two ids separated by {name}" if separator else EXPECTED


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _is_header(first: list[str], second: list[str], others: dict[str, int]) -> bool:
    names = first[:2]
    if any(name in others for name in names):
        return False
    if all(_HEADINGS.fullmatch(name) for name in names):
        return True
    if not others:
        return False
    if len(first) > 2 and not _is_number(first[2]) and len(second) > 2 and _is_number(second[2]):
        return True
    if not any(_INTEGER.fullmatch(name) for name in names) and all(map(_INTEGER.fullmatch, others)):
        return True
    lengths = set(map(len, others))
    coded = sum(any(map(str.isdigit, name)) for name in others) > len(others) / 2
    return coded and len(lengths) == 1 and min(lengths) >= 8 and not any(len(name) in lengths for name in names)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def _in_order(names: list[str]) -> tuple[list[str] | NDArray[np.int64], NDArray[np.int64]]:
    """Names in rising order, and the place there of each as given."""
    if all(map(_INTEGER.fullmatch, names)):
        values = np.array(names, dtype=np.str_).astype(np.int64)
        ids: list[str] | NDArray[np.int64] = np.sort(values)
        order = np.argsort(values)
    else:
        order = np.array(sorted(range(len(names)), key=names.__getitem__))
        ids = [names[n] for n in order]
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return ids, rank


def _mutual(
    path: Path, people: int, u: NDArray[np.int64], v: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    named = np.unique(u * people + v)
    named = named[np.isin(named, v * people + u) & (named // people != named % people)]
    if not named.size:
        raise UserError(f"{path}: no two people name each other; expected mutual ties, or directed=false")
    return named // people, named % people
