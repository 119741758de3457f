"""Looking: on which of their platforms people are today, in stretches of people whom the processor can take at once.

Bounds of each platform's luck decide nearly always; where they do not, luck itself is worked out, one person at a time.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, inlined
from sim.day import Day
from sim.draws import Stream, gumbel_at_least, gumbel_at_most, uniform
from sim.rules.membership import draws_more
from sim.state import NOBODY, Double, Int64

LOOK = 32  # which draw of a person, with the platform added
STRETCH = 512
LUCK, LEAST, MOST, BEST, BEST_LEAST, BEST_MOST, OPEN, ROWS = range(8)
"""Rows of the room where a stretch of people is worked on: luck, bounds of what draws to a platform and to the best so
far, the best so far, and 1 where the bounds have left open which it is."""
UNHEARD_OF = 1e30  # yuan a week by which a platform where one is no member falls behind


def look(m: Day) -> Int64:
    """Let people look at one of their platforms; returns how many look at each, shape (V,)."""
    looking = np.zeros(len(m.platforms), np.int64)
    look_today(looking, np.empty((ROWS, STRETCH)), m)
    return looking


@compiled
def look_today(looking: Int64, room: Double, m: Day) -> None:
    """Let people look at one of their platforms, and count them by platform."""
    for first in range(0, m.members.shape[0], STRETCH):
        last = min(first + STRETCH, m.members.shape[0])
        room[BEST_LEAST], room[BEST_MOST], room[OPEN] = -math.inf, -math.inf, 0.0
        for v in range(m.memberships.shape[1]):
            draw(v, first, last, room[LUCK], m)
            bound(v, first, last, room, m)
            compare(v, room)
        for i in range(first, last):
            if m.members[i].held > 0:
                is_open = room[OPEN, i - first] > 0.0
                best = drawn_to(i, int(m.members[i].held), m) if is_open else int(room[BEST, i - first])
                look_at(i, best, m)
                m.memberships[i, best].days += 1.0
                looking[best] += 1


@inlined
def draw(v: int, first: int, last: int, luck: Double, m: Day) -> None:
    """Draw luck."""
    key, day = m.keys[Stream.MEMBERSHIP], m.day
    for j in range(last - first):
        luck[j] = uniform(key, day, first + j, LOOK + v)


@inlined
def bound(v: int, first: int, last: int, room: Double, m: Day) -> None:
    """Work out bounds of what draws people to a platform."""
    luck, least, most, variety = room[LUCK], room[LEAST], room[MOST], m.p.membership.variety
    members, memberships = m.members, m.memberships
    for j in range(last - first):
        here = members[first + j].held >> v & 1
        expected = memberships[first + j, v].expected - UNHEARD_OF * (1 - here)
        least[j] = expected + variety * gumbel_at_least(luck[j])
        most[j] = expected + variety * gumbel_at_most(luck[j])


@inlined
def compare(v: int, room: Double) -> None:
    """Hold a platform against the best before it."""
    least, most, best, is_open = room[LEAST], room[MOST], room[BEST], room[OPEN]
    best_least, best_most = room[BEST_LEAST], room[BEST_MOST]
    for j in range(STRETCH):
        is_more = least[j] > best_most[j]
        is_less = most[j] < best_least[j]
        is_open[j] = is_open[j] if is_more | is_less else 1.0
        best[j] = v if is_more else best[j]
        best_least[j] = least[j] if is_more else best_least[j]
        best_most[j] = most[j] if is_more else best_most[j]


@inlined
def drawn_to(i: int, held: int, m: Day) -> int:
    """The platform of some, as bits, that draws person i most today."""
    best, most, luck = NOBODY, 0.0, 0.0
    for v in range(m.memberships.shape[1]):
        if held >> v & 1:
            u, expected = uniform(m.keys[Stream.MEMBERSHIP], m.day, i, LOOK + v), 1.0 * m.memberships[i, v].expected
            if best < 0 or draws_more(expected, u, most, luck, m.p.membership.variety):
                best, most, luck = v, expected, u
    return best


@inlined
def look_at(i: int, platform: int, m: Day) -> None:
    """Let person i look at a platform."""
    m.members[i].looks = 1 << platform
    m.members[i].platform = platform
