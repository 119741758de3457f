"""Reputation: what a creator's pool has seen of met and broken claims, which all followers hear of."""

from __future__ import annotations

from sim.arrays import Int64
from sim.compilation import inlined
from sim.day import Day

HUNDRED = 100.0


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
