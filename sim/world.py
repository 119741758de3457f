"""The world: parameters and a seed turned into people, graph, goods and creators.

A world is built once and shared by all arms of a seed: it depends on `world_parameters` alone, so two policies under
the same seed meet the same people, the same friendships, the same goods and the same creators.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from sim import graph as graphs
from sim.arrays import Double, Int8, Int16, Keys
from sim.audience import gather_audience, gather_pool, mean_taste, pool_bounds
from sim.draws import Stream, normals, normals_at, stream_keys, uniforms
from sim.edgelist import read_friendships
from sim.errors import UserError
from sim.friendships import Friendships
from sim.graph_statistics import GraphStatistics, describe
from sim.need_waits import need_waits
from sim.parameters import Graph as Shape
from sim.parameters import Parameters
from sim.past import Past, Tastes, past_of, shared_matches
from sim.ranges import LAST_DAY, LEAST_PEOPLE, MOST_INCOME, MOST_PEOPLE
from sim.records import Table, copied
from sim.state.creators import Creator, Tier
from sim.state.people import FOLLOW_SLOTS, Consumer, Follow, Person
from sim.units import FEN
from sim.world_parameters import world_parameters

LEAST_RATE = 1e-6


class Goods(NamedTuple):
    """Products before any policy; J products, C categories."""

    category: Int8  # (J,)
    brand: Int16  # (J,)
    quality: Double  # (J,)
    rating_bias: Double  # (J,)
    list_price: Double  # (J,) fen


BEGINNING = ("consumers", "follows", "past")


@dataclass(frozen=True)
class World:
    """People, graph, goods and creators as they are before the first day; nothing in it is ever written.

    A market that has built its world itself takes over consumers, follows and the past, which only the first day reads:
    afterwards they can no longer be read here, and another market with this world builds it again.
    """

    keys: Keys
    population: int  # people with any activity: scales budgets and thresholds
    graph: graphs.Graph
    people: Table[Person]
    consumers: Table[Consumer]
    follows: Table[Follow]  # (N, FOLLOW_SLOTS)
    goods: Goods
    creators: Table[Creator]
    past: Past
    friendships: Friendships | None  # where the graph was not drawn

    @classmethod
    def build(cls, parameters: Parameters, seed: int, friendships: Friendships | None = None) -> World:
        """Build the world of a seed.

        Parameters
        ----------
        parameters, seed
            What it depends on.
        friendships
            In place of the graph that the parameters name.

        Raises
        ------
        UserError
            If the file of the graph cannot be read, or the market is too small for what it should hold.
        """
        keys = stream_keys(seed)
        friendships = friendships or friendships_of(parameters.graph)
        _check_people(friendships)
        with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
            graph, people = _people_and_graph(parameters, friendships, keys)
            goods = _goods(parameters, keys)
            consumers = _consumers(parameters, people, keys)
            population = int(np.count_nonzero(people["activity"]))
            creators, follows = _creators(parameters, population, graph, people, consumers, keys)
            past = past_purchases(parameters, goods, people, keys)
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


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-x))


def _logit(p: float) -> float:
    p = min(max(p, LEAST_RATE), 1 - LEAST_RATE)
    return float(np.log(p / (1 - p)))


def _of_tier(multiples: Sequence[float], city_tier: NDArray[np.integer]) -> NDArray[np.float64]:
    """What holds in each person's city tier, as a multiple; 1 where nothing is given."""
    return np.array(multiples)[city_tier - 1] if multiples else np.ones(len(city_tier))


def _rate(median: float, spread: float, noise: NDArray[np.float64]) -> NDArray[np.float32]:
    """Logit-normal probabilities; a median of exactly 0 or 1 leaves no spread."""
    if median in (0.0, 1.0):
        return np.full(noise.shape, median, np.float32)
    return _logistic(_logit(median) + spread * noise).astype(np.float32)


def friendships_of(shape: Shape) -> Friendships | None:
    """The friendships of the file that the parameters of the graph name; None where they are drawn.

    Raises
    ------
    UserError
        If the file cannot be read, or holds too few people, or too many.
    """
    if shape.kind != "edgelist":
        return None
    file = Path(shape.path)
    status = file.stat() if file.is_file() else None
    return _read(shape.path, shape.directed, (status.st_size, status.st_mtime_ns) if status else None)


@lru_cache(maxsize=1)
def _read(path: str, directed: bool, state: tuple[int, int] | None) -> Friendships:
    """Read a file once for all seeds, and anew when its state has changed."""
    found = read_friendships(path, directed)
    _check_people(found)  # before anybody tells what was read
    return found


def _check_people(friendships: Friendships | None) -> None:
    if friendships is None or LEAST_PEOPLE <= len(friendships.ids) <= MOST_PEOPLE:
        return
    source, people = friendships.report.source, len(friendships.ids)
    raise UserError(f"{source}: {people:,} people; expected {LEAST_PEOPLE} to {MOST_PEOPLE:,} for a market")


def _people_and_graph(
    parameters: Parameters, friendships: Friendships | None, keys: Keys
) -> tuple[graphs.Graph, Table[Person]]:
    market, shape = parameters.market, parameters.graph
    categories = len(market.catalogue.categories)
    listed = friendships.graph if friendships is not None else None
    n = market.consumers if listed is None else len(listed.offsets) - 1
    key, taste_key = keys[Stream.WORLD_PERSON], keys[Stream.WORLD_TASTE]

    group = (uniforms(key, 0, n, 0) * market.people.groups).astype(np.uint8)
    tiers = np.cumsum(market.people.city_tiers) / np.sum(market.people.city_tiers)
    city_tier = (1 + np.searchsorted(tiers, uniforms(key, 0, n, 1), side="right")).astype(np.uint8)
    homes = np.cumsum([platform.share for platform in parameters.platforms])
    home = np.searchsorted(homes / homes[-1], uniforms(key, 0, n, 2), side="right").astype(np.uint8)
    if listed is not None:
        graph = listed
    elif shape.kind == "small_world":
        graph = graphs.small_world(n, shape.mean_degree, shape.rewiring, shape.homophily, group, city_tier, keys)
    elif shape.kind == "scale_free":
        graph = graphs.scale_free(n, shape.mean_degree, shape.exponent, shape.homophily, group, keys)
    else:
        graph = graphs.stochastic_blocks(n, shape.mean_degree, shape.homophily, group, city_tier, keys)

    # a group's favourite stands out; scaled so that taste keeps its mean 0 and variance 1 before taste_spread
    person = market.people
    people = Person.table(n, categories)
    for c in range(categories):
        own = np.sqrt(1 - person.taste_grouping) * normals(taste_key, 0, n, c)
        shared = np.sqrt(person.taste_grouping * categories) * ((group % categories == c) - 1 / categories)
        people["taste"][:, c] = person.taste_spread * (own + shared)
    people["pull"] = np.exp(market.attention.interest * people["taste"])
    for c, category in enumerate(market.catalogue.categories):
        frequency = uniforms(keys[Stream.WORLD_NEED], 2, n, c)
        people["wait"][:, c] = need_waits(category.interval, market.need.shape, frequency)
    activity = _rate(person.activity, person.activity_spread, normals(key, 1, n, 1))
    people["activity"] = np.minimum(activity * _of_tier(person.city_tier_activity, city_tier), 1.0)
    people["sensitivity"] = (
        person.price_sensitivity * np.exp(person.price_sensitivity_spread * normals(key, 1, n, 2))
        * _of_tier(person.city_tier_price_sensitivity, city_tier)
    )  # fmt: skip
    sociability = _rate(person.sociability, person.sociability_spread, normals(key, 1, n, 3))
    people["sociability"] = np.clip(sociability, LEAST_RATE, 1 - LEAST_RATE)
    income = person.budget / 30 * FEN * np.exp(person.budget_spread * normals(key, 1, n, 0))
    income *= _of_tier(person.city_tier_budget, city_tier)
    people["income"] = np.minimum(income, MOST_INCOME)
    people["group"] = group
    people["city_tier"] = city_tier
    people["home"] = home
    return graph, people


def _goods(parameters: Parameters, keys: Keys) -> Goods:
    catalogue = parameters.market.catalogue
    categories = catalogue.categories
    products = len(categories) * catalogue.products_per_category
    key = keys[Stream.WORLD_PRODUCT]
    category = np.repeat(np.arange(len(categories)), catalogue.products_per_category)
    brand = np.arange(products) % parameters.brands.count
    quality = catalogue.quality_spread * normals(key, 0, products, 0)
    spread = catalogue.price_spread * normals(key, 0, products, 2)
    mean_price = np.array([categories[c].price for c in category])
    list_price = 100 * mean_price * np.exp(catalogue.quality_premium * quality + spread)
    return Goods(
        category.astype(np.int8),
        brand.astype(np.int16),
        quality,
        catalogue.rating_bias * normals(key, 0, products, 1),
        list_price,
    )


def _consumers(parameters: Parameters, people: Table[Person], keys: Keys) -> Table[Consumer]:
    n, categories = len(people), parameters.market.catalogue.categories
    key = keys[Stream.WORLD_NEED]
    consumers = Consumer.table(n, len(categories))
    for c in range(len(categories)):
        wait = _waits(uniforms(key, 0, n, 2 * c), people["wait"][:, c].astype(float))
        due = np.minimum(wait, LAST_DAY).astype(np.int16)
        open_for = _waits(uniforms(key, 0, n, 2 * c + 1), 1 / parameters.market.need.lapse)
        consumers["due"][:, c] = due
        consumers["lapse"][:, c] = np.minimum(due + open_for, LAST_DAY + 500)
    consumers["wallet"] = parameters.market.people.start_days * uniforms(key, 1, n, 0) * people["income"]
    return consumers


def _waits(u: NDArray[np.float64], mean: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Geometric waits in whole days, at least 1, from uniform draws."""
    with np.errstate(divide="ignore"):
        return np.where(np.asarray(mean) > 1, 1 + np.floor(np.log(u) / np.log1p(-1 / np.maximum(mean, 1))), 1.0)


def past_purchases(parameters: Parameters, goods: Goods, people: Table[Person], keys: Keys) -> Past:
    """What people have bought before the first day, for people and goods as they are."""
    categories = parameters.market.catalogue.categories
    reference = FEN * np.array([category.price for category in categories])
    likeness = parameters.market.belief.likeness
    tastes = Tastes(
        goods.quality, goods.list_price / reference[goods.category],
        parameters.market.catalogue.match_spreads[goods.category],
        shared_matches(len(goods.category), likeness, keys[Stream.MATCH]), likeness,
        parameters.market.memory.match_known,
    )  # fmt: skip
    return past_of(by_category_of(goods.category, len(categories)), tastes, people, keys)


def by_category_of(category: Int8, categories: int) -> Int16:
    """Products of each category, shape (C, n)."""
    return np.argsort(category, kind="stable").reshape(categories, -1).astype(np.int16)


def _creators(
    parameters: Parameters, population: int, graph: graphs.Graph, people: Table[Person], consumers: Table[Consumer],
    keys: Keys,
) -> tuple[Table[Creator], Table[Follow]]:  # fmt: skip
    p, trust = parameters.creators, parameters.market.trust
    n, key = len(people), keys[Stream.WORLD_CREATOR]
    reachable = (people["activity"] > 0) & (np.diff(graph.offsets) > 0)
    kocs = np.flatnonzero(reachable & (uniforms(key, 0, n, 0) < p.koc_share))
    order = np.where(reachable, uniforms(key, 0, n, 1), 2.0)
    order[kocs] = 2.0
    count = min(p.kol_count, int((order < 2.0).sum()))
    kols = np.sort(np.argsort(order, kind="stable")[:count])
    hosts = np.concatenate([kols, kocs]).astype(np.int32)
    creators = new_creators(hosts, parameters, people, keys, day=0)
    creators["tier"][: len(kols)] = Tier.KOL
    mass = _logit(p.kol_integrity) + p.integrity_spread * normals_at(key, 2, hosts[: len(kols)], 0)
    creators["integrity"][: len(kols)] = _logistic(mass)
    consumers["creator"][hosts] = np.arange(len(hosts))

    follows = Follow.table((n, FOLLOW_SLOTS))
    least, most = pool_bounds(population, p.pool_least, p.pool_most)
    sizes = least + (uniforms(key, 0, n, 2) * (most - least + 1)).astype(np.int64)
    shares = np.minimum(p.kol_audience * np.exp(p.kol_audience_spread * normals(key, 1, n, 2)), 0.9)
    priors = pool_priors(parameters)
    for k, host in enumerate(hosts.tolist()):
        if k < len(kols):
            specialty = int(np.argmax(creators["content"][k]))
            share, met, broken = float(shares[host]), trust.mass_met, trust.mass_broken
            gather_audience(k, host, share, specialty, met, broken, people, keys, follows)
        else:
            gather_pool(k, host, int(sizes[host]), p.pool_from_graph, priors, graph, people, keys, follows)
    mean_taste(0, len(creators), people, follows, creators)
    creators["reservation"][: len(kols)] = p.kol_reservation * creators["audience"][: len(kols)]
    return creators, follows


def pool_priors(parameters: Parameters) -> NDArray[np.float64]:
    """Prior counts (met, broken) of a friend, a friend's friend, shared interest, a stranger; shape (4, 2)."""
    t = parameters.market.trust
    return np.array(
        [
            (t.friend_met, t.friend_broken),
            (t.second_met, t.second_broken),
            (t.interest_met, t.interest_broken),
            (t.stranger_met, t.stranger_broken),
        ]
    )


def new_creators(
    hosts: NDArray[np.int32], parameters: Parameters, people: Table[Person], keys: Keys, day: int
) -> Table[Creator]:
    """Creators who enter on a day, all as KOC without an audience yet.

    Parameters
    ----------
    hosts
        Their rows among consumers, shape (k,).
    """
    p = parameters.creators
    key, categories = keys[Stream.WORLD_CREATOR], len(parameters.market.catalogue.categories)
    creators = Creator.table(len(hosts), categories)
    liking = np.exp(p.specialty * people["taste"][hosts, :categories].astype(np.float64))
    weekly = 7 * p.posts_start
    creators["consumer"] = hosts
    creators["home"] = people["home"][hosts]
    creators["since"] = day
    creators["posted"] = day
    creators["integrity"] = _logistic(_logit(p.integrity) + p.integrity_spread * normals_at(key, 2, hosts, 0))
    creators["reservation"] = p.reservation * np.exp(p.reservation_spread * normals_at(key, 2, hosts, 1))
    creators["content"][:, :categories] = p.past_posts * liking / liking.sum(axis=1, keepdims=True)
    creators["posts_mean"] = weekly
    creators["posts_square"] = weekly**2 + weekly
    creators["rate"] = p.posts_start
    return creators
