"""Entering: who becomes a creator, with a pool out of the own neighbourhood; and brands' own accounts."""

from __future__ import annotations

import numpy as np

from sim.agents.learning import usual_income
from sim.arrays import Int64
from sim.compilation import allocating, compiled, inlined
from sim.day import Day
from sim.draw_numbers import EntryDraw
from sim.draws import Stream, uniform
from sim.parameters import Parameters
from sim.ranges import MOST_LEVELS
from sim.records import NOBODY, Table
from sim.rules.growth import enters, recruits
from sim.state.creators import Creator, Tier
from sim.state.orders import Order
from sim.units import FEN
from sim.world import World
from sim.world.audience import gather_pool, pool_bounds
from sim.world.creators import crowd_of, new_creators


def own_accounts(world: World, parameters: Parameters) -> Table[Creator]:
    """Brands' own accounts, where any budget goes to own pools; without followers at first."""
    brands = parameters.brands.count if parameters.brands.own > 0 else 0
    accounts = new_creators(np.zeros(brands, np.int32), parameters, world.people, world.keys, day=0)
    accounts["consumer"] = NOBODY
    accounts["brand"] = np.arange(brands)
    accounts["tier"] = Tier.BRAND
    accounts["integrity"] = 1.0
    accounts["content"] = 0.0
    if brands:
        np.add.at(accounts["content"], (world.goods.brand, world.goods.category), 1.0)
    return accounts


def entrants(received: Int64, m: Day, world: World, parameters: Parameters) -> Table[Creator]:
    """Satisfied buyers who become KOCs today, as creators without a pool yet.

    Parameters
    ----------
    received
        Rows of the orders that arrived today, by consumer.
    """
    rows = considering(received, m)
    if len(rows) == 0:
        return m.creators[:0]
    hosts = m.orders["consumer"][rows].astype(np.int64)
    asked = new_creators(hosts.astype(np.int32), parameters, m.people, world.keys, m.day)
    asked["home"], asked["platforms"] = m.members["platform"][hosts], m.members["looks"][hosts]
    asked["recruiter"] = [seller_in_business(m.orders[row], m) for row in rows]
    usual = usual_income(m.day, m.creators, m.p.creators)
    has_friends = world.graph.offsets[hosts + 1] > world.graph.offsets[hosts]
    return asked[[bool(enters(usual, r)) and bool(f) for r, f in zip(asked["reservation"], has_friends, strict=True)]]


@allocating
def considering(received: Int64, m: Day) -> Int64:
    """Rows of the orders, one of a buyer, on which satisfied buyers consider today to become a KOC."""
    rows, count, buyer = np.empty(received.shape[0], np.int64), 0, NOBODY
    below = recruited(m)
    for row in received:
        order = m.orders[row]
        if order.candidate and order.consumer != buyer:
            buyer = order.consumer
            chance = chance_to_consider(seller_in_business(order, m), below, m)
            if uniform(m.keys[Stream.ENTRY], m.day, buyer, EntryDraw.COMES) < chance:
                rows[count] = row
                count += 1
    return rows[:count]


@compiled
def seller_in_business(order: Order, m: Day) -> int:
    """Who sold an order: a creator who may win the buyer as one; `NOBODY` else."""
    k = order.creator
    return k if k >= 0 and m.creators[k].active and m.creators[k].brand < 0 else NOBODY


@allocating
def recruited(m: Day) -> Int64:
    """How many each creator has recruited so far, shape (K,)."""
    below = np.zeros(m.creators.shape[0], np.int64)
    for k in range(m.creators.shape[0]):
        if m.creators[k].recruiter >= 0:
            below[m.creators[k].recruiter] += 1
    return below


@compiled
def chance_to_consider(k: int, below: Int64, m: Day) -> float:
    """Probability that a satisfied buyer considers to become a KOC: higher where a recruiter would earn by it.

    A recruiter expects a recruit to sell, and to recruit, as much as the recruiter does.

    Parameters
    ----------
    k
        Who may win the buyer, or `NOBODY`.
    below
        Whom each creator has recruited so far.
    """
    yuan = recruits_bring(k, below[k], m) if k >= 0 else 0.0
    return recruits(m.p.creators.entry, yuan, m.p.creators.recruiting)


@inlined
def recruits_bring(k: int, below: int, m: Day) -> float:
    """What creator k would earn a day by a recruit who did as well, yuan.

    Parameters
    ----------
    below
        Whom k has recruited so far.
    """
    creator, sales, share, people = m.creators[k], 0.0, 0.0, 1
    for category in range(m.categories):
        sales += creator.sold[category] * m.p.reference[category]
    for level in range(MOST_LEVELS):
        share += m.platforms[creator.home].recruiting[level] * people
        people *= below  # at each level below a recruit
    return share * sales * m.p.creators.content_decay / FEN


def settle_in(newcomers: Table[Creator], m: Day, world: World, parameters: Parameters) -> None:
    """Give each newcomer, in rows after the creators of today, a pool out of the own neighbourhood."""
    hosts = newcomers["consumer"]
    newcomers["fit"] = world.people["taste"][hosts]
    p = parameters.creators
    least, most = pool_bounds(world.population, p.pool_least, p.pool_most)
    crowd = crowd_of(parameters, world.graph, world.people, m.follows, world.keys)
    for n, host in enumerate(hosts.tolist()):
        k = len(m.creators) + n
        size = least + int(uniform(world.keys[Stream.ENTRY], m.day, host, EntryDraw.POOL) * (most - least + 1))
        newcomers["audience"][n] = gather_pool(k, host, size, crowd)
        m.consumers["creator"][host] = k
