"""Checkpoints whose arrays are cut, of another type, or out of range, and headers that lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.checkpoint import TABLES
from sim.records import Column

from .cases import Answer, Case, called, written

Parts = dict[str, NDArray[Any]]
Header = dict[str, Any]
NAME = "market.npz"


@cache
def saved() -> Parts:
    """The arrays of a good checkpoint."""
    import tempfile

    from experiments import load

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        load("market.consumers=300", seed=1).run(9).save(path)
        with np.load(path) as file:
            return {name: file[name] for name in file.files}


def header() -> Header:
    """The header of the good checkpoint."""
    told: Header = json.loads(saved()["header"].tobytes())
    return told


def impossible(column: Column) -> list[float]:
    """Numbers that the type of a column holds, and the column may not."""
    if column.dtype.kind == "f":
        return [np.inf, -np.inf] if column.may_be_nan else [np.nan, np.inf]
    kind = np.iinfo(np.uint8 if column.dtype == np.bool_ else column.dtype)
    is_beyond = {kind.min: kind.min < column.least, kind.max: column.of is not None or kind.max > column.most}
    return [end for end, beyond in is_beyond.items() if beyond]


def spoilt(table: str, name: str, value: float) -> Parts:
    """The good arrays, with a number in the first cell of a column."""
    rows = saved()[table].copy()
    cells = rows[name].view(np.uint8) if rows[name].dtype == np.bool_ else rows[name]
    cells[(0,) * cells.ndim] = value
    return changed(table, rows)


def damaged() -> Iterator[tuple[str, str, float, bool]]:
    """Table, column, a number that it may not hold, and whether the column is of rows of another table."""
    for table, kind in TABLES.items():
        for name, column in kind.columns.items():
            if saved()[table].size:
                yield from ((table, name, value, column.of is not None) for value in impossible(column))


def resumed() -> str:
    """Takes the market up and lives on; what is wrong with its numbers."""
    from sim.market import Market

    market = Market.load(NAME).run(3)
    return "" if market.day == 12 else f"day {market.day}, expected 12"


def case(what: str, parts: Parts, answer: Answer = Answer.REFUSED) -> Case:
    """A checkpoint of these arrays."""
    return Case(f"Market.load({NAME}).run(3)  # {what}", called(resumed), answer, (NAME,),
                lambda folder: np.savez(folder / NAME, **parts))  # type: ignore[arg-type] # fmt: skip


def changed(name: str, array: NDArray[Any]) -> Parts:
    """The good arrays but one."""
    return {**saved(), name: array}


def told(change: Callable[[Header], None]) -> Parts:
    """The good arrays under a changed header."""
    text = header()
    change(text)
    return changed("header", np.frombuffer(json.dumps(text).encode(), np.uint8))


HEADERS: dict[str, Callable[[Header], Any]] = {
    "another model": lambda h: h.update(model="0" * 16), "unknown": lambda h: h.update(extra=1),
    "wrong parameters": lambda h: h["parameters"]["market"].update(consumers=-5),
    "unknown parameters": lambda h: h["parameters"].update(nothing=1),
    "no parameters at all": lambda h: h.update(parameters={}),
    "another size of the market": lambda h: h["parameters"]["market"].update(consumers=200),
    "another graph": lambda h: h["parameters"]["graph"].update(kind="x"),
    "another mean degree": lambda h: h["parameters"]["graph"].update(mean_degree=6),
    "more brands": lambda h: h["parameters"]["brands"].update(count=17),
    "a negative seed": lambda h: h.update(seed=-1), "another seed": lambda h: h.update(seed=7),
    "another size": lambda h: h.update(people=7), "another day": lambda h: h.update(day=8),
    "a day beyond": lambda h: h.update(day=5000), "large numbers": lambda h: h.update(orders_so_far=1 << 70),
    "large revenue": lambda h: h.update(revenue_so_far=1 << 4000),
    "a large carry": lambda h: h.update(interest_carries=[1 << 70]),
    "a count of text": lambda h: h["recorder"].update(weeks="x"), "no counts": lambda h: h.update(recorder={}),
    "a large count": lambda h: h["recorder"].update(koc_days=1 << 70), "no lengths": lambda h: h.update(lengths={}),
    "another length": lambda h: h["lengths"].update(inbox=1),
    "a large length": lambda h: h["lengths"].update(inbox=1 << 50),
    "rows of text": lambda h: h["rows"][3].__setitem__(0, "x"), "short rows": lambda h: h["rows"][3].pop(),
    "a day that is none": lambda h: h["rows"][3].__setitem__(0, float("nan")), "fewer rows": lambda h: h["rows"].pop(),
    "random of another kind": lambda h: h.update(random=[9, [1], None]),
    "random out of range": lambda h: h["random"][1].__setitem__(-1, 1 << 40),
    "rng of nothing": lambda h: h.update(rng={}), "rng of text": lambda h: h["rng"].update(state="x"),
}  # fmt: skip
ABSENT = object()
NONSENSE = {"absent": ABSENT, "text": "x", "null": None, "a list": []}


def with_field(name: str, value: Any) -> Parts:
    """The good arrays under a header in which one field is another, or absent."""

    def change(h: Header) -> None:
        del h[name]
        if value is not ABSENT:
            h[name] = value

    return told(change)


def retyped(column: Any) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """Gives zeros of another type, of which in a table only the first column is."""

    def change(array: NDArray[Any]) -> NDArray[Any]:
        if array.dtype.names is None:
            return np.zeros(array.shape, column)
        fields = [(name, array.dtype[name]) for name in array.dtype.names]
        return np.zeros(array.shape, [(fields[0][0], column), *fields[1:]])

    return change


WAYS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "cut to three rows": lambda a: a[:3], "a row longer": lambda a: np.concatenate([a, a[:1]]),
    "without rows": lambda a: a[:0], "a number": lambda a: np.array(3), "flat and cut": lambda a: a.reshape(-1)[:-1],
    "deeper": lambda a: a[..., None], "without columns": lambda a: np.zeros(a.shape, "f2"), "of text": retyped("U9"),
    "complex": retyped(complex), "of another width": retyped("f2"),
    "of another byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "of other columns": lambda a: np.zeros(a.shape, [("z", "u1"), ("y", "f4")]),
}  # fmt: skip
FILES = {"empty": b"", "text": b"no checkpoint", "a cut zip": b"PK\x03\x04\x14\0", "of numpy": b"\x93NUMPY\x01\0"}


def malformed() -> Iterator[Case]:
    """Checkpoints that must be refused."""
    for what, change in HEADERS.items():
        yield case(what, told(change))
    for what, content in FILES.items():
        yield case(what, {})._replace(prepare=written({NAME: content}))
    yield case("no header", {name: array for name, array in saved().items() if name != "header"})
    for name in header():
        for what, value in NONSENSE.items():
            if value != header()[name]:  # a list of nothing is right where nothing is to be listed
                yield case(f"{name} is {what}", with_field(name, value))
    yield case("an array too few", {name: array for name, array in saved().items() if name != "used"})
    yield case("a table too few", {name: array for name, array in saved().items() if name != "consumers"})
    yield case("an array too many", {**saved(), "more": np.zeros(3)})
    yield case("objects", changed("consumers", np.array([{}, {}], object)))
    yield case("a column of objects", changed("consumers", np.zeros(300, [("due", object)])))
    yield Case("Market.load(none)", called(resumed), Answer.REFUSED, (NAME,))
    columns = list(damaged())
    for table, name, value, _ in (one for one in columns if one[3]):
        yield case(f"{table}.{name} is {value}", spoilt(table, name, value))
    generator = np.random.default_rng(7)
    tables = [name for name, array in saved().items() if name != "header" and array.ndim and len(array) > 3]
    while True:
        table, name, value, _ = columns[generator.integers(len(columns))]
        yield case(f"{table}.{name} is {value}", spoilt(table, name, value))
        table, way = str(generator.choice(tables)), str(generator.choice(list(WAYS)))
        yield case(f"{table} is {way}", changed(table, WAYS[way](saved()[table])))


def legal() -> Iterator[Case]:
    """Checkpoints that are whole."""
    yield case("as it was saved", saved(), Answer.ACCEPTED)
    order = list(saved())
    yield case("arrays in another order", {name: saved()[name] for name in order[::-1]}, Answer.ACCEPTED)
    packed = case("packed", saved(), Answer.ACCEPTED)
    yield packed._replace(prepare=lambda folder: np.savez_compressed(folder / NAME, **saved()))  # type: ignore[arg-type]
