"""Word of mouth: a buyer tells some friends of a purchase, for better or worse, and they hear it the next day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.believing import remember_word
from sim.agents.following import follow_slot
from sim.agents.payees import amount, is_for
from sim.agents.seeing import see
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draw_numbers import PER_PRODUCT, ShareDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY, Table, at, joined
from sim.rules.sharing import rewarded, share_probability
from sim.sets import has
from sim.sorting import order_of
from sim.state.channels import Channel
from sim.state.orders import Order
from sim.state.pay import Funder, Payee
from sim.state.visits import Word
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


def deliver(words: Table[Word]) -> Table[Word]:
    """Tomorrow's inbox: the words of today, which stand by teller, sorted by recipient, and by teller for one."""
    return at(words, order_of(words["to"]))


def with_word(inbox: Table[Word], to: NDArray[np.int64], product: int, quality: float) -> Table[Word]:
    """The inbox with one more word for some, which comes from no friend's order.

    Parameters
    ----------
    inbox
        Sorted by recipient.
    to
        Rows of the recipients, shape (n,).
    product, quality
        What of, and how good it is said to be.
    """
    more = Word.table(len(to))
    more["to"] = to
    more["teller"] = NOBODY
    more["product"] = product
    more["quality"] = quality
    more["creator"] = NOBODY
    both = joined([inbox, more])
    return at(both, order_of(both["to"]))


@inlined
def attend_words(i: int, m: Day) -> None:
    """Friends' words of yesterday are remembered; who is online and needs such a thing looks at what they spoke of."""
    row, inbox = m.out.counts[Count.NEXT_WORD], m.inbox
    while row < inbox.shape[0] and inbox[row].to == i:
        word = inbox[row]
        remember_word(i, word, m)
        m.out.tally.delivered[Channel.FRIEND] += 1
        if m.out.visit.online and has(m.out.visit.needs, m.products[word.product].category):
            seller = seller_for(i, word.creator, m)
            offer = see(i, word.product, Channel.FRIEND, seller, m)
            offer.parent = word.order
            if seller >= 0:
                offer.slot = follow_slot(i, seller, m)
        row += 1
    m.out.counts[Count.NEXT_WORD] = row


@inlined
def seller_for(i: int, creator: int, m: Day) -> int:
    """Who sold to a friend sells to consumer i, too, if still in business, on the platform, and somebody else."""
    if creator < 0 or not m.creators[creator].platforms & m.members[i].looks:
        return NOBODY
    return creator if m.profiles[creator].active and creator != m.consumers[i].creator else NOBODY
