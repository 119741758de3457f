"""What a market shows of the numbers that it is calibrated to: levels, and responses to paired interventions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.measures import paired_markets
from experiments.measures.loyalty import repeats, with_pools_for_some, words_told
from experiments.measures.paired_markets import Change, Lived, branches, live, money, outcomes, prices, unchanged
from sim.market import Market
from sim.parameters import Parameters
from sim.results.inequality import gini
from sim.state.brands import Fund
from sim.state.channels import PUBLIC_CHANNELS, Channel
from sim.state.creators import Tier
from sim.units import FEN
from sim.world import World

LARGE = 100  # orders that make a referral tree a large one
SOME = slice(1, None, 4)
"""Brands that do otherwise where only some do: every fourth."""
DEARER, DOUBLE = 1.1, 2.0
HEARD, FRIENDS = 60, 2  # days within which what friends spoke of may be bought, and most friends
BEAUTY = 0  # category of the brand whose customers are followed
CHANGES: dict[str, Change] = {
    "nothing": unchanged,
    "dearer": prices(DEARER, SOME),
    "more ads": money(DOUBLE, SOME, (Fund.ADS,)),
    "more KOL": money(DOUBLE, SOME, (Fund.KOL,)),
    "more KOC": money(DOUBLE, SOME, (Fund.KOC,)),
}


class Span(NamedTuple):
    """Days that are lived and looked at."""

    burn_in: int = 150  # day on which markets part, from which levels are counted
    days: int = 330  # day on which levels and responses end to be counted
    # day on which the market with own pools ends: its first quarter's customers are followed until then
    cohort: int = 360


USUAL = Span()


def observe(parameters: Parameters, seed: int, span: Span = USUAL) -> dict[str, float]:
    """Run a market and measure what the targets are about.

    Parameters
    ----------
    parameters, seed
        Of the market.
    span
        Which days are counted.

    Returns
    -------
    dict
        Levels of the market as it is: ``revenue_per_follower``, sales per follower and post, KOC over KOL;
        ``return_on_pay``, sales kept per yuan paid to them, KOC over KOL; ``buys_per_view``, orders per page seen in
        public; ``cascade_size``, mean adoptions of a referral tree, ``cascade_deep``, share of adoptions two or more
        words from the root, ``cascade_large``, share of trees of 100 adoptions or more; ``product_gini``, of products'
        orders; ``buys_per_user``, orders in nine days per person who was online; ``orders_a_year`` and ``spend_a_year``
        (yuan) of a buyer; ``public_share``, of orders through creators' public posts and live rooms; ``live_returns``
        and ``shelf_returns``. ``pool_repeat`` and ``plain_repeat``: share of a beauty brand's customers of the first
        quarter who come back within the run, with and without a pool of its own. Responses: ``price_elasticity``,
        ``ad_elasticity``, ``kol_engagement`` and ``koc_engagement``, elasticities of sales or engagement of a quarter
        of the brands to what they do; ``first_word`` and ``second_word``, odds of buying by the word of one friend
        more. NaN where something did not occur.
    """
    world = World.build(parameters, seed)
    market = Market(parameters, seed, world=world, burn_in=span.burn_in, keep_orders=True).run(span.burn_in)
    parts = paired_markets.Span(span.burn_in, span.burn_in, span.days)
    lived: dict[str, dict[str, float]] = {}
    found: dict[str, float] = {}
    for name, branch in branches(market, CHANGES):
        one = live(branch, parts)
        lived[name] = outcomes(one, parts, SOME)
        if name == "nothing":
            found = levels(one, lived[name], parts)
    return found | responses(lived) | words(parameters, seed, span) | came_back(parameters, seed, span, world)


def levels(lived: Lived, measured: dict[str, float], span: paired_markets.Span) -> dict[str, float]:
    """What is counted in the market as it is."""
    orders, market, days = lived.orders, lived.market, span.end - span.start
    public = list(PUBLIC_CHANNELS)
    online = 1 - (1 - market.world.people["activity"].astype(float)) ** 9
    buyers, kept = orders.consumer.nunique(), lived.arrived[~lived.arrived.returned]
    koc, kol = (measured[f"{tier.name} sales per follower and post"] for tier in (Tier.KOC, Tier.KOL))
    return {
        "revenue_per_follower": _ratio(koc, kol),
        "return_on_pay": _ratio(*(return_on_pay(lived, tier) for tier in (Tier.KOC, Tier.KOL))),
        "buys_per_view": float(lived.ordered[public].sum() / lived.viewed[public].sum()),
        **cascades(market.orders()),
        "product_gini": gini(np.bincount(orders["product"], minlength=len(market.m.products))),
        "buys_per_user": float(len(orders) / days * 9 / online.sum()),
        "orders_a_year": float(len(orders) / buyers / days * paired_markets.DAYS_A_YEAR),
        "spend_a_year": float(kept.price.sum() / FEN / buyers / days * paired_markets.DAYS_A_YEAR),
        "public_share": measured["share creators in public"],
        "live_returns": measured["returns live"],
        "shelf_returns": measured["returns shelf"],
    }


def return_on_pay(lived: Lived, tier: Tier) -> float:
    """Sales kept for each yuan that brands spent on a tier."""
    kept = lived.arrived[(lived.arrived.creator >= 0) & ~lived.arrived.returned]
    sold = kept.price[lived.market.m.creators["tier"][kept.creator] == tier].sum() / FEN
    return _ratio(sold, lived.outlay[:, Fund[tier.name]].sum())


def responses(lived: dict[str, dict[str, float]]) -> dict[str, float]:
    """Elasticities to what some brands do otherwise."""

    def elasticity(name: str, outcome: str, factor: float) -> float:
        ratio = _ratio(lived[name][outcome], lived["nothing"][outcome])
        return float(np.log(ratio) / np.log(factor)) if ratio > 0 else float("nan")

    return {
        "price_elasticity": elasticity("dearer", "orders of treated", DEARER),
        "ad_elasticity": elasticity("more ads", "orders of treated", DOUBLE),
        "kol_engagement": elasticity("more KOL", "engagement of treated", DOUBLE),
        "koc_engagement": elasticity("more KOC", "engagement of treated", DOUBLE),
    }


def words(parameters: Parameters, seed: int, span: Span) -> dict[str, float]:
    """Odds of buying by the word of one friend more."""
    bought, asked = words_told(parameters, seed, span.burn_in, HEARD, FRIENDS).T
    odds = bought / np.maximum(asked - bought, 1)
    return {"first_word": _ratio(odds[1], odds[0]), "second_word": _ratio(odds[2], odds[1])}


def came_back(parameters: Parameters, seed: int, span: Span, world: World) -> dict[str, float]:
    """Share of beauty brands' customers of the first quarter who come back, with and without an own pool."""
    market = with_pools_for_some(parameters, seed, world).run(span.cohort)
    orders = market.orders()
    brands = np.unique(orders.brand[orders.category == BEAUTY])
    later = span.cohort - paired_markets.QUARTER
    with_pool, without = (repeats(orders, BEAUTY, brands[brands % 2 == n], 0, later)[0] for n in (0, 1))
    market.close()
    return {"pool_repeat": with_pool, "plain_repeat": without}


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else float("nan")


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
