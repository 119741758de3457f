"""A population gives what Mesa's own AgentSet of as many objects would."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.agent import AgentSet, GroupBy
from numpy.typing import NDArray

from sim.columns import ColumnarModel, Population, RowAgent
from sim.errors import UserError

N = 200
FIRST = 3


class Body(NamedTuple):
    age: NDArray[np.uint8]
    mood: NDArray[np.float64]
    taste: NDArray[np.float64]


def people(size: int) -> tuple[Body, NDArray[Any]]:
    """Columns of both kinds: a named tuple, and a structured array."""
    rng = np.random.default_rng(5)
    body = Body(rng.integers(18, 90, size).astype(np.uint8), rng.normal(size=size), rng.normal(size=(size, 4)))
    purse = np.zeros(size, dtype=[("wealth", np.int64), ("happy", np.bool_)])
    purse["wealth"], purse["happy"] = rng.integers(0, 20, size), rng.random(size) < 0.3
    return body, purse


class Living:
    """What a person does, whether an object or a row."""

    def step(self: Any) -> None:
        if self.wealth > 0:
            other = self.model.people[self.random.randrange(len(self.model.people))]
            self.wealth -= 1
            other.wealth += 1

    @property
    def rich(self: Any) -> bool:
        return bool(self.wealth > 10)


class RowPerson(Living, RowAgent):
    pass


class ObjectPerson(Living, mesa.Agent):
    pass


class Shop(mesa.Agent):
    visits = 0

    def step(self) -> None:
        self.visits += 1


def collector(person: type) -> mesa.DataCollector:
    return mesa.DataCollector(
        model_reporters={"total": lambda m: m.people.agg("wealth", sum), "steps": "steps"},
        agent_reporters={"wealth": lambda a: getattr(a, "wealth", None)},
        agenttype_reporters={person: {"mood": "mood", "rich": lambda a: a.rich}, Shop: {"visits": "visits"}},
    )


class Town:
    def step(self: Any) -> None:
        self.people.shuffle_do("step")
        self.agents_by_type[Shop].do("step")
        self.datacollector.collect(self)


class RowTown(Town, ColumnarModel):
    def __init__(self, size: int = N) -> None:
        super().__init__(seed=7)
        self.body, self.purse = people(size)
        self.people = self.add_population(Population(self, RowPerson, self.tables, first_id=FIRST))
        self.shops = [Shop(self), Shop(self)]
        self.datacollector = collector(RowPerson)

    def tables(self) -> Sequence[Any]:
        return self.body, self.purse


class ObjectTown(Town, mesa.Model):
    def __init__(self, size: int = N) -> None:
        super().__init__(seed=7)
        body, purse = people(size)
        columns = {**body._asdict(), "wealth": purse["wealth"], "happy": purse["happy"]}
        for row in range(size):
            person = ObjectPerson(self)
            person.unique_id = FIRST + row
            for name, column in columns.items():
                setattr(person, name, column[row].item() if column.ndim == 1 else column[row])
        self.people = self.agents_by_type[ObjectPerson]
        for number in (1, 2):
            Shop(self).unique_id = number
        self.everyone = list(self.agents)
        self.datacollector = collector(ObjectPerson)


def plain(value: Any) -> Any:
    """Agents as identifiers, arrays as lists, so that both towns' answers compare."""
    if isinstance(value, mesa.Agent):
        return value.unique_id
    if isinstance(value, GroupBy):
        return sorted((key, plain(group)) for key, group in value)
    if isinstance(value, dict):
        return sorted((key, plain(v)) for key, v in value.items())
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, AgentSet | Population | list | tuple):
        return [plain(v) for v in value]
    return value


def called(agents: Any, method: str) -> list[int]:
    order: list[int] = []
    getattr(agents, method)(lambda agent, log: log.append(agent.unique_id), order)
    return order


OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "len": len,
    "iterate": list,
    "first and last": lambda s: [s[0], s[-1]],
    "slice": lambda s: s[3:40:7],
    "contains": lambda s: [s[5] in s, s[5] in s.select(lambda a: a.unique_id != s[5].unique_id), None in s],
    "select": lambda s: s.select(lambda a: a.age < 40),
    "shuffle": lambda s: [s.shuffle(), s],
    "sort": lambda s: s.sort("wealth"),
    "sort ascending": lambda s: s.sort("wealth", ascending=True),
    "sort small integers": lambda s: s.sort("age"),
    "sort booleans": lambda s: s.sort("happy", ascending=True),
    "sort by property": lambda s: s.sort("rich"),
    "get": lambda s: s.get("wealth"),
    "get matrix": lambda s: s.get("taste"),
    "get property": lambda s: s.get("rich"),
    "get after shuffle": lambda s: s.shuffle().get("wealth"),
    "agg": lambda s: [s.agg("wealth", func) for func in (sum, min, max, np.mean, len)],
    "sum small integers": lambda s: s.agg("age", sum),
    "do by name": lambda s: s.do("step").get("wealth"),
    "do by function": lambda s: [called(s, "do"), s],
    "shuffle do": lambda s: [called(s, "shuffle_do"), s],
    "group": lambda s: s.groupby("wealth"),
    "group by property": lambda s: s.groupby("rich").count(),
    "group agg": lambda s: s.groupby("happy").agg("age", sum),
}
CHOICES: dict[str, Callable[[Any], Any]] = {
    "people": lambda town: town.people,
    "some people": lambda town: town.people.shuffle().select(lambda a: a.mood > 0),
}


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_gives_what_mesa_gives(choice: str, operation: str) -> None:
    call, rows, objects = OPERATIONS[operation], RowTown(), ObjectTown()
    assert plain(call(CHOICES[choice](rows))) == plain(call(CHOICES[choice](objects)))
    assert rows.purse["wealth"].tolist() == [a.wealth for a in objects.everyone if isinstance(a, ObjectPerson)]
    assert rows.random.random() == objects.random.random()


def test_steps_and_data_collector_agree_with_mesa() -> None:
    rows, objects = RowTown(1_000), ObjectTown(1_000)
    for town in (rows, objects):
        for _ in range(3):
            town.step()
    assert rows.agent_types == [RowPerson, Shop]
    a, b = rows.datacollector, objects.datacollector
    pd.testing.assert_frame_equal(a.get_model_vars_dataframe(), b.get_model_vars_dataframe(), check_dtype=False)
    pd.testing.assert_frame_equal(a.get_agent_vars_dataframe(), b.get_agent_vars_dataframe())
    for mine, theirs in ((RowPerson, ObjectPerson), (Shop, Shop)):
        pd.testing.assert_frame_equal(a.get_agenttype_vars_dataframe(mine), b.get_agenttype_vars_dataframe(theirs))


def test_collected_rows_do_not_change_later() -> None:
    town = RowTown()
    town.datacollector = mesa.DataCollector(agenttype_reporters={RowPerson: {"taste": "taste"}})
    before = town.body.taste[0].copy()
    town.datacollector.collect(town)
    town.body.taste[:] = 0.0
    assert town.datacollector.get_agenttype_vars_dataframe(RowPerson)["taste"].iloc[0].tolist() == before.tolist()


def test_rows_and_ordinary_agents_are_shown_together() -> None:
    town = RowTown()
    assert town.agents_by_type[RowPerson] is town.people
    assert list(town.agents_by_type[Shop]) == town.shops
    assert len(town.agents) == N + 2
    assert list(town.agents) == [*town.people, *town.shops]
    assert town.agents[N - 1 : N + 1] == [town.people[-1], town.shops[0]]
    assert town.agents[-1] is town.shops[1]
    town.shops[0].remove()
    assert len(town.agents) == N + 1
    assert town.shops[0] not in town.agents and town.people[3] in town.agents


def test_columns_are_the_arrays_and_views_are_not_made() -> None:
    class Unseen(RowAgent):
        def __init__(self, population: Population, row: int) -> None:
            raise AssertionError("a view was made")

    town = RowTown()
    unseen = Population(town, Unseen, town.tables)
    assert unseen.get("mood") is town.body.mood
    assert np.shares_memory(unseen.get("wealth"), town.purse)
    chosen = unseen.select(where=unseen.get("wealth") > 5).sort("age").shuffle()
    assert chosen.agg("wealth", min) > 5 and len(chosen.groupby("happy")) == 2


def test_mask_is_checked_and_combines_with_a_filter() -> None:
    town, seen = RowTown(), list[int]()

    def happy(agent: Any) -> bool:
        seen.append(agent.row)
        return bool(agent.happy)

    chosen = town.people.select(happy, where=town.body.age < 25)
    assert chosen.rows.tolist() == np.flatnonzero((town.body.age < 25) & town.purse["happy"]).tolist()
    assert seen == np.flatnonzero(town.body.age < 25).tolist()
    with pytest.raises(ValueError, match="int64 of shape"):
        town.people.select(where=np.arange(N))
    with pytest.raises(ValueError, match="expected bool"):
        town.people.select(where=np.ones(3, dtype=bool))


def test_a_view_reads_and_writes_its_row() -> None:
    town = RowTown()
    person = town.people[42]
    assert (person.row, person.unique_id, person.model) == (42, 42 + FIRST, town)
    assert (person.random, person.rng) == (town.random, town.rng)
    assert [type(person.age), type(person.mood), type(person.happy)] == [int, float, bool]
    person.wealth = 99
    assert town.purse["wealth"][42] == 99
    person.taste = np.zeros(4)
    assert town.body.taste[42].tolist() == [0.0] * 4
    with pytest.raises(ValueError, match="read-only"):
        person.taste[0] = 1.0
    assert {"age", "wealth"} < set(dir(person))
    assert repr(person) == "RowPerson(45)"
    assert copy.copy(person) == person


def test_views_of_one_row_are_one_agent() -> None:
    town, other = RowTown(), RowTown()
    assert town.people[4] == town.people.select(where=np.arange(N) > 2)[1]
    assert len({town.people[4], town.people[4], town.people[5]}) == 2
    assert town.people[4] != other.people[4]
    assert town.people[4] not in other.people
    assert len(town.agents) == N + 2, "no view registers with the model"


def test_unknown_attributes_name_the_nearest() -> None:
    person = RowTown().people[0]
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        _ = person.welth
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        person.welth = 3
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        RowTown().people.get("welth")
    with pytest.raises(IndexError):
        _ = RowTown().people[N]


def test_a_property_that_fails_shows_its_own_error() -> None:
    class Faulty(RowAgent):
        @property
        def home(self) -> Any:
            return self.model.street

    town = RowTown()
    with pytest.raises(AttributeError, match="has no attribute 'street'"):
        _ = Population(town, Faulty, town.tables)[0].home


@pytest.mark.parametrize(
    ("name", "value"), [("age", 300), ("age", -1), ("wealth", 0.5), ("happy", 2), ("wealth", np.nan)]
)
def test_a_value_that_a_column_cannot_hold_is_refused(name: str, value: float) -> None:
    person = RowTown().people[0]
    before = getattr(person, name)
    with pytest.raises(ValueError, match=f"RowPerson.{name}: .* does not fit a column of"):
        setattr(person, name, value)
    assert getattr(person, name) == before


def test_a_row_cannot_leave_by_itself() -> None:
    town = RowTown()
    with pytest.raises(UserError, match="enter and leave through the model"):
        town.people[0].remove()
    assert len(town.people) == N


class Junior(RowAgent):
    pass


class Senior(Junior):
    pass


class Score(NamedTuple):
    points: NDArray[np.int64]


class Club(ColumnarModel):
    """Rows that are appended, and move from one type to another."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        self.scores = Score(np.array([1, 12, 5]))
        self.everyone = Population(self, RowAgent, self.tables, first_id=100)
        self.juniors = self.add_population(Population(self, Junior, self.tables, self.junior_rows, first_id=100))
        self.seniors = self.add_population(Population(self, Senior, self.tables, self.senior_rows, first_id=100))

    def tables(self) -> Sequence[Any]:
        return (self.scores,)

    def junior_rows(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.scores.points < 10)

    def senior_rows(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.scores.points >= 10)


def test_rows_may_be_appended_and_change_type() -> None:
    club = Club()
    third, taken = club.juniors[1], club.everyone.select()
    club.scores = Score(np.append(club.scores.points, 30))
    assert club.seniors.get("points").tolist() == [12, 30]
    assert club.everyone.rows.tolist() == [0, 1, 2, 3] and taken.rows.tolist() == [0, 1, 2]
    club.scores.points[2] = 40
    assert third in club.seniors and third not in club.juniors
    assert club.seniors[1] == third
    assert [type(a) for a in club.agents] == [Junior, Senior, Senior, Senior]
    assert [a.unique_id for a in club.agents] == [100, 101, 102, 103]
    club.scores.points[:] = 50
    assert (len(club.juniors), club.juniors.agg("points", sum)) == (0, 0)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda club: pickle.loads(pickle.dumps(club))])
def test_a_copied_model_reads_its_own_columns(again: Callable[[Club], Club]) -> None:
    club = Club()
    Shop(club)
    other = again(club)
    other.juniors[0].points = 7
    assert (other.scores.points[0], club.scores.points[0]) == (7, 1)
    assert [a.unique_id for a in other.agents] == [a.unique_id for a in club.agents]
    assert Shop(other).unique_id == 2


def test_a_model_that_is_let_go_is_freed() -> None:
    town = RowTown()
    town.step()
    gone = weakref.ref(town)
    del town
    gc.collect()
    assert gone() is None


def test_identifiers_never_overlap() -> None:
    town = RowTown()
    with pytest.raises(ValueError, match="Shop: expected at most 2 agents beside the rows"):
        Shop(town)
    assert len(town.agents_by_type[Shop]) == 2
