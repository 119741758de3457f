"""Tastes: what a product is worth to one person more than to another, drawn anew whenever it is asked for."""

from __future__ import annotations

import math

import numpy as np

from sim.compilation import compiled, inlined
from sim.draw_numbers import PER_NORMAL, MatchDay
from sim.draws import normal_at_most, normal_of, uniform


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
    return shared_match(group, product, likeness, key) + own_match(i, product, likeness, key)


@compiled
def shared_match(group: int, product: int, likeness: float, key: np.uint64) -> float:
    """The part of a match that a group shares."""
    u, v = _two(MatchDay.GROUP, group, product, key)
    return math.sqrt(likeness) * normal_of(u, v)


@compiled
def own_match(i: int, product: int, likeness: float, key: np.uint64) -> float:
    """The part of a match that is person i's own."""
    u, v = own_draws(i, product, key)
    return math.sqrt(1.0 - likeness) * normal_of(u, v)


@compiled
def own_match_at_most(u: float, v: float, likeness: float) -> float:
    """Cheap upper bound of `own_match`, from its draws."""
    return math.sqrt(1.0 - likeness) * normal_at_most(u, v)


@inlined
def own_draws(i: int, product: int, key: np.uint64) -> tuple[float, float]:
    """The draws of person i's own part of a match."""
    return _two(MatchDay.PERSON, i, product, key)


@inlined
def _two(day: int, who: int, product: int, key: np.uint64) -> tuple[float, float]:
    """The two uniform draws of a normal one."""
    draw = PER_NORMAL * product
    return uniform(key, day, who, draw), uniform(key, day, who, draw + 1)
