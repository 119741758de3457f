"""Run cascades: what became of many, or who adopted in one and through whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cascade.kernel import COUNTED, Cascades, Contagion, room_for, spread_all, spread_one
from sim.draws import MOST_SECOND
from sim.graphs.graph import Graph


class Tree(NamedTuple):
    """Who adopted in one run, in order of step; arrays of shape (adopters,)."""

    person: NDArray[np.int64]
    parent: NDArray[np.int64]
    """Row, here, of the friend whose word succeeded; -1 for a seed."""
    step: NDArray[np.int64]


def spread(graph: Graph, contagion: Contagion, seeds: ArrayLike, first_run: int = 0) -> Cascades:
    """Run many cascades, one after the other on one thread.

    Parameters
    ----------
    graph
        Who tells whom.
    contagion
        What a word does.
    seeds
        Who adopts at the start of each run, rows of people, shape (runs, seeds); named twice counts once.
    first_run
        Number of the run in the first row; the others follow. A run's random numbers hang on its number alone: whoever
        divides runs among threads gives each thread the number of its first, so that no two runs share any.

    Raises
    ------
    ValueError
        If somebody is not in the graph, or a run's number is not from 0 to 2**24 - 1.

    Examples
    --------
    >>> ring = from_ties(100, np.arange(100), (np.arange(100) + 1) % 100)
    >>> law, seeds = independent_cascade(ring, 0.5, seed=1), np.zeros((1_000, 1), int)
    >>> whole = spread(ring, law, seeds).size
    >>> later = spread(ring, law, seeds[600:], first_run=600).size
    >>> bool((whole[600:] == later).all())
    True
    """
    roots = _checked(graph, contagion, seeds, first_run)
    size, depth, direct, virality = np.empty((4, len(roots)), np.int64)  # at one go, which the system gives sooner
    out = Cascades(size, depth, direct, virality.view(np.float64))
    with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
        spread_all(first_run, roots, graph, contagion, room_for(graph, contagion), out)
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
        Number of the run, on which its random numbers hang.
    """
    roots = _checked(graph, contagion, np.atleast_2d(np.asarray(seeds)), run)[0]
    room = room_for(graph, contagion)
    with np.errstate(over="ignore"):
        size = spread_one(run, roots, graph, contagion, room)
    return Tree(*(room.queue[column][:size].astype(np.int64) for column in Tree._fields))


def _checked(graph: Graph, contagion: Contagion, seeds: ArrayLike, first_run: int) -> NDArray[np.int64]:
    people = len(graph.offsets) - 1
    roots = np.ascontiguousarray(seeds, np.int64)
    if roots.ndim != 2:
        raise ValueError(f"seeds of shape {roots.shape}: expected (runs, seeds)")
    if roots.size and not (roots.min() >= 0 and roots.max() < people):
        raise ValueError(f"seeds {roots.min()} to {roots.max()}: expected 0 to {people - 1}")
    if first_run < 0 or first_run + len(roots) > MOST_SECOND:
        raise ValueError(f"runs {first_run} to {first_run + len(roots) - 1}: expected 0 to {MOST_SECOND - 1}")
    if contagion.kind == COUNTED and len(contagion.enough) != people:
        raise ValueError(f"thresholds of {len(contagion.enough)} people: expected {people}")
    return roots
