"""The business of being a creator: what is remembered of each, and growth into a KOL."""

from __future__ import annotations

from sim.agents.learning import learn_and_leave
from sim.arrays import Int64
from sim.compilation import compiled, inlined
from sim.day import Day, Used
from sim.parameters import Parameters
from sim.records import NOBODY
from sim.state.creators import Tier
from sim.world.audience import pool_bounds

HUNDRED = 100.0


def kol_threshold(parameters: Parameters, population: int) -> int:
    """Audience that makes a creator a KOL: a share of the market, above any KOC's first pool, capped."""
    p = parameters.creators
    most_pool = pool_bounds(population, p.pool_least, p.pool_most)[1]
    return max(most_pool + 1, min(int(p.kol_threshold * population), p.kol_threshold_most))


@inlined
def remember(received: Int64, m: Day) -> None:
    """Update what is known of creators: content and sales by category, claims met and broken by the pool.

    Claims are counted per hundred followers, so that reputation does not grow with the size of the pool.

    Parameters
    ----------
    received
        Rows of the orders that arrived today.
    """
    fade, forget = 1.0 - m.p.creators.content_decay, 1.0 - m.p.trust.reputation_decay
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        creator.met_today = 0
        creator.broken_today = 0
        for category in range(m.categories):
            creator.content[category] *= fade
            creator.sold[category] *= fade
    for n in range(m.used[Used.POSTS]):
        post = m.posts[n]
        m.creators[post.creator].content[post.category] += 1.0
    for row in received:
        order = m.orders[row]
        if order.creator >= 0:
            creator = m.creators[order.creator]
            creator.sold[order.category] += 1.0
            creator.met_today += order.met > 0
            creator.broken_today += order.met < 0
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        per_hundred = HUNDRED / max(creator.audience, 1)
        creator.pool_met = forget * creator.pool_met + creator.met_today * per_hundred
        creator.pool_broken = forget * creator.pool_broken + creator.broken_today * per_hundred


@inlined
def change_roles(threshold: int, m: Day) -> None:
    """Make a KOL of every KOC whose audience has reached the threshold, and a mere consumer of who has left."""
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        if not creator.active and creator.consumer >= 0 and m.consumers[creator.consumer].creator == k:
            m.consumers[creator.consumer].creator = NOBODY
        if creator.tier == Tier.KOC.value and creator.audience >= threshold:
            creator.tier = Tier.KOL.value


@compiled
def learn_all(received: Int64, measuring: bool, threshold: int, m: Day) -> None:
    """The evening of all creators: what is remembered of them, what they learn, who leaves, who has become a KOL.

    Parameters
    ----------
    received
        Rows of the orders that arrived today.
    measuring
        Whether income and effort count towards the results.
    threshold
        Audience that makes a creator a KOL.
    """
    remember(received, m)
    for k in range(m.creators.shape[0]):
        m.creators[k].audience += m.out.tally.followers[k]
    learn_and_leave(measuring, m)
    change_roles(threshold, m)
