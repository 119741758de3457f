"""Opening: a world and parameters turned into the context of the first day."""

from __future__ import annotations

import math

import numpy as np

from sim.agents import business
from sim.agents.creating import judgement_errors
from sim.day import Day, Events, Used
from sim.ledger import open_accounts
from sim.markets.ranking import new_feeds
from sim.markets.sums import no_sums
from sim.parameters import Parameters, numbers_of
from sim.ranges import REFERENCE_PEOPLE
from sim.records import Table, as_bytes, joined
from sim.state import (
    FEN,
    MOST_POSTS,
    NOBODY,
    Brand,
    Card,
    Creator,
    Listing,
    Order,
    Platform,
    Post,
    Product,
    Profile,
    Word,
)
from sim.world import Goods, World

BY_SIZE = ("annual_fee", "deposit")
BY_FEN = ("withdrawal_fee_least", "withdrawal_free")
AS_THEY_ARE = (
    "delivery_days", "settlement_days", "return_days", "live_discount", "withdrawal_habit", "withdrawal_fee",
    "follow_gate", "coupon", "coupon_newcomers",
)  # fmt: skip
OF_THE_FEED = (
    "organic_reach", "ad_load", "content_half", "popularity", "merit", "paid", "exponent", "popularity_decay",
    "satisfaction", "satisfaction_weight", "truth", "truth_weight",
)  # fmt: skip


def first_day(world: World, parameters: Parameters, out: Events) -> Day:
    """The context in which the first day begins.

    Parameters
    ----------
    world
        Read only: what changes in it is copied.
    parameters
        Of the same market.
    out
        What consumers do is written there.
    """
    categories = len(parameters.market.catalogue.categories)
    p = numbers_of(parameters)
    creators = joined([world.creators, business.own_accounts(world, parameters)])
    brands = _brands(world, parameters, first_account=len(world.creators))
    platforms = _platforms(world, parameters)
    by_category = np.argsort(world.goods.category, kind="stable").reshape(categories, -1).astype(np.int16)
    products, rows = len(world.goods.category), len(creators)
    return Day(
        day=0,
        population=world.population,
        categories=categories,
        shipping=round(parameters.brands.shipping * FEN),
        units=scaled(parameters.market.catalogue.stock, world),
        wanted=math.exp(p.attention.need),
        keys=world.luck,
        p=p,
        people=world.people,
        consumers=world.consumers.copy(),
        follows=world.follows.copy(),
        friends=world.graph.friends,
        offsets=world.graph.offsets,
        creators=creators,
        judgement=judgement_errors(creators, products, world.luck),
        products=_products(world.goods, parameters),
        listings=_listings(world.goods, parameters),
        brands=brands,
        platforms=platforms,
        profiles=Profile.table(rows + 1, categories),
        cards=Card.table(rows),
        posts=Post.table(rows * MOST_POSTS),
        feeds=new_feeds(by_category, len(platforms), rows * MOST_POSTS, parameters.market.attention.public_slots),
        inbox=Word.table(0),
        orders=Order.table(0),
        used=np.zeros(len(Used), np.int64),
        accounts=open_accounts(len(platforms), len(brands), rows),
        brand_withdrawn=np.zeros((len(platforms), len(brands)), np.int64),
        sums=no_sums(products, rows),
        out=out,
    )


def with_creators(m: Day, newcomers: Table[Creator]) -> Day:
    """The context with more creators, in rows after those that there are."""
    creators = joined([m.creators, newcomers])
    rows, more = len(creators), len(newcomers)
    accounts = m.accounts._replace(
        creator_balance=np.pad(m.accounts.creator_balance, (0, more)), creator=np.pad(m.accounts.creator, (0, more))
    )
    products, posts = len(m.products), rows * MOST_POSTS
    errors = judgement_errors(newcomers, products, m.keys)
    # every row but the last, which is for nobody and has kept its start values
    profiles = Profile.table(rows + 1, m.categories)
    profiles[: rows - more] = m.profiles[:-1]
    room = np.empty((3, max(m.feeds.product.shape[1], posts)))
    return m._replace(
        creators=creators,
        accounts=accounts,
        judgement=np.concatenate([m.judgement, errors]),
        profiles=profiles,
        cards=Card.grown(m.cards, rows),
        posts=Post.table(posts),
        feeds=m.feeds._replace(post=np.empty(posts, np.int32), post_weight=np.empty(posts), room=room),
        sums=m.sums._replace(sold_by=np.pad(m.sums.sold_by, (0, more))),
    )


def with_orders(m: Day, orders: Table[Order], unfinished: int, keep_all: bool) -> Day:
    """The context with today's orders in its table.

    Parameters
    ----------
    orders
        Of today, by consumer.
    unfinished
        Orders of which the ``due`` is below this number are not over.
    keep_all
        Whether orders that are over stay in the table; else their rows are used again.
    """
    used, table = int(m.used[Used.ORDERS]), m.orders
    if used + len(orders) > len(table):
        kept = table[:used] if keep_all else table[:used][table["due"][:used] < unfinished]
        used = len(kept)
        if 2 * (used + len(orders)) > len(table):
            table = Order.room(2 * (used + len(orders)) + len(table) // 2)
        as_bytes(table)[:used] = as_bytes(kept)
    m.used[Used.BEFORE_TODAY] = used
    m.used[Used.ORDERS] = used + len(orders)
    as_bytes(table)[used : used + len(orders)] = as_bytes(orders)
    return m._replace(orders=table)


def _brands(world: World, parameters: Parameters, first_account: int) -> Table[Brand]:
    policy = parameters.brands
    brands = Brand.table(policy.count)
    brands["budget"] = round(policy.weekly_budget * FEN * world.population / policy.count)
    brands["split"] = [policy.ads, policy.kol, policy.koc, policy.own]
    brands["account"] = first_account + np.arange(policy.count) if policy.own > 0 else NOBODY
    return brands


def scaled(stated: float, world: World) -> int:
    """What is stated for a market of 10,000 people, for this one: at least 1 where it is anything."""
    return max(round(stated * world.population / REFERENCE_PEOPLE), 1) if stated > 0 else 0


def _platforms(world: World, parameters: Parameters) -> Table[Platform]:
    table = Platform.table(len(parameters.platforms))
    for row, policy in zip(table, parameters.platforms, strict=True):
        row["take_rate"] = policy.take_rate
        row["ad_price"] = round(policy.feed.ad_price * FEN)
        row["content_most"] = policy.feed.content_share
        row["commission"] = policy.commission_of(parameters.creators)
        for name in ("needs", "days", "cut"):
            row[f"deal_{name}"] = getattr(policy.deal, name)
        for name in BY_SIZE:
            row[name] = scaled(getattr(policy, name) * FEN, world)
        for name in BY_FEN:
            row[name] = round(getattr(policy, name) * FEN)
        for name in AS_THEY_ARE:
            row[name] = getattr(policy, name)
        for name in OF_THE_FEED:
            row[name] = getattr(policy.feed, name)
    return table


def _products(goods: Goods, parameters: Parameters) -> Table[Product]:
    products = Product.table(len(goods.category))
    for name in ("category", "brand", "quality", "reputation", "rating_bias"):
        products[name] = getattr(goods, name)
    products["cost"] = np.floor(parameters.brands.cost * np.round(goods.list_price))
    return products


def _listings(goods: Goods, parameters: Parameters) -> Table[Listing]:
    """Prices pass on a part of each platform's take, and of creators' pay there."""
    categories, creators = parameters.market.catalogue.categories, parameters.creators
    listings = Listing.table((len(parameters.platforms), len(goods.category)))
    mean_price = FEN * np.array([category.price for category in categories])
    for row, policy in zip(listings, parameters.platforms, strict=True):
        pay = policy.commission_of(creators) + creators.resale_margin
        raised = 1 + parameters.brands.pass_through * (policy.take_rate + pay)
        row["price"] = np.maximum(np.round(goods.list_price * raised), 1)
    listings["log_price"] = np.log(listings["price"] / mean_price[goods.category])
    return listings
