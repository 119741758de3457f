"""Unfollowing: why a consumer gives a creator up, and how the edge between them ends."""

from __future__ import annotations

from sim.agents.trusting import trust_in
from sim.compilation import inlined
from sim.day import Day
from sim.draws import Stream, uniform
from sim.records import NOBODY, Table
from sim.rules.attention import may_unfollow
from sim.sets import has
from sim.state.people import FOLLOW_SLOTS, Follow


@inlined
def unfollows(i: int, slot: int, fatigue: float, delivered: int, m: Day) -> bool:
    """Whether consumer i unfollows today: who is out of business, is forgotten, tires or has lost trust.

    Parameters
    ----------
    slot
        Of the creator.
    fatigue, delivered
        With the creator's posts, and how many of today's were delivered.
    """
    creator = m.follows[i, slot].creator
    card = m.cards[creator]
    if not card.active:
        return True
    if delivered == 0 and not card.forgotten:
        return False
    if uniform(m.keys[Stream.UNFOLLOW], m.day, i, card.partner) >= m.p.attention.leave:
        return False
    return card.forgotten or may_unfollow(fatigue, trust_in(i, creator, slot, m), m.p.attention)


@inlined
def unfollow_later(i: int, creator: int, slot: int, m: Day) -> None:
    """Note a follow to end with the day: until then its slot number stays what the day's offers remember."""
    m.out.visit.unfollowing |= 1 << slot
    m.out.tally.followers[creator] -= 1


@inlined
def unfollow(i: int, slots: int, follows: Table[Follow]) -> None:
    """End the follows noted by `unfollow_later`, from the right, so that slots keep their numbers."""
    for slot in range(FOLLOW_SLOTS - 1, -1, -1):
        if has(slots, slot):
            end_follow(i, slot, follows)


@inlined
def end_follow(i: int, slot: int, follows: Table[Follow]) -> None:
    """Take an edge out of a row; the last one of the row fills the gap."""
    last = slot
    while last + 1 < FOLLOW_SLOTS and follows[i, last + 1].creator >= 0:
        last += 1
    gap, filler = follows[i, slot], follows[i, last]
    gap.creator = filler.creator
    gap.fatigue = filler.fatigue
    gap.met = filler.met
    gap.broken = filler.broken
    filler.creator = NOBODY
