"""Opening: a world and parameters turned into the context of the first day."""

from __future__ import annotations

import numpy as np

from sim.agents import entering, membership_phase
from sim.agents.first_memories import remember_past
from sim.day import Day, Events, Used
from sim.draw_numbers import FirstShopDraw
from sim.draws import Stream, uniforms
from sim.engine.threads import Threads, stretches
from sim.ledger import open_accounts
from sim.markets.ranking import new_feeds
from sim.markets.sums import no_sums
from sim.parameters import Parameters
from sim.policies import Policies, scaled
from sim.records import NOBODY, Table, as_bytes, joined
from sim.state.brands import Brand, Shop
from sim.state.creators import MOST_POSTS, Card, Creator, Post, Profile, Tier
from sim.state.goods import Listing, Product
from sim.state.orders import Order
from sim.state.pay import Line
from sim.state.people import MEMORY_SLOTS, Member, Membership, Memory, Person
from sim.state.platforms import Platform
from sim.state.visits import Word
from sim.units import DAYS_A_WEEK
from sim.world import World
from sim.world.goods import by_category_of
from sim.world.past import Past, past_purchases

PEOPLE = 1 << 15  # whose past is drawn at a time


def members_at_home(people: Table[Person]) -> Table[Member]:
    """Where people are if nobody chooses."""
    members = Member.table(len(people))
    members["platform"] = people["home"]
    return members


def first_day(world: World, parameters: Parameters, policies: Policies, out: Events, threads: Threads) -> Day:
    """The context in which the first day begins.

    Parameters
    ----------
    world
        Its consumers and follows are written from now on; the rest is only read.
    parameters, policies
        Of the same market.
    out
        What consumers do is written there.
    threads
        Who share the work of drawing the past.
    """
    categories = len(parameters.market.catalogue.categories)
    creators = joined([world.creators, entering.own_accounts(world, parameters)])
    brands = _brands(world, parameters, policies)
    platforms = _platforms(world, parameters, policies)
    by_category = by_category_of(world.goods.category, categories)
    products, rows = len(world.goods.category), len(creators)
    m = Day(
        day=0,
        population=world.population,
        categories=categories,
        shipping=policies.shipping,
        wanted=policies.wanted,
        trusted_most=policies.trusted_most,
        fading=policies.fading,
        keys=world.keys,
        p=policies.p,
        people=world.people,
        consumers=world.consumers,
        memories=Memory.table((len(world.people), MEMORY_SLOTS)),
        follows=world.follows,
        members=members_at_home(world.people),
        memberships=Membership.table((0, len(platforms))),
        friends=world.graph.friends,
        offsets=world.graph.offsets,
        creators=creators,
        shared=world.goods.shared,
        products=_products(world, parameters, policies),
        listings=_listings(policies),
        shops=_shops(world, parameters),
        pay=policies.pay,
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
    cuts = stretches(0, len(world.people), PEOPLE)
    for n in range(0, len(cuts) - 1, threads.count):
        some = cuts[n : n + threads.count + 1]
        pasts = threads.over(some, lambda first, last: _past(range(first, last), world, parameters))
        for first, past in zip(some, pasts, strict=False):
            remember_past(first, past, m)
    return membership_phase.opened(m, world, parameters) if parameters.membership.choice else m


def _past(rows: range, world: World, parameters: Parameters) -> Past:
    """What people in some rows have bought before; a world that one market alone begins with does not hold it."""
    if len(world.past.product):
        return Past(*(column[rows.start : rows.stop] for column in world.past))
    return past_purchases(parameters, world.goods, world.people, world.keys, rows)


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
    as_bytes(profiles)[: rows - more] = as_bytes(m.profiles)[:-1]
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


def _brands(world: World, parameters: Parameters, policies: Policies) -> Table[Brand]:
    brands = Brand.table(parameters.brands.count)
    brands["budget"] = policies.budget
    brands["split"] = policies.split
    brands["fund"] = brands["budget"][:, None] * brands["split"] / DAYS_A_WEEK
    brands["account"] = len(world.creators) + np.arange(len(brands)) if parameters.brands.own > 0 else NOBODY
    return brands


def _platforms(world: World, parameters: Parameters, policies: Policies) -> Table[Platform]:
    table = policies.platforms.copy()
    for number, row in enumerate(table):
        at_home = world.people["activity"][world.people["home"] == number]
        row["weight"] = np.count_nonzero(at_home) / max(world.population, 1)
        row["pages"] = at_home.sum() * parameters.market.attention.public_slots
    return table


def _shops(world: World, parameters: Parameters) -> Table[Shop]:
    """Which brands sell on which platform at first: some of them, by lot."""
    shops = Shop.table((parameters.brands.count, len(parameters.platforms)))
    for v, policy in enumerate(parameters.platforms):
        lots = uniforms(world.keys[Stream.MEMBERSHIP], 0, parameters.brands.count, FirstShopDraw.OPEN + v)
        shops["open"][:, v] = lots < policy.brands_at_start
    return shops


def _products(world: World, parameters: Parameters, policies: Policies) -> Table[Product]:
    goods, stock = world.goods, parameters.market.catalogue.stock
    products = Product.table(len(goods.category))
    if stock > 0:
        products["units"] = scaled(stock, world)
    for name in ("category", "brand", "quality", "rating_bias"):
        products[name] = getattr(goods, name)
    products["cost"] = policies.costs
    return products


def _listings(policies: Policies) -> Table[Listing]:
    listings = Listing.table(policies.prices.shape)
    listings["price"] = policies.prices
    return listings
