"""A set of agents whose attributes are columns."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
from mesa.agent import GroupBy
from mesa.model import Model
from numpy.typing import ArrayLike, NDArray

from sim.columns.row_agent import RowAgent

Rows = NDArray[np.intp]
Table = Any
"""Columns by name: a named tuple of arrays, or a structured array."""

_REDUCTIONS: dict[Any, Callable[..., Any]] = {builtins.sum: np.sum, builtins.min: np.min, builtins.max: np.max}
"""What sums a column of small integers without overflow, and is fast."""


class Population(Sequence[RowAgent]):
    """Agents of one type, each a row of some columns; it has the methods of Mesa's `AgentSet` that are named here.

    Methods that need values alone (`get`, `agg`, `sort`, `groupby`, `select` by mask) work on whole arrays; those that
    need agents (`do`, `shuffle_do`, `select` by function) make one view at a time.

    Parameters
    ----------
    model
        The model whose agents they are.
    row_type
        What a row looks like when somebody asks for one.
    columns
        Returns the tables whose fields are the columns, each of shape (N,) or (N, k): named tuples of arrays, or
        structured arrays. It is asked anew each time, so that arrays may be replaced or grown. A method of the model
        is best: a copied model then reads its own arrays.
    rows
        A function that returns the rows in the set; None for all.
    first_id
        `unique_id` of row 0.

    Notes
    -----
    A view is kept by nobody else, and a plain ``AgentSet([...])`` holds its agents weakly: narrow a population with
    `select`, not by listing its agents.

    Examples
    --------
    >>> purse = np.array([(3,), (0,), (5,)], dtype=[("wealth", int)])
    >>> people = Population(Model(seed=1), RowAgent, lambda: (purse,))
    >>> people.agg("wealth", sum), people.select(where=people.get("wealth") > 2)[1].wealth
    (np.int64(8), 5)
    """

    def __init__(
        self,
        model: Model,
        row_type: type[RowAgent],
        columns: Callable[[], Sequence[Table]],
        rows: Callable[[], Rows] | None = None,
        first_id: int = 1,
    ) -> None:
        self.model = model
        self.row_type = row_type
        self.first_id = first_id
        self._columns = columns
        self._table_of = {name: place for place, table in enumerate(columns()) for name in _names(table)}
        self._rows: Rows | Callable[[], Rows] | None = rows
        self._every = np.arange(0)

    @property
    def column_names(self) -> Iterable[str]:
        """Names of the columns."""
        return self._table_of.keys()

    @property
    def rows(self) -> Rows:
        """Row numbers of the agents in the set, in its order."""
        if self._rows is not None:
            return self._rows() if callable(self._rows) else self._rows
        size = len(self._column(next(iter(self._table_of))))
        if len(self._every) != size:
            self._every = np.arange(size)
        return self._every

    def _at(self, rows: ArrayLike) -> Self:
        """These rows, whatever happens to the set."""
        result = copy(self)
        result._rows = np.asarray(rows, dtype=np.intp)
        return result

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RowAgent]:
        return map(self._agent, self.rows.tolist())

    def __getitem__(self, place: Any) -> Any:
        """The agent at a place of the set, or a list of those at a slice of places."""
        rows = self.rows[place]
        return self._agent(int(rows)) if rows.ndim == 0 else [self._agent(row) for row in rows.tolist()]

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, RowAgent) or agent.model is not self.model:
            return False
        return bool((self.rows == agent.unique_id - self.first_id).any())

    def _agent(self, row: int) -> RowAgent:
        return self.row_type(self, row)

    # --- values -----------------------------------------------------------------------------------------------------

    def cell(self, name: str, row: int) -> Any:
        """One agent's value in a column: a Python scalar, or a read-only copy of a row of shape (k,)."""
        value = self._column(name)[row]
        if value.ndim == 0:
            return value.item()
        value = value.copy()
        value.flags.writeable = False
        return value

    def write(self, name: str, row: int, value: ArrayLike) -> None:
        """Assign a cell of a column.

        Raises
        ------
        ValueError
            Where a column of integers or booleans cannot hold the value exactly.
        """
        column, new = self._column(name), np.asarray(value)
        if column.dtype.kind in "iub":
            with np.errstate(invalid="ignore"):
                exact = np.array_equal(new.astype(column.dtype), new)
            if not exact:
                raise ValueError(f"{self.row_type.__name__}.{name}: {value!r} does not fit a column of {column.dtype}")
        column[row] = new

    def get(self, name: str) -> Any:
        """Values of an attribute.

        Returns
        -------
        ndarray or list
            Of a column: for a whole population the array itself, which changes as the model runs, otherwise a copy
            of the rows asked for. Of another attribute, a list.
        """
        if name in self._table_of:
            return self._column(name) if self._rows is None else self._column(name)[self.rows]
        return [getattr(agent, name) for agent in self]

    def agg(self, name: str, func: Callable[..., Any]) -> Any:
        """Apply a function, such as `sum` or `np.mean`, to the values of an attribute."""
        values = self.get(name)
        whole = isinstance(values, np.ndarray) and values.ndim == 1
        return (_REDUCTIONS.get(func, func) if whole else func)(values)

    def _column(self, name: str) -> NDArray[Any]:
        table = self._columns()[self._table_of[name]]
        column: NDArray[Any] = table[name] if isinstance(table, np.ndarray) else getattr(table, name)
        return column

    # --- other sets -------------------------------------------------------------------------------------------------

    def select(self, filter_func: Callable[[Any], bool] | None = None, *, where: ArrayLike | None = None) -> Self:
        """Take the agents that meet all the given conditions, in the set's order.

        Parameters
        ----------
        filter_func
            Takes an agent, returns whether to keep it.
        where
            Boolean mask of shape (len(self),): the fast way, e.g. ``where=consumers.get("wallet") > 0``. It is
            applied first, so that `filter_func` sees only what it leaves.

        Raises
        ------
        ValueError
            Where `where` is not a boolean mask of that shape.
        """
        rows = self.rows
        if where is not None:
            mask = np.asarray(where)
            if mask.dtype != np.bool_ or mask.shape != rows.shape:
                raise ValueError(f"where: {mask.dtype} of shape {mask.shape}; expected bool of shape {rows.shape}")
            rows = rows[mask]
        if filter_func is not None:
            rows = np.array([row for row in rows.tolist() if filter_func(self._agent(row))], dtype=np.intp)
        return self._at(rows)

    def sort(self, name: str, ascending: bool = False) -> Self:
        """Sort by an attribute, the largest first unless `ascending`; ties keep order."""
        values = np.asarray(self.get(name))
        if ascending:
            return self._at(self.rows[np.argsort(values, kind="stable")])
        backwards = np.argsort(values[::-1], kind="stable")
        return self._at(self.rows[::-1][backwards][::-1])

    def shuffle(self) -> Self:
        """The same agents in an order drawn by the model's `random`."""
        rows = self.rows.tolist()
        self.model.random.shuffle(rows)
        return self._at(rows)

    def groupby(self, name: str) -> Groups:
        """Group by an attribute."""
        values, rows = np.asarray(self.get(name)), self.rows
        return Groups({value.item(): self._at(rows[values == value]) for value in np.unique(values)})

    # --- what agents do ---------------------------------------------------------------------------------------------

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method, by name, or a function of the agent on each; returns the set."""
        for agent in self:
            if isinstance(method, str):
                getattr(agent, method)(*args, **kwargs)
            else:
                method(agent, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """As `do`, in an order drawn by the model's `random`; the set's own order stays."""
        self.shuffle().do(method, *args, **kwargs)
        return self


class Groups(GroupBy):
    """Mesa's `GroupBy` whose `agg` works on columns."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Apply a function to the values of an attribute, group by group."""
        return {key: group.agg(attr_name, func) for key, group in self.groups.items()}


def _names(table: Table) -> Sequence[str]:
    names: Sequence[str] = table.dtype.names if isinstance(table, np.ndarray) else table._fields
    return names
