"""What a market shows of the numbers that it is calibrated to."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.market import Market
from sim.parameters import Parameters
from sim.recorder import gini
from sim.state import NOBODY, PUBLIC_CHANNELS, Channel, Tier
from sim.world import World

FEN = 100
QUARTER = 90  # days
LARGE = 100  # orders that make a referral tree a large one
PENETRATION = (0.24, 0.42, 0.58)  # active buyers over internet users, Pinduoduo at the ends of 2017, 2018 and 2019


class Span(NamedTuple):
    """Days that are lived and looked at.

    Attributes
    ----------
    burn_in : int
        Days before any rate is counted.
    days : int
        Day on which rates end to be counted.
    cohort : int
        Day on which the run ends: a first quarter's new customers are followed until then.
    """

    burn_in: int = 60
    days: int = 180
    cohort: int = 4 * QUARTER


USUAL = Span()


def observe(parameters: Parameters, seed: int, span: Span = USUAL, world: World | None = None) -> dict[str, float]:
    """Run a market and measure what the targets are about.

    Parameters
    ----------
    parameters, seed
        Of the market.
    span
        Which days are counted.
    world
        The world of that seed, if it has been built before.

    Returns
    -------
    dict
        ``revenue_per_follower``: sales kept per follower and day, KOC over KOL. ``return_on_pay``: sales kept per yuan
        paid to the creator, KOC over KOL. ``buys_per_view``: orders per page seen in public. ``acquisition_growth``:
        marketing cost of a new buyer from 42 to 58 % penetration, over that from 24 to 42 %. ``cascade_size``: mean
        adoptions of a referral tree; ``cascade_deep``: share of adoptions two or more words from the root;
        ``cascade_large``: share of trees of 100 adoptions or more. ``product_gini``: of products' orders.
        ``cohort_repeat``: share of a beauty brand's new customers of the first quarter who bought it again within
        the run. ``buys_per_user``: orders in nine days per person who was online. NaN where something did not occur.
    """
    with closing(Market(parameters, seed, world=world, burn_in=span.burn_in, keep_orders=True)) as market:
        return _observed(market, span)


def _observed(market: Market, span: Span) -> dict[str, float]:
    sold, paid, follower_days = np.zeros((3, len(Tier)))
    public = list(PUBLIC_CHANNELS)
    while market.day < span.cohort:
        market.step()
        if span.burn_in < market.day <= span.days:
            creators, today = market.m.creators, market.orders_today
            kept = today[(today["creator"] != NOBODY) & ~today["returned"]]
            np.add.at(sold, creators["tier"][kept["creator"]], kept["price"])
            np.add.at(paid, creators["tier"], creators["earned_today"])
            np.add.at(follower_days, creators["tier"], creators["audience"] * creators["active"])
    orders, daily = market.orders(), market.daily().iloc[span.burn_in : span.days]
    counted = orders[(orders["day"] >= span.burn_in) & (orders["day"] < span.days)]
    per_follower, per_pay = _ratio(sold, follower_days), _ratio(sold, paid)
    online = 1 - (1 - market.world.people["activity"].astype(float)) ** 9
    products = len(market.world.goods.category)
    return {
        "revenue_per_follower": per_follower,
        "return_on_pay": per_pay,
        "buys_per_view": float(np.isin(counted["channel"], public).sum() / daily["public_views"].sum()),
        "acquisition_growth": acquisition_growth(market.daily(), orders, market.world.population),
        **cascades(orders[orders["day"] < span.days]),
        "product_gini": gini(np.bincount(counted["product"], minlength=products)),
        "cohort_repeat": cohort_repeat(orders, market.world.goods.brand, market.world.goods.category == 0),
        "buys_per_user": float(len(counted) / (span.days - span.burn_in) * 9 / online.sum()),
    }


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    """A KOC's rate over a KOL's; NaN where either has none."""
    koc, kol = Tier.KOC, Tier.KOL
    if not (above[koc] > 0 and above[kol] > 0 and below[koc] > 0 and below[kol] > 0):
        return float("nan")
    return float(above[koc] / below[koc] / (above[kol] / below[kol]))


def acquisition_growth(daily: pd.DataFrame, orders: pd.DataFrame, population: int) -> float:
    """How the marketing cost of a new buyer grows between two spans of penetration.

    Parameters
    ----------
    daily
        Marketing cost, a row a day.
    orders
        All of them.
    population
        People with any activity.

    Returns
    -------
    float
        Cost of a first-time buyer in the second span of `PENETRATION` over that in the first; NaN unless passed.
    """
    firsts = orders.drop_duplicates("consumer")["day"].to_numpy()
    buyers = np.bincount(firsts, minlength=len(daily)).cumsum() / population
    cost = daily["marketing_cost"].to_numpy().cumsum()
    if buyers[-1] < PENETRATION[-1]:
        return float("nan")
    # between days, since penetration rises by several points on each
    at = np.interp(PENETRATION, buyers, cost)
    early, late = np.diff(at) / np.diff(PENETRATION)
    return float(late / early)


def cascades(orders: pd.DataFrame) -> dict[str, float]:
    """Size and depth of referral trees of adoptions: a person's first order of a product, led to by a friend or not.

    Parameters
    ----------
    orders
        All since the first day, from `Market.orders`.

    Returns
    -------
    dict
        ``cascade_size``, ``cascade_deep``, ``cascade_large`` of `observe`. A tree counts as from a repeat order does
        as from the first: what is passed on is that somebody uses the product.
    """
    key = orders["consumer"].to_numpy(np.int64) << 16 | orders["product"].to_numpy(np.int64)
    _, first, member = np.unique(key, return_index=True, return_inverse=True)
    adoption = np.sort(first)  # rows of `orders`, in their order
    parent_order = orders["parent"].to_numpy(np.int64)[adoption]
    led = (orders["channel"].to_numpy()[adoption] == Channel.FRIEND) & (parent_order >= 0)
    place = np.full(len(orders), -1)
    place[adoption] = np.arange(len(adoption))
    parent = np.where(led, place[first[member[parent_order]]], -1)
    root, depth = np.arange(len(adoption)), np.zeros(len(adoption), np.int64)
    for each in np.flatnonzero(led):  # a parent comes before its children
        root[each], depth[each] = root[parent[each]], depth[parent[each]] + 1
    size = np.bincount(root)
    size = size[size > 0]
    return {
        "cascade_size": float(size.mean()) if size.size else float("nan"),
        "cascade_deep": float((depth >= 2).mean()) if depth.size else float("nan"),
        "cascade_large": float((size >= LARGE).mean()) if size.size else float("nan"),
    }


def cohort_repeat(orders: pd.DataFrame, brand_of: NDArray[np.int16], counts: NDArray[np.bool_]) -> float:
    """Share of brands' new customers of the first quarter who bought the same brand again.

    Parameters
    ----------
    orders
        All since the first day.
    brand_of : shape (products,)
    counts : shape (products,)
        Which products are looked at.

    Returns
    -------
    float
        Over all pairs of a person and a brand; NaN if nobody bought in the quarter.
    """
    some = orders[counts[orders["product"].to_numpy()]]
    bought = some.assign(brand=brand_of[some["product"].to_numpy()]).groupby(["consumer", "brand"])["day"]
    spans = bought.agg(["min", "count"])
    cohort = spans[spans["min"] < QUARTER]
    return float((cohort["count"] > 1).mean()) if len(cohort) else float("nan")
