"""Loyalty: the ladder from a trial to a habit (Oliver 1999)."""

from __future__ import annotations

from enum import IntEnum

from sim.compiled import compiled
from sim.parameters import Experience


class Loyalty(IntEnum):
    """How attached a consumer is to a product."""

    TRIAL = 0
    APPROVAL = 1
    HABIT = 2


@compiled
def stage(satisfying_in_a_row: int, p: Experience) -> int:
    """Stage of loyalty after a run of satisfying purchases; a disappointment starts the run anew."""
    if satisfying_in_a_row >= p.habit_purchases:
        return Loyalty.HABIT.value
    return Loyalty.APPROVAL.value if satisfying_in_a_row >= 1 else Loyalty.TRIAL.value
