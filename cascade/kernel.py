"""The compiled part of a cascade: from adopter to adopter.

All compiled functions stand in this one file, with the constants they read: numba's cache sees a change of a file that
it compiled, not of another that this one calls.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compilation import compiled, inlined
from sim.compilation.prefetch import prefetch_for_reading
from sim.draws import MOST_FIRST, bits, uniform
from sim.graphs.graph import Graph
from sim.records import structured

ROW = (1 << 31) - 1  # `x & ROW` is x, and tells the compiler that it is no negative index, which saves it a case

CONSTANT, BY_TIE, LINEAR, COUNTED = range(4)
TIE_BITS = 28
TIE_MASK = MOST_FIRST - 1
DRAWS = 1 << 32
GUIDES = 1 << 10
GUIDE_SHIFT = 22
WORD = 64  # people to a number of `Room.adopted`
BLOCK = 1 << 10  # runs whose seeds are looked at together
AHEAD = 4  # adopters before whose turn their friends are fetched
ADOPTER = structured([(name, np.int32) for name in ("person", "parent", "step", "below")])


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
    queue: NDArray[Any]  # adopters, each an `ADOPTER`; one place more than there are people
    heard_in: NDArray[np.int32]  # by person: 1 + the last run in which a word was heard
    lacking: NDArray[np.int32]  # by person: words still missing in it
    rows: NDArray[np.int64]  # runs of a block that do not end with their seed


def room_for(graph: Graph, contagion: Contagion) -> Room:
    """Scratch memory for cascades on a graph; what need not be zero is not touched before it is used."""
    people = len(graph.offsets) - 1
    hearing = people if contagion.kind in (LINEAR, COUNTED) else 0
    return Room(
        np.zeros(people // WORD + 1, np.uint64),
        np.empty(people + 1, ADOPTER),
        np.zeros(hearing, np.int32),
        np.empty(hearing, np.int32),
        np.empty(BLOCK, np.int64),
    )


@compiled
def spread_all(
    first_run: int, roots: NDArray[np.int64], graph: Graph, contagion: Contagion, room: Room, out: Cascades
) -> None:
    """Run a cascade from each row of ``roots``, and note what became of it."""
    for start in range(0, roots.shape[0], BLOCK):
        end = min(start + BLOCK, roots.shape[0])
        for row in range(start, end):
            out.size[row], out.depth[row], out.direct[row], out.virality[row] = 1, 0, 0, math.nan
        for place in range(_followed(first_run + start, roots[start:end], graph, contagion, room.rows)):
            row = start + room.rows[place]
            size, direct = _spread_once(first_run + row, roots[row], graph, contagion, room)
            out.size[row] = size
            out.direct[row] = direct
            if size:
                out.depth[row] = room.queue[size - 1].step
            distance = _clear(size, room)
            if size > 1 and roots.shape[1] == 1:
                out.virality[row] = distance / (0.5 * size * (size - 1.0))


@inlined
def _followed(
    first_run: int, roots: NDArray[np.int64], graph: Graph, contagion: Contagion, rows: NDArray[np.int64]
) -> int:
    """How many runs may go beyond their seeds; they are listed in ``rows``.

    Most cascades end with their seed. These are told apart for many runs at a time, without a branch that a processor
    would have to guess.
    """
    count = 0
    for row in range(roots.shape[0]):
        rows[count] = row
        if contagion.kind == CONSTANT and roots.shape[1] == 1:
            person = roots[row, 0] & ROW
            tie = graph.offsets[person]
            draw = np.int64(bits(contagion.key, tie >> TIE_BITS, tie & TIE_MASK, first_run + row))
            count += draw >= contagion.none[graph.offsets[person + 1] - tie]
        else:
            count += 1
    return count


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
        size = _adopt(root, -1, 0, size, graph, room)
    seeds, direct, place = size, 0, 0
    while place < size:
        later = room.queue[min(place + AHEAD, size - 1)].person & ROW
        prefetch_for_reading(graph.friends, graph.offsets[later])
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
def _adopt(person: int, parent: int, step: int, size: int, graph: Graph, room: Room) -> int:
    """Add an adopter, unless already one; returns how many there are.

    Whoever already is one is written, too, in a place that the next will take: a processor could not guess who is.
    """
    word, bit = room.adopted[person // WORD], np.uint64(person % WORD)
    room.adopted[person // WORD] = word | np.uint64(1) << bit
    adopter = room.queue[size & ROW]
    adopter.person = person
    adopter.parent = parent
    adopter.step = step
    adopter.below = 1
    prefetch_for_reading(graph.offsets, person)
    return size + int(not word >> bit & np.uint64(1))


@inlined
def _persuade(run: int, place: int, size: int, graph: Graph, contagion: Contagion, room: Room) -> int:
    """From success to success: the number of failures before one is drawn, from a table of its distribution.

    The guide says where in the table to begin (Chen & Asau 1974).
    """
    person = room.queue[place & ROW].person & ROW
    tie, end, step = graph.offsets[person], graph.offsets[person + 1], room.queue[place & ROW].step + 1
    while tie < end:
        draw = np.int64(bits(contagion.key, tie >> TIE_BITS, tie & TIE_MASK, run))
        failures = np.int64(contagion.guide[draw >> GUIDE_SHIFT])
        while failures < end - tie and draw < contagion.none[failures + 1]:
            failures += 1
        tie += failures
        if tie < end:
            size = _adopt(graph.friends[tie] & ROW, place, step, size, graph, room)
        tie += 1
    return size


@inlined
def _persuade_by_tie(run: int, place: int, size: int, graph: Graph, contagion: Contagion, room: Room) -> int:
    person = room.queue[place & ROW].person & ROW
    for tie in range(graph.offsets[person], graph.offsets[person + 1]):
        if uniform(contagion.key, tie >> TIE_BITS, tie & TIE_MASK, run) < contagion.probability[tie]:
            size = _adopt(graph.friends[tie] & ROW, place, room.queue[place & ROW].step + 1, size, graph, room)
    return size


@inlined
def _add_words(run: int, place: int, size: int, graph: Graph, contagion: Contagion, room: Room) -> int:
    """Every friend lacks one word less; the first word settles how many it takes in this run."""
    person = room.queue[place & ROW].person & ROW
    for tie in range(graph.offsets[person], graph.offsets[person + 1]):
        friend = graph.friends[tie] & ROW
        if room.heard_in[friend] != run + 1:
            room.heard_in[friend] = run + 1
            room.lacking[friend] = _enough(run, friend, graph, contagion)
        room.lacking[friend] -= 1
        if room.lacking[friend] == 0:
            size = _adopt(friend, place, room.queue[place & ROW].step + 1, size, graph, room)
    return size


@inlined
def _enough(run: int, person: int, graph: Graph, contagion: Contagion) -> int:
    if contagion.kind == COUNTED:
        return contagion.enough[person]
    threshold = uniform(contagion.key, 0, person, run)
    return math.ceil(threshold * (graph.offsets[person + 1] - graph.offsets[person]))


@inlined
def _clear(size: int, room: Room) -> float:
    """Forget who adopted; returns the sum of distances between two adopters in the tree below a single seed.

    That is the sum over ties of s (n - s), where cutting the tie leaves s of n adopters on one side (Mohar & Pisanski
    1988).
    """
    distance = 0.0
    for place in range(size - 1, -1, -1):
        adopter = room.queue[place]
        inside = adopter.below
        room.adopted[(adopter.person & ROW) // WORD] = 0
        room.queue[max(adopter.parent, 0)].below += inside
        distance += float(inside) * float(size - inside)
    return distance
