"""The engine's graphs of people who are all alike: no groups, no cities, nothing but ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import graph as graphs
from sim.draws import stream_keys
from sim.graph import Graph


def small_world(people: int, mean_degree: float, seed: int, rewiring: float = 0.41) -> Graph:
    """Ring of neighbours with some ties rewired, as `sim.graph.small_world` draws it."""
    with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
        return graphs.small_world(people, mean_degree, rewiring, 0.0, _alike(people), _alike(people), stream_keys(seed))


def scale_free(people: int, mean_degree: float, seed: int, exponent: float = 2.3) -> Graph:
    """Ties by power-law weights, as `sim.graph.scale_free` draws them."""
    with np.errstate(over="ignore"):
        return graphs.scale_free(people, mean_degree, exponent, 0.0, _alike(people), stream_keys(seed))


def followed(graph: Graph, seed: int) -> Graph:
    """Followers in place of friends: everybody tells as many as before, but drawn from all, and is told by whomever.

    A row is then whom a person tells, and the graph directed, which `cascade` takes as it takes any. How many one
    tells and by how many one is told do not go together, as they do among friends.
    """
    who = np.random.default_rng(seed).integers(0, len(graph.offsets) - 1, len(graph.friends))
    return Graph(graph.offsets, who.astype(np.int32))


def _alike(people: int) -> NDArray[np.int64]:
    return np.zeros(people, np.int64)
