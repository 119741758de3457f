"""The friendship graph: how it is stored, and how it is made of ties."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compilation import allocating


class Graph(NamedTuple):
    """Undirected friendships in compressed sparse rows; every tie is stored at both of its ends."""

    offsets: NDArray[np.int64]
    """Shape (N + 1,): the friends of person i are ``friends[offsets[i]:offsets[i + 1]]``."""
    friends: NDArray[np.int32]
    """Shape (2 x ties,): rising within a row, nobody twice, nobody their own friend."""


def from_ties(consumers: int, u: ArrayLike, v: ArrayLike) -> Graph:
    """Graph of given ties, whichever way round and however often each is named.

    Parameters
    ----------
    consumers
        Number of people, N, at least 1.
    u, v
        Ends of the ties, integers from 0 to N - 1, shape (ties,). Ties of a person to themselves are dropped.

    Raises
    ------
    ValueError
        If the ends differ in number or name somebody outside 0 .. N - 1.
    """
    one, other = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"ends of shape {one.shape} and {other.shape}: expected two vectors of one length")
    low, high = np.minimum(one, other), np.maximum(one, other)
    if consumers < 1 or (low.size and (low.min() < 0 or high.max() >= consumers)):
        raise ValueError(f"ends of ties: expected integers from 0 to {consumers - 1}")
    return rows_of(consumers, _sorted_once(np.where(low < high, low * consumers + high, -1)))


def digest(graph: Graph) -> str:
    """SHA-256 of who is a friend of whom, in hexadecimal."""
    found = hashlib.sha256(np.ascontiguousarray(graph.offsets).data)
    found.update(np.ascontiguousarray(graph.friends).data)
    return found.hexdigest()


# A tie of u < v travels as the number u N + v; -1 stands for a tie of somebody to themselves.


def _sorted_once(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    codes = np.sort(codes)
    fresh = codes >= 0
    fresh[1:] &= codes[1:] != codes[:-1]
    return codes[fresh]


@allocating
def rows_of(consumers: int, codes: NDArray[np.int64]) -> Graph:
    """Rows of sorted codes by counting: as u rises, row v fills with its lower friends, row u with its higher."""
    lower = np.zeros(consumers, dtype=np.int64)
    offsets = np.zeros(consumers + 1, dtype=np.int64)
    for code in codes:
        u, v = int(code) // consumers, int(code) % consumers
        lower[v] += 1
        offsets[u + 1] += 1
        offsets[v + 1] += 1
    for i in range(consumers):
        offsets[i + 1] += offsets[i]
    next_low = offsets[:-1].copy()
    next_high = next_low + lower
    friends = np.empty(2 * len(codes), dtype=np.int32)
    for code in codes:
        u, v = int(code) // consumers, int(code) % consumers
        friends[next_high[u]] = v
        next_high[u] += 1
        friends[next_low[v]] = u
        next_low[v] += 1
    return Graph(offsets, friends)
