"""The business of being a creator: entry with a pool of one's own, growth into a KOL, and what is remembered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.audience import gather_pool, pool_bounds
from sim.draws import Stream, uniform, uniforms_at
from sim.parameters import Parameters
from sim.records import NOBODY, Consumers, Creators, Orders, Posts, Sheet, Tier, Town, each, join
from sim.rules.growth import enters
from sim.world import World, new_creators, pool_priors

CONTENT_DECAY = 0.02  # share of past content that no longer counts, per day
HUNDRED = 100.0


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


def remember(creators: Creators, posts: Posts, orders: Orders, category_of: NDArray[np.int8], decay: float) -> None:
    """Update what is known of creators: content and sales by category, claims met and broken by the pool.

    Claims are counted per hundred followers, so that reputation does not grow with the size of the pool.
    """
    creators.content[:] *= 1 - CONTENT_DECAY
    creators.sold[:] *= 1 - CONTENT_DECAY
    creators.pool_met[:] *= 1 - decay
    creators.pool_broken[:] *= 1 - decay
    np.add.at(creators.content, (posts.creator, category_of[posts.product]), 1.0)
    sold = orders.creator >= 0
    seller = orders.creator[sold]
    np.add.at(creators.sold, (seller, category_of[orders.product[sold]]), 1.0)
    per_hundred = HUNDRED / np.maximum(creators.audience, 1)
    met = np.bincount(seller[orders.met[sold] > 0], minlength=len(per_hundred))
    broken = np.bincount(seller[orders.met[sold] < 0], minlength=len(per_hundred))
    creators.pool_met[:] += met * per_hundred
    creators.pool_broken[:] += broken * per_hundred


def grow(creators: Creators, threshold: int) -> None:
    """Make a KOL of every KOC whose audience has reached the threshold."""
    creators.tier[(creators.tier == Tier.KOC) & (creators.audience >= threshold)] = Tier.KOL


def release(creators: Creators, consumers: Consumers) -> None:
    """Let those who have left the business be consumers only, so that they may enter again."""
    gone = np.flatnonzero((creators.active == 0) & (creators.consumer >= 0))
    hosts = creators.consumer[gone]
    still = consumers.creator[hosts] == gone
    consumers.creator[hosts[still]] = NOBODY


def entrants(
    day: int, orders: Orders, usual: float, world: World, parameters: Parameters
) -> NDArray[np.int32]:
    """Satisfied buyers who become KOCs today, by row."""
    key = world.luck[Stream.ENTRY]
    candidates = np.unique(orders.consumer[orders.candidate == 1]).astype(np.int64)
    hosts = candidates[uniforms_at(key, day, candidates, 1 << 20) < parameters.creators.entry].astype(np.int32)
    if len(hosts) == 0:
        return hosts
    reservation = new_creators(hosts, parameters, world.people, world.luck, day).reservation
    has_friends = np.diff(world.graph.offsets)[hosts] > 0
    return hosts[[bool(enters(usual, r)) and f for r, f in zip(reservation, has_friends, strict=True)]]


def settle_in(
    hosts: NDArray[np.int32], creators: Creators, day: int, town: Town, world: World, parameters: Parameters
) -> Creators:
    """Add newcomers to the creators and give each a pool out of the own neighbourhood."""
    newcomers = new_creators(hosts, parameters, world.people, world.luck, day)
    newcomers.fit[:] = world.people.taste[hosts]
    p = parameters.creators
    least, most = pool_bounds(world.population, p.pool_least, p.pool_most)
    priors = pool_priors(parameters)
    for n, host in enumerate(hosts):
        k = len(creators.active) + n
        size = least + int(uniform(world.luck[Stream.ENTRY], day, int(host), (1 << 20) + 1) * (most - least + 1))
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
    """Room for the posts of a day."""
    rows = creators * most
    return Posts(
        first=np.zeros(creators + 1, np.int64),
        creator=np.zeros(rows, np.int32),
        product=np.zeros(rows, np.int16),
        claim=np.zeros(rows),
        incentive=np.zeros(rows),
        private=np.zeros(rows, np.uint8),
        paid=np.zeros(rows, np.uint8),
        slot=np.zeros(rows, np.uint8),
        platform=np.zeros(rows, np.uint8),
    )
