"""Match: what a product is worth to one person more than to another; it lasts, and is drawn anew whenever asked for."""

from __future__ import annotations

import math

from sim.compilation import inlined
from sim.day import Day
from sim.draw_numbers import PER_PRODUCT, ExperienceDraw
from sim.draws import Stream, normal_of, uniform
from sim.tastes import own_match


@inlined
def match(i: int, product: int, m: Day) -> float:
    """Match ξ of person i and a product."""
    spread = math.sqrt(m.p.match[m.products[product].category])
    own = own_match(i, product, m.p.belief.likeness, m.keys[Stream.MATCH])
    return spread * (m.shared[m.people[i].group, product] + own)


@inlined
def worth(i: int, product: int, m: Day) -> float:
    """What a product is worth to person i, u = q + ξ: nobody knows it, use tells it with noise."""
    return m.products[product].quality + match(i, product, m)


@inlined
def use(i: int, product: int, day: int, m: Day) -> float:
    """What person i experiences of a product: its worth, and the chance of one use of it, keyed by a day."""
    key, draw = m.keys[Stream.EXPERIENCE], PER_PRODUCT * product
    u = uniform(key, day, i, ExperienceDraw.USE + draw)
    chance = normal_of(u, uniform(key, day, i, ExperienceDraw.USE_TOO + draw))
    return worth(i, product, m) + m.p.experience.noise * chance
