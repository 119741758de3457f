"""Cascades on many copies of a network that stand side by side in one market."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse import csr_array

from experiments.studies.models.limits import directed, market, settings, spread, told_by
from sim.graphs.graph import Graph
from sim.parameters import Parameters
from sim.world import World

PEOPLE = 60_000  # of the market
LEAST_COUNT = 5.0  # expected cases of a class of a chi-square test

Cascades = tuple[NDArray[np.bool_], int]
"""Who adopted, shape (copies, people), and how many did not do as `fixed_point` says."""


class Case(NamedTuple):
    """A network with a model on it, and how often each outcome came."""

    # what it is; what is counted, in the plural; and who says what should come
    name: str
    outcome: str
    source: str
    exact: NDArray[np.float64]  # shape (outcomes,); probabilities; what is missing to 1 belongs to the last
    found: NDArray[np.int64]  # shape (outcomes,); cascades
    sizes: NDArray[np.int64]  # shape (cascades,); people in each
    strays: int  # people who did otherwise than the thresholds drawn for them say

    @classmethod
    def of(cls, name: str, source: str, exact: NDArray[np.float64], made: Cascades, sets: bool = False) -> Case:
        """Count sizes, or sets of adopters as bits."""
        adopted, strays = made
        sizes = adopted.sum(axis=1)
        which = adopted @ (1 << np.arange(adopted.shape[1])) if sets else sizes
        found = np.bincount(which, minlength=len(exact))
        return cls(name, "sets of adopters" if sets else "sizes", source, exact, found, sizes, strays)

    def p_value(self) -> float:
        """Of the chi-square test, rare outcomes taken together."""
        expected = self.exact * self.found.sum()
        common = expected >= LEAST_COUNT
        got = np.append(self.found[common], self.found[~common].sum())
        wanted = np.append(expected[common], self.found.sum() - expected[common].sum())
        if wanted[-1] < LEAST_COUNT:
            got, wanted = np.append(got[:-2], got[-2:].sum()), np.append(wanted[:-2], wanted[-2:].sum())
        return float(stats.chisquare(got, wanted).pvalue)


def cascades(people: int, arcs: NDArray[np.int64], p: float, runs: int, seed: int) -> Cascades:
    """Cascades from person 0 in many copies of a network.

    Parameters
    ----------
    people, arcs
        The network: from whom to whom, shape (arcs, 2).
    p
        Probability that a word succeeds (independent cascade); 0 for the linear threshold model.
    runs, seed
        Markets, each with as many copies as fit; and seed of everybody's thresholds.
    """
    copies = PEOPLE // people
    first = np.arange(copies)[:, None] * people
    graph = directed(copies * people, (first + arcs[:, 0]).ravel(), (first + arcs[:, 1]).ravel())
    world = World.build(Parameters.model_validate(settings(copies * people)), seed)
    rng = np.random.default_rng(seed)
    outcomes, strays = [], 0
    for _ in range(runs):
        enough = words_that_suffice(graph, p, rng)
        enough[first] = 1
        one = market(copies * people, seed, graph=graph, enough=enough, world=world)
        adopted = spread(one, {0: first.ravel()})[:, 0]
        strays += int((adopted != fixed_point(graph, enough, first.ravel())).sum())
        outcomes.append(adopted.reshape(copies, people))
    return np.concatenate(outcomes), strays


def fixed_point(graph: Graph, enough: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Who adopts in the end, by counting words on the matrix of ties until nobody is added; shape (N,)."""
    people = len(graph.offsets) - 1
    ties = csr_array((np.ones(len(graph.friends), np.int32), graph.friends, graph.offsets), (people, people)).T.tocsr()
    adopted = np.zeros(people, bool)
    adopted[first] = True
    while True:
        more = adopted | (ties @ adopted.astype(np.int32) >= enough)
        if (more == adopted).all():
            return adopted
        adopted = more


def words_that_suffice(graph: Graph, p: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Friends' words that suffice: geometric, or a uniform share of those who may tell (p = 0); shape (N,)."""
    if p > 0:
        return rng.geometric(p, len(graph.offsets) - 1)
    return np.maximum(np.ceil(rng.random(len(graph.offsets) - 1) * told_by(graph)).astype(np.int64), 1)


def tree_arcs(branching: int, depth: int) -> NDArray[np.int64]:
    """From each parent to its children; the root is 0."""
    children = np.arange(1, sum(branching**g for g in range(depth + 1)))
    return np.stack([(children - 1) // branching, children], axis=1)
