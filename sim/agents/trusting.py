"""Trust in creators: how far each is trusted, and what met and broken claims do to it, on the edge and in the pool."""

from __future__ import annotations

import math

from sim.agents.following import follow_slot
from sim.arrays import Int64
from sim.compilation import inlined
from sim.day import Day
from sim.ranges import COUNT_UNITS
from sim.records import NOBODY
from sim.rules.trust import is_met, trust
from sim.state.orders import Order
from sim.world.audience import COUNT_MOST

HUNDRED = 100.0


@inlined
def trust_in(i: int, creator: int, slot: int, m: Day) -> float:
    """Trust of consumer i in a creator, who stands in a follow slot or is a stranger (`NOBODY`)."""
    profile = m.profiles[creator]
    if slot >= 0:
        edge = m.follows[i, slot]
        met, broken = edge.met / COUNT_UNITS, edge.broken / COUNT_UNITS
    else:
        met, broken = profile.stranger_met, profile.stranger_broken
    return trust(met, broken, profile.heard_met, profile.heard_broken)


@inlined
def judge_claim(order: Order, m: Day) -> None:
    """Tell whether the claim that sold was met; a follower remembers it of the creator."""
    order.met = 0
    if not math.isnan(order.claim):
        met = is_met(1.0 * order.experienced, 1.0 * order.claim, m.p.trust)
        order.met = 1 if met else -1
        slot = follow_slot(order.consumer, order.creator, m) if order.follower else NOBODY
        if slot >= 0:
            remember_claim(order.consumer, slot, met, m)


@inlined
def remember_claim(i: int, slot: int, met: bool, m: Day) -> None:
    """Add a met or broken claim to the Beta counts of an edge."""
    edge = m.follows[i, slot]
    if met:
        edge.met = min(edge.met + int(COUNT_UNITS), COUNT_MOST)
    else:
        edge.broken = min(edge.broken + int(COUNT_UNITS * m.p.trust.broken_weight), COUNT_MOST)


@inlined
def remember_in_pool(received: Int64, m: Day) -> None:
    """Update what a creator's pool has seen of claims met and broken, which all followers hear of.

    Claims are counted per hundred followers, so that reputation does not grow with the size of the pool.

    Parameters
    ----------
    received
        Rows of the orders that arrived today.
    """
    for k in range(m.creators.shape[0]):
        m.creators[k].met_today = 0
        m.creators[k].broken_today = 0
    for row in received:
        order = m.orders[row]
        if order.creator >= 0:
            m.creators[order.creator].met_today += order.met > 0
            m.creators[order.creator].broken_today += order.met < 0
    left = 1.0 - m.p.trust.reputation_decay
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        per_hundred = HUNDRED / max(creator.audience, 1)
        creator.pool_met = left * creator.pool_met + creator.met_today * per_hundred
        creator.pool_broken = left * creator.pool_broken + creator.broken_today * per_hundred
