"""Towns in which one brand, or two, spread among friends: what a programme for few is worth to its brand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.paths import merged
from experiments.report.statistics import Estimate, t_interval
from experiments.validation.limits import NEVER, market, settings
from sim.graph import Graph
from sim.market import Market
from sim.parameters import Parameters
from sim.rules.adoption import CONTACTS, EXTERNAL, FRIEND, POPULATION, PUBLIC, RIVAL
from sim.world import World

OURS, THEIRS = 0, 1  # products: the brand that seeds, and its rival
DISCOUNT = 0.1  # a period
LOOKED_UP = 16  # looks at a list of two: both are seen but with a chance of 3e-5


class Scene(NamedTuple):
    """What a campaign meets: probabilities a period to adopt by oneself (δ) and by each friend (q), and its size."""

    external: float
    friend: float
    seeded: float  # share of all people

    def named(self) -> str:
        """In the symbols of the paper."""
        return f"δ = {self.external:g}, q = {self.friend:g}, {100 * self.seeded:g} % seeded"


CENTRE = Scene(0.01, 0.1, 0.02)
SCENES = (
    CENTRE,
    *(CENTRE._replace(external=d, friend=q) for d in (0.001, 0.02) for q in (0.04, 0.16)),
    *(CENTRE._replace(seeded=s) for s in (0.005, 0.05)),
)
"""The middle of the ranges of the paper, the corners of both probabilities, and the ends of the range of seeding."""


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


def numbers(people: int, external: float, friend: float, rival: float) -> tuple[float, ...]:
    """``rules.numbers`` of `sim.rules.adoption.adopts_one`; without a rival, ``rival`` is 0."""
    at = {EXTERNAL: external, FRIEND: friend, PUBLIC: 0.0, CONTACTS: 0.0, POPULATION: float(people), RIVAL: rival}
    return tuple(at[place] for place in sorted(at))


class Town(NamedTuple):
    """People of a seed, with one brand or with two; the same people, friends and luck either way."""

    seed: int
    brands: int
    world: World


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
    given = numbers(people, external, friend, external if here.brands > 1 else 0.0)
    one = market(
        people, here.seed, graph=graph, enough=enough, numbers=given, changes=changes(here.brands), world=here.world
    )
    for product, rows in told.items():
        one.tell(rows, product)
    return one


def bought_on(one: Market, days: int) -> NDArray[np.float64]:
    """Day on which each person bought our brand, infinite for those who did not; shape (N,)."""
    day = np.full(len(one.m.people["activity"]), np.inf)
    for today in range(days):
        one.step()
        orders = one.orders_today
        day[orders["consumer"][orders["product"] == OURS]] = today
    return day


class Value(NamedTuple):
    """What a campaign adds among those who were not seeded, in customers' first purchases at their present value.

    Attributes
    ----------
    social
        All of it, for each person seeded.
    expansion
        Of customers won who would not have bought the brand, less those lost who would have.
    acceleration
        Of customers who buy it either way, at another time.
    with_campaign, without : ndarray, shape (days,)
        Share of all people who are customers after each day.
    """

    social: float
    expansion: float
    acceleration: float
    with_campaign: NDArray[np.float64]
    without: NDArray[np.float64]


def valued(here: Town, scene: Scene, days: int) -> Value:
    """Run a market with a campaign and without, on the same luck, and compare it person by person."""
    people = len(here.world.people["activity"])
    rng = np.random.default_rng([2013, here.seed])
    seeds = rng.choice(people, max(round(scene.seeded * people), 1), replace=False)
    with_it, without = (
        bought_on(opened(here, scene.external, scene.friend, told), days) for told in ({OURS: seeds}, {})
    )
    others = np.ones(people, bool)
    others[seeds] = False
    worth = [(1 - DISCOUNT) ** day for day in (with_it, without)]  # nothing where the day is infinite
    gain = (worth[0] - worth[1]) * others / len(seeds)
    either_way = np.isfinite(with_it) & np.isfinite(without)
    curves = [np.searchsorted(np.sort(day), np.arange(days), side="right") / people for day in (with_it, without)]
    return Value(float(gain.sum()), float(gain[~either_way].sum()), float(gain[either_way].sum()), *curves)


class Found(NamedTuple):
    """Values of a scene over seeds, against a rival and without one."""

    scene: Scene
    rival: list[Value]
    alone: list[Value]

    def mean(self, kind: str, part: str) -> Estimate:
        """Of a part of the value, over seeds; ``kind`` is rival or alone."""
        return t_interval([getattr(value, part) for value in getattr(self, kind)])

    def share(self, kind: str) -> Estimate:
        """Expansion as a share of all social value: ratio of means, by Fieller's linearisation."""
        values: list[Value] = getattr(self, kind)
        social, expansion = (np.array([getattr(value, part) for value in values]) for part in ("social", "expansion"))
        ratio = expansion.mean() / social.mean()
        return t_interval(ratio + (expansion - ratio * social) / social.mean())


def run_scenes(people: int, seeds: int, days: int, degree: float) -> list[Found]:
    """All scenes, on the same people."""
    towns = {brands: [town(people, seed, brands, degree) for seed in range(seeds)] for brands in (1, 2)}
    return [Found(scene, *([valued(here, scene, days) for here in towns[n]] for n in (2, 1))) for scene in SCENES]
