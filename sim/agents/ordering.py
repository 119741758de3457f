"""Ordering: what was chosen is ordered, category by category, as far as the money lasts."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Count, Day
from sim.records import NOBODY
from sim.sets import has
from sim.state.channels import Channel
from sim.state.orders import Stage
from sim.state.visits import Best


@inlined
def order_chosen(i: int, m: Day) -> None:
    """Order the best offer of each category in which something beats buying nothing.

    Where the money does not last for all, what it last for is what stands first among the categories.
    """
    for category in range(m.categories):
        if has(m.out.visit.chosen, category):
            best = m.out.best[category]
            if best.price - best.coupon <= m.consumers[i].wallet:
                order(i, category, best, m)


@inlined
def order(i: int, category: int, best: Best, m: Day) -> None:
    """Order an offer: the money leaves the wallet, and the need counts as met while the goods are on their way."""
    consumer, made = m.consumers[i], m.out.orders[m.out.counts[Count.ORDERS]]
    m.out.counts[Count.ORDERS] += 1
    consumer.wallet -= best.price - best.coupon
    consumer.coming |= 1 << category
    made.stage = Stage.ORDERED
    made.ordered = m.day
    made.due = m.day
    made.received = NOBODY
    made.consumer = i
    made.product = best.product
    made.category = category
    made.brand = m.products[best.product].brand
    made.platform = best.platform
    made.channel = best.channel
    made.creator = best.creator
    made.follower = best.slot >= 0
    made.parent = best.parent
    made.price = best.price
    made.coupon = best.coupon
    made.claim = best.claim
    made.expected = best.expected
    made.liking = best.liking
    made.mood = best.shock
    made.alternative = best.outside_shock
    made.paid = best.paid
    made.needed = has(m.out.visit.needs, category)
    made.live = best.channel == Channel.LIVE
    made.deal = m.platforms[made.platform].deal_needs > 0
