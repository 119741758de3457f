"""Sets of small numbers, of categories, platforms, tiers or slots: number n is in where bit n of an integer is 1."""

from __future__ import annotations

import numpy as np

from sim.compilation import compiled, inlined


@inlined
def has(members: int | np.unsignedinteger, number: int) -> bool:
    """Whether a number is in a set."""
    return int(members) >> number & 1 == 1


@compiled
def set_of(number: int) -> np.uint64:
    """The set of one number, below 64."""
    return np.uint64(1) << np.uint64(number)
