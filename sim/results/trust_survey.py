"""A survey of all followers: what trust there is in the market."""

from __future__ import annotations

import math
from typing import Any

from sim.compilation import compiled
from sim.day import Day
from sim.engine.threads import BLOCK, Threads, stretches
from sim.ranges import COUNT_UNITS
from sim.records import Table
from sim.rules.trust import trust
from sim.state.creators import Creator, Tier
from sim.state.people import FOLLOW_SLOTS, Follow


def mean_trust(add: Any, m: Day, threads: Threads) -> float:
    """Mean trust over all follow edges, 0 to 1; NaN where nobody follows anybody.

    It is summed block by block of consumers, so that the result does not depend on the threads.

    Parameters
    ----------
    add
        `add_trust`, with the rules that a researcher chose.
    threads
        Who share the work.
    """

    def block(first: int, last: int) -> tuple[float, int]:
        total, edges = add(first, last, m.follows, m.creators, m.p.trust)
        return total, edges

    totals, edges = zip(*threads.over(stretches(0, len(m.follows), BLOCK), block), strict=True)
    return math.fsum(totals) / sum(edges) if sum(edges) else math.nan


@compiled
def add_trust(
    first: int, last: int, follows: Table[Follow], creators: Table[Creator], p: Any
) -> tuple[float, int]:  # fmt: skip
    """Trust of consumers ``first`` to ``last - 1`` in all whom they follow, added up; and how many these are.

    Parameters
    ----------
    p
        Numbers of trust.
    """
    total, edges = 0.0, 0
    for i in range(first, last):
        for slot in range(FOLLOW_SLOTS):
            edge = follows[i, slot]
            if edge.creator < 0:
                break
            creator = creators[edge.creator]
            share = p.reputation_mass if creator.tier == Tier.KOL else p.reputation
            total += trust(
                edge.met / COUNT_UNITS, edge.broken / COUNT_UNITS, share * creator.pool_met, share * creator.pool_broken
            )
            edges += 1
    return total, edges
