"""Records: a table's columns are declared in a line each, and all else about them follows from the declaration.

Making, growing, checking, describing and the width of a column are never written by hand. A whole number gets the
narrowest type that holds its declared range, so that a range and its column agree by construction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from sim.compilation import settings
from sim.errors import UserError
from sim.ranges import MOST_ROWS

R = TypeVar("R", bound="Record")

NOBODY = -1  # in the place of a row of another table
SET = "set of "  # begins the unit of a set

if TYPE_CHECKING:

    class Table(NDArray[Any], Generic[R]):
        """Rows of a record, as a type checker sees them; in truth a numpy array of structured type."""

        @overload  # type: ignore[override]
        def __getitem__(self, row: int | tuple[int, int]) -> R: ...
        @overload
        def __getitem__(self, column: str) -> NDArray[Any]: ...
        @overload
        def __getitem__(self, rows: slice | NDArray[Any] | list[Any]) -> Table[R]: ...
        def __getitem__(self, key: Any) -> Any: ...
else:

    class Table(np.ndarray, Generic[R]):
        """Rows of a record: a numpy array of structured type."""


@dataclass(frozen=True)
class Column:
    """One column of a record.

    Attributes
    ----------
    about, unit
        What a cell says, and in which unit.
    dtype
        Type of a number in it.
    start
        Value in a new row.
    least, most
        Range of allowed values.
    per
        What the column has a number for: "category", or a count of numbers; None for a single number.
    of
        Table that the number is a row of, or a set of rows of.
    may_be_nan
        Whether a real number may be missing.
    """

    about: str
    unit: str
    dtype: np.dtype[Any]
    start: float
    least: float
    most: float
    per: str | int | None
    of: str | None = None
    may_be_nan: bool = False

    def most_of(self, sizes: Mapping[str, int]) -> float:
        """Largest allowed value where the tables have so many rows."""
        if self.of is None:
            return self.most
        return min((1 << sizes[self.of]) - 1, self.most) if self.unit.startswith(SET) else sizes[self.of] - 1

    def shape(self, categories: int) -> tuple[int, ...]:
        """Shape of a cell in a market of so many categories."""
        if self.per is None:
            return ()
        return (room_for(categories) if isinstance(self.per, str) else self.per,)


_SIGNED = (np.int8, np.int16, np.int32, np.int64)
_UNSIGNED = (np.uint8, np.uint16, np.uint32, np.int64)


def whole(
    about: str, unit: str = "1", *, most: int, least: int = 0, start: int = 0, per: str | int | None = None
) -> Any:
    """Declare a column of whole numbers, as wide as its range asks for."""
    types = _UNSIGNED if least >= 0 else _SIGNED
    narrowest = next(kind for kind in types if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return Column(about, unit, np.dtype(narrowest), start, least, most, per)


def row(of: str, about: str, *, or_none: bool = False, per: str | int | None = None) -> Any:
    """Declare a column of rows of another table; with ``or_none`` -1 stands for none of them, and is the start value.

    Parameters
    ----------
    of
        A key of `sim.ranges.MOST_ROWS`.
    """
    least = -1 if or_none else 0
    column: Column = whole(about, "row", least=least, most=MOST_ROWS[of] - 1, start=least, per=per)
    return replace(column, of=of)


def real(
    about: str, unit: str = "1", *, start: float = 0.0, least: float = -math.inf, most: float = math.inf,
    per: str | int | None = None, single: bool = False, may_be_nan: bool = False,
) -> Any:  # fmt: skip
    """Declare a column of real numbers, of 8 bytes, or of 4 where a ``single`` one will do."""
    dtype = np.dtype(np.float32 if single else np.float64)
    return Column(about, unit, dtype, start, least, most, per, may_be_nan=may_be_nan)


def flag(about: str, *, start: bool = False, per: str | int | None = None) -> Any:
    """Declare a column of yes and no."""
    # numba has no arrays of booleans inside a record
    return Column(about, "yes/no", np.dtype(np.bool_ if per is None else np.uint8), start, 0, 1, per)


def bits(about: str, of: str, members: int = 0) -> Any:
    """Declare a column of sets of rows of another table, a bit for each row that there may be, or for the first few."""
    members = members or MOST_ROWS[of]
    return Column(about, SET + of, np.dtype(f"u{members // 8}"), 0, 0, 2**members - 1, None, of=of)


def room_for(categories: int) -> int:
    """Numbers that a column per category holds: one of two widths, so that compiled code serves all markets."""
    return 8 if categories <= 8 else 16


def structured(fields: list[Any], packed: bool = False) -> np.dtype[Any]:
    """Type of rows with these fields, whose cells are attributes; packed, no byte is left free at the end of a row."""
    return np.dtype((_PlainRecord if settings.DISABLE_JIT else np.record, np.dtype(fields, align=not packed)))


class Record:
    """Base of all records; each attribute declared by `whole`, `real`, `flag` or `bits` is a column.

    Parameters
    ----------
    packed
        Whether no byte is left free at the end of a row: for long tables.
    """

    columns: ClassVar[dict[str, Column]]
    packed: ClassVar[bool]

    def __init_subclass__(cls, packed: bool = False) -> None:
        cls.packed = packed
        cls.columns = {name: column for name, column in vars(cls).items() if isinstance(column, Column)}
        if packed and any(column.per is not None for column in cls.columns.values()):
            raise TypeError(f"{cls.__name__}: packed, with a list in a column, which compiled code wants aligned")
        for name in cls.columns:
            if hasattr(np.record, name):
                raise TypeError(f"{cls.__name__}.{name}: rows have an attribute of this name; expected another one")

    @classmethod
    @cache
    def dtype(cls, categories: int = 1) -> np.dtype[Any]:
        """Structured type of a row, widest columns first, so that no byte is lost between them."""
        wide_first = sorted(cls.columns.items(), key=lambda item: -item[1].dtype.itemsize)
        fields = [(name, column.dtype, column.shape(categories)) for name, column in wide_first]
        return structured(fields, cls.packed)

    @classmethod
    def table(cls, rows: int | tuple[int, ...], categories: int = 1) -> Table[Self]:
        """New rows with start values.

        Parameters
        ----------
        rows
            How many, or the shape of the table.
        categories
            Categories of goods in the market.
        """
        made: Any = np.zeros(rows, cls.dtype(categories))
        for name, column in cls.columns.items():
            if column.start:
                made[name] = column.start
        return made

    @classmethod
    def room(cls, rows: int) -> Table[Self]:
        """Rows to be written, without start values: they cost nothing until they are."""
        made: Any = np.zeros(rows, cls.dtype())
        return made

    @classmethod
    def grown(cls, table: Table[Self], rows: int) -> Table[Self]:
        """A table with room for so many rows, the first of which are those of ``table``."""
        made: Any = np.zeros(rows, table.dtype)
        as_bytes(made)[: len(table)] = as_bytes(table)
        for name, column in cls.columns.items():
            if column.start:
                made[name][len(table) :] = column.start
        return made

    @classmethod
    def check(cls, table: NDArray[Any], name: str, sizes: Mapping[str, int]) -> None:
        """Refuse a table that is not one of this record, or holds a value out of range.

        Parameters
        ----------
        name
            Of the table, in messages.
        sizes
            Rows of each table that columns point to, and the number of ``categories``.

        Raises
        ------
        UserError
            Naming the table and the column.
        """
        dtype = cls.dtype(sizes["categories"])
        if table.dtype != dtype:
            raise UserError(f"{name}: an array of {table.dtype}, expected one of {dtype}")
        for title, column in cls.columns.items():
            values, most = table[title], column.most_of(sizes)
            if column.dtype == np.bool_:  # of which any byte but 0 counts as one, until compiled code reckons with it
                values = values.view(np.uint8)
            fits = (values >= column.least) & (values <= most)
            if column.dtype.kind == "f":
                fits &= np.isfinite(values)
            if column.may_be_nan:
                fits |= np.isnan(values)
            if not fits.all():
                is_bounded = math.isfinite(column.least) or math.isfinite(most)
                expected = f"{column.least:.15g} to {most:.15g}" if is_bounded else "a finite number"
                raise UserError(f"{name}.{title}: {values[~fits].flat[0]}, expected {expected}")

    @classmethod
    def describe(cls) -> Iterator[tuple[str, str, str, str]]:
        """Name, meaning, unit and range of each column, for documentation."""
        for name, column in cls.columns.items():
            about = column.about
            if column.per is not None:
                about += f", per {column.per}" if isinstance(column.per, str) else f", {column.per} of them"
            is_counted = column.dtype.kind in "iu" and not column.unit.startswith(SET)
            yield name, about, column.unit, f"{column.least} to {column.most}" if is_counted else ""


def joined(parts: Sequence[Table[R]]) -> Table[R]:
    """A table of its own with the rows of several tables of one record, one below the other."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return copied(filled[0] if filled else parts[0])
    return _of(parts[0], np.concatenate([as_bytes(part) for part in filled]))


def copied(table: Table[R]) -> Table[R]:
    """A table of its own with the rows of another."""
    return _of(table, as_bytes(table).copy())


def at(table: Table[R], rows: NDArray[np.integer[Any]]) -> Table[R]:
    """A table of its own with some rows of another, in the order in which they are named."""
    return _of(table, as_bytes(table).take(rows))


def as_bytes(table: NDArray[Any]) -> NDArray[Any]:
    """The rows of a table without their columns: numpy copies them many times quicker than column by column."""
    return np.ndarray(table.shape, _bytes(table.itemsize), table)  # many times quicker than a view, for small tables


def _of(table: Table[R], rows: NDArray[Any]) -> Table[R]:
    """Rows without their columns as a table of the same record as another."""
    made: Any = np.ndarray(rows.shape, table.dtype, rows)
    return made


@cache
def _bytes(width: int) -> np.dtype[Any]:
    return np.dtype((np.void, width))


def changed(table: Table[R], **columns: Any) -> Table[R]:
    """A copy of a table, with some columns replaced."""
    copy = copied(table)
    for name, values in columns.items():
        copy[name] = values
    return copy


class Columns:
    """The columns of a table as attributes, for whoever asks for them by name.

    Parameters
    ----------
    table
        The rows.
    categories
        Categories of goods in the market: a column that has a number for each shows no more than these.
    """

    def __init__(self, table: Any, categories: int) -> None:
        self._table, self._categories = table, categories
        self._fields: tuple[str, ...] = table.dtype.names

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name.startswith("_") or name not in self._fields:
            raise AttributeError(name)
        column = self._table[name].view(np.ndarray)
        by_category = column.ndim == 2 and column.shape[1] == room_for(self._categories)
        return column[:, : self._categories] if by_category else column


class _PlainArray(np.ndarray):
    """Numbers of one cell where nothing is compiled: whole numbers and reals of Python, as compiled code has them."""

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        return value.item() if isinstance(value, np.generic) else value


class _PlainRecord(np.record):  # type: ignore[misc]
    """A row where nothing is compiled: its cells are numbers of Python, as compiled code has them."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if isinstance(value, np.generic) and not isinstance(value, np.void):
            return value if value.dtype == np.uint64 else value.item()
        return value.view(_PlainArray) if isinstance(value, np.ndarray) else value
