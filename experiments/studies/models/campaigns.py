"""Campaigns that give a new good to some people: settings, strategies and what a campaign brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.measures.statistics import Estimate, t_interval
from experiments.studies.models.plain_graphs import divided
from sim.market import Market
from sim.order_table import with_orders
from sim.parameters import Parameters
from sim.records import NOBODY
from sim.state.orders import Order, Stage
from sim.world import World
from sim.world.goods import Goods
from sim.world.past import past_purchases

PRODUCT = 0
PROMISE = 1.0  # worth that the campaign promises, in utility
KEPT_IN_ANY_CASE = 1e6  # liking of a gift, utility
KEPT = (-1.0, 0.0, 1.0)  # true quality
ACTIVITY = (0.2, 0.6, 0.95)  # median probability to be online on a day; 0.6 is the default
STATUS = (0.0, 0.5, 1.0)  # a tie carries words with probability (fewer friends / more friends) ** status
STRATEGIES: dict[str, Callable[[World, np.random.Generator], NDArray[np.float64]]] = {
    "hubs": lambda world, rng: np.diff(world.graph.offsets).astype(float),
    "early adopters": lambda world, rng: world.people["taste"][:, 0].astype(float),
    "revenue leaders": lambda world, rng: world.people["income"].astype(float),
    "opinion leaders": lambda world, rng: world.people["sociability"].astype(float),
    "random": lambda world, rng: rng.random(len(world.people["income"])),
}
"""Who is seeded: those highest by friends, by taste for the good, by budget, by how readily they tell; or anybody."""


class Cell(NamedTuple):
    """A setting of the campaign."""

    quality: float
    activity: float
    status: float


MIDDLE = Cell(KEPT[-1], ACTIVITY[1], STATUS[0])
MAPS = {
    "how active people are (online, 1/day)": [[Cell(q, a, STATUS[0]) for a in ACTIVITY] for q in KEPT],
    "how far status divides (exponent)": [[Cell(q, ACTIVITY[1], s) for s in STATUS] for q in KEPT],
}


CELLS = list(dict.fromkeys(cell for rows in MAPS.values() for row in rows for cell in row))


class Counts(NamedTuple):
    """Buyers and yuan by cell and strategy, a value for each seed."""

    buyers: dict[tuple[Cell, str], NDArray[np.float64]]
    money: dict[tuple[Cell, str], NDArray[np.float64]]

    def over_random(self, cell: Cell, name: str) -> NDArray[np.float64]:
        """Buyers that a strategy brings in a cell beyond seeding at random, by seed."""
        return self.buyers[cell, name] - self.buyers[cell, "random"]

    def winner(self, cell: Cell) -> tuple[str, Estimate]:
        """The best strategy of a cell by its mean, and by how many buyers it beats the next one."""
        first, second, *_ = sorted(STRATEGIES, key=lambda name: -self.buyers[cell, name].mean())
        return first, t_interval(self.buyers[cell, first] - self.buyers[cell, second])


def parameters(people: int, activity: float) -> Parameters:
    """The default market of one category, in which nothing but the feed, search and friends tells of a good."""
    category = {"name": "beauty", "interval": 40, "impulse_cost": 2.0, "price": 120}
    return Parameters.model_validate(
        {
            "market": {
                "consumers": people,
                "catalogue": {"categories": [category], "products_per_category": 4},
                "people": {"activity": activity},
                "sharing": {"friends_told": 1000},
            },
            "graph": {"kind": "scale_free", "homophily": 0.0},
            "creators": {"koc_share": 0, "kol_count": 0, "entry": 0},
            "brands": {"weekly_budget": 0, "count": 4},
        }
    )


def prepared(p: Parameters, world: World, cell: Cell, seed: int) -> World:
    """The people of a seed with a new brand, of which nobody knows anything, and with ties that status divides."""
    past = past_purchases(p, of_quality(world, -np.inf), world.people, world.keys)
    graph = divided(world.graph, cell.status, seed)
    return replace(world, goods=of_quality(world, cell.quality), graph=graph, past=past)


def of_quality(world: World, quality: float) -> Goods:
    """The goods of a world, with the new brand's of this quality; nobody bought what is infinitely bad."""
    changed = world.goods.quality.copy()
    changed[PRODUCT] = quality
    return world.goods._replace(quality=changed)


def campaign(market: Market, rows: NDArray[np.int64], days: int) -> tuple[float, float]:
    """Give the product to some people and let the market run: who bought and kept it, and what they paid, yuan."""
    gifts = Order.table(len(rows))
    gifts["stage"], gifts["number"], gifts["consumer"] = Stage.CONFIRMED, np.arange(len(rows)), rows
    gifts["product"], gifts["brand"] = PRODUCT, market.world.goods.brand[PRODUCT]
    gifts["creator"], gifts["parent"], gifts["claim"] = NOBODY, NOBODY, np.nan
    gifts["expected"], gifts["liking"] = PROMISE, KEPT_IN_ANY_CASE
    market.m, market.orders_so_far = with_orders(market.m, gifts, keep_all=True, threads=market.threads), len(rows)
    orders = market.run(days).orders()
    bought = orders[(orders["product"] == PRODUCT) & (orders.returned == 0) & (orders.price > 0)]
    return float(bought.consumer.nunique()), float((bought.price - bought.coupon).sum()) / 100
