"""A survey of all followers: what trust there is in the market."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.records import COUNT_UNITS, FOLLOW_SLOTS, Creators, Follows, Tier
from sim.rules.trust import trust


@compiled
def mean_trust(follows: Follows, creators: Creators, p: Any) -> float:
    """Mean trust over all follow edges, 0 to 1; NaN where nobody follows anybody.

    Parameters
    ----------
    p
        Trust parameters.
    """
    total, edges = 0.0, 0
    for i in range(follows.creator.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = int(follows.creator[i, slot])
            if k < 0:
                break
            share = p.reputation_mass if creators.tier[k] == Tier.KOL.value else p.reputation
            total += trust(
                float(follows.met[i, slot]) / COUNT_UNITS,
                float(follows.broken[i, slot]) / COUNT_UNITS,
                share * float(creators.pool_met[k]),
                share * float(creators.pool_broken[k]),
            )
            edges += 1
    return total / edges if edges > 0 else float("nan")
