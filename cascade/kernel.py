"""The compiled part of a cascade: from adopter to adopter.

All compiled functions stand in this one file, with the constants they read: numba's cache sees a change of a file that
it compiled, not of another that this one calls.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compilation import compiled, inlined
from sim.draws import MOST_FIRST, bits, uniform
from sim.graphs.graph import Graph

ROW = (1 << 31) - 1  # `x & ROW` is x, and tells the compiler that it is no negative index, which saves it a case

CONSTANT, BY_TIE, LINEAR, COUNTED = range(4)
TIE_BITS = 28
TIE_MASK = MOST_FIRST - 1
DRAWS = 1 << 32
GUIDES = 1 << 10
GUIDE_SHIFT = 22
WORD = 64  # people to a number of `Room.adopted`


class Contagion(NamedTuple):
    """What makes a friend adopt; from `independent_cascade`, `linear_threshold` or `counted_threshold`."""

    kind: int
    """`CONSTANT`, `BY_TIE`, `LINEAR` or `COUNTED`."""
    key: np.uint64
    """Of the stream of random numbers under the seed."""
    probability: NDArray[np.float64]
    """Of success along each tie, shape (2 x ties,) in the order of `Graph.friends`; shape (1,) where all are equal."""
    none: NDArray[np.int64]
    """How many of the 2**32 draws mean that none of so many equal ties succeeds, shape (largest degree + 2,)."""
    guide: NDArray[np.int32]
    """Fewest failures before a success among the draws that share their first ten bits, shape (1,024,)."""
    enough: NDArray[np.int64]
    """Friends that suffice, shape (N,); empty where that is not given."""


class Cascades(NamedTuple):
    """What became of each run; arrays of shape (runs,)."""

    size: NDArray[np.int64]
    """Adopters, seeds included."""
    depth: NDArray[np.int64]
    """Steps from the seeds to the last adopter."""
    direct: NDArray[np.int64]
    """Adopters one step from the seeds."""
    virality: NDArray[np.float64]
    """Structural virality: mean distance between two adopters in the tree of who was first to persuade whom (Goel,
    Anderson, Hofman & Watts 2016). NaN where nobody followed the seed, or where there is more than one seed."""


class Room(NamedTuple):
    """Scratch memory of a run, for N people."""

    adopted: NDArray[np.uint64]  # a bit for each person; cleared after each run
    order: NDArray[np.int32]  # adopters, and their columns
    parent: NDArray[np.int32]
    step: NDArray[np.int32]
    below: NDArray[np.int32]
    heard_in: NDArray[np.int32]  # by person: 1 + the last run in which a word was heard
    lacking: NDArray[np.int32]  # by person: words still missing in it


def room_for(graph: Graph) -> Room:
    """Scratch memory for cascades on a graph."""
    people = len(graph.offsets) - 1
    adopted = np.zeros(people // WORD + 1, np.uint64)
    return Room(adopted, *(np.zeros(people, np.int32) for _ in Room._fields[1:]))


@compiled
def spread_all(
    first_run: int, roots: NDArray[np.int64], graph: Graph, contagion: Contagion, room: Room, out: Cascades
) -> None:
    """Run a cascade from each row of ``roots``, and note what became of it."""
    for row in range(roots.shape[0]):
        size, direct = _spread_once(first_run + row, roots[row], graph, contagion, room)
        out.size[row] = size
        out.direct[row] = direct
        if size:
            out.depth[row] = room.step[size - 1]
        if size > 1 and roots.shape[1] == 1:
            out.virality[row] = _mean_distance(size, room)
        for place in range(size):
            room.adopted[(room.order[place] & ROW) // WORD] = 0


@compiled
def spread_one(run: int, roots: NDArray[np.int64], graph: Graph, contagion: Contagion, room: Room) -> int:
    """Run one cascade, which stays in the room; returns the number of adopters."""
    return _spread_once(run, roots, graph, contagion, room)[0]


@inlined
def _spread_once(run: int, roots: NDArray[np.int64], graph: Graph, contagion: Contagion, room: Room) -> tuple[int, int]:
    """Adopters, and those one step from the seeds; who they are stays in the room.

    First come, first served: whoever adopts joins the end of the queue, so that the steps rise along it.
    """
    size = 0
    for root in roots:
        size = _adopt(root, -1, 0, size, room)
    seeds, direct, place = size, 0, 0
    while place < size:
        if contagion.kind == CONSTANT:
            size = _persuade(run, place, size, graph, contagion, room)
        elif contagion.kind == BY_TIE:
            size = _persuade_by_tie(run, place, size, graph, contagion, room)
        else:
            size = _add_words(run, place, size, graph, contagion, room)
        place += 1
        if place == seeds:
            direct = size - seeds
    return size, direct


@inlined
def _adopt(person: int, parent: int, step: int, size: int, room: Room) -> int:
    """Add an adopter, unless already one; returns how many there are."""
    word = room.adopted[person // WORD]
    bit = np.uint64(1) << np.uint64(person % WORD)
    if word & bit:
        return size
    room.adopted[person // WORD] = word | bit
    room.order[size] = person
    room.parent[size] = parent
    room.step[size] = step
    return size + 1


@inlined
def _persuade(run: int, place: int, size: int, graph: Graph, contagion: Contagion, room: Room) -> int:
    """From success to success: the number of failures before one is drawn, from a table of its distribution.

    The guide says where in the table to begin (Chen & Asau 1974).
    """
    person = room.order[place] & ROW
    tie = graph.offsets[person]
    left = graph.offsets[person + 1] - tie
    while left > 0:
        draw = np.int64(bits(contagion.key, tie >> TIE_BITS, tie & TIE_MASK, run))
        failures = np.int64(contagion.guide[draw >> GUIDE_SHIFT])
        while failures < left and draw < contagion.none[failures + 1]:
            failures += 1
        left -= failures + 1
        if left >= 0:
            tie += failures
            size = _adopt(graph.friends[tie] & ROW, place, room.step[place] + 1, size, room)
            tie += 1
    return size


@inlined
def _persuade_by_tie(run: int, place: int, size: int, graph: Graph, contagion: Contagion, room: Room) -> int:
    person = room.order[place] & ROW
    for tie in range(graph.offsets[person], graph.offsets[person + 1]):
        if uniform(contagion.key, tie >> TIE_BITS, tie & TIE_MASK, run) < contagion.probability[tie]:
            size = _adopt(graph.friends[tie] & ROW, place, room.step[place] + 1, size, room)
    return size


@inlined
def _add_words(run: int, place: int, size: int, graph: Graph, contagion: Contagion, room: Room) -> int:
    """Every friend lacks one word less; the first word settles how many it takes in this run."""
    person = room.order[place] & ROW
    for tie in range(graph.offsets[person], graph.offsets[person + 1]):
        friend = graph.friends[tie] & ROW
        if room.heard_in[friend] != run + 1:
            room.heard_in[friend] = run + 1
            room.lacking[friend] = _enough(run, friend, graph, contagion)
        room.lacking[friend] -= 1
        if room.lacking[friend] == 0:
            size = _adopt(friend, place, room.step[place] + 1, size, room)
    return size


@inlined
def _enough(run: int, person: int, graph: Graph, contagion: Contagion) -> int:
    if contagion.kind == COUNTED:
        return contagion.enough[person]
    threshold = uniform(contagion.key, 0, person, run)
    return math.ceil(threshold * (graph.offsets[person + 1] - graph.offsets[person]))


@inlined
def _mean_distance(size: int, room: Room) -> float:
    """Sum over ties of s (n - s), where cutting the tie leaves s of n adopters on one side, over the number of pairs.

    Mohar & Pisanski (1988).
    """
    for place in range(size):
        room.below[place] = 1
    distance = 0.0
    for place in range(size - 1, 0, -1):
        inside = room.below[place]
        room.below[room.parent[place] & ROW] += inside
        distance += float(inside) * float(size - inside)
    return distance / (0.5 * size * (size - 1.0))
