"""Roles: when a KOC has become a KOL, and when a creator is a mere consumer again."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Day
from sim.parameters import Parameters
from sim.records import NOBODY
from sim.state.creators import Tier
from sim.world.audience import pool_bounds


def kol_threshold(parameters: Parameters, population: int) -> int:
    """Audience that makes a creator a KOL: a share of the market, above any KOC's first pool, capped."""
    p = parameters.creators
    most_pool = pool_bounds(population, p.pool_least, p.pool_most)[1]
    return max(most_pool + 1, min(int(p.kol_threshold * population), p.kol_threshold_most))


@inlined
def change_roles(threshold: int, m: Day) -> None:
    """Make a KOL of every KOC whose audience has reached the threshold, and a mere consumer of who has left."""
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        if not creator.active and creator.consumer >= 0 and m.consumers[creator.consumer].creator == k:
            m.consumers[creator.consumer].creator = NOBODY
        if creator.tier == Tier.KOC and creator.audience >= threshold:
            creator.tier = Tier.KOL
