"""What a friendship graph looks like, in the measures by which real ones are described."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.compilation import allocating
from sim.graphs.graph import Graph


@dataclass(frozen=True)
class GraphStatistics:
    """Description of a friendship graph; shares and coefficients are plain numbers, not per cent."""

    consumers: int
    ties: int
    """Each counted once."""
    mean_degree: float
    median_degree: float
    max_degree: int
    clustering: float
    """Mean over people of the share of pairs of their friends who are friends (Watts & Strogatz 1998); 0 for people
    with fewer than two friends."""
    transitivity: float
    """Share of all pairs with a friend in common who are friends; nan where there is no such pair."""
    assortativity: float
    """Correlation of the degrees at the two ends of a tie (Newman 2002); nan where all ties join like degrees."""
    components: int
    """Isolated people are components of one."""
    largest_component_share: float
    """Share of people in it."""
    isolated: int


def describe(graph: Graph, sample: int | None = 100_000) -> GraphStatistics:
    """Measure a graph.

    Parameters
    ----------
    graph
        Of at least one person.
    sample
        People, evenly spaced over the rows, on whom clustering and transitivity are measured; all when None or when
        there are no more. Everything else is exact. A hundred thousand leave a standard error of about .0003 in
        a clustering of .14.
    """
    from scipy.sparse import csr_array  # here, since it takes long to import and a market starts without it
    from scipy.sparse.csgraph import connected_components

    degree = np.diff(graph.offsets)
    consumers = len(degree)
    seen = consumers if sample is None else min(max(sample, 1), consumers)
    closed, pairs = _triangles(graph, np.arange(seen) * consumers // seen)
    matrix = csr_array(
        (np.ones(len(graph.friends), dtype=np.int8), graph.friends, graph.offsets), shape=(consumers, consumers)
    )
    components, label = connected_components(matrix, directed=False)
    return GraphStatistics(
        consumers=consumers,
        ties=len(graph.friends) // 2,
        mean_degree=float(degree.mean()),
        median_degree=float(np.median(degree)),
        max_degree=int(degree.max()),
        clustering=float(np.mean(closed / np.maximum(pairs, 1))),
        transitivity=float(closed.sum() / pairs.sum()) if pairs.sum() else math.nan,
        assortativity=_degree_assortativity(graph),
        components=int(components),
        largest_component_share=float(np.bincount(label).max() / consumers),
        isolated=int((degree == 0).sum()),
    )


def group_assortativity(graph: Graph, group: NDArray[np.integer]) -> float:
    """Homophily of a graph: ties inside groups beyond chance, over the most there could be (Newman 2003).

    Parameters
    ----------
    group
        Group of each person, counted from 0, shape (N,).

    Returns
    -------
    float
        1 where all ties stay inside, 0 where they fall by chance; nan without ties or where all are in one group.
    """
    ends = np.repeat(group, np.diff(graph.offsets))
    if not ends.size:
        return math.nan
    inside = float(np.mean(ends == group[graph.friends]))
    chance = float(np.sum((np.bincount(ends) / ends.size) ** 2))
    return (inside - chance) / (1 - chance) if chance < 1 else math.nan


def _degree_assortativity(graph: Graph) -> float:
    degree = np.diff(graph.offsets)
    ends = len(graph.friends)
    # Exact integers: the differences below lose all digits of a float in a nearly regular graph.
    first = int(np.sum(degree**2))
    second = int(np.sum(degree**3))
    product = _degree_products(graph)
    spread = ends * second - first**2
    return (ends * product - first**2) / spread if spread else math.nan


@allocating
def _degree_products(graph: Graph) -> int:
    """Sum over ties, both ways round, of the product of the degrees at their ends."""
    total = 0
    for i in range(len(graph.offsets) - 1):
        begin, end = int(graph.offsets[i]), int(graph.offsets[i + 1])
        for j in graph.friends[begin:end]:
            total += (end - begin) * int(graph.offsets[j + 1] - graph.offsets[j])
    return total


@allocating
def _triangles(graph: Graph, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each of the people, pairs of friends who are friends, and pairs of friends."""
    marked_by = np.full(len(graph.offsets) - 1, -1, dtype=np.int64)
    closed = np.zeros(len(people), dtype=np.int64)
    pairs = np.zeros(len(people), dtype=np.int64)
    for n in range(len(people)):
        i = int(people[n])
        friends = graph.friends[graph.offsets[i] : graph.offsets[i + 1]]
        pairs[n] = len(friends) * (len(friends) - 1) // 2
        for j in friends:
            marked_by[j] = i
        for j in friends:
            for k in graph.friends[graph.offsets[j] : graph.offsets[j + 1]]:
                closed[n] += marked_by[k] == i
        closed[n] //= 2
    return closed, pairs
