"""Following: the edges from a consumer to creators, and how they begin."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Day
from sim.draws import Stream, uniform
from sim.records import NOBODY
from sim.state.people import FOLLOW_SLOTS
from sim.world.audience import add_follow


@inlined
def follow_slot(i: int, creator: int, m: Day) -> int:
    """Slot in which consumer i follows a creator, or `NOBODY`."""
    for slot in range(FOLLOW_SLOTS):
        followed = m.follows[i, slot].creator
        if followed == creator:
            return slot
        if followed < 0:
            return NOBODY
    return NOBODY


@inlined
def follow_to_trade(i: int, creator: int, m: Day) -> int:
    """Where trade needs a follow, a page seen may lead to one; returns the follow slot, or `NOBODY`."""
    profile = m.profiles[creator]
    if uniform(m.keys[Stream.FOLLOW], m.day, i, profile.partner) >= m.p.attention.follow_gate:
        return NOBODY
    if not begin_follow(i, creator, profile.stranger_met, m):
        return NOBODY
    return follow_slot(i, creator, m)


@inlined
def follow_after_purchase(i: int, day: int, creator: int, chance: float, m: Day) -> None:
    """A satisfied buyer may follow the creator who sold; ``day`` is that of the purchase."""
    profile = m.profiles[creator]
    if uniform(m.keys[Stream.FOLLOW], day, i, profile.partner) < chance:
        begin_follow(i, creator, profile.stranger_met + 1.0, m)


@inlined
def begin_follow(i: int, creator: int, met: float, m: Day) -> bool:
    """Follow a creator from now on, if a slot is free; returns whether it was."""
    if not add_follow(i, creator, met, m.profiles[creator].stranger_broken, m.follows):
        return False
    m.out.tally.followers[creator] += 1
    return True
