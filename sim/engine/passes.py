"""The compiled passes over consumers: living a day, and receiving what arrives; none reads what another writes."""

from __future__ import annotations

from sim.agents.advising import ask_expert, attend_answer
from sim.agents.choosing import consider
from sim.agents.feed import attend_feed
from sim.agents.followed_posts import attend_posts
from sim.agents.needs import wake
from sim.agents.ordering import order_chosen
from sim.agents.recalling import recall
from sim.agents.receiving import receive
from sim.agents.searching import search
from sim.agents.unfollowing import unfollow
from sim.agents.word_of_mouth import attend_words
from sim.arrays import Int64
from sim.compilation import compiled, inlined
from sim.day import Count, Day
from sim.prefetching import AHEAD, prefetch_consumer
from sim.records import Table
from sim.state.people import Follow
from sim.state.visits import Unfollowing


@inlined
def live(i: int, m: Day) -> None:
    """The day of consumer i, from waking to ordering."""
    begin(m)
    wake(i, m)
    attend_posts(i, m)
    attend_words(i, m)
    if m.out.visit.online:
        if m.consumers[i].adviser >= 0:
            attend_answer(i, m)
        attend_feed(i, m)
        if m.out.visit.needs:
            search(i, m)
            recall(i, m)
            ask_expert(i, m)
    for n in range(m.out.counts[Count.OFFERS]):
        consider(i, m.out.offers[n], m)
    if m.out.visit.chosen:
        order_chosen(i, m)
    if m.out.visit.unfollowing:
        note_unfollowing(i, m)


@inlined
def begin(m: Day) -> None:
    """Forget the consumer who lived before."""
    visit = m.out.visit
    visit.seen = 0
    visit.exact = 0
    visit.chosen = 0
    visit.unfollowing = 0
    m.out.counts[Count.OFFERS] = 0


@inlined
def note_unfollowing(i: int, m: Day) -> None:
    """Note the follows of consumer i that end with the day."""
    row = m.out.unfollowing[m.out.counts[Count.UNFOLLOWING]]
    m.out.counts[Count.UNFOLLOWING] += 1
    row.consumer = i
    row.slots = m.out.visit.unfollowing


@compiled
def live_all(start: int, end: int, m: Day) -> None:
    """The day of consumers ``start`` to ``end - 1``, in this order: the inbox, sorted by recipient, is read along."""
    for i in range(start, end):
        if i + AHEAD < end:
            prefetch_consumer(i + AHEAD, m)
        live(i, m)


@compiled
def receive_all(rows: Int64, m: Day) -> None:
    """What arrives today, by the rows of the orders."""
    for n in range(rows.shape[0]):
        if n + AHEAD < rows.shape[0]:
            prefetch_consumer(m.orders[rows[n + AHEAD]].consumer, m)
        receive(m.orders[rows[n]], m)


@compiled
def end_follows(unfollowing: Table[Unfollowing], follows: Table[Follow]) -> None:
    """End the follows that were given up today."""
    for n in range(unfollowing.shape[0]):
        unfollow(unfollowing[n].consumer, unfollowing[n].slots, follows)
