"""A population behaves as Mesa's own AgentSet of as many objects would."""

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

from sim.columns import AgentUnion, ColumnarModel, Population, RowAgent
from sim.errors import UserError

N = 200
FIRST = 3


class Body(NamedTuple):
    age: NDArray[np.uint8]
    mood: NDArray[np.float64]
    taste: NDArray[np.float64]


class Purse(NamedTuple):
    wealth: NDArray[np.int64]
    happy: NDArray[np.bool_]


def people(size: int) -> tuple[Body, Purse]:
    rng = np.random.default_rng(5)
    body = Body(rng.integers(18, 90, size).astype(np.uint8), rng.normal(size=size), rng.normal(size=(size, 4)))
    return body, Purse(rng.integers(0, 20, size), rng.random(size) < 0.3)


class Living:
    """What a person does, whether an object or a row."""

    def step(self: Any) -> None:
        if self.wealth > 0:
            other = self.model.people[self.random.randrange(len(self.model.people))]
            self.wealth -= 1
            other.wealth += 1

    def earn(self: Any, amount: int, times: int = 1) -> int:
        self.wealth += amount * times
        return self.wealth

    @property
    def rich(self: Any) -> bool:
        return bool(self.wealth > 10)


class RowPerson(Living, RowAgent):
    pass


class ObjectPerson(Living, mesa.Agent):
    pass


class Shop(mesa.Agent):
    def __init__(self, model: mesa.Model, wealth: int) -> None:
        super().__init__(model)
        self.wealth = wealth
        self.visits = 0

    def step(self) -> None:
        self.visits += 1
        self.wealth += self.random.randrange(5)


def collector(person: type) -> mesa.DataCollector:
    return mesa.DataCollector(
        model_reporters={"total": lambda m: m.agents.agg("wealth", sum), "steps": "steps"},
        agent_reporters={"wealth": "wealth", "age": "age", "twice": lambda a: 2 * a.wealth},
        agenttype_reporters={person: {"mood": "mood", "rich": lambda a: a.rich}, Shop: {"visits": "visits"}},
    )


class Town:
    def step(self: Any) -> None:
        self.agents.shuffle_do("step")
        self.datacollector.collect(self)


class RowTown(Town, ColumnarModel):
    def __init__(self, size: int = N) -> None:
        super().__init__(seed=7)
        self.body, self.purse = people(size)
        self.people = self.add_population(Population(self, RowPerson, self.tables, first_id=FIRST))
        self.shops = [Shop(self, 50), Shop(self, 70)]
        self.datacollector = collector(RowPerson)

    def tables(self) -> Sequence[NamedTuple]:
        return self.body, self.purse


class ObjectTown(Town, mesa.Model):
    def __init__(self, size: int = N) -> None:
        super().__init__(seed=7)
        body, purse = people(size)
        for row in range(size):
            person = ObjectPerson(self)
            person.unique_id = FIRST + row
            for name, column in {**body._asdict(), **purse._asdict()}.items():
                setattr(person, name, column[row].item() if column.ndim == 1 else column[row])
        self.people = self.agents_by_type[ObjectPerson]
        self.shops = [Shop(self, 50), Shop(self, 70)]
        for i, shop in enumerate(self.shops):
            shop.unique_id = i + 1
        self.everyone = list(self.agents)
        self.datacollector = collector(ObjectPerson)


PERSON = {RowTown: RowPerson, ObjectTown: ObjectPerson}


def plain(value: Any) -> Any:
    """Agents as identifiers, arrays as lists, so that both towns' answers compare."""
    if isinstance(value, mesa.Agent):
        return value.unique_id
    if isinstance(value, GroupBy):
        return {"groups": [(key, plain(group)) for key, group in value]}
    if isinstance(value, dict):
        return [(key, plain(v)) for key, v in value.items()]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, AgentSet | list | tuple):
        return [plain(v) for v in value]
    return value


def young(agent: Any) -> bool:
    return getattr(agent, "age", 0) < 40


def poor(agent: Any) -> bool:
    return agent.wealth < 5


def order_of_calls(agents: Any) -> list[int]:
    called: list[int] = []
    agents.shuffle_do(lambda agent, log: log.append(agent.unique_id), called)
    return called


# Each takes a set of agents that all have a wealth; those under PEOPLE need the other attributes too.
ANYONE: dict[str, Callable[[Any], Any]] = {
    "len": len,
    "iterate": list,
    "first": lambda s: s[0],
    "last": lambda s: s[-1],
    "slice": lambda s: s[3:40:7],
    "reversed": lambda s: list(reversed(s)),
    "contains": lambda s: [s[5] in s, s[5] in s.select(lambda a: a.unique_id != s[5].unique_id), None in s],
    "index and count": lambda s: (s.index(s[9]), s.count(s[9])),
    "select all": lambda s: s.select(),
    "select by filter": lambda s: s.select(young),
    "select at most": lambda s: s.select(young, at_most=7),
    "select share": lambda s: s.select(poor, at_most=0.1),
    "select share of all": lambda s: s.select(at_most=1.0),
    "select one": lambda s: s.select(at_most=1),
    "select none": lambda s: s.select(at_most=0),
    "select by type": lambda s: s.select(agent_type=Shop),
    "select by type and filter": lambda s: s.select(poor, agent_type=Living, at_most=30),
    "select in place": lambda s: [s.select(poor, inplace=True) is s, s],
    "shuffle": lambda s: [s.shuffle(), s],
    "shuffle in place": lambda s: [s.shuffle(inplace=True) is s, s],
    "shuffle do": lambda s: [order_of_calls(s), s],
    "sort": lambda s: s.sort("wealth"),
    "sort ascending": lambda s: s.sort("wealth", ascending=True),
    "sort by function": lambda s: s.sort(lambda a: a.wealth % 7, ascending=True),
    "sort by function, descending": lambda s: s.sort(lambda a: a.wealth % 7),
    "sort in place": lambda s: [s.sort("wealth", inplace=True) is s, s],
    "get": lambda s: s.get("wealth"),
    "get several": lambda s: s.get(["wealth", "unique_id"]),
    "get default": lambda s: s.get("visits", handle_missing="default", default_value=-1),
    "get several default": lambda s: s.get(["wealth", "nothing"], "default", 0),
    "get after shuffle": lambda s: s.shuffle().get("wealth"),
    "agg": lambda s: s.agg("wealth", sum),
    "agg several": lambda s: s.agg("wealth", [min, max, np.mean, len]),
    "set": lambda s: [s.set("wealth", 4) is s, s.get("wealth")],
    "do by name": lambda s: s.do("step").get("wealth"),
    "do by function": lambda s: s.do(lambda a, more: setattr(a, "wealth", a.wealth + more), 3).get("wealth"),
    "map by function": lambda s: s.map(lambda a, n, k=0: a.wealth * n + k, 2, k=1),
    "group by name": lambda s: s.groupby("wealth"),
    "group by function": lambda s: s.groupby(lambda a: a.wealth % 3),
    "group into lists": lambda s: s.groupby("wealth", result_type="list"),
    "group count": lambda s: s.groupby("wealth").count(),
    "group agg": lambda s: s.groupby(poor).agg("wealth", sum),
    "group list agg": lambda s: s.groupby(poor, result_type="list").agg("wealth", sum),
    "group map": lambda s: s.groupby(poor).map(lambda g: g.agg("unique_id", max)),
    "group do": lambda s: (s.groupby(poor).do("set", "wealth", 1), s.get("wealth")),
    "and": lambda s: s.select(young) & s.sort("wealth").select(poor),
    "or": lambda s: s.select(poor) | s.select(lambda a: a.unique_id < 50),
    "minus": lambda s: s - s.select(poor),
    "xor": lambda s: s.select(poor) ^ s.select(young),
    "subset": lambda s: [s.select(poor) <= s, s <= s.select(poor), s == s.shuffle(), s.select(poor) == s],
    "one by one in a comparison": lambda s: (s & list(s)[:3], s - list(s)[3:]),
}
PEOPLE: dict[str, Callable[[Any], Any]] = {
    "sort small integers": lambda s: s.sort("age"),
    "sort booleans": lambda s: s.sort("happy", ascending=True),
    "sum small integers": lambda s: s.agg("age", sum),
    "get matrix": lambda s: s.get("taste"),
    "get several kinds": lambda s: s.get(["age", "mood", "happy", "taste"]),
    "get property": lambda s: s.get("rich"),
    "get with property": lambda s: s.get(["rich", "wealth"]),
    "map by name": lambda s: s.map("earn", 2, times=3),
    "group by boolean": lambda s: s.groupby("happy").agg("age", max),
    "group by property": lambda s: s.groupby("rich").count(),
    "set a property's column": lambda s: s.select(lambda a: a.rich).set("happy", True).get("happy"),
}
CHOICES: dict[str, Callable[[Any], Any]] = {
    "people": lambda town: town.people,
    "some people": lambda town: town.people.shuffle().select(lambda a: a.mood > 0),
    "people of the whole": lambda town: town.agents.select(agent_type=PERSON[type(town)]),
    "everybody": lambda town: town.agents,
    "some of everybody": lambda town: town.agents.sort("wealth").select(lambda a: a.unique_id % 3 != 0),
}


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("operation", [*ANYONE, *PEOPLE])
def test_every_operation_gives_what_mesa_gives(choice: str, operation: str) -> None:
    if operation in PEOPLE and "everybody" in choice:
        with pytest.raises(AttributeError):
            PEOPLE[operation](CHOICES[choice](RowTown()))
        return
    call = {**ANYONE, **PEOPLE}[operation]
    rows, objects = RowTown(), ObjectTown()
    assert plain(call(CHOICES[choice](rows))) == plain(call(CHOICES[choice](objects)))
    assert rows.purse.wealth.tolist() == [a.wealth for a in objects.everyone if isinstance(a, ObjectPerson)]
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
    assert a.get_agent_vars_dataframe().index.is_unique


def test_collected_rows_do_not_change_later() -> None:
    town = RowTown()
    town.datacollector = mesa.DataCollector(agent_reporters={"taste": lambda a: getattr(a, "taste", None)})
    before = town.body.taste[0].copy()
    town.datacollector.collect(town)
    town.body.taste[:] = 0.0
    assert town.datacollector.get_agent_vars_dataframe()["taste"].iloc[0].tolist() == before.tolist()


def test_shown_as_mesa_shows_agents() -> None:
    town = RowTown()
    assert isinstance(town.people, AgentSet)
    assert isinstance(town.agents, AgentSet)
    assert town.agents_by_type[RowPerson] is town.people
    assert list(town.agents_by_type[Shop]) == town.shops
    assert len(town.agents) == N + 2
    with pytest.raises(AttributeError, match="cannot be assigned"):
        town.agents = []
    town.shops[0].remove()
    assert len(town.agents) == N + 1
    assert town.shops[0] not in town.agents


def test_columns_are_the_arrays_and_views_are_not_made() -> None:
    class Unseen(RowAgent):
        def __init__(self, population: Population, row: int) -> None:
            raise AssertionError("a view was made")

    town = RowTown()
    unseen = Population(town, Unseen, town.tables, first_id=10_000)
    assert unseen.get("wealth") is town.purse.wealth
    adults = unseen.select(where=town.body.age >= 30)
    assert adults.get("age").min() >= 30
    adults.set("wealth", np.arange(len(adults)))
    assert town.purse.wealth[adults.rows].tolist() == list(range(len(adults)))
    assert (unseen.set("taste", [1, 2, 3, 4]).get("taste") == [1, 2, 3, 4]).all()
    assert unseen.get(["age", "taste"]).dtype.names == ("age", "taste")
    adults.sort("age").shuffle().select(at_most=0.5).groupby("happy").agg("wealth", np.mean)
    assert len(adults | unseen) == N
    assert adults <= unseen
    assert len(unseen.select(agent_type=mesa.Agent)) == N


def test_mask_is_checked_and_combines_with_a_filter() -> None:
    town = RowTown()
    seen: list[int] = []
    chosen = town.people.select(lambda a: seen.append(a.row) or a.happy, where=town.body.age < 25)  # type: ignore[func-returns-value]
    assert chosen.rows.tolist() == np.flatnonzero((town.body.age < 25) & town.purse.happy).tolist()
    assert seen == np.flatnonzero(town.body.age < 25).tolist()
    with pytest.raises(ValueError, match="int64 of shape"):
        town.people.select(where=np.arange(N))
    with pytest.raises(ValueError, match="expected bool"):
        town.people.select(where=np.ones(3, dtype=bool))


def test_a_view_reads_and_writes_its_row() -> None:
    town = RowTown()
    person = town.people[42]
    assert (person.row, person.unique_id, person.model, person.pos) == (42, 42 + FIRST, town, None)
    assert (person.random, person.rng) == (town.random, town.rng)
    assert [type(person.age), type(person.mood), type(person.happy)] == [int, float, bool]
    person.wealth = 99
    assert town.purse.wealth[42] == 99
    person.taste = np.zeros(4)
    assert town.body.taste[42].tolist() == [0.0] * 4
    with pytest.raises(ValueError, match="read-only"):
        person.taste[0] = 1.0
    assert "wealth" in dir(person)
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
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        RowTown().people.set("welth", 3)
    with pytest.raises(ValueError, match="handle_missing='no'"):
        RowTown().people.get("wealth", "no")
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
    town = RowTown()
    before = town.people.get(name).copy()
    with pytest.raises(ValueError, match=f"RowPerson.{name}: .* does not fit a column of"):
        setattr(town.people[0], name, value)
    with pytest.raises(ValueError, match="does not fit"):
        town.people.set(name, value)
    assert (town.people.get(name) == before).all()


def test_membership_cannot_be_changed_from_outside() -> None:
    town = RowTown()
    person = town.people[0]
    for call in (
        lambda: person.remove(),
        lambda: town.people.remove(person),
        lambda: town.people.discard(person),
        lambda: town.people.add(person),
        lambda: town.agents.add(person),
        lambda: town.people.clear(),
    ):
        with pytest.raises(UserError, match="enter and leave through the model"):
            call()
    assert len(town.people) == N


class Junior(RowAgent):
    pass


class Senior(Junior):
    pass


class Score(NamedTuple):
    points: NDArray[np.int64]
    rank: Any


class Club(ColumnarModel):
    """Rows that are appended, move from one type to another, and have a computed column."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        self.points = np.array([1, 12, 5])
        self.juniors = self.add_population(Population(self, Junior, self.tables, self.junior_rows, first_id=100))
        self.seniors = self.add_population(Population(self, Senior, self.tables, self.senior_rows, first_id=100))

    def tables(self) -> Sequence[NamedTuple]:
        return (Score(self.points, self.ranks),)

    def ranks(self) -> NDArray[np.int64]:
        return np.argsort(np.argsort(-self.points))

    def junior_rows(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.points < 10)

    def senior_rows(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.points >= 10)


def test_rows_may_be_appended_and_change_type() -> None:
    club = Club()
    third = club.juniors[1]
    before = club.agents
    assert list(before & club.seniors) == list(club.seniors)
    club.points = np.append(club.points, 30)
    assert club.seniors.get("points").tolist() == [12, 30]
    third.points = 40
    assert third in club.seniors
    assert before.get("unique_id").tolist() == [100, 102, 101]
    assert third not in club.juniors
    assert club.seniors[1] == third
    assert club.seniors.get("rank").tolist() == [2, 0, 1]
    assert third.rank == 0
    assert [type(a) for a in club.agents] == [Junior, Senior, Senior, Senior]
    assert club.agents.get("unique_id").tolist() == [100, 101, 102, 103]
    assert isinstance(club.agents.get("points"), np.ndarray)
    assert len(club.agents.select(agent_type=Junior)) == 4
    with pytest.raises(AttributeError, match=r"Senior\.rank is computed"):
        club.seniors.set("rank", 0)


def test_a_population_of_all_rows_grows_and_a_set_taken_from_it_does_not() -> None:
    club = Club()
    everyone = Population(club, RowAgent, club.tables)
    taken, union = everyone.select(), AgentUnion([everyone], club.random)
    assert (len(everyone), len(taken), len(union)) == (3, 3, 3)
    club.points = np.append(club.points, 30)
    assert everyone.get("points") is club.points
    assert everyone.rows.tolist() == [0, 1, 2, 3]
    assert everyone[3].points == 30
    assert taken.get("points").tolist() == union.get("points").tolist() == [1, 12, 5]


def test_sets_of_different_make_combine() -> None:
    town = RowTown()
    shops, everybody = town.agents_by_type[Shop], town.agents
    rich = everybody.select(lambda a: a.wealth > 15)
    assert [a.unique_id for a in rich & town.people] == [a.unique_id for a in town.people if a.wealth > 15]
    assert [a.unique_id for a in town.people & rich] == [a.unique_id for a in town.people if a.wealth > 15]
    assert list(shops | town.people) == list(town.people | shops) == list(everybody)
    assert list(everybody - town.people) == town.shops
    stranger = Population(town, Junior, lambda: (Score(np.zeros(5, int), np.zeros(5)),), first_id=5_000)
    assert stranger[0] not in town.people
    assert town.people[0] not in stranger


def test_a_set_narrowed_in_place_stays_so() -> None:
    club = Club()
    fixed = club.juniors.select()
    club.points[:] = 50
    assert (len(club.juniors), len(fixed)) == (0, 2)
    assert club.juniors.get("points").tolist() == []
    assert club.juniors.agg("points", sum) == 0


@pytest.mark.parametrize("again", [copy.deepcopy, lambda town: pickle.loads(pickle.dumps(town))])
def test_a_copied_model_reads_its_own_columns(again: Callable[[Club], Club]) -> None:
    club = Club()
    Shop(club, 5)
    other = again(club)
    other.juniors.set("points", 7)
    assert club.points.tolist() == [1, 12, 5]
    assert other.points.tolist() == [7, 12, 7]
    assert other.agents.get("unique_id") == club.agents.get("unique_id")
    assert Shop(other, 1).unique_id == 2


def test_a_model_that_is_let_go_is_freed() -> None:
    town = RowTown()
    town.step()
    gone = weakref.ref(town)
    del town
    gc.collect()
    assert gone() is None


def test_identifiers_never_overlap() -> None:
    town = RowTown()
    with pytest.raises(ValueError, match="Shop: identifier 3 belongs to a RowPerson"):
        Shop(town, 1)
    assert len(town.agents_by_type[Shop]) == 2
    with pytest.raises(ValueError, match="already has a population"):
        town.add_population(town.people)
    with pytest.raises(ValueError, match="overlaps the identifiers of RowPerson, 3 to 202"):
        town.add_population(Population(town, Junior, town.tables, first_id=202))
    with pytest.raises(ValueError, match="of ordinary agents; expected above 2"):
        town.add_population(Population(town, Junior, lambda: (Score(np.zeros(1, int), np.zeros(1)),), first_id=2))


def test_faulty_columns_are_named() -> None:
    class Walk(NamedTuple):
        step: NDArray[np.int64]

    class Short(NamedTuple):
        height: NDArray[np.int64]

    town = RowTown()
    with pytest.raises(ValueError, match="'age' is there twice"):
        Population(town, RowPerson, lambda: (town.body, town.body))
    with pytest.raises(ValueError, match="'step' would hide"):
        Population(town, RowPerson, lambda: (Walk(np.zeros(3, int)),))
    with pytest.raises(ValueError, match=r"one length.*'height': 2"):
        Population(town, RowPerson, lambda: (town.body, Short(np.zeros(2, int))))
    with pytest.raises(ValueError, match="there must be one"):
        Population(town, RowPerson, lambda: ())
