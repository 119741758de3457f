"""Loyalty: whether a brand's customers come back, against chance, what an own pool adds, and what friends' words do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.measures.paired_markets import QUARTER, a_product_each, branches, with_words
from experiments.settings.paths import merged
from sim.market import Market
from sim.parameters import Parameters
from sim.state.brands import Fund
from sim.world import World

# days: when a cohort begins to buy, how long, and how long it is followed
COHORT, FIRST, LATER = 180, QUARTER, 3 * QUARTER
FEWEST = 5  # customers of a brand that is counted
POOL = 0.1  # share of the budget of a brand with a pool of its own


class Repeat(NamedTuple):
    """Of the customers of all brands of a category in a quarter: who bought the same brand again within three more."""

    again: float
    chance: float  # if later purchases fell on brands by their shares
    with_pool: float  # again, where every second brand has a pool of its own: those brands
    without_pool: float  # the same brands, where none has


def repeats(
    orders: pd.DataFrame, category: int, brands: NDArray[np.int64], start: int = COHORT, later_days: int = LATER
) -> tuple[float, float]:
    """Share of brands' customers of a quarter who come back later, and share that would by chance; NaN without any."""
    kept = orders[(orders.category == category) & ~orders.returned]
    first = kept[(kept.day >= start) & (kept.day < start + FIRST)]
    later = kept[(kept.day >= start + FIRST) & (kept.day < start + FIRST + later_days)]
    people = int(orders.consumer.max()) + 1
    purchases = np.bincount(later.consumer, minlength=people)
    again, chance = [], []
    for brand in brands:
        customers = np.unique(first.consumer[first.brand == brand])
        if len(customers) >= FEWEST:
            same = np.bincount(later.consumer[later.brand == brand], minlength=people)
            share = (later.brand == brand).mean()
            again.append(same[customers] > 0)
            chance.append(1 - (1 - share) ** purchases[customers])
    if not again:
        return float("nan"), float("nan")
    return float(np.concatenate(again).mean()), float(np.concatenate(chance).mean())


def loyalty(parameters: Parameters, seed: int) -> dict[str, Repeat]:
    """Repeat purchase in each category, in a market without own pools and in one where every second brand has one."""
    names = [category.name for category in parameters.market.catalogue.categories]
    world = World.build(parameters, seed)
    end = COHORT + FIRST + LATER
    without = Market(parameters, seed, world=world, burn_in=COHORT, keep_orders=True).run(end)
    some = with_pools_for_some(parameters, seed, world).run(end)
    before, after = without.orders(), some.orders()
    found = {}
    for c, name in enumerate(names):
        brands = np.unique(before.brand[before.category == c])
        again, chance = repeats(before, c, brands)
        pooled = brands[brands % 2 == 0]
        found[name] = Repeat(again, chance, repeats(after, c, pooled)[0], repeats(before, c, pooled)[0])
    without.close()
    some.close()
    return found


def with_pools_for_some(parameters: Parameters, seed: int, world: World) -> Market:
    """A market in which every second brand has a pool of its own, before its first day."""
    pools = merged(parameters.model_dump(), {"brands": shares_with_pool(parameters)})
    market = Market(Parameters.model_validate(pools), seed, world=world, burn_in=COHORT, keep_orders=True)
    take_pools_away(market, slice(1, None, 2))
    return market


def shares_with_pool(parameters: Parameters) -> dict[str, float]:
    """A budget's shares where a part of it goes to an own pool, and all else gives its share of that part."""
    brands = parameters.brands
    return {name: (1 - POOL) * getattr(brands, name) for name in ("ads", "kol", "koc")} | {"own": POOL}


def take_pools_away(market: Market, brands: slice) -> None:
    """Let some brands have no pool of their own, and spend its money on the rest."""
    table, own = market.m.brands[brands], Fund.OWN.value
    table["split"][:, own] = 0.0
    table["split"] /= table["split"].sum(axis=1, keepdims=True)
    table["fund"][:, own] = 0.0


def words_told(parameters: Parameters, seed: int, part: int, days: int, most: int) -> NDArray[np.float64]:
    """Buyers of a product by lot, among all who have not bought it, where 0 to ``most`` friends told of it.

    Returns
    -------
    ndarray, shape (most + 1, 2)
        Who bought it within so many days, and who might have.
    """
    world = World.build(parameters, seed)
    market = Market(parameters, seed, world=world, burn_in=part, keep_orders=True).run(part)
    goods, bought = a_product_each(market), keys(market.orders(), market)
    pairs = np.arange(len(goods)) * len(market.m.products) + goods
    fresh = ~np.isin(pairs, bought)
    found = []
    for _, branch in branches(market, {str(n): with_words(n, goods) for n in range(most + 1)}):
        orders = branch.run(days + 1).orders()
        buys = np.isin(pairs, keys(orders[orders.day >= part], branch))
        found.append(((buys & fresh).sum(), fresh.sum()))
    return np.array(found, float)


def keys(orders: pd.DataFrame, market: Market) -> NDArray[np.int64]:
    """One number for each pair of buyer and product."""
    return (orders.consumer * len(market.m.products) + orders["product"]).to_numpy(np.int64)
