"""Contagion without a market: many independent cascades of adoption on a friendship graph, fast.

Who adopts tells all friends, once, a step later; nothing else happens. What a word does is a `Contagion`: it succeeds
with a probability (independent cascade, Goldenberg, Libai & Muller 2001), or it adds to the words of other friends
until there are enough (linear threshold, Granovetter 1978). These are limits of the market with the rules of
`sim.rules.adoption`: with the same thresholds the same people adopt, a step for a day.

Luck is keyed as everywhere (`sim.draws`): whether the word along a tie succeeds in a run depends on seed, run and tie
alone, and a person's threshold on seed, run and person. Two sets of seeds in the same run therefore meet the same luck,
and a larger set is never worse. Where all ties have one probability, the number of ties to the next success is drawn,
not every tie: the work is proportional to the adopters and their successes. Then a higher probability draws other
successes, not further ones; with a probability for each tie, equal or not, runs are monotone in it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import compiled, inlined
from sim.draws import MOST_FIRST, MOST_SECOND, Stream, bits, stream_keys, uniform
from sim.graph import Graph

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
    """Of the stream of luck under the seed."""
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


class Tree(NamedTuple):
    """Who adopted in one run, in order of step; arrays of shape (adopters,)."""

    person: NDArray[np.int64]
    parent: NDArray[np.int64]
    """Row, here, of the friend whose word succeeded; -1 for a seed."""
    step: NDArray[np.int64]


class Room(NamedTuple):
    """Scratch memory of a run, for N people."""

    adopted: NDArray[np.uint64]  # a bit for each person; cleared after each run
    order: NDArray[np.int32]  # adopters, and their columns
    parent: NDArray[np.int32]
    step: NDArray[np.int32]
    below: NDArray[np.int32]
    heard_in: NDArray[np.int32]  # by person: 1 + the last run in which a word was heard
    lacking: NDArray[np.int32]  # by person: words still missing in it


NO_NUMBERS = np.empty(0)
NO_COUNTS = np.empty(0, np.int64)
NO_GUIDE = np.empty(0, np.int32)


def independent_cascade(graph: Graph, probability: ArrayLike, seed: int) -> Contagion:
    """Every adopter's word persuades each friend with a probability, once.

    Parameters
    ----------
    graph
        Who tells whom.
    probability
        From 0 to 1: one for all ties, or one for each end of each tie, shape (2 x ties,), in the order of
        `Graph.friends`: that at place n is of success when the person in whose row n lies tells ``friends[n]``.
    seed
        Seed of all luck, as that of a market.

    Raises
    ------
    ValueError
        If a probability is outside its range, or their number is wrong.
    """
    chances = np.asarray(probability, np.float64).reshape(-1)
    if np.ndim(probability) and len(chances) != len(graph.friends):
        raise ValueError(f"{len(chances)} probabilities: expected 1 or {len(graph.friends)}, one for each end of a tie")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError(f"probability {chances.min()} to {chances.max()}: expected 0 to 1")
    key = stream_keys(seed)[Stream.CASCADE]
    if np.ndim(probability):
        return Contagion(BY_TIE, key, chances, NO_COUNTS, NO_GUIDE, NO_COUNTS)
    most = int(np.diff(graph.offsets).max(initial=0))
    none = np.floor((1 - chances[0]) ** np.arange(most + 2) * DRAWS + 0.5).astype(np.int64)
    last = np.arange(1, GUIDES + 1) * (DRAWS // GUIDES) - 1
    guide = np.searchsorted(-none[1:], -last).astype(np.int32)
    return Contagion(CONSTANT, key, chances, none, guide, NO_COUNTS)


def linear_threshold(seed: int) -> Contagion:
    """A person adopts when the share of friends who have reaches a threshold, uniform from 0 to 1 and new in every run.

    The linear threshold model of Kempe, Kleinberg & Tardos (2003), with equal weights.

    Parameters
    ----------
    seed
        Seed of all luck.
    """
    return Contagion(LINEAR, stream_keys(seed)[Stream.CASCADE], NO_NUMBERS, NO_COUNTS, NO_GUIDE, NO_COUNTS)


def counted_threshold(enough: ArrayLike) -> Contagion:
    """A person adopts when so many friends have; nothing is left to luck.

    Parameters
    ----------
    enough
        Friends that suffice, shape (N,); 1 or more, since nobody adopts without a friend's word but the seeds.

    Raises
    ------
    ValueError
        If a number is below 1.
    """
    counts = np.asarray(enough, np.int64)
    if counts.min(initial=1) < 1:
        raise ValueError(f"enough={counts.min()}: expected at least 1")
    return Contagion(COUNTED, stream_keys(0)[Stream.CASCADE], NO_NUMBERS, NO_COUNTS, NO_GUIDE, counts)


def spread(graph: Graph, contagion: Contagion, seeds: ArrayLike) -> Cascades:
    """Run many cascades, one after the other on one thread.

    Parameters
    ----------
    graph
        Who tells whom.
    contagion
        What a word does.
    seeds
        Who adopts at the start of each run, rows of people, shape (runs, seeds); named twice counts once. The run's
        number is its row.

    Raises
    ------
    ValueError
        If somebody is not in the graph, or there are more than 2**24 runs.
    """
    roots = _checked(graph, contagion, seeds)
    runs = len(roots)
    size, depth, direct = (np.zeros(runs, np.int64) for _ in range(3))
    out = Cascades(size, depth, direct, np.full(runs, np.nan))
    with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
        _spread_all(roots, graph, contagion, _room(graph), out)
    return out


def tree(graph: Graph, contagion: Contagion, seeds: ArrayLike, run: int = 0) -> Tree:
    """Who adopts in one run, and through whom.

    Parameters
    ----------
    graph, contagion
        As in `spread`.
    seeds
        Who adopts at the start, shape (seeds,).
    run
        Number of the run, whose luck it has.
    """
    roots = _checked(graph, contagion, np.atleast_2d(np.asarray(seeds)))[0]
    room = _room(graph)
    with np.errstate(over="ignore"):
        size = _spread_one(run, roots, graph, contagion, room)
    return Tree(*(column[:size].astype(np.int64) for column in (room.order, room.parent, room.step)))


def _checked(graph: Graph, contagion: Contagion, seeds: ArrayLike) -> NDArray[np.int64]:
    people = len(graph.offsets) - 1
    roots = np.ascontiguousarray(seeds, np.int64)
    if roots.ndim != 2:
        raise ValueError(f"seeds of shape {roots.shape}: expected (runs, seeds)")
    if roots.size and not (roots.min() >= 0 and roots.max() < people):
        raise ValueError(f"seeds {roots.min()} to {roots.max()}: expected 0 to {people - 1}")
    if len(roots) > MOST_SECOND:
        raise ValueError(f"{len(roots)} runs: expected at most {MOST_SECOND}")
    if contagion.kind == COUNTED and len(contagion.enough) != people:
        raise ValueError(f"thresholds of {len(contagion.enough)} people: expected {people}")
    return roots


def _room(graph: Graph) -> Room:
    people = len(graph.offsets) - 1
    adopted = np.zeros(people // WORD + 1, np.uint64)
    return Room(adopted, *(np.zeros(people, np.int32) for _ in Room._fields[1:]))


@compiled
def _spread_all(roots: NDArray[np.int64], graph: Graph, contagion: Contagion, room: Room, out: Cascades) -> None:
    for run in range(roots.shape[0]):
        size, direct = _spread_once(run, roots[run], graph, contagion, room)
        out.size[run] = size
        out.direct[run] = direct
        if size:
            out.depth[run] = room.step[size - 1]
        if size > 1 and roots.shape[1] == 1:
            out.virality[run] = _mean_distance(size, room)
        for place in range(size):
            room.adopted[(room.order[place] & ROW) // WORD] = 0


@compiled
def _spread_one(run: int, roots: NDArray[np.int64], graph: Graph, contagion: Contagion, room: Room) -> int:
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
