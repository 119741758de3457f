"""The world: parameters and a seed turned into people, graph, goods and creators.

A world is built once and shared by all arms of a seed: it depends on `world_parameters` alone, so two policies under
the same seed meet the same people, the same friendships, the same goods and the same creators.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NoReturn

import numpy as np

from sim.arrays import Keys
from sim.draws import stream_keys
from sim.errors import UserError
from sim.graphs.friendships import Friendships
from sim.graphs.graph import Graph
from sim.graphs.statistics import GraphStatistics, describe
from sim.parameters import Parameters
from sim.parameters.world_parameters import world_parameters
from sim.records import Table, copied
from sim.state.creators import Creator
from sim.state.people import Consumer, Follow, Person
from sim.world.creators import first_creators
from sim.world.goods import Goods, draw_goods
from sim.world.own_graph import check_people, friendships_of
from sim.world.past import Past, past_purchases
from sim.world.people import draw_graph, draw_origins, draw_people, first_needs

BEGINNING = ("consumers", "follows", "past")


@dataclass(frozen=True)
class World:
    """People, graph, goods and creators as they are before the first day; nothing in it is ever written.

    A market that has built its world itself takes over consumers, follows and the past, which only the first day reads:
    afterwards they can no longer be read here, and another market with this world builds it again.
    """

    keys: Keys
    population: int  # people with any activity: scales budgets and thresholds
    graph: Graph
    people: Table[Person]
    consumers: Table[Consumer]
    follows: Table[Follow]  # (N, FOLLOW_SLOTS)
    goods: Goods
    creators: Table[Creator]
    past: Past  # without rows where one market alone begins with it, and draws it stretch by stretch
    friendships: Friendships | None  # where the graph was not drawn

    @classmethod
    def build(
        cls, parameters: Parameters, seed: int, friendships: Friendships | None = None, *, with_past: bool = True
    ) -> World:
        """Build the world of a seed.

        Parameters
        ----------
        parameters, seed
            What it depends on.
        friendships
            In place of the graph that the parameters name.
        with_past
            Whether it holds the past, for several markets; else the one that begins with it draws it.

        Raises
        ------
        UserError
            If the file of the graph cannot be read, or the market is too small for what it should hold.
        """
        keys = stream_keys(seed)
        friendships = friendships or friendships_of(parameters.graph)
        check_people(friendships)
        n = parameters.market.consumers if friendships is None else len(friendships.ids)
        with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
            origins = draw_origins(n, parameters, keys)
            graph = friendships.graph if friendships else draw_graph(origins, parameters.graph, keys)
            people = draw_people(origins, parameters, keys)
            goods = draw_goods(parameters, keys)
            consumers = first_needs(parameters, people, keys)
            population = int(np.count_nonzero(people["activity"]))
            creators, follows = first_creators(parameters, population, graph, people, consumers, keys)
            past = past_purchases(parameters, goods, people, keys, range(n if with_past else 0))
        return cls(keys, population, graph, people, consumers, follows, goods, creators, past, friendships)

    def copied(self) -> World:
        """The same world with consumers and follows of its own, for a market to change."""
        return replace(self, consumers=copied(self.consumers), follows=copied(self.follows))

    def let_go(self) -> None:
        """Forget what the market that built this world has taken over, or needs no longer."""
        for name in BEGINNING:
            del self.__dict__[name]

    @property
    def is_whole(self) -> bool:
        """Whether a market can begin with it."""
        return BEGINNING[0] in self.__dict__

    def __getattr__(self, name: str) -> NoReturn:
        if name in BEGINNING:
            raise UserError(
                f"world.{name}: the market that built this world has taken it over; expected one of World.build, "
                "given to the market as world="
            )
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    @cached_property
    def statistics(self) -> GraphStatistics:
        """What the graph is like; measured when first asked for, which takes longer than a day of the market."""
        return describe(self.graph)

    @staticmethod
    def key(parameters: Parameters, seed: int) -> str:
        """Digest of all that the world depends on: equal keys may share one world."""
        text = json.dumps([world_parameters(parameters), seed], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:24]
