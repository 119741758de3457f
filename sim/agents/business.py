"""The business of being a creator: entry with a pool of one's own, growth into a KOL, and what is remembered."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.learning import usual_income
from sim.audience import gather_pool, pool_bounds
from sim.compiled import allocating, compiled
from sim.draws import Stream, uniform
from sim.parameters import Parameters
from sim.records import (
    NOBODY,
    Creators,
    Int8,
    Int32,
    Int64,
    Luck,
    Orders,
    Posts,
    Sheet,
    Tier,
    Town,
    each,
    join,
)
from sim.rules.growth import enters
from sim.world import World, new_creators, pool_priors

CONTENT_DECAY = 0.02  # share of past content that no longer counts, per day
HUNDRED = 100.0
MOOD = 1 << 20  # keeps the draw whether to enter apart
SIZE_OF_POOL = (1 << 20) + 1  # and that of the size of the first pool


def kol_threshold(parameters: Parameters, population: int) -> int:
    """Audience that makes a creator a KOL: a share of the market, above any KOC's first pool, capped."""
    p = parameters.creators
    most_pool = pool_bounds(population, p.pool_least, p.pool_most)[1]
    return max(most_pool + 1, min(int(p.kol_threshold * population), p.kol_threshold_most))


def own_accounts(world: World, parameters: Parameters, already: int) -> Creators | None:
    """Brands' own accounts, where any budget goes to own pools; without followers at first."""
    if parameters.brands.own == 0:
        return None
    brands = parameters.brands.count
    accounts = new_creators(np.zeros(brands, np.int32), parameters, world.people, world.luck, day=0)
    accounts.consumer[:] = NOBODY
    accounts.brand[:] = np.arange(brands)
    accounts.tier[:] = Tier.BRAND
    accounts.integrity[:] = 1.0
    accounts.rate[:] = parameters.brands.own_posts
    accounts.content[:] = 0.0
    for category, brand in zip(world.goods.category, world.goods.brand, strict=True):
        accounts.content[brand, category] += 1.0
    return accounts


def remember(creators: Creators, posts: Posts, orders: Orders, category_of: Int8, decay: float) -> None:
    """Update what is known of creators: content and sales by category, claims met and broken by the pool.

    Claims are counted per hundred followers, so that reputation does not grow with the size of the pool.
    """
    _remember(creators, posts, orders, category_of, decay, np.zeros((2, len(creators.active)), np.int64))


@compiled
def _remember(creators: Creators, posts: Posts, orders: Orders, category_of: Int8, decay: float, claims: Int64) -> None:
    fade, forget = 1.0 - CONTENT_DECAY, 1.0 - decay
    for k in range(creators.active.shape[0]):
        for category in range(creators.content.shape[1]):
            creators.content[k, category] *= fade
            creators.sold[k, category] *= fade
    for n in range(posts.creator.shape[0]):
        creators.content[posts.creator[n], category_of[posts.product[n]]] += 1.0
    for n in range(orders.creator.shape[0]):
        k = int(orders.creator[n])
        if k >= 0:
            creators.sold[k, category_of[orders.product[n]]] += 1.0
            claims[0, k] += orders.met[n] > 0
            claims[1, k] += orders.met[n] < 0
    for k in range(creators.active.shape[0]):
        per_hundred = HUNDRED / max(int(creators.audience[k]), 1)
        creators.pool_met[k] = forget * float(creators.pool_met[k]) + int(claims[0, k]) * per_hundred
        creators.pool_broken[k] = forget * float(creators.pool_broken[k]) + int(claims[1, k]) * per_hundred


@compiled
def change_roles(creators: Creators, role: Int32, threshold: int) -> None:
    """Make a KOL of every KOC whose audience has reached the threshold, and a mere consumer of who has left.

    Parameters
    ----------
    role
        Row among creators of each consumer, or `NOBODY`, so that who has left may enter again; shape (N,).
    """
    for k in range(creators.active.shape[0]):
        host = int(creators.consumer[k])
        if creators.active[k] == 0 and host >= 0 and role[host] == k:
            role[host] = NOBODY
        if creators.tier[k] == Tier.KOC.value and creators.audience[k] >= threshold:
            creators.tier[k] = Tier.KOL.value


@allocating
def tempted(day: int, orders: Orders, entry: float, luck: Luck) -> Int32:
    """Buyers of today who consider to become a KOC, and are in the mood for it; rows among consumers."""
    who = np.empty(orders.consumer.shape[0], np.int32)
    count, last = 0, NOBODY
    for n in range(orders.consumer.shape[0]):  # by consumer
        i = int(orders.consumer[n])
        if orders.candidate[n] == 1 and i != last:
            last = i
            if uniform(luck[Stream.ENTRY], day, i, MOOD) < entry:
                who[count] = i
                count += 1
    return who[:count]


def entrants(
    day: int, orders: Orders, creators: Creators, p: Any, world: World, parameters: Parameters
) -> Creators | None:
    """Satisfied buyers who become KOCs today, as creators without a pool yet; None on a day without.

    Parameters
    ----------
    p
        Creators' parameters for compiled code; they are among all ``parameters``.
    """
    hosts = tempted(day, orders, parameters.creators.entry, world.luck)
    if len(hosts) == 0:
        return None
    usual = usual_income(day, creators, p)
    asked = new_creators(hosts, parameters, world.people, world.luck, day)
    has_friends = world.graph.offsets[hosts + 1] > world.graph.offsets[hosts]
    come = [bool(enters(usual, r)) and f for r, f in zip(asked.reservation, has_friends, strict=True)]
    return each(asked, lambda column: column[come]) if any(come) else None


def settle_in(
    newcomers: Creators, creators: Creators, day: int, town: Town, world: World, parameters: Parameters
) -> Creators:
    """Add newcomers to the creators and give each a pool out of the own neighbourhood."""
    hosts = newcomers.consumer
    newcomers.fit[:] = world.people.taste[hosts]
    p = parameters.creators
    least, most = pool_bounds(world.population, p.pool_least, p.pool_most)
    priors = pool_priors(parameters)
    for n, host in enumerate(hosts):
        k = len(creators.active) + n
        size = least + int(uniform(world.luck[Stream.ENTRY], day, int(host), SIZE_OF_POOL) * (most - least + 1))
        newcomers.audience[n] = gather_pool(
            k, int(host), size, p.pool_from_graph, priors, world.graph, world.people.group, world.luck, town.follows
        )
        town.consumers.creator[host] = k
    return join([creators, newcomers])


def empty_sheet(creators: int, categories: int) -> Sheet:
    """Sheet for so many creators, to be written, with its last row for nobody."""
    rows = creators + 1
    return Sheet(
        active=np.zeros(rows, np.uint8),
        private=np.zeros(rows, np.uint8),
        partner=np.zeros(rows, np.int32),
        expertise=np.zeros((rows, categories)),
        heard_met=np.zeros(rows),
        heard_broken=np.zeros(rows),
        stranger_met=np.ones(rows),
        stranger_broken=np.ones(rows),
        discount=np.zeros(rows),
        advice=np.full((rows, categories), NOBODY, np.int16),
        advice_claim=np.zeros((rows, categories)),
        advice_incentive=np.zeros((rows, categories)),
        advice_paid=np.zeros((rows, categories), np.uint8),
    )


def grown_sheet(sheet: Sheet, creators: int) -> Sheet:
    """Sheet with room for newcomers."""
    known = len(sheet.active) - 1
    if creators == known:
        return sheet
    return join([each(sheet, lambda column: column[:-1]), empty_sheet(creators - known, sheet.expertise.shape[1])])


def empty_posts(creators: int, most: int) -> Posts:
    """Room for the posts of a day, to be written."""
    rows = creators * most
    return Posts(
        first=np.empty(creators + 1, np.int64),
        creator=np.empty(rows, np.int32),
        product=np.empty(rows, np.int16),
        claim=np.empty(rows),
        incentive=np.empty(rows),
        private=np.empty(rows, np.uint8),
        paid=np.empty(rows, np.uint8),
        slot=np.empty(rows, np.uint8),
        platform=np.empty(rows, np.uint8),
    )
