"""Opening: a world and parameters turned into the context of the first day."""

from __future__ import annotations

import math

import numpy as np

from sim.agents import business, membership
from sim.agents.remembering import remember_past
from sim.day import Day, Events, Fading, Used
from sim.draws import Stream, uniforms
from sim.ledger import open_accounts
from sim.markets.pay_table import pay_table, sum_up
from sim.markets.ranking import new_feeds
from sim.markets.sums import no_sums
from sim.parameters import Parameters, numbers_of
from sim.ranges import MOST_DAYS, REFERENCE_PEOPLE
from sim.records import Table, joined
from sim.state import (
    DAYS_A_WEEK,
    FEN,
    MEMORY_SLOTS,
    MOST_POSTS,
    NOBODY,
    Brand,
    Card,
    Creator,
    Line,
    Listing,
    Member,
    Membership,
    Memory,
    Order,
    Person,
    Platform,
    Post,
    Product,
    Profile,
    Shop,
    Tier,
    Word,
)
from sim.world import Goods, World, by_category_of

FIRST_BRANDS = 80  # which draw of a brand, with the platform added
BY_SIZE = ("annual_fee", "deposit")
BY_PEOPLE = ("growth_budget", "upkeep", "cash")
BY_FEN = ("withdrawal_fee_least", "withdrawal_free")
AS_THEY_ARE = (
    "delivery_days", "settlement_days", "return_days", "live_discount", "withdrawal_habit", "withdrawal_fee",
    "follow_gate", "coupon", "coupon_newcomers", "join_cost", "exclusive",
)  # fmt: skip
OF_THE_FEED = (
    "organic_reach", "reach_fall", "mass_audience", "displacement", "ad_load", "content_half", "popularity", "merit",
    "shelf", "paid", "exponent", "popularity_decay", "satisfaction", "satisfaction_weight", "truth", "truth_weight",
)  # fmt: skip


def members_at_home(people: Table[Person]) -> Table[Member]:
    """Where people are if nobody chooses."""
    members = Member.table(len(people))
    members["platform"] = people["home"]
    return members


def first_day(world: World, parameters: Parameters, out: Events) -> Day:
    """The context in which the first day begins.

    Parameters
    ----------
    world
        Its consumers and follows are written from now on; the rest is only read.
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
    by_category = by_category_of(world.goods.category, categories)
    products, rows = len(world.goods.category), len(creators)
    m = Day(
        day=0,
        population=world.population,
        categories=categories,
        shipping=round(parameters.brands.shipping * FEN),
        wanted=math.exp(p.attention.need),
        trusted_most=math.exp(0.5 * p.attention.trust),
        fading=_fading(parameters),
        keys=world.keys,
        p=p,
        people=world.people,
        consumers=world.consumers,
        memories=Memory.table((len(world.people), MEMORY_SLOTS)),
        follows=world.follows,
        members=members_at_home(world.people),
        memberships=Membership.table((0, len(platforms))),
        friends=world.graph.friends,
        offsets=world.graph.offsets,
        creators=creators,
        products=_products(world, parameters),
        listings=_listings(world.goods, parameters),
        shops=_shops(world, parameters),
        pay=pay_table(parameters),
        brands=brands,
        platforms=platforms,
        profiles=Profile.table(rows + 1, categories),
        cards=Card.table(rows),
        posts=Post.table(rows * MOST_POSTS),
        turns=np.arange(rows),
        feeds=new_feeds(by_category, len(platforms), rows * MOST_POSTS),
        contracts=np.zeros((len(Tier), products)),
        contracted=np.zeros(len(Tier), np.int64),
        fee_level=np.ones(len(Tier)),
        inbox=Word.table(0),
        orders=Order.room(len(world.people)),
        lines=Line.table(0),
        used=np.zeros(len(Used), np.int64),
        accounts=open_accounts(len(platforms), len(brands), rows),
        brand_withdrawn=np.zeros((len(platforms), len(brands)), np.int64),
        sums=no_sums(products, rows),
        out=out,
    )
    remember_past(world.past, m)
    return membership.opened(m, world, parameters) if parameters.membership.choice else m


def _fading(parameters: Parameters) -> Fading:
    memory, belief = parameters.market.memory, parameters.market.belief
    days = np.arange(MOST_DAYS + 1)
    return Fading(*(np.exp(-days / tau) for tau in (memory.goodwill_days, memory.knowledge_days, belief.rating_days)))


def with_creators(m: Day, newcomers: Table[Creator]) -> Day:
    """The context with more creators, in rows after those that there are."""
    creators = joined([m.creators, newcomers])
    rows, more = len(creators), len(newcomers)
    accounts = m.accounts._replace(
        creator_balance=np.pad(m.accounts.creator_balance, (0, more)), creator=np.pad(m.accounts.creator, (0, more))
    )
    posts = rows * MOST_POSTS
    # every row but the last, which is for nobody and has kept its start values
    profiles = Profile.table(rows + 1, m.categories)
    profiles[: rows - more] = m.profiles[:-1]
    room = np.empty((3, max(m.feeds.product.shape[1], posts)))
    return m._replace(
        creators=creators,
        accounts=accounts,
        profiles=profiles,
        cards=Card.grown(m.cards, rows),
        posts=Post.grown(m.posts, posts),
        turns=np.arange(rows),
        feeds=m.feeds._replace(post=np.empty(posts, np.int32), post_weight=np.empty(posts), room=room),
        sums=m.sums._replace(sold_by=np.pad(m.sums.sold_by, (0, more))),
    )


def _brands(world: World, parameters: Parameters, first_account: int) -> Table[Brand]:
    policy = parameters.brands
    brands = Brand.table(policy.count)
    brands["budget"] = round(policy.weekly_budget * FEN * world.population / policy.count)
    brands["split"] = [policy.ads, policy.kol, policy.koc, policy.own]
    brands["fund"] = brands["budget"][:, None] * brands["split"] / DAYS_A_WEEK
    brands["account"] = first_account + np.arange(policy.count) if policy.own > 0 else NOBODY
    return brands


def scaled(stated: float, world: World) -> int:
    """What is stated for a market of 10,000 people, for this one: at least 1 where it is anything."""
    return max(round(stated * world.population / REFERENCE_PEOPLE), 1) if stated > 0 else 0


def _platforms(world: World, parameters: Parameters) -> Table[Platform]:
    table = Platform.table(len(parameters.platforms))
    for number, row in enumerate(table):
        at_home = world.people["activity"][world.people["home"] == number]
        row["weight"] = np.count_nonzero(at_home) / max(world.population, 1)
        row["pages"] = at_home.sum() * parameters.market.attention.public_slots
    write_policies(table, world, parameters)
    return table


def write_policies(table: Table[Platform], world: World, parameters: Parameters) -> None:
    """Write each platform's policy; what has happened to it stays."""
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
    sum_up(table, pay_table(parameters), parameters.brands.count)


def with_parameters(m: Day, world: World, before: Parameters, parameters: Parameters) -> Day:
    """The context with other policies and other behaviour from today on; what has happened stays.

    Parameters
    ----------
    before, parameters
        Those in force until now, and from now on.
    """
    brands, platforms, listings, products = m.brands.copy(), m.platforms.copy(), m.listings.copy(), m.products.copy()
    was, now = (_brands(world, each, first_account=len(world.creators)) for each in (before, parameters))
    for name in ("budget", "split"):
        if np.any(was[name] != now[name]):  # else what brands have learnt of the channels stays
            brands[name] = now[name]
    write_policies(platforms, world, parameters)
    listings["price"] = _listings(world.goods, parameters)["price"]
    products["cost"] = _products(world, parameters)["cost"]
    p = numbers_of(parameters)
    return m._replace(
        p=p, pay=pay_table(parameters), brands=brands, platforms=platforms, listings=listings, products=products,
        fading=_fading(parameters),
        wanted=math.exp(p.attention.need), trusted_most=math.exp(0.5 * p.attention.trust),
        shipping=round(parameters.brands.shipping * FEN),
    )  # fmt: skip


def _shops(world: World, parameters: Parameters) -> Table[Shop]:
    """Which brands sell on which platform at first: some of them, by lot."""
    shops = Shop.table((parameters.brands.count, len(parameters.platforms)))
    for v, policy in enumerate(parameters.platforms):
        lots = uniforms(world.keys[Stream.MEMBERSHIP], 0, parameters.brands.count, FIRST_BRANDS + v)
        shops["open"][:, v] = lots < policy.brands_at_start
    return shops


def _products(world: World, parameters: Parameters) -> Table[Product]:
    goods, stock = world.goods, parameters.market.catalogue.stock
    products = Product.table(len(goods.category))
    if stock > 0:
        products["units"] = scaled(stock, world)
    for name in ("category", "brand", "quality", "rating_bias"):
        products[name] = getattr(goods, name)
    products["cost"] = np.floor(parameters.brands.cost * np.round(goods.list_price))
    return products


def _listings(goods: Goods, parameters: Parameters) -> Table[Listing]:
    """Prices pass on a part of each platform's take, and of what brands pay there by the price."""
    listings = Listing.table((len(parameters.platforms), len(goods.category)))
    for row, policy in zip(listings, parameters.platforms, strict=True):
        paid = np.zeros(parameters.brands.count)
        for line in policy.lines_of_pay(parameters.creators):
            if line.of == "price" and line.by == "brand":
                paid[list(line.brands or range(len(paid)))] += line.share
        raised = 1 + parameters.brands.pass_through * (policy.take_rate + paid[goods.brand])
        row["price"] = np.maximum(np.round(goods.list_price * raised), 1)
    return listings
