"""One row of a set of columns, seen as an agent of Mesa."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesa.agent import Agent

from sim.errors import UserError, nearest

if TYPE_CHECKING:
    from sim.columns.population import Population


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
        if name in self._population.column_names:
            return self._population.cell(name, self.row)
        if hasattr(type(self), name):  # a property that failed inside: show its own error
            return object.__getattribute__(self, name)
        raise self._unknown(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._population.column_names:
            raise self._unknown(name)
        self._population.write(name, self.row, value)

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
