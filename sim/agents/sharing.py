"""Sharing: a buyer tells some friends of a purchase, for better or worse."""

from __future__ import annotations

from sim.compiled import inlined
from sim.day import Count, Day
from sim.draws import Stream, uniform
from sim.rules.sharing import share_probability
from sim.state import Order


@inlined
def tell_friends(order: Order, m: Day) -> None:
    """Tell some friends of a purchase: a stretch of the friends' list that starts at random."""
    i, key, draw = order.consumer, m.keys[Stream.SHARE], 4 * order.product
    surprise = 1.0 * order.experienced - 1.0 * order.expected
    p_share = share_probability(1.0 * m.people[i].sociability, surprise, m.p.sharing)
    first = m.offsets[i]
    degree = m.offsets[i + 1] - first
    if degree == 0 or uniform(key, order.ordered, i, draw) >= p_share:
        return
    told = min(int(m.p.sharing.friends_told + uniform(key, order.ordered, i, draw + 1)), degree)
    start = int(uniform(key, order.ordered, i, draw + 2) * degree)
    for n in range(told):
        word = m.out.words[m.out.counts[Count.WORDS]]
        m.out.counts[Count.WORDS] += 1
        word.to = m.friends[first + (start + n) % degree]
        word.teller = i
        word.product = order.product
        word.quality = order.experienced
        word.order = order.number
        word.creator = order.creator
