"""A set of agents whose attributes are columns, and the view of one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from mesa.agent import Agent
from mesa.model import Model
from numpy.typing import ArrayLike, NDArray

from sim.columns.sets import ColumnarSet, Rows
from sim.errors import UserError, nearest

Tables = Callable[[], Sequence[NamedTuple]]


class RowAgent(Agent):
    """One row of a `Population`, seen as a Mesa agent.

    Reading an attribute reads the row's cell, as a Python scalar (or, of a 2-D column, a read-only copy of the
    row); assigning one writes the cell. Subclasses add behaviour, and keep nothing of their own: a view lives only
    as long as somebody holds it. Two views of one row are equal.

    Parameters
    ----------
    population
        The set whose columns hold the agent.
    row
        Its row in those columns, from 0.

    Attributes
    ----------
    unique_id : int
        ``population.first_id + row``.
    pos : object
        The column of that name where there is one, otherwise None.

    Raises
    ------
    AttributeError
        Where an attribute is read or assigned that is neither a column nor defined by the class.
    """

    def __init__(self, population: Population, row: int) -> None:
        # Mesa's own __init__ is left out on purpose: it would register every view with the model.
        unique_id = population.first_id + row
        self.__dict__.update(_population=population, model=population.model, unique_id=unique_id, row=row)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        population = self._population
        if name in population.column_names:
            return population.cell(name, self.row)
        if name == "pos":
            return None
        if hasattr(type(self), name):  # a property that failed inside: show its own error
            return object.__getattribute__(self, name)
        raise self._unknown(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._population.column_names:
            self._population.write(name, self.row, value)
        elif isinstance(getattr(type(self), name, None), property):
            super().__setattr__(name, value)
        else:
            raise self._unknown(name)

    def _unknown(self, name: str) -> AttributeError:
        hint = nearest(name, self._population.column_names)
        return AttributeError(f"{self!r} has no column '{name}'; {hint}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._population.column_names]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowAgent) and self.model is other.model and self.unique_id == other.unique_id

    def __hash__(self) -> int:
        return hash(self.unique_id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.unique_id})"

    def remove(self) -> None:
        """Refuse: a row enters and leaves through the model.

        Raises
        ------
        UserError
            Always.
        """
        raise UserError(f"{self!r}.remove(): a row cannot leave by itself; rows enter and leave through the model")


class Population(ColumnarSet):
    """Agents of one type, each a row of some columns.

    Parameters
    ----------
    model
        The model whose agents they are.
    row_type
        What a row looks like when somebody asks for one.
    columns
        Returns the named tuples whose fields are the columns, each of shape (N,) or (N, k); a field may instead be
        a function that computes such an array, which is then read-only. It is asked anew each time, so that arrays
        may be replaced or grown. A method of the model is best: a copied model then reads its own arrays.
    rows
        The rows that are in the set: None for all, an array of row numbers, or a function that returns one where
        membership changes.
    first_id
        `unique_id` of row 0.

    Raises
    ------
    ValueError
        Where two columns share a name, differ in length, or hide an attribute of `row_type`.

    Notes
    -----
    ``population[42]`` is the agent at place 42 of the set. A view is kept by nobody else, and a plain
    ``AgentSet([...])`` holds its agents weakly: narrow a population with `select`, not by listing its agents.

    Examples
    --------
    >>> class Purse(NamedTuple):
    ...     wealth: NDArray[np.int64]
    >>> purse = Purse(np.array([3, 0, 5]))
    >>> people = Population(Model(seed=1), RowAgent, lambda: (purse,))
    >>> people.agg("wealth", sum), people.select(where=people.get("wealth") > 2)[1].wealth
    (np.int64(8), 5)
    """

    def __init__(
        self,
        model: Model,
        row_type: type[RowAgent],
        columns: Tables,
        rows: ArrayLike | Callable[[], Rows] | None = None,
        first_id: int = 1,
    ) -> None:
        self.model = model
        self.row_type = row_type
        self.random = model.random
        self.columns = columns
        self.first_id = first_id
        self._table_of = _tables_by_column(columns(), row_type)
        self._rows = rows if rows is None or callable(rows) else np.asarray(rows, dtype=np.intp)
        self._every = np.arange(0)

    @property
    def column_names(self) -> Iterable[str]:
        """Names of the columns."""
        return self._table_of.keys()

    @property
    def capacity(self) -> int:
        """Number of rows that the columns have now, in the set or not."""
        return len(self._column(next(iter(self._table_of))))

    @property
    def rows(self) -> Rows:
        """Row numbers of the agents in the set, in its order."""
        if self._rows is not None:
            return np.asarray(self._rows(), dtype=np.intp) if callable(self._rows) else self._rows
        if len(self._every) != self.capacity:
            self._every = np.arange(self.capacity)
            self._every.flags.writeable = False
        return self._every

    def cell(self, name: str, row: int) -> Any:
        """One agent's value in a column: a Python scalar, or a read-only copy of a row of shape (k,)."""
        value = self._column(name)[row]
        if value.ndim == 0:
            return value.item()
        value = value.copy()
        value.flags.writeable = False
        return value

    def write(self, name: str, rows: int | slice | Rows, value: ArrayLike) -> None:
        """Assign cells of a column.

        Parameters
        ----------
        name
            Name of the column.
        rows
            Its rows to assign.
        value
            One value for all, or one for each row.

        Raises
        ------
        AttributeError
            Where the column is computed.
        ValueError
            Where a column of integers or booleans cannot hold the value exactly, or where shapes do not match.
        """
        column = getattr(self.columns()[self._table_of[name]], name)
        if callable(column):
            raise AttributeError(f"{self.row_type.__name__}.{name} is computed and cannot be assigned")
        new = np.asarray(value)
        if column.dtype.kind in "iub":
            with np.errstate(invalid="ignore"):
                exact = np.array_equal(new.astype(column.dtype), new)
            if not exact:
                raise ValueError(f"{self.row_type.__name__}.{name}: {value!r} does not fit a column of {column.dtype}")
        column[rows] = new

    def set(self, attr_name: str, value: Any) -> Self:
        """Assign one value to all agents, or an array with one value for each; returns the set.

        Raises
        ------
        AttributeError
            Where there is no such column, or where it is computed.
        ValueError
            As `write`.
        """
        if attr_name in self._table_of:
            self.write(attr_name, slice(None) if self._rows is None else self.rows, value)
            return self
        for agent in self:
            setattr(agent, attr_name, value)
        return self

    def __contains__(self, agent: object) -> bool:
        return (
            isinstance(agent, RowAgent)
            and agent.model is self.model
            and agent.unique_id == self.first_id + agent.row
            and bool((self.rows == agent.row).any())
        )

    def _column(self, name: str) -> NDArray[Any]:
        column = getattr(self.columns()[self._table_of[name]], name)
        return column() if callable(column) else column

    def _agent(self, row: int) -> RowAgent:
        return self.row_type(self, row)

    def _values(self, name: str, handle_missing: str, default: Any) -> Any:
        if name in self._table_of:
            return self._column(name) if self._rows is None else self._column(name)[self.rows]
        if name == "unique_id":
            return self.rows + self.first_id
        if handle_missing == "default":
            return [getattr(agent, name, default) for agent in self]
        return [getattr(agent, name) for agent in self]

    def _are(self, agent_type: Any) -> NDArray[np.bool_]:
        return np.full(len(self), issubclass(self.row_type, agent_type))


def _tables_by_column(tables: Sequence[NamedTuple], row_type: type[RowAgent]) -> dict[str, int]:
    """Which table holds each column."""
    found: dict[str, int] = {}
    lengths: dict[str, int] = {}
    for position, table in enumerate(tables):
        for name in table._fields:
            if name in found:
                raise ValueError(f"{row_type.__name__}: column '{name}' is there twice")
            if hasattr(row_type, name) or name in ("model", "unique_id", "row"):
                raise ValueError(f"{row_type.__name__}: column '{name}' would hide its attribute of that name")
            found[name] = position
            column = getattr(table, name)
            lengths[name] = len(column() if callable(column) else column)
    if len(set(lengths.values())) != 1:
        raise ValueError(f"{row_type.__name__}: columns must share one length, and there must be one; got {lengths}")
    return found
