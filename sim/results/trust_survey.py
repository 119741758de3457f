"""A survey of all followers: what trust there is in the market."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arrays import Double
from sim.compilation import compiled
from sim.day import Day
from sim.engine.threads import Threads, stretches
from sim.ranges import COUNT_UNITS
from sim.records import Table
from sim.rules.trust import trust
from sim.state.creators import Creator, Tier
from sim.state.people import FOLLOW_SLOTS, Follow

CONSUMERS = 1 << 12  # of one task
TASKS = 32  # whose answers are kept at a time


def mean_trust(write: Any, m: Day, threads: Threads) -> float:
    """Mean trust over all follow edges, 0 to 1; NaN where nobody follows anybody.

    It is summed in the order of the consumers, so that the result does not depend on the threads.

    Parameters
    ----------
    write
        `write_trust`, with the rules that a researcher chose.
    threads
        Who share the work.
    """

    def ask(first: int, last: int) -> Double:
        answers = np.empty((last - first) * FOLLOW_SLOTS)
        return answers[: write(first, last, m.follows, m.creators, m.p.trust, answers)]

    total, edges = 0.0, 0
    cuts = stretches(0, len(m.follows), CONSUMERS)
    for begin in range(0, len(cuts) - 1, TASKS):
        for answers in threads.over(cuts[begin : begin + TASKS + 1], ask):
            total = add_up(total, answers)
            edges += len(answers)
    return total / edges if edges else float("nan")


@compiled
def add_up(total: float, answers: Double) -> float:
    """A total and some answers, added one after the other."""
    for n in range(answers.shape[0]):
        total += answers[n]
    return total


@compiled
def write_trust(
    first: int, last: int, follows: Table[Follow], creators: Table[Creator], p: Any, answers: Double
) -> int:  # fmt: skip
    """Write down the trust of consumers ``first`` to ``last - 1`` in each creator whom they follow; returns how many.

    Parameters
    ----------
    p
        Numbers of trust.
    """
    edges = 0
    for i in range(first, last):
        for slot in range(FOLLOW_SLOTS):
            edge = follows[i, slot]
            if edge.creator < 0:
                break
            creator = creators[edge.creator]
            share = p.reputation_mass if creator.tier == Tier.KOL.value else p.reputation
            answers[edges] = trust(
                edge.met / COUNT_UNITS, edge.broken / COUNT_UNITS, share * creator.pool_met, share * creator.pool_broken
            )
            edges += 1
    return edges
