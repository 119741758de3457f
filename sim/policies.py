"""Policies: what the parameters that may change come to, worked out once for all days on which they hold."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import Double
from sim.day import Day, Fading
from sim.markets.pay_table import pay_table, sum_up
from sim.parameters import Parameters, numbers_of
from sim.ranges import MOST_DAYS, REFERENCE_PEOPLE
from sim.records import Table
from sim.rules.memory import left_after
from sim.state.pay import PayLine
from sim.state.platforms import Platform
from sim.units import FEN
from sim.world import World
from sim.world.goods import Goods

BY_SIZE = ("annual_fee", "deposit")
BY_PEOPLE = ("growth_budget", "upkeep", "cash")
BY_FEN = ("withdrawal_fee_least", "withdrawal_free")
AS_THEY_ARE = (
    "delivery_days", "settlement_days", "return_days", "live_discount", "withdrawal_habit", "withdrawal_fee",
    "follow_gate", "coupon", "coupon_newcomers", "join_cost", "exclusive",
)  # fmt: skip
OF_THE_FEED = (
    "organic_reach", "unaffected_audience", "reach_fall", "mass_audience", "displacement", "ad_load", "content_half",
    "popularity", "merit",
    "shelf", "paid", "exponent", "popularity_decay", "satisfaction", "satisfaction_weight", "truth", "truth_weight",
)  # fmt: skip
HAPPENED = (
    "ad_cost", "ad_share", "sold", "pages", "weight", "content_share", "days", "surplus", "by_creators", "spending",
    "growth_cost",
)  # fmt: skip
"""Columns of platforms that are no policy."""


class Policies(NamedTuple):
    """Policies and behaviour as the day's phases read them; B brands, J products, V platforms."""

    p: Any  # numbers of all parameters
    fading: Fading
    wanted: float  # odds ratio with which a need draws attention
    trusted_most: float  # odds ratio with which full trust opens a post
    shipping: int  # fen a trip
    pay: Table[PayLine]  # (V, MOST_PAY)
    platforms: Table[Platform]  # (V,) without what has happened
    prices: Double  # (V, J) fen
    costs: Double  # (J,) fen
    budget: int  # of a brand, fen a week
    split: Double  # (FUNDS,) of the budget


def policies_of(world: World, parameters: Parameters) -> Policies:
    """What parameters come to in a world."""
    p, pay, brands = numbers_of(parameters), pay_table(parameters), parameters.brands
    return Policies(
        p=p, fading=_fading(parameters), wanted=math.exp(p.attention.need),
        trusted_most=math.exp(0.5 * p.attention.trust), shipping=round(brands.shipping * FEN), pay=pay,
        platforms=_platforms(world, parameters, pay), prices=_prices(world.goods, parameters),
        costs=np.floor(brands.cost * np.round(world.goods.list_price)),
        budget=round(brands.weekly_budget * FEN * world.population / brands.count),
        split=np.array([brands.ads, brands.kol, brands.koc, brands.own]),
    )  # fmt: skip


def with_policies(m: Day, before: Policies, now: Policies) -> Day:
    """The context with other policies and other behaviour from today on; what has happened stays.

    Parameters
    ----------
    before, now
        Those in force until now, and from now on.
    """
    brands, platforms, listings, products = m.brands.copy(), now.platforms.copy(), m.listings.copy(), m.products.copy()
    if before.budget != now.budget:  # else what brands have learnt of the funds stays
        reached = np.count_nonzero(m.people["activity"])  # nobody is online who is on no platform
        brands["budget"] = round(now.budget * reached / max(m.population, 1))
    if (before.split != now.split).any():
        brands["split"] = now.split
    for name in HAPPENED:
        platforms[name] = m.platforms[name]
    listings["price"] = now.prices
    products["cost"] = now.costs
    return m._replace(
        p=now.p, pay=now.pay, brands=brands, platforms=platforms, listings=listings, products=products,
        fading=now.fading, wanted=now.wanted, trusted_most=now.trusted_most, shipping=now.shipping,
    )  # fmt: skip


def _fading(parameters: Parameters) -> Fading:
    memory, belief = parameters.market.memory, parameters.market.belief
    days = np.arange(MOST_DAYS + 1)
    return Fading(*(left_after(days, tau) for tau in (memory.goodwill_days, memory.knowledge_days, belief.rating_days)))


def scaled(stated: float, world: World) -> int:
    """What is stated for a market of 10,000 people, for this one: at least 1 where it is anything."""
    return max(round(stated * world.population / REFERENCE_PEOPLE), 1) if stated > 0 else 0


def _platforms(world: World, parameters: Parameters, pay: Table[PayLine]) -> Table[Platform]:
    """Each platform's policy."""
    table = Platform.table(len(parameters.platforms))
    for row, policy in zip(table, parameters.platforms, strict=True):
        row["take_rate"] = policy.take_rate
        row["ad_price"] = policy.feed.ad_price * FEN
        row["lines"] = len(policy.lines_of_pay(parameters.creators))
        row["content_most"] = policy.feed.content_share
        for name in ("needs", "days", "cut"):
            row[f"deal_{name}"] = getattr(policy.deal, name)
        for name in BY_SIZE:
            row[name] = scaled(getattr(policy, name) * FEN, world)
        for name in BY_PEOPLE:
            row[name] = getattr(policy, name) * world.population / REFERENCE_PEOPLE
        for name in BY_FEN:
            row[name] = round(getattr(policy, name) * FEN)
        for name in AS_THEY_ARE:
            row[name] = getattr(policy, name)
        for name in OF_THE_FEED:
            row[name] = getattr(policy.feed, name)
    sum_up(table, pay, parameters.brands.count)
    return table


def _prices(goods: Goods, parameters: Parameters) -> Double:
    """Prices pass on a part of each platform's take, and of what brands pay there by the price."""
    prices = np.empty((len(parameters.platforms), len(goods.category)))
    for row, policy in zip(prices, parameters.platforms, strict=True):
        paid = np.zeros(parameters.brands.count)
        for line in policy.lines_of_pay(parameters.creators):
            if line.of == "price" and line.by == "brand":
                paid[list(line.brands or range(len(paid)))] += line.share
        raised = 1 + parameters.brands.pass_through * (policy.take_rate + paid[goods.brand])
        row[:] = np.maximum(np.round(goods.list_price * raised), 1)
    return prices
