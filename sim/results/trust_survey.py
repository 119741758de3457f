"""A survey of all followers: what trust there is in the market."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.ranges import COUNT_UNITS
from sim.records import Table
from sim.rules.trust import trust
from sim.state.creators import Creator, Tier
from sim.state.people import FOLLOW_SLOTS, Follow


@compiled
def mean_trust(follows: Table[Follow], creators: Table[Creator], p: Any) -> float:
    """Mean trust over all follow edges, 0 to 1; NaN where nobody follows anybody.

    Parameters
    ----------
    p
        Numbers of trust.
    """
    total, edges = 0.0, 0
    for i in range(follows.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            edge = follows[i, slot]
            if edge.creator < 0:
                break
            creator = creators[edge.creator]
            share = p.reputation_mass if creator.tier == Tier.KOL.value else p.reputation
            total += trust(
                edge.met / COUNT_UNITS, edge.broken / COUNT_UNITS, share * creator.pool_met, share * creator.pool_broken
            )
            edges += 1
    return total / edges if edges > 0 else float("nan")
