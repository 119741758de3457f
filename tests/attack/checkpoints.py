"""Checkpoints whose arrays are cut, of another type, or out of range, and headers that lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import Answer, Case, called, written

Parts = dict[str, NDArray[Any]]
Header = dict[str, Any]
NAME = "market.npz"
INDICES = {
    "Consumers": ("own_product", "word_product", "adviser", "question", "creator"), "Follows": ("creator",),
    "Creators": ("consumer", "brand", "home", "tier"),
}  # fmt: skip
"""Columns that name a row of another table."""


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


def columns(record: str) -> dict[str, str]:
    """Name of a column of a record of the header to the name of its array; of the first record of its kind."""
    from sim.checkpoint import RECORDS

    def find(value: Any) -> Any:
        if isinstance(value, dict) and record in value:
            return value[record]
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return next((found for found in map(find, inside) if found is not None), None)

    items = zip(RECORDS[record]._fields, find(header()["state"]), strict=True)
    return {name: f"arr_{item['array']}" for name, item in items if isinstance(item, dict) and "array" in item}


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
    "no model": lambda h: h.pop("model"), "another model": lambda h: h.update(model="0" * 16),
    "no parameters": lambda h: h.pop("parameters"), "no state": lambda h: h.pop("state"),
    "no people": lambda h: h.pop("people"), "parameters of text": lambda h: h.update(parameters="x"),
    "wrong parameters": lambda h: h["parameters"]["market"].update(consumers=-5),
    "unknown parameters": lambda h: h["parameters"].update(nothing=1), "a seed of text": lambda h: h.update(seed="x"),
    "a negative seed": lambda h: h.update(seed=-1), "another size": lambda h: h.update(people=7),
    "burn-in of text": lambda h: h.update(burn_in="x"), "state of text": lambda h: h.update(state="x"),
    "state of a list": lambda h: h.update(state=[]), "state of nothing": lambda h: h.update(state={"dict": []}),
    "an unknown record": lambda h: h.update(state={"Nothing": []}),
    "array 9999": lambda h: h.update(state={"array": 9999}),
    "array -1": lambda h: h.update(state={"array": -1}), "another size of the market":
        lambda h: h["parameters"]["market"].update(consumers=200),
        "another graph": lambda h: h["parameters"]["graph"].update(kind="x"),
}  # fmt: skip


WAYS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "cut to three rows": lambda a: a[:3], "a row longer": lambda a: np.concatenate([a, a[:1]]),
    "without rows": lambda a: a[:0], "a number": lambda a: np.array(3), "of text": lambda a: a.astype("U9"),
    "flat and cut": lambda a: a.reshape(-1)[:-1], "deeper": lambda a: a[..., None],
    "complex": lambda a: a.astype(complex),
    "of another width": lambda a: a.astype("f2" if a.dtype != np.float16 else "f8"),
}  # fmt: skip
FILES = {"empty": b"", "text": b"no checkpoint", "a cut zip": b"PK\x03\x04\x14\0", "of numpy": b"\x93NUMPY\x01\0"}


def malformed() -> Iterator[Case]:
    """Checkpoints that must be refused."""
    for what, change in HEADERS.items():
        yield case(what, told(change))
    for what, content in FILES.items():
        yield case(what, {})._replace(prepare=written({NAME: content}))
    yield case("no header", {name: array for name, array in saved().items() if name != "header"})
    yield case("an array too few", {name: array for name, array in saved().items() if name != "arr_3"})
    yield case("objects", changed("arr_0", np.array([{}, {}], object)))
    yield Case("Market.load(none)", called(resumed), Answer.REFUSED, (NAME,))
    for record, names in INDICES.items():
        for name in names:
            array = columns(record)[name]
            for value in (np.iinfo(saved()[array].dtype).max, np.iinfo(saved()[array].dtype).min or 250):
                spoilt = saved()[array].copy()
                spoilt.flat[0] = value
                yield case(f"{record}.{name} is {value}", changed(array, spoilt))
    generator = np.random.default_rng(7)
    tables = [name for name, array in saved().items() if name != "header" and array.ndim and len(array) > 3]
    while True:
        name = str(generator.choice(tables))
        way = str(generator.choice(list(WAYS)))
        with np.errstate(over="ignore"):
            yield case(f"{name} is {way}", changed(name, WAYS[way](saved()[name])))


def legal() -> Iterator[Case]:
    """Checkpoints that are whole."""
    yield case("as it was saved", saved(), Answer.ACCEPTED)
    order = list(saved())
    yield case("arrays in another order", {name: saved()[name] for name in order[::-1]}, Answer.ACCEPTED)
    packed = case("packed", saved(), Answer.ACCEPTED)
    yield packed._replace(prepare=lambda folder: np.savez_compressed(folder / NAME,
    **saved()))  # type: ignore[arg-type]
