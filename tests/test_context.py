"""Contexts: compiled code reads at an address what Python reads as attributes, and a change makes a new one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.compilation import allocating, compiled, settings
from sim.compilation.context import Context
from sim.records import Record, Table, real, whole

needs_compilation = pytest.mark.skipif(bool(settings.DISABLE_JIT), reason="nothing is compiled")


class Purse(Record):
    money: int = whole("money", "fen", least=-1000, most=1000)
    hope: float = real("hope")


class Inner(Context):
    count: int
    cube: Any  # (2, 3, 4)


class Outer(Context):
    day: int
    rate: float
    inner: Inner
    purses: Table[Purse]
    own: Purse


@compiled
def everything(m: Outer) -> tuple[int, float, int, int, float, float]:
    """Reads each kind of attribute, and writes to the tables."""
    m.inner.cube[1, 2, 3] += 1
    m.purses[1].money += m.day
    m.own.hope += 0.5
    total = 0
    for a in range(m.inner.cube.shape[0]):
        for b in range(m.inner.cube.shape[1]):
            for c in range(m.inner.cube.shape[2]):
                total = 10 * (total % 1_000_000) + m.inner.cube[a, b, c]
    return m.day, m.rate, m.inner.count, total, m.purses[1].money, m.own.hope


@compiled
def day_and_rows(m: Outer) -> tuple[int, int]:
    return m.day, m.purses.shape[0]


@allocating
def doubled(m: Outer) -> Any:
    purses = m.purses  # counted as a reference where arrays are made
    made = np.empty(purses.shape[0])
    for n in range(made.shape[0]):
        made[n] = 2 * purses[n].money
    return made


@pytest.fixture
def outer() -> Outer:
    purses = Purse.table(3)
    purses["money"] = [1, 2, 3]
    cube = np.arange(24).reshape(2, 3, 4) % 10
    return Outer(day=5, rate=0.25, inner=Inner(7, cube), purses=purses, own=Purse.table(1)[0])


def test_compiled_code_reads_and_writes_what_python_does(outer: Outer) -> None:
    plain = everything.py_func if hasattr(everything, "py_func") else everything
    first = everything(outer)
    assert first[:3] == (5, 0.25, 7) and first[4:] == (7, 0.5)
    assert outer.purses["money"].tolist() == [1, 7, 3] and outer.inner.cube[1, 2, 3] == 4 and outer.own.hope == 0.5
    outer.inner.cube[1, 2, 3] -= 1
    assert plain(outer)[3] == first[3]  # in every cell of three dimensions
    assert doubled(outer).tolist() == [2, 24, 6]


def test_a_change_makes_a_new_context_and_leaves_the_old_one(outer: Outer) -> None:
    assert day_and_rows(outer) == (5, 3)
    later = outer._replace(day=6, purses=Purse.table(9))
    much_later = later._replace(inner=later.inner._replace(count=8))
    assert [day_and_rows(m) for m in (outer, later, much_later)] == [(5, 3), (6, 9), (6, 9)]
    assert everything(much_later)[2] == 8 and outer.inner.count == 7
    with pytest.raises(AttributeError, match="_replace"):
        outer.day = 7  # type: ignore[misc]


@needs_compilation
def test_another_type_of_an_attribute_is_compiled_anew(outer: Outer) -> None:
    """Else compiled code would take bytes of one type for another."""
    day_and_rows(outer)
    everything(outer)
    halves = outer._replace(inner=outer.inner._replace(cube=np.full((2, 3, 4), 0.5)))
    assert everything(halves)[3] != int(everything(halves)[3])
    assert everything(outer._replace(rate=1))[1] == 1
    assert everything(outer)[1] == 0.25


@needs_compilation
@pytest.mark.parametrize("view", [np.s_[:, ::2], np.s_[:, :, ::-1]])
def test_an_array_in_pieces_is_refused(outer: Outer, view: Any) -> None:
    day_and_rows(outer)
    for inner in (Inner(7, outer.inner.cube[view]), outer.inner._replace(cube=outer.inner.cube[view])):
        with pytest.raises(TypeError, match="one piece"):
            day_and_rows(outer._replace(inner=inner))


def test_attributes_that_are_missing_or_unknown_are_named() -> None:
    for values in ((1,), (1, 2, 3)):
        with pytest.raises(TypeError, match="Inner: expected count, cube"):
            Inner(*values)
    with pytest.raises(TypeError, match="Inner: expected count, cube"):
        Inner(1, 2)._replace(cubes=3)
