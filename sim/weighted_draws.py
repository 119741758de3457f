"""Weighted draws: which entry of a cumulative distribution, whose last weight is 1, a draw falls on."""

from __future__ import annotations

from sim.arrays import Double, Int16
from sim.compilation import compiled, inlined
from sim.day import GUIDE

SHORT = 32  # entries that are counted through rather than bisected


@inlined
def place(u: float, cumulative: Double) -> int:
    """Index of the first cumulative weight above u."""
    low = 0
    high = cumulative.shape[0] - 1
    while high - low > SHORT:
        middle = (low + high) // 2
        if u < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    index = low
    for position in range(low, high):  # counted without branches, which could not be foreseen
        index += u >= cumulative[position]
    return index


@inlined
def guided(u: float, guide: Int16, cumulative: Double) -> int:
    """Index of the first cumulative weight above u, as `place`, found from a guide (Chen & Asau 1974)."""
    index = int(guide[int(u * GUIDE)])
    while index < cumulative.shape[0] - 1 and u >= cumulative[index]:
        index += 1
    return index


@compiled
def write_guide(cumulative: Double, guide: Int16) -> None:
    """Write where the search begins in a cumulative distribution for each of GUIDE parts of (0, 1)."""
    index = 0
    for part in range(GUIDE):
        while index < cumulative.shape[0] - 1 and part / GUIDE >= cumulative[index]:
            index += 1
        guide[part] = index
