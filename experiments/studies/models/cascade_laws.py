"""Exact distributions of cascades: trees, rings, complete graphs, and any small graph by enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray


def tree_sizes(branching: int, p: float | Sequence[float], depth: int, most: int) -> NDArray[np.float64]:
    """Sizes of the independent cascade from the root of a regular tree, by the recursion of Galton and Watson.

    With ``T_0(z) = z`` and ``T_g(z) = z (1 − p + p T_{g−1}(z))^d`` the coefficient of z^n in T_depth is the probability
    of n adopters.

    Parameters
    ----------
    branching, depth
        Children of each node, d, and generations below the root.
    p
        Probability that a word succeeds; or one for each generation, from the last on.
    most
        Largest size asked for.

    Returns
    -------
    ndarray, shape (most + 1,)
        Probability of each size from 0; what is missing to 1 belongs to larger ones.
    """
    sizes = np.zeros(most + 1)
    sizes[1] = 1.0
    for succeeds in [p] * depth if isinstance(p, float) else p:
        child = succeeds * sizes
        child[0] += 1 - succeeds
        power = np.eye(1, most + 1)[0]
        for _ in range(branching):
            power = np.convolve(power, child)[: most + 1]
        sizes = np.append(0.0, power[:-1])
    return sizes


def endless_tree_size(size: int, branching: int, p: float) -> float:
    """Probability of a size on a tree without end: ``Binomial(n − 1; n d, p) / n`` (Otter 1949; Dwass 1969)."""
    draws = size * branching
    return comb(draws, size - 1) * p ** (size - 1) * (1 - p) ** (draws - size + 1) / size


def ring_sizes(most: int) -> NDArray[np.float64]:
    """Sizes of the linear threshold cascade from one person of a long ring, ``n / 2^(n+1)``; shape (most + 1,).

    A neighbour has two friends, so that one word suffices with probability one half: on either side the run of
    adopters is geometric.
    """
    n = np.arange(most + 1)
    return np.asarray(n / 2.0 ** (n + 1))


def complete_sizes(people: int) -> NDArray[np.float64]:
    """Sizes of the linear threshold cascade from one person where everybody knows everybody; shape (people + 1,).

    Each of the others leans on one person drawn at random (Kempe, Kleinberg & Tardos 2003, section 2.2), so adopters
    form a random tree on the first: of the ``(n−1)^(n−1)`` ways to lean, ``C(n−1, k−1) k^(k−2) (n−k−1)^(n−k)`` have k
    adopters, by Cayley's count of trees.
    """
    n = people
    ways = [comb(n - 1, k - 1) * k ** max(k - 2, 0) * (n - k - 1) ** (n - k) for k in range(1, n + 1)]
    total = (n - 1) ** (n - 1)
    return np.array([0.0] + [way / total for way in ways])


def reached(people: int, arcs: NDArray[np.int64], live: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Bit set of those whom person 0 reaches over live arcs.

    Parameters
    ----------
    people
        How many, below 63.
    arcs
        From whom to whom, shape (arcs, 2).
    live
        Which arcs are, shape (cases, arcs).
    """
    at = np.ones(len(live), np.int64)
    for _ in range(people):
        for place, (teller, told) in enumerate(arcs):
            at |= np.where(live[:, place] & (at >> teller & 1 == 1), 1 << int(told), 0)
    return at


def cascade_sets(people: int, arcs: ArrayLike, p: float) -> NDArray[np.float64]:
    """Probability of each set of adopters of the independent cascade from person 0, over all subgraphs of live arcs.

    Returns
    -------
    ndarray, shape (2 ** people,)
        By bit set.
    """
    ties = np.asarray(arcs, np.int64)
    live = (np.arange(1 << len(ties))[:, None] >> np.arange(len(ties)) & 1).astype(bool)
    weight = np.prod(np.where(live, p, 1 - p), axis=1)
    return np.asarray(np.bincount(reached(people, ties, live), weight, 1 << people), float)


def threshold_sets(people: int, arcs: ArrayLike) -> NDArray[np.float64]:
    """As `cascade_sets`, of the linear threshold model with equal weights: each has one live arc of theirs."""
    ties = np.asarray(arcs, np.int64)
    choices = [np.flatnonzero(ties[:, 1] == person) for person in range(people)]
    cases = np.array(list(product(*choices)))
    live = np.zeros((len(cases), len(ties)), bool)
    np.put_along_axis(live, cases, True, axis=1)
    alike = np.full(len(cases), 1 / len(cases))
    return np.asarray(np.bincount(reached(people, ties, live), alike, 1 << people), float)
