"""Records: what is declared of a column is what its table holds."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import UserError
from sim.ranges import MOST_ROWS
from sim.records import Column, Columns, Record, bits, changed, flag, joined, real, room_for, row, structured, whole
from sim.state import RECORDS

HERE = Path(__file__).parent
of_every_record = pytest.mark.parametrize("kind", RECORDS, ids=[kind.__name__ for kind in RECORDS])


class Purse(Record):
    """A record of every kind of column."""

    notes: int = whole("notes held", "notes", most=300, start=7)
    debt: int = whole("fen owed or due", "fen", least=-5, most=5)
    weight: float = real("weight", "kg", least=0.0, most=2.0, start=0.5)
    wear: float = real("wear, of any size", single=True)
    empty: bool = flag("whether nothing is in it")
    coins: Any = whole("coins by slot", "coins", most=9, start=1, per=3)
    spent: Any = real("spent by category", "yuan", per="category")
    owner: int = row("people", "whose", or_none=True)
    worth: float = real("what it is worth", "yuan", most=9.0, may_be_nan=True)
    seen_by: int = bits("who has seen it", "brands")


def extremes(column: Column, sizes: dict[str, int]) -> list[Any]:
    """The least and the most that a column may hold; of reals without bounds, what its type holds."""
    if column.dtype.kind != "f":
        return [column.least, column.most_of(sizes)]
    largest = float(np.finfo(column.dtype).max)
    return [max(column.least, -largest), min(column.most, largest), *[math.nan] * column.may_be_nan]


def test_every_record_of_the_state_is_looked_at() -> None:
    assert {kind.__name__ for kind in RECORDS} > {"Person", "Consumer", "Follow", "Creator", "Order", "Trace"}
    assert all(len(kind.columns) == len(kind.__annotations__) for kind in RECORDS)


@of_every_record
@pytest.mark.parametrize("categories", [1, 9])
def test_a_column_holds_its_least_and_its_most(kind: type[Record], categories: int) -> None:
    sizes = MOST_ROWS | {"categories": categories}
    for name, column in kind.columns.items():
        for value in extremes(column, sizes):
            table = kind.table(3, categories)
            table[name][1] = value
            held = table[name][1]
            expected = np.full(column.shape(categories), value, column.dtype)
            np.testing.assert_array_equal(held, expected, name, strict=True)
            assert all(one == value or math.isnan(value) for one in np.ravel(held).tolist()), name
            start = np.full((2, *held.shape), column.start, column.dtype)
            np.testing.assert_array_equal(table[name][::2], start, name, strict=True)
            kind.check(np.asarray(table), "table", sizes)


@of_every_record
def test_no_whole_number_is_wider_than_its_range_asks_for(kind: type[Record]) -> None:
    for name, column in kind.columns.items():
        if column.dtype.kind in "iu" and column.dtype.itemsize > 1:
            narrower = np.iinfo(f"{'iu'[column.least >= 0]}{column.dtype.itemsize // 2}")
            assert column.least < narrower.min or column.most > narrower.max, name


@of_every_record
def test_no_attribute_of_numpys_rows_hides_a_column(kind: type[Record]) -> None:
    table = kind.table(2, 4)
    one = table[1]
    for name in kind.columns:
        np.testing.assert_array_equal(getattr(one, name), table[name][1], name)
        setattr(one, name, 1)
        assert np.all(table[name][1] == 1), name


def test_a_name_that_rows_have_is_refused_for_a_column() -> None:
    with pytest.raises(TypeError, match=r"Stall\.take: rows have an attribute of this name"):
        type("Stall", (Record,), {"take": whole("what is taken", most=1)})


# --- tables ---------------------------------------------------------------------------------------------------------


def test_new_rows_have_start_values_in_the_narrowest_types() -> None:
    table = Purse.table(2, categories=4)
    assert len(table) == 2 and table["notes"].tolist() == [7, 7] and table["coins"].tolist() == [[1, 1, 1]] * 2
    assert (table["weight"].tolist(), table["empty"].tolist()) == ([0.5, 0.5], [False, False])
    types = {name: table.dtype[name].base.str[1:] for name in Purse.columns}
    assert types == {
        "notes": "u2", "debt": "i1", "weight": "f8", "wear": "f4", "empty": "b1", "coins": "u1", "spent": "f8",
        "owner": "i4", "worth": "f8", "seen_by": "u8",
    }  # fmt: skip
    assert Purse.table((2, 3)).shape == (2, 3)


@pytest.mark.parametrize(("categories", "room"), [(1, 8), (8, 8), (9, 16), (16, 16)])
def test_columns_by_category_are_one_of_two_widths(categories: int, room: int) -> None:
    table = Purse.table(5, categories)
    assert table["spent"].shape == (5, room_for(categories)) == (5, room)
    assert Columns(table, categories).spent.shape == (5, categories)
    assert Columns(table, categories).coins.shape == (5, 3)
    with pytest.raises(AttributeError):
        _ = Columns(table, categories).cost


def test_a_table_that_grows_keeps_its_rows() -> None:
    table = Purse.table(2, categories=9)
    table["notes"], table["spent"], table["weight"] = [3, 4], [[1.0], [2.0]], [0.0, 1.0]
    grown = Purse.grown(table, 5)
    assert grown.dtype == table.dtype
    assert grown["notes"].tolist() == [3, 4, 7, 7, 7]
    assert grown["weight"].tolist() == [0.0, 1.0, 0.5, 0.5, 0.5]
    assert grown["spent"][:, 0].tolist() == [1.0, 2.0, 0.0, 0.0, 0.0]
    grown["notes"][0] = 9
    assert table["notes"][0] == 3  # a copy


def test_tables_are_joined_and_changed_into_new_ones() -> None:
    one, other = Purse.table(1), changed(Purse.table(2), notes=[1, 2])
    both = joined([one, other])
    assert both["notes"].tolist() == [7, 1, 2] and both.dtype == one.dtype
    assert both[1].notes == 1  # rows are still rows, with cells as attributes
    alone = joined([one, Purse.table(0)])
    alone["notes"] = 5
    assert joined([Purse.table(0), Purse.table(0)]).shape == (0,) and one["notes"].tolist() == [7]
    assert changed(both, weight=0.0)["weight"].tolist() == [0.0] * 3 and both["weight"].tolist() == [0.5] * 3


# --- check ----------------------------------------------------------------------------------------------------------

SIZES = {"people": 4, "categories": 2, "brands": 3}
BEYOND: list[tuple[str, Any, str]] = [
    ("notes", 301, r"purses\.notes: 301, expected 0 to 300"),
    ("debt", -6, r"purses\.debt: -6, expected -5 to 5"),
    ("weight", -0.25, r"purses\.weight: -0\.25, expected 0 to 2"),
    ("coins", [1, 10, 1], r"purses\.coins: 10, expected 0 to 9"),
    ("owner", 4, r"purses\.owner: 4, expected -1 to 3"),
    ("seen_by", 8, r"purses\.seen_by: 8, expected 0 to 7"),
    ("worth", 9.5, r"purses\.worth: 9\.5, expected -inf to 9"),
    ("weight", math.inf, r"purses\.weight: inf, expected 0 to 2"),
    ("wear", math.nan, r"purses\.wear: nan, expected a finite number"),
    ("spent", -math.inf, r"purses\.spent: -inf, expected a finite number"),
]


@pytest.mark.parametrize(("name", "value", "said"), BEYOND)
def test_a_value_out_of_range_is_refused_with_its_column(name: str, value: Any, said: str) -> None:
    table = Purse.table(3, categories=2)
    table["worth"][0] = math.nan
    Purse.check(np.asarray(table), "purses", SIZES)
    table[name][1] = value
    with pytest.raises(UserError, match=said):
        Purse.check(np.asarray(table), "purses", SIZES)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rows", [0, 3])
def test_nothing_need_be_known_where_a_value_may_be_missing(rows: int) -> None:
    table = Purse.table(rows, categories=2)
    table["worth"] = math.nan
    Purse.check(np.asarray(table), "purses", SIZES)


def test_a_table_of_other_columns_is_refused() -> None:
    plain = np.zeros(2, [("notes", np.uint16), ("weight", np.float64)])
    wide = Purse.table(2, categories=9)
    for table, categories in ((plain, 1), (np.asarray(wide), 8), (np.zeros(2), 1)):
        with pytest.raises(UserError, match=r"purses: an array of .*, expected one of .*'notes'"):
            Purse.check(table, "purses", SIZES | {"categories": categories})
    Purse.check(np.asarray(wide), "purses", SIZES | {"categories": 16})


def test_documentation_says_what_was_declared() -> None:
    said = {name: rest for name, *rest in Purse.describe()}
    assert said["notes"] == ["notes held", "notes", "0 to 300"]
    assert said["coins"] == ["coins by slot, 3 of them", "coins", "0 to 9"]
    assert said["spent"] == ["spent by category, per category", "yuan", ""]
    assert list(said) == list(Purse.columns)


def test_a_packed_row_is_as_long_as_its_columns() -> None:
    class Short(Record, packed=True):
        far: float = real("far")
        near: bool = flag("near")

    assert Short.dtype().itemsize == 9
    with pytest.raises(TypeError, match="packed, with a list in a column"):

        class Long(Record, packed=True):
            far: float = real("far", per=2)


# --- rows where nothing is compiled ---------------------------------------------------------------------------------

IN_PLAIN_PYTHON = """
import numpy as np
from sim.records import structured
from test_records import RECORDS
for kind in RECORDS:
    row = kind.table(2, 9)[1]
    for name, column in kind.columns.items():
        cell = getattr(row, name)
        if column.per is not None:
            assert cell.shape == column.shape(9), name
            cell[2:] = 1
            assert all(one == 1 for one in getattr(row, name)[2:]), name
            cell = cell[2]
        expected = {"f": float, "i": int, "u": int, "b": bool}[column.dtype.kind]
        assert type(cell) is (np.uint64 if column.dtype == np.uint64 else expected), (kind, name, type(cell))
nested = np.zeros(1, structured([("inner", structured([("x", np.int8), ("many", np.float32, (2,))]))]))[0]
assert type(nested.inner.x) is int and type(nested.inner.many[1]) is float
print(len(RECORDS))
"""


def test_rows_are_numbers_of_python_where_nothing_is_compiled() -> None:
    """As compiled code has them: 8 bits would overflow where 64 do not, and 32 bits round where 64 do not."""
    command = [sys.executable, "-c", IN_PLAIN_PYTHON]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    run = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert int(run.stdout) == len(RECORDS)


def test_a_row_can_hold_rows() -> None:
    inner = structured([("x", np.int8)])
    row = np.zeros(1, structured([("inner", inner), ("y", np.float64)]))[0]
    row.inner.x = 3
    assert (row.inner.x, row.y) == (3, 0.0)
