"""Claiming: what a creator says that a product is worth."""

from __future__ import annotations

import math

from sim.agents.knowing import key_of
from sim.agents.memory import is_used, memory_slot
from sim.compilation import inlined
from sim.day import Day
from sim.draw_numbers import PER_NORMAL, ClaimDraw
from sim.draws import Stream, normal_of, uniform
from sim.rules.content import claim

LEAST_PRECISION = 1e-12


@inlined
def claim_of(k: int, product: int, paid: bool, m: Day) -> tuple[float, float]:
    """What creator k says that a product is worth, and the variance of that; no claim (NaN) from a brand.

    Own use tells a creator what a product is worth, better if it is used often; others tell the brand's word.
    """
    creator = m.creators[k]
    if creator.brand >= 0:
        return math.nan, 0.0
    i, goods = creator.consumer, m.products[product]
    slot = memory_slot(i, product, m)
    if is_used(i, slot, m):
        memory = m.memories[i, slot]
        known, noise = memory.evidence / max(memory.precision, LEAST_PRECISION), m.p.variance.use / memory.used
    else:
        key, who = m.keys[Stream.CLAIM], key_of(creator)
        u = uniform(key, 0, who, ClaimDraw.HEARSAY + PER_NORMAL * product)
        error = normal_of(u, uniform(key, 0, who, ClaimDraw.HEARSAY_TOO + PER_NORMAL * product))
        known, noise = goods.quality + m.p.belief.hearsay * error, m.p.variance.hearsay
    return claim(known, paid, creator.integrity, m.p.creators), noise
