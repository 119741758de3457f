"""Sharing: a buyer tells some friends of a purchase, for better or worse."""

from __future__ import annotations

from sim.agents.pay import amount, is_for
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draw_numbers import PER_PRODUCT, ShareDraw
from sim.draws import Stream, uniform
from sim.rules.sharing import rewarded, share_probability
from sim.state.orders import Order
from sim.state.pay import Funder, Payee
from sim.units import FEN


@inlined
def tell_friends(order: Order, m: Day) -> None:
    """Tell some friends of a purchase: a stretch of the friends' list that starts at random."""
    i, key, draw = order.consumer, m.keys[Stream.SHARE], PER_PRODUCT * order.product
    surprise = order.experienced - order.expected
    reward, seen = reward_of(order, m)
    sociability = m.people[i].sociability
    if reward > 0.0:
        sociability = rewarded(sociability, reward, m.p.sharing)
    p_share = share_probability(sociability, surprise, m.p.sharing)
    first = m.offsets[i]
    degree = m.offsets[i + 1] - first
    if degree == 0 or uniform(key, order.ordered, i, ShareDraw.TELLS + draw) >= p_share:
        return
    more = uniform(key, order.ordered, i, ShareDraw.FRIENDS + draw)
    told = min(int(m.p.sharing.friends_told + more), degree)
    start = int(uniform(key, order.ordered, i, ShareDraw.FIRST + draw) * degree)
    for n in range(told):
        word = m.out.words[m.out.counts[Count.WORDS]]
        m.out.counts[Count.WORDS] += 1
        word.to = m.friends[first + (start + n) % degree]
        word.teller = i
        word.product = order.product
        word.quality = order.experienced
        word.order = order.number
        word.creator = order.creator
        word.paid = seen


@inlined
def reward_of(order: Order, m: Day) -> tuple[float, bool]:
    """What the buyer of an order would earn on a friend's, yuan, and whether friends see it; nothing by a warning."""
    fen, seen = 0, False
    if order.satisfying and m.platforms[order.platform].rewards:
        for n in range(m.platforms[order.platform].lines):
            line = m.pay[order.platform, n]
            is_paid = line.by != Funder.BUYER or order.creator >= 0
            if line.to == Payee.SHARER and is_paid and is_for(line, order.brand):
                fen += amount(line, order, True, m)
                seen = seen or line.visible
    return fen / FEN, seen and fen > 0
