"""Whom a tie is made with: somebody of the same group, or anybody, in proportion to weight."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compilation import allocating, compiled
from sim.draw_numbers import PER_ATTEMPT, PER_PART, PER_STEP, GraphDay, RewiredDraw, TieDraw
from sim.draws import MOST_FIRST, uniform

ATTEMPTS = 100
"""Draws of a tie inside a group before it may be made with anybody, and of that before there is no room."""

GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
HALF = np.uint64(32)


class Pool(NamedTuple):
    """Lots of people, sorted by group: to draw a lot from all or from one group is to draw a person by weight."""

    lots: NDArray[np.int32]
    """Shape (lots,): each person as often as their weight says."""
    starts: NDArray[np.int64]
    """Shape (groups + 1,): where the lots of each group begin."""
    group: NDArray[np.int32]
    """Shape (N,): group of each person."""


def pool_of(group: NDArray[np.integer], weights: NDArray[np.int64] | None = None) -> Pool:
    """Pool of everybody with whole weights, all 1 if not given."""
    order = np.argsort(group, kind="stable")
    lots = order if weights is None else np.repeat(order, weights[order])
    starts = np.concatenate(([0], np.cumsum(np.bincount(group, weights)))).astype(np.int64)
    return Pool(lots.astype(np.int32), starts, group.astype(np.int32))


def power_law_weights(draws: NDArray[np.float64], mean: float, exponent: float, largest: float) -> NDArray[np.float64]:
    """Weights with density w**-exponent up to the largest, whose expectation is the mean (below the largest)."""
    from scipy.optimize import brentq  # takes a third of the model's time to import, and few graphs need it

    tail = exponent - 1

    def excess(least: float) -> float:
        inside = -math.expm1(tail * math.log(least / largest))
        inside_mean = -math.expm1((tail - 1) * math.log(least / largest))
        return least * tail / (tail - 1) * inside_mean / inside - mean

    least = brentq(excess, 1e-9 * mean, largest * (1 - 1e-9))
    return least * (1 - draws * (1 - (least / largest) ** tail)) ** (-1 / tail)


@allocating
def anyone(u: float, pool: Pool) -> int:
    """Person drawn from all by a uniform draw."""
    return int(pool.lots[int(u * len(pool.lots))])


@allocating
def kindred(u: float, person: int, pool: Pool) -> int:
    """Person drawn from the group of the one named, perhaps the same, by a uniform draw."""
    group = int(pool.group[person])
    begin, end = int(pool.starts[group]), int(pool.starts[group + 1])
    return int(pool.lots[begin + int(u * (end - begin))])


@allocating
def drawn_ties(key: np.uint64, count: int, homophily: float, pool: Pool, slots: NDArray[np.int64]) -> int:
    """Add new ties, with probability h inside a group, else between any two people; returns how many found room."""
    for tie in range(count):
        alike = draw_of_tie(key, tie, TieDraw.ALIKE) < homophily
        if not _new_tie(key, tie, alike, pool, slots):
            return tie
    return count


@allocating
def block_ties(
    key: np.uint64, count: int, homophily: float, pools: tuple[Pool, Pool, Pool], slots: NDArray[np.int64]
) -> int:
    """As `drawn_ties`, with homophily of interest and of city tier; pools by interest, by tier and by both."""
    by_interest, by_tier, by_block = pools
    for tie in range(count):
        same_interest = draw_of_tie(key, tie, TieDraw.ALIKE) < homophily
        same_tier = draw_of_tie(key, tie, TieDraw.SAME_TIER) < homophily
        pool = by_block
        if same_interest != same_tier:
            pool = by_interest if same_interest else by_tier
        if not _new_tie(key, tie, same_interest or same_tier, pool, slots):
            return tie
    return count


@compiled
def draw_of_tie(key: np.uint64, tie: int, which: int) -> float:
    """One of the uniform draws of a new tie, of which a large market has more than a draw has room for agents."""
    return uniform(key, GraphDay.DRAWN + PER_PART * (tie // MOST_FIRST), tie % MOST_FIRST, which)


@allocating
def _new_tie(key: np.uint64, tie: int, alike: bool, pool: Pool, slots: NDArray[np.int64]) -> bool:
    """Draw both ends until they make a new tie, at last without regard to groups."""
    for attempt in range(2 * ATTEMPTS):
        i = anyone(draw_of_tie(key, tie, TieDraw.ONE + PER_ATTEMPT * attempt), pool)
        u = draw_of_tie(key, tie, TieDraw.OTHER + PER_ATTEMPT * attempt)
        j = kindred(u, i, pool) if alike and attempt < ATTEMPTS else anyone(u, pool)
        if add_tie(i, j, len(pool.group), slots):
            return True
    return False


@allocating
def new_friend(key: np.uint64, person: int, which: int, homophily: float, pool: Pool, slots: NDArray[np.int64]) -> bool:
    """Draw another end for tie number ``which`` of a person until it is new, at last without regard to groups."""
    draw = PER_STEP * which
    alike = uniform(key, GraphDay.REWIRED, person, draw + RewiredDraw.ALIKE) < homophily
    for attempt in range(2 * ATTEMPTS):
        u = uniform(key, GraphDay.REWIRED, person, draw + RewiredDraw.FRIEND + attempt)
        friend = kindred(u, person, pool) if alike and attempt < ATTEMPTS else anyone(u, pool)
        if add_tie(person, friend, len(pool.group), slots):
            return True
    return False


def room_for(ties: int) -> NDArray[np.int64]:
    """Empty hash set for so many ties, open addressing with linear probing; -1 marks a free slot."""
    return np.full(ties + ties // 2 + 8, -1, dtype=np.int64)


@allocating
def add_tie(i: int, j: int, consumers: int, slots: NDArray[np.int64]) -> bool:
    """Put the tie into the set as the number u N + v, u < v; False where it is there or i is j."""
    if i == j:
        return False
    code = min(i, j) * consumers + max(i, j)
    mixed = (np.uint64(code) * GOLDEN) >> HALF  # Fibonacci hashing (Knuth 1973)
    slot = np.int64((mixed * np.uint64(len(slots))) >> HALF)
    while slots[slot] >= 0:
        if slots[slot] == code:
            return False
        slot = (slot + 1) % len(slots)
    slots[slot] = code
    return True
