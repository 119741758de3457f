"""The engine's graphs of people who are all alike: no groups, no cities, nothing but ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import stream_keys
from sim.graphs import drawn
from sim.graphs.graph import Graph, from_ties


def small_world(people: int, mean_degree: float, seed: int, rewiring: float = 0.41) -> Graph:
    """Ring of neighbours with some ties rewired, as `sim.graphs.drawn.small_world` draws it."""
    with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
        return drawn.small_world(people, mean_degree, rewiring, 0.0, _alike(people), _alike(people), stream_keys(seed))


def scale_free(people: int, mean_degree: float, seed: int, exponent: float = 2.3) -> Graph:
    """Ties by power-law weights, as `sim.graphs.drawn.scale_free` draws them."""
    with np.errstate(over="ignore"):
        return drawn.scale_free(people, mean_degree, exponent, 0.0, _alike(people), stream_keys(seed))


def ties_of(graph: Graph) -> NDArray[np.int64]:
    """Ties, each once, with the lower row first; shape (ties, 2)."""
    one, other = np.repeat(np.arange(len(graph.offsets) - 1), np.diff(graph.offsets)), graph.friends.astype(np.int64)
    return np.stack([one, other], axis=1)[one < other]


def followed(graph: Graph, seed: int) -> Graph:
    """Followers in place of friends: everybody tells as many as before, but drawn from all, and is told by whomever.

    A row is then whom a person tells, and the graph directed, which `cascade` takes as it takes any. How many one
    tells and by how many one is told do not go together, as they do among friends.
    """
    who = np.random.default_rng(seed).integers(0, len(graph.offsets) - 1, len(graph.friends))
    return Graph(graph.offsets, who.astype(np.int32))


def divided(graph: Graph, status: float, seed: int) -> Graph:
    """The ties along which words pass: each with probability (fewer friends / more friends) ** status.

    Parameters
    ----------
    graph
        All ties.
    status
        0 leaves all; the higher, the less those with many friends and those with few have to say to each other.
    seed
        Of the draws of ties, the same for every status: a higher one leaves a part of what a lower one leaves.
    """
    degree, (one, other) = np.diff(graph.offsets), ties_of(graph).T
    ratio = np.minimum(degree[one], degree[other]) / np.maximum(degree[one], degree[other])
    kept = np.random.default_rng(seed).random(len(one)) < ratio**status
    return from_ties(len(degree), one[kept], other[kept])


def threshold_of(graph: Graph) -> float:
    """Probability at which an adopter persuades one more on average, where ties are made at random: ⟨k⟩ / ⟨k² − k⟩."""
    degree = np.diff(graph.offsets).astype(float)
    return float(degree.mean() / (degree**2 - degree).mean())


def _alike(people: int) -> NDArray[np.int64]:
    return np.zeros(people, np.int64)
