"""Multihoming: on which of their several platforms people look today, in stretches of people.

Bounds of the shocks decide nearly always; where they do not, the shocks themselves are worked out. The platform that
draws somebody most cannot be foreseen, by a processor neither, so that it is found without branches.
"""

from __future__ import annotations

import math

import numpy as np

from sim.arrays import Double, Int32, Int64
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.draw_numbers import MembershipDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY
from sim.rules.membership import draw, draw_at_least, draw_at_most
from sim.sets import has

STRETCH = 256


def look(m: Day) -> Int64:
    """Let people look at one of their platforms; returns how many look at each, shape (V,)."""
    looking = np.zeros(len(m.platforms), np.int64)
    look_today(looking, np.empty(STRETCH, np.int32), np.empty((len(looking), STRETCH)), m)
    return looking


@compiled
def look_today(looking: Int64, several: Int32, draws: Double, m: Day) -> None:
    """Let people look at one of their platforms, and count them by platform.

    Parameters
    ----------
    looking
        Zeros, shape (V,).
    several, draws
        Room for those of a stretch who are on several platforms, shape (STRETCH,), and for their draws for each,
        shape (V, STRETCH).
    """
    for first in range(0, m.members.shape[0], STRETCH):
        last = min(first + STRETCH, m.members.shape[0])
        count = find_several(first, last, several, m)
        draw_shocks(several[:count], draws, m)
        for n in range(count):
            look_at(several[n], drawn_to(several[n], draws[:, n], m), m)
        count_looking(first, last, looking, m)


@inlined
def find_several(first: int, last: int, several: Int32, m: Day) -> int:
    """Write down who is on several platforms, the others having nothing to choose from; returns how many are."""
    count = 0
    for i in range(first, last):
        held = m.members[i].held
        several[count] = i
        count += held & held - 1 != 0
    return count


@inlined
def draw_shocks(people: Int32, draws: Double, m: Day) -> None:
    """Draw the shocks of some people with each platform."""
    key, day = m.keys[Stream.MEMBERSHIP], m.day
    for v in range(m.memberships.shape[1]):
        for n in range(people.shape[0]):
            draws[v, n] = uniform(key, day, people[n], MembershipDraw.LOOK + v)


@inlined
def drawn_to(i: int, draws: Double, m: Day) -> int:
    """The platform that draws person i most today, of those held."""
    held, variety = m.members[i].held, m.p.membership.variety
    best, least, most, is_open = 0, -math.inf, -math.inf, 0
    for v in range(m.memberships.shape[1]):
        if has(held, v):
            expected = m.memberships[i, v].expected
            at_least, at_most = draw_at_least(expected, draws[v], variety), draw_at_most(expected, draws[v], variety)
            is_more = int(at_least > most)
            is_open |= 1 - (is_more | int(at_most < least))
            best = max(best, v * is_more)
            least, most = max(least, at_least), max(most, at_most)
    return drawn_to_exactly(i, draws, m) if is_open else best


@inlined
def drawn_to_exactly(i: int, draws: Double, m: Day) -> int:
    """The same where bounds leave it open."""
    best, most = NOBODY, -math.inf
    for v in range(m.memberships.shape[1]):
        if has(m.members[i].held, v):
            value = draw(m.memberships[i, v].expected, draws[v], m.p.membership.variety)
            if value > most:
                best, most = v, value
    return best


@inlined
def count_looking(first: int, last: int, looking: Int64, m: Day) -> None:
    """Count a day of who is on any platform, where each looks."""
    for i in range(first, last):
        here, platform = m.members[i].held > 0, m.members[i].platform
        m.memberships[i, platform].days += here
        looking[platform] += here


@inlined
def look_at(i: int, platform: int, m: Day) -> None:
    """Let person i look at a platform."""
    m.members[i].looks = 1 << platform
    m.members[i].platform = platform
