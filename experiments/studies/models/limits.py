"""Classical models of diffusion as limits of the market: one good, no creators, money for all, everybody tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.settings.paths import merged
from sim.graphs.graph import Graph
from sim.market import Market
from sim.parameters import Parameters
from sim.records import changed
from sim.rules.adoption import CONTACTS, EXTERNAL, FRIEND, POPULATION, PUBLIC
from sim.state.people import Memory
from sim.world import World

NEVER = 1e9  # friends that no one has
EVERY_DAY = 20.0  # mean pages of the feed, so that a day without a look at the good has a chance of 2e-9
SEARCHED: dict[str, Any] = {"market": {"attention": {"search": 1.0, "search_results": 1}}}
"""Changes by which everybody looks the one good up every day, once: as `EVERY_DAY`, without fail and faster."""
PRODUCT = 0
FOR_EVER = 32_500  # day on which a need lapses, later than any
NO_FADING = 1e12  # days in which memory falls to 1/e


def settings(people: int, categories: int = 1, products: int = 1) -> dict[str, Any]:
    """Parameters, nested, that leave of the market a good that people tell their friends of.

    Everybody is online every day, has money, keeps what was bought, rates it and tells all friends; there are no
    creators, no ads, no search and, unless ``market.attention.public_slots`` is raised, no feed. Memory does not fade,
    but nothing comes to mind by itself.
    """
    rules = {"belief": "share_of_adopters", "utility": "adopts", "share_probability": "always"}
    return {
        "market": {
            "consumers": people,
            "catalogue": {
                "categories": [{"name": f"good{c}", "interval": 1, "price": 1.0} for c in range(categories)],
                "products_per_category": products, "quality_spread": 0.0, "match_spread": 0.0, "price_spread": 0.0,
                "rating_bias": 0.0,
            },
            "people": {"activity": 1.0, "budget": 1e5, "budget_spread": 0.0, "taste_grouping": 0.0},
            "attention": {"public_slots": 0.0, "search": 0.0, "ask": 0.0},
            "memory": {
                "goodwill_days": NO_FADING, "knowledge_days": NO_FADING, "seen": 0.0, "heard": 0.0, "use": 0.0,
            },
            "belief": {"rating_days": NO_FADING},
            "experience": {"noise": 0.0, "return_below": 100.0, "review": 1.0},
            "sharing": {"friends_told": 1e6},
        },
        "graph": {"mean_degree": 0, "homophily": 0},
        "creators": {"koc_share": 0, "kol_count": 0, "entry": 0},
        "brands": {"weekly_budget": 0, "count": max(2, products)},
        "platform": {"delivery_days": 0},  # who adopts today tells today
        "rules": {name: f"sim.rules.adoption.{rule}" for name, rule in rules.items()},
    }  # fmt: skip


def chances(
    people: int, external: float = 0.0, friend: float = 0.0, public: float = 0.0, contacts: float = 1.0
) -> tuple[float, ...]:
    """``rules.numbers`` for the daily chance to adopt, `sim.rules.adoption.hazard`."""
    at = {EXTERNAL: external, FRIEND: friend, PUBLIC: public, CONTACTS: contacts, POPULATION: float(people)}
    return tuple(at[place] for place in sorted(at))


def market(
    people: int,
    seed: int,
    *,
    graph: Graph | None = None,
    enough: ArrayLike = NEVER,
    numbers: tuple[float, ...] = (),
    changes: Mapping[str, Any] | None = None,
    world: World | None = None,
) -> Market:
    """A market that is a classical model of diffusion.

    Parameters
    ----------
    people, seed
        Size, and seed of all random shocks.
    graph
        Who tells whom; that of the parameters unless given.
    enough
        Friends' words that suffice to adopt, one for each person, shape (N,), or for each category too, shape (N, C).
    numbers
        From `chances`, for models with a daily chance.
    changes
        Further parameters, nested.
    world
        That of the same parameters and seed, built before; only the graph and what suffices are put into it.
    """
    base = merged(settings(people), {"rules": {"numbers": numbers}})
    parameters = Parameters.model_validate(merged(base, changes or {}))
    world = world or World.build(parameters, seed)
    taste = np.zeros_like(world.people["taste"])
    by_category = np.asarray(enough, np.float32)
    categories = len(parameters.market.catalogue.categories)
    taste[:, :categories] = -(by_category.reshape(-1, 1) if by_category.ndim == 1 else by_category)
    wanting = changed(world.consumers, due=0, lapse=FOR_EVER)  # everybody, from the first day to the last
    those = changed(world.people, taste=taste)
    world = replace(world, people=those, consumers=wanting, graph=graph or world.graph)
    return without_past(Market(parameters, seed, world=world, keep_orders=True))


def without_past(market: Market) -> Market:
    """A market, before its first day, whose people have bought and rated nothing, so that all goods are new."""
    market.m.memories[:] = Memory.table(market.m.memories.shape)
    market.m.consumers["known"] = 0
    for name in ("reviews", "review_sum"):
        market.m.products[name] = 0.0
    return market


def adopted(market: Market, days: int) -> NDArray[np.int64]:
    """Run a market, and count the new adopters of each day.

    Returns
    -------
    ndarray, shape (days,)
    """
    return market.run(days).daily()["orders"].to_numpy(np.int64)[-days:]


def spread(market: Market, seeds: Mapping[int, ArrayLike]) -> NDArray[np.bool_]:
    """Tell some people of each product, and let it spread until a day passes on which nobody buys.

    Parameters
    ----------
    market
        One in which people buy on friends' words only.
    seeds
        Rows of those told, for each product.

    Returns
    -------
    ndarray, shape (N, J)
        Who has bought what.
    """
    for product, rows in seeds.items():
        market.tell(np.atleast_1d(rows), product)
    bought = np.zeros((len(market.m.people), len(market.world.goods.category)), bool)
    while True:
        market.step()
        today = market.orders_today
        if not len(today):
            return bought
        bought[today["consumer"], today["product"]] = True


def directed(people: int, tellers: ArrayLike, told: ArrayLike) -> Graph:
    """Graph of one-way ties, from who tells to who is told; each tie once, none to oneself."""
    one, other = np.asarray(tellers, np.int64), np.asarray(told, np.int64)
    codes = np.sort((one * people + other)[one != other])
    codes = codes[np.diff(codes, prepend=-1) > 0]  # many times faster than np.unique
    offsets = np.searchsorted(codes, np.arange(people + 1) * people).astype(np.int64)
    return Graph(offsets, (codes % people).astype(np.int32))


def told_by(graph: Graph) -> NDArray[np.int64]:
    """Number of people who tell each person: in-degree, shape (N,)."""
    return np.bincount(graph.friends, minlength=len(graph.offsets) - 1)
