"""Towns in which one brand, or two, spread among friends, and what a campaign for few is worth to its brand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.settings.paths import merged
from experiments.studies.models.limits import NEVER, directed, market, settings
from sim.graphs.graph import Graph
from sim.market import Market
from sim.parameters import Parameters
from sim.rules.adoption import CONTACTS, EXTERNAL, FRIEND, POPULATION, PUBLIC, RIVAL, hazard
from sim.world import World

OURS, THEIRS = 0, 1  # products: the brand that seeds, and its rival
DISCOUNT = 0.1  # a period
LOOKED_UP = 16  # looks at a list of two: both are seen but with a chance of 3e-5


class Town(NamedTuple):
    """People of a seed, with one brand or with two; the same people, friends and random shocks either way."""

    seed: int
    brands: int
    world: World


def changes(brands: int) -> dict[str, Any]:
    """Parameters, nested, of one brand or of two of which everybody buys one."""
    rules = {"belief": "friends_of_rivals", "utility": "adopts_one"}
    return {
        "market": {
            "catalogue": {"products_per_category": brands},
            "attention": {"search": 1.0, "search_results": LOOKED_UP if brands > 1 else 1},
        },
        "platform": {"feed": {"popularity": 1.0, "merit": 0.0, "paid": 0.0, "exponent": 0.0}},  # both alike
        "rules": {name: f"sim.rules.adoption.{rule}" for name, rule in rules.items()},
    }


def town(people: int, seed: int, brands: int, degree: float) -> Town:
    """Build the people of a seed: a small world whose clustering is that of friendships online, .14."""
    graph = {"graph": {"kind": "small_world", "mean_degree": degree, "rewiring": 0.41}}
    parameters = merged(merged(settings(people), changes(brands)), graph)
    return Town(seed, brands, World.build(Parameters.model_validate(parameters), seed))


def opened(
    here: Town, external: float, friend: float, told: Mapping[int, NDArray[np.int64]], graph: Graph | None = None
) -> Market:
    """A market on its first morning: those told of a brand buy it on that day.

    Parameters
    ----------
    here
        People, and how many brands.
    external, friend
        Probabilities a period.
    told
        Who is seeded with each product.
    graph
        Who tells whom; the town's unless given.
    """
    people = len(here.world.people["activity"])
    enough = np.full(people, NEVER)
    for rows in told.values():
        enough[rows] = 1
    rival = external if here.brands > 1 else 0.0
    at = {EXTERNAL: external, FRIEND: friend, PUBLIC: 0.0, CONTACTS: 0.0, POPULATION: float(people), RIVAL: rival}
    numbers = tuple(at[place] for place in sorted(at))
    more = changes(here.brands)
    one = market(people, here.seed, graph=graph, enough=enough, numbers=numbers, changes=more, world=here.world)
    for product, rows in told.items():
        one.tell(rows, product)
    return one


def split(
    friend: float, external: float, tellers: tuple[int, int], groups: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What people do on the day on which so many friends tell them of either brand.

    Returns
    -------
    counts, expected : ndarray, shape (3,)
        People who bought ours, theirs and neither; and the probabilities of the model.
    """
    size = sum(tellers) + 1
    first = np.arange(groups) * size
    ours, theirs = (np.arange(*ends) + 1 for ends in ((0, tellers[0]), (tellers[0], sum(tellers))))
    told = {OURS: (first[:, None] + ours).ravel(), THEIRS: (first[:, None] + theirs).ravel()}
    ends = np.concatenate(list(told.values())), np.concatenate([np.repeat(first, n) for n in tellers])
    one = opened(town(groups * size, 1, 2, 0), external, friend, told, directed(groups * size, *ends))
    one.step()
    waiting = np.isin(first, one.orders_today["consumer"], invert=True)  # who has not bought by oneself before
    one.step()
    bought = np.full(groups * size, 2)
    bought[one.orders_today["consumer"]] = one.orders_today["product"]
    a, b = (hazard(float(n), 0.0, external, friend, 0.0, 0.0) for n in tellers)
    expected = np.array([a * (1 - b) + a * b * a / (a + b), b * (1 - a) + a * b * b / (a + b), (1 - a) * (1 - b)])
    return np.bincount(bought[first[waiting]], minlength=3), expected


class Value(NamedTuple):
    """What a campaign adds among those who were not seeded, in customers' first purchases at their present value."""

    social: float  # all of it, for each person seeded
    expansion: float  # of customers won who would not have bought the brand, less those lost who would have
    acceleration: float  # of customers who buy it either way, at another time
    # shape (days,); share of all people who are customers after each day
    with_campaign: NDArray[np.float64]
    without: NDArray[np.float64]


def valued(here: Town, external: float, friend: float, seeded: float, days: int) -> Value:
    """Run a market with a campaign for a share of people and without, on the same shocks, and compare each person."""
    people = len(here.world.people["activity"])
    rng = np.random.default_rng([2013, here.seed])
    seeds = rng.choice(people, max(round(seeded * people), 1), replace=False)
    with_it, without = (bought_on(opened(here, external, friend, told), days) for told in ({OURS: seeds}, {}))
    others = np.ones(people, bool)
    others[seeds] = False
    worth = [(1 - DISCOUNT) ** day for day in (with_it, without)]  # nothing where the day is infinite
    gain = (worth[0] - worth[1]) * others / len(seeds)
    either_way = np.isfinite(with_it) & np.isfinite(without)
    curves = [np.searchsorted(np.sort(day), np.arange(days), side="right") / people for day in (with_it, without)]
    return Value(float(gain.sum()), float(gain[~either_way].sum()), float(gain[either_way].sum()), *curves)


def bought_on(one: Market, days: int) -> NDArray[np.float64]:
    """Day on which each person bought our brand, infinite for those who did not; shape (N,)."""
    day = np.full(len(one.m.people["activity"]), np.inf)
    for today in range(days):
        one.step()
        orders = one.orders_today
        day[orders["consumer"][orders["product"] == OURS]] = today
    return day
