"""What makes a friend adopt: independent cascade, linear threshold, or a number of friends that suffices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cascade.kernel import BY_TIE, CONSTANT, COUNTED, DRAWS, GUIDES, LINEAR, Contagion
from sim.draws import Stream, stream_keys
from sim.graphs.graph import Graph

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
        Seed of all random numbers, as that of a market.

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
        Seed of all random numbers.
    """
    return Contagion(LINEAR, stream_keys(seed)[Stream.CASCADE], NO_NUMBERS, NO_COUNTS, NO_GUIDE, NO_COUNTS)


def counted_threshold(enough: ArrayLike) -> Contagion:
    """A person adopts when so many friends have; nothing is left to chance.

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
