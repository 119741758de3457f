"""A Mesa model that shows rows and ordinary agents together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from mesa.agent import Agent
from mesa.model import Model

from sim.columns.population import Population
from sim.columns.row_agent import RowAgent


class ColumnarModel(Model):
    """A Mesa model whose agents may be rows as well as ordinary agents; takes what `mesa.Model` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._populations: dict[type[RowAgent], Population] = {}
        self._last_id = 0

    def add_population(self, population: Population) -> Population:
        """Show the rows of a population among the model's agents, under their type."""
        self._populations[population.row_type] = population
        return population

    def register_agent(self, agent: Agent) -> None:
        """Number an ordinary agent, from 1, and enter it; called by Mesa's `Agent` itself.

        Raises
        ------
        ValueError
            Where the numbers below those of the rows are used up.
        """
        # Mesa counts identifiers in a table of the class that keeps every model, columns and all, alive for ever.
        Agent._ids.pop(self, None)
        first_row = min((population.first_id for population in self._populations.values()), default=None)
        if self._last_id + 1 == first_row:
            raise ValueError(f"{type(agent).__name__}: expected at most {self._last_id} agents beside the rows")
        agent.unique_id = self._last_id = self._last_id + 1
        super().register_agent(agent)

    @property
    def agents(self) -> Everybody:
        """All agents: the rows of each population, then the ordinary ones in the order they came."""
        return Everybody([*self._populations.values(), list(self._agents)])

    @property
    def agents_by_type(self) -> dict[type[Agent], Any]:
        """The agents of each type: a `Population`, or Mesa's own set of ordinary agents."""
        return {**self._populations, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        """The types of which the model has agents."""
        return list(self.agents_by_type)


class Everybody(Sequence[Agent]):
    """Agents of several sets, one set after the other."""

    def __init__(self, parts: list[Sequence[Agent]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[Agent]:
        return chain(*self._parts)

    def __contains__(self, agent: object) -> bool:
        return any(agent in part for part in self._parts)

    def __getitem__(self, place: Any) -> Any:
        """The agent at a place, or a list of those at a slice of places."""
        places = range(len(self))[place]
        return [self[one] for one in places] if isinstance(places, range) else self._at(places)

    def _at(self, place: int) -> Agent:
        for part in self._parts:
            if place < len(part):
                return part[place]
            place -= len(part)
        raise AssertionError("a place below the length lies in a part")
