"""A Mesa model that shows rows and ordinary agents together."""

from __future__ import annotations

from typing import Any

from mesa.agent import Agent, AgentSet
from mesa.model import Model

from sim.columns.population import Population, RowAgent
from sim.columns.sets import AgentUnion


class ColumnarModel(Model):
    """A Mesa model whose agents may be rows as well as ordinary agents.

    Takes what `mesa.Model` takes. ``agents`` is made afresh when asked for: narrowing or shuffling it in place
    changes that copy alone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._populations: dict[type[RowAgent], Population] = {}
        self._last_id = 0

    def add_population(self, population: Population) -> Population:
        """Show the rows of a population among the model's agents, under their type.

        Two populations with one `first_id` are taken to share their columns, and to hold different rows of them.

        Raises
        ------
        ValueError
            Where the type is already there, or the identifiers overlap those of other agents.
        """
        ids = _ids(population)
        if population.row_type in self._populations:
            raise ValueError(f"{population.row_type.__name__}: the model already has a population of this type")
        for other in self._populations.values():
            theirs = _ids(other)
            if ids.start != theirs.start and ids.start < theirs.stop and theirs.start < ids.stop:
                raise ValueError(
                    f"{population.row_type.__name__}: first_id={ids.start} overlaps the identifiers of "
                    f"{other.row_type.__name__}, {theirs.start} to {theirs.stop - 1}"
                )
        if any(agent.unique_id in ids for agent in self._agents):
            raise ValueError(
                f"{population.row_type.__name__}: first_id={ids.start} overlaps the identifiers of ordinary agents; "
                f"expected above {self._last_id}"
            )
        self._populations[population.row_type] = population
        return population

    def register_agent(self, agent: Agent) -> None:
        """Number an ordinary agent, from 1, and enter it; called by Mesa's `Agent` itself.

        Raises
        ------
        ValueError
            Where the next number belongs to a row.
        """
        # Mesa counts identifiers in a table of the class that keeps every model, columns and all, alive for ever.
        Agent._ids.pop(self, None)
        unique_id = self._last_id + 1
        for population in self._populations.values():
            if unique_id in _ids(population):
                raise ValueError(
                    f"{type(agent).__name__}: identifier {unique_id} belongs to a {population.row_type.__name__}; "
                    f"expected a first_id above the number of ordinary agents"
                )
        agent.unique_id = self._last_id = unique_id
        super().register_agent(agent)

    @property
    def agents(self) -> AgentUnion:
        """All agents: the rows of each population, then the ordinary ones in the order they came."""
        return AgentUnion([*self._populations.values(), list(self._agents)], self.random)

    @agents.setter
    def agents(self, agents: Any) -> None:
        raise AttributeError("model.agents cannot be assigned; name your own collection otherwise")

    @property
    def agents_by_type(self) -> dict[type[Agent], AgentSet]:
        """The agents of each type: a `Population`, or Mesa's own set of ordinary agents."""
        return {**self._populations, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        """The types of which the model has agents."""
        return list(self.agents_by_type)


def _ids(population: Population) -> range:
    return range(population.first_id, population.first_id + population.capacity)
