"""People: how they differ, who is whose friend, and what they need first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Byte, Double, Keys
from sim.draw_numbers import PER_CATEGORY, FirstNeedDay, NeedDraw, OriginDraw, PersonDay, TraitNormal
from sim.draws import Stream, normals, uniforms
from sim.graphs import drawn
from sim.graphs.graph import Graph
from sim.parameters import Graph as Shape
from sim.parameters import Parameters
from sim.ranges import LAST_DAY, LAST_LAPSE, MOST_INCOME
from sim.records import Table
from sim.state.people import Consumer, Person
from sim.units import FEN
from sim.world.need_waits import need_waits
from sim.world.rates import LEAST_RATE, rates


class Origins(NamedTuple):
    """Where people belong, which decides who meets whom; N people."""

    group: Byte  # (N,) of people whose tastes are alike
    city_tier: Byte  # (N,)
    home: Byte  # (N,) platform


def draw_origins(n: int, parameters: Parameters, keys: Keys) -> Origins:
    """Draw where so many people belong."""
    people, key, day = parameters.market.people, keys[Stream.WORLD_PERSON], PersonDay.ORIGIN
    group = uniforms(key, day, n, OriginDraw.GROUP) * people.groups
    tiers = np.cumsum(people.city_tiers) / np.sum(people.city_tiers)
    city_tier = 1 + np.searchsorted(tiers, uniforms(key, day, n, OriginDraw.CITY_TIER), side="right")
    homes = np.cumsum([platform.share for platform in parameters.platforms])
    home = np.searchsorted(homes / homes[-1], uniforms(key, day, n, OriginDraw.HOME), side="right")
    return Origins(group.astype(np.uint8), city_tier.astype(np.uint8), home.astype(np.uint8))


def draw_graph(origins: Origins, shape: Shape, keys: Keys) -> Graph:
    """Draw who is whose friend."""
    group, city_tier, _ = origins
    n, degree = len(group), shape.mean_degree
    if shape.kind == "small_world":
        return drawn.small_world(n, degree, shape.rewiring, shape.homophily, group, city_tier, keys)
    if shape.kind == "scale_free":
        return drawn.scale_free(n, degree, shape.exponent, shape.homophily, group, keys)
    return drawn.stochastic_blocks(n, degree, shape.homophily, group, city_tier, keys)


def draw_people(origins: Origins, parameters: Parameters, keys: Keys) -> Table[Person]:
    """Draw what does not change about each person."""
    market, person = parameters.market, parameters.market.people
    categories, key = market.catalogue.categories, keys[Stream.WORLD_PERSON]
    n, city_tier, day = len(origins.group), origins.city_tier, PersonDay.TRAIT
    people = Person.table(n, len(categories))
    for name, column in origins._asdict().items():
        people[name] = column
    _draw_tastes(people, parameters, keys)
    for c, category in enumerate(categories):
        frequency = uniforms(keys[Stream.WORLD_NEED], FirstNeedDay.FREQUENCY, n, c)
        people["wait"][:, c] = need_waits(category.interval, market.need.shape, frequency)
    activity = rates(person.activity, person.activity_spread, normals(key, day, n, TraitNormal.ACTIVITY))
    people["activity"] = np.minimum(activity * _of_tier(person.city_tier_activity, city_tier), 1.0)
    spread = person.price_sensitivity_spread * normals(key, day, n, TraitNormal.SENSITIVITY)
    sensitivity = person.price_sensitivity * np.exp(spread)
    people["sensitivity"] = sensitivity * _of_tier(person.city_tier_price_sensitivity, city_tier)
    noise = normals(key, day, n, TraitNormal.SOCIABILITY)
    sociability = rates(person.sociability, person.sociability_spread, noise)
    people["sociability"] = np.clip(sociability, LEAST_RATE, 1 - LEAST_RATE)
    income = person.budget / 30 * FEN * np.exp(person.budget_spread * normals(key, day, n, TraitNormal.INCOME))
    income *= _of_tier(person.city_tier_budget, city_tier)
    people["income"] = np.minimum(income, MOST_INCOME)
    return people


def _draw_tastes(people: Table[Person], parameters: Parameters, keys: Keys) -> None:
    """A group's favourite stands out; scaled so that taste keeps its mean 0 and variance 1 before ``taste_spread``."""
    person, categories = parameters.market.people, len(parameters.market.catalogue.categories)
    for c in range(categories):
        own = np.sqrt(1 - person.taste_grouping) * normals(keys[Stream.WORLD_TASTE], 0, len(people), c)
        is_favourite = people["group"] % categories == c
        shared = np.sqrt(person.taste_grouping * categories) * (is_favourite - 1 / categories)
        people["taste"][:, c] = person.taste_spread * (own + shared)
    people["pull"] = np.exp(parameters.market.attention.interest * people["taste"])


def _of_tier(multiples: Sequence[float], city_tier: NDArray[np.integer]) -> Double:
    """What holds in each person's city tier, as a multiple; 1 where nothing is given."""
    return np.array(multiples)[city_tier - 1] if multiples else np.ones(len(city_tier))


def first_needs(parameters: Parameters, people: Table[Person], keys: Keys) -> Table[Consumer]:
    """When people need what first, and what money they have."""
    n, categories = len(people), parameters.market.catalogue.categories
    key, day = keys[Stream.WORLD_NEED], FirstNeedDay.NEED
    consumers = Consumer.table(n, len(categories))
    for c in range(len(categories)):
        draw = PER_CATEGORY * c
        wait = _waits(uniforms(key, day, n, NeedDraw.OPENS + draw), people["wait"][:, c].astype(float))
        due = np.minimum(wait, LAST_DAY).astype(np.int16)
        open_for = _waits(uniforms(key, day, n, NeedDraw.LAPSES + draw), 1 / parameters.market.need.lapse)
        consumers["due"][:, c] = due
        consumers["lapse"][:, c] = np.minimum(due + open_for, LAST_LAPSE)
    days = parameters.market.people.start_days * uniforms(key, FirstNeedDay.WALLET, n, 0)
    consumers["wallet"] = days * people["income"]
    return consumers


def _waits(u: Double, mean: Double | float) -> Double:
    """Geometric waits in whole days, at least 1, from uniform draws."""
    with np.errstate(divide="ignore"):
        return np.where(np.asarray(mean) > 1, 1 + np.floor(np.log(u) / np.log1p(-1 / np.maximum(mean, 1))), 1.0)
