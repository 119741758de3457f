"""Match: what a product is worth to one person more than to another; it lasts, and is drawn anew whenever asked for."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, inlined
from sim.day import Day
from sim.draws import Stream, normal_of, uniform

OF_PERSON, OF_GROUP = 0, 1  # in the place of the day


@compiled
def standard_match(i: int, group: int, product: int, likeness: float, key: np.uint64) -> float:
    """Match of person i and a product in standard deviations: a part that i's group shares, and a part of i's own.

    Parameters
    ----------
    group
        Group of person i.
    likeness
        Correlation of the matches of two people of one group.
    key
        Key of the stream of matches.
    """
    u, v = uniform(key, OF_GROUP, group, 2 * product), uniform(key, OF_GROUP, group, 2 * product + 1)
    shared = math.sqrt(likeness) * normal_of(u, v)
    u, v = uniform(key, OF_PERSON, i, 2 * product), uniform(key, OF_PERSON, i, 2 * product + 1)
    return shared + math.sqrt(1.0 - likeness) * normal_of(u, v)


@inlined
def match(i: int, product: int, m: Day) -> float:
    """Match ξ of person i and a product."""
    spread = math.sqrt(m.p.match[m.products[product].category])
    return spread * standard_match(i, m.people[i].group, product, m.p.belief.likeness, m.keys[Stream.MATCH])


@inlined
def worth(i: int, product: int, m: Day) -> float:
    """What a product is worth to person i, u = q + ξ: nobody knows it, use tells it with noise."""
    return m.products[product].quality + match(i, product, m)


@inlined
def use(i: int, product: int, day: int, m: Day) -> float:
    """What person i experiences of a product: its worth, and the luck of one use of it, keyed by a day."""
    key, draw = m.keys[Stream.EXPERIENCE], 4 * product
    luck = normal_of(uniform(key, day, i, draw), uniform(key, day, i, draw + 1))
    return worth(i, product, m) + m.p.experience.noise * luck
