"""Mesa's `AgentSet` kept as row numbers: what populations and their unions share, and the union."""

from __future__ import annotations

import math
from abc import abstractmethod
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from itertools import accumulate, islice
from random import Random
from typing import Any, Self

import numpy as np
from mesa.agent import AgentSet, GroupBy
from numpy.typing import ArrayLike, NDArray

from sim.errors import UserError

Rows = NDArray[np.intp]

# Python's own sum would wrap around in a column of small integers, besides being slow on an array.
_REDUCTIONS: dict[Any, Callable[..., Any]] = {sum: np.sum, min: np.min, max: np.max}


class ColumnarSet(AgentSet):
    """Mesa's `AgentSet` kept as row numbers instead of weak references.

    Every method does what Mesa documents. Those that need values alone (`get`, `set`, `agg`, `sort` and `groupby`
    by name, `select` by mask or type) work on whole arrays; those that need agents (`do`, `map`, callables) make one
    view at a time. The numbers that `random` draws are those that a plain `AgentSet` of this length would draw.
    """

    random: Random
    _rows: Any

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """Row numbers of the agents in the set, in its order."""

    @abstractmethod
    def _agent(self, row: int) -> Any: ...

    @abstractmethod
    def _values(self, name: str, handle_missing: str, default: Any) -> Any: ...

    @abstractmethod
    def _are(self, agent_type: Any) -> NDArray[np.bool_]: ...

    def _at(self, rows: ArrayLike, inplace: bool = False) -> Self:
        result = self if inplace else copy(self)
        result._rows = np.asarray(rows, dtype=np.intp)
        return result

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return map(self._agent, self.rows.tolist())

    def __getitem__(self, item: int | slice) -> Any:
        rows = self.rows[item]
        return [self._agent(row) for row in rows.tolist()] if isinstance(item, slice) else self._agent(int(rows))

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """Values of one or several attributes.

        Parameters
        ----------
        attr_names
            One name, or a list of names.
        handle_missing
            'error', or 'default' to take `default_value` for an agent that lacks the attribute.
        default_value
            What stands for a missing value.

        Returns
        -------
        ndarray or list
            Of a column: for a whole population the array itself, which changes as the model runs, otherwise a copy
            of the rows asked for. Of several columns: a structured array, one record for each agent, that unpacks
            like Mesa's inner lists and that pandas takes as it is. A list, as in Mesa, of anything else.

        Raises
        ------
        AttributeError
            Where an agent lacks the attribute and `handle_missing` is 'error'.
        ValueError
            Where `handle_missing` is neither.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing='{handle_missing}': expected 'error' or 'default'")
        if isinstance(attr_names, str):
            return self._values(attr_names, handle_missing, default_value)
        columns = [self._values(name, handle_missing, default_value) for name in attr_names]
        if not columns or not all(isinstance(column, np.ndarray) for column in columns):
            return [list(values) for values in zip(*columns, strict=True)]
        kinds = [(name, c.dtype, c.shape[1:]) for name, c in zip(attr_names, columns, strict=True)]
        records = np.empty(len(columns[0]), dtype=kinds)
        for name, column in zip(attr_names, columns, strict=True):
            records[name] = column
        return records

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Apply a function, or each of several, to the values of an attribute.

        Parameters
        ----------
        attribute
            Name of a column or of another attribute.
        func
            Takes what `get` returns; several give a list of results.
        """
        values = self.get(attribute)
        whole = isinstance(values, np.ndarray) and values.ndim == 1
        results = [(_REDUCTIONS.get(f, f) if whole else f)(values) for f in ([func] if callable(func) else func)]
        return results[0] if callable(func) else results

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = math.inf,
        inplace: bool = False,
        agent_type: Any = None,
        *,
        where: ArrayLike | None = None,
    ) -> Self:
        """Take the agents that meet all the given conditions, in the set's order.

        Parameters
        ----------
        filter_func
            Takes an agent, returns whether to keep it.
        at_most
            Largest number of agents, or as a float up to 1.0 the largest share of this set.
        inplace
            Narrow this set instead of returning another.
        agent_type
            Class, or tuple of classes, of the agents to keep.
        where
            Boolean mask of shape (len(self),): the fast way, e.g. ``where=consumers.get("wallet") > 0``. It is
            applied first, so that `filter_func` sees only what it leaves.

        Raises
        ------
        ValueError
            Where `where` is not a boolean mask of that shape.
        """
        rows = self.rows
        most = math.floor(len(rows) * at_most) if isinstance(at_most, float) and at_most <= 1.0 else at_most
        keep = np.ones(len(rows), dtype=np.bool_) if agent_type is None else self._are(agent_type)
        if where is not None:
            mask = np.asarray(where)
            if mask.dtype != np.bool_ or mask.shape != rows.shape:
                raise ValueError(f"where: {mask.dtype} of shape {mask.shape}; expected bool of shape {rows.shape}")
            keep = keep & mask
        limit = None if most == math.inf else max(0, math.ceil(most))
        if filter_func is None:
            return self._at(rows[keep][:limit], inplace)
        return self._at(list(islice((r for r in rows[keep].tolist() if filter_func(self._agent(r))), limit)), inplace)

    def shuffle(self, inplace: bool = False) -> Self:
        """Shuffle with the model's `random`, in place or into a new set."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._at(rows, inplace)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> Self:
        """Sort by an attribute or a function of the agent, the largest first unless `ascending`; ties keep order."""
        values = self.get(key) if isinstance(key, str) else self.map(key)
        if isinstance(values, np.ndarray) and values.ndim == 1:
            order: Any = np.argsort(values if ascending else values[::-1], kind="stable")
            order = order if ascending else len(values) - 1 - order[::-1]
        else:
            order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        return self._at(self.rows[np.asarray(order, dtype=np.intp)], inplace)

    def _calls(self, method: str | Callable[..., Any], args: Any, kwargs: Any) -> Iterator[Any]:
        if isinstance(method, str):
            return (getattr(agent, method)(*args, **kwargs) for agent in self)
        return (method(agent, *args, **kwargs) for agent in self)

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method, by name, or a function of the agent on each; returns the results."""
        return list(self._calls(method, args, kwargs))

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method, by name, or a function of the agent on each; returns the set."""
        for _ in self._calls(method, args, kwargs):
            pass
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """As `do`, in an order shuffled by the model's `random`; the set's own order stays."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Group by an attribute or a function of the agent.

        Parameters
        ----------
        by
            Name of an attribute, or a function of the agent.
        result_type
            'agentset', or 'list' for lists of agents.

        Returns
        -------
        mesa.agent.GroupBy
            Groups in the order in which their keys first appear.
        """
        values = self.get(by) if isinstance(by, str) else self.map(by)
        rows = self.rows
        if result_type != "agentset":
            return GroupBy({key: [self._agent(r) for r in rows[i].tolist()] for key, i in _positions(values)})
        return ColumnGroups({key: self._at(rows[i]) for key, i in _positions(values)})

    def __and__(self, other: Iterable[Any]) -> Any:
        if not isinstance(other, ColumnarSet):
            return super().__and__(other)
        return other._at(other.rows[np.isin(other.get("unique_id"), self.get("unique_id"))])

    def __sub__(self, other: Iterable[Any]) -> Any:
        if not isinstance(other, ColumnarSet):
            return super().__sub__(other)
        return self._at(self.rows[~np.isin(self.get("unique_id"), other.get("unique_id"))])

    def __or__(self, other: Iterable[Any]) -> Any:
        more = other - self if isinstance(other, ColumnarSet) else [a for a in other if a not in self]
        return AgentUnion([self, more], self.random)

    __ror__ = __or__

    def __le__(self, other: Any) -> bool:
        return len(self) <= len(other) and len(self - other) == 0

    @classmethod
    def _from_iterable(cls, agents: Iterable[Any]) -> AgentUnion:
        kept = list(dict.fromkeys(agents))
        return AgentUnion([kept], kept[0].random if kept else Random(0))

    def add(self, agent: Any) -> None:
        """Refuse, with a `UserError`: rows enter and leave through the model."""
        raise UserError("a columnar set cannot be changed: agents enter and leave through the model; expected select()")

    discard = add
    remove = add

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class AgentUnion(ColumnarSet):
    """Agents of several sets in one, each part columnar or a plain list; it holds who was there when it was made.

    Its row numbers are places in the parts, one after another. What the parts hold in columns of one type comes out
    of `get` as an array, anything else as Mesa's list.

    Parameters
    ----------
    parts
        Sets or lists of agents, without an agent in common.
    random
        Source of the order of `shuffle` and `shuffle_do`.
    """

    def __init__(self, parts: Iterable[ColumnarSet | list[Any]], random: Random) -> None:
        self.random = random
        self._parts = [part if isinstance(part, list) else part.select() for part in parts if len(part)]
        self._starts = list(accumulate(map(len, self._parts), initial=0))
        self._rows = np.arange(self._starts[-1])

    @property
    def rows(self) -> Rows:
        """Place of each agent among the parts, in the order of the set."""
        return self._rows

    def set(self, attr_name: str, value: Any) -> Self:
        """Assign one value to all agents; returns the set.

        Raises
        ------
        AttributeError
            Where the agents of a columnar part have no such column.
        ValueError
            Where a column of integers or booleans cannot hold the value exactly.
        """
        for _, members in self._members():
            members.set(attr_name, value)
        return self

    def __contains__(self, agent: object) -> bool:
        return any(agent in members for _, members in self._members())

    def _agent(self, row: int) -> Any:
        part = bisect_right(self._starts, row) - 1
        return self._parts[part][row - self._starts[part]]

    def _members(self) -> Iterator[tuple[Rows, Any]]:
        """Each part that has agents in the set: their places in the set, and themselves as a set."""
        owner = np.searchsorted(self._starts, self._rows, side="right") - 1
        for k, part in enumerate(self._parts):
            places = np.flatnonzero(owner == k)
            local = self._rows[places] - self._starts[k]
            if len(places) and isinstance(part, list):
                yield places, AgentSet([part[i] for i in local.tolist()], self.random)
            elif len(places) and isinstance(part, ColumnarSet):
                yield places, part._at(part.rows[local])

    def _values(self, name: str, handle_missing: str, default: Any) -> Any:
        found = [(i, members.get(name, handle_missing, default)) for i, members in self._members()]
        arrays = [values for _, values in found if isinstance(values, np.ndarray)]
        together = len(arrays) == len(found) > 0 and len({(a.dtype, a.shape[1:]) for a in arrays}) == 1
        out: Any = np.empty((len(self), *arrays[0].shape[1:]), arrays[0].dtype) if together else [None] * len(self)
        for places, values in found:
            if together:
                out[places] = values
                continue
            scalars = isinstance(values, np.ndarray) and values.ndim == 1
            for i, value in zip(places.tolist(), values.tolist() if scalars else values, strict=True):
                out[i] = value
        return out

    def _are(self, agent_type: Any) -> NDArray[np.bool_]:
        result = np.zeros(len(self), dtype=np.bool_)
        for places, members in self._members():
            if isinstance(members, ColumnarSet):
                result[places] = members._are(agent_type)
            else:
                result[places] = [isinstance(agent, agent_type) for agent in members]
        return result


class ColumnGroups(GroupBy):
    """Mesa's `GroupBy` whose `agg` works on columns."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Apply a function to the values of an attribute, group by group."""
        return {key: group.agg(attr_name, func) for key, group in self.groups.items()}


def _positions(values: NDArray[Any] | list[Any]) -> Iterator[tuple[Any, Rows]]:
    """Each distinct value, by first appearance, and the positions where it stands."""
    if isinstance(values, np.ndarray) and values.ndim == 1:
        keys, first, inverse, counts = np.unique(values, return_index=True, return_inverse=True, return_counts=True)
        places = np.split(np.argsort(inverse, kind="stable"), np.cumsum(counts)[:-1])
        yield from ((keys[k].item(), places[k]) for k in np.argsort(first))
        return
    groups: dict[Any, list[int]] = defaultdict(list)
    for position, value in enumerate(values):
        groups[value].append(position)
    yield from ((key, np.array(places, dtype=np.intp)) for key, places in groups.items())
