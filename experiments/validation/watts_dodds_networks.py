"""Networks of influence, and the cascades that influentials and others set off on them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.report.statistics import Estimate
from experiments.validation.limits import directed, market, settings, spread, told_by
from sim.graph import Graph
from sim.parameters import Parameters
from sim.world import World

TOP = 0.1  # share of people who are called influentials
GLOBAL = 0.1  # share of all people whom a global cascade reaches at least
GOODS = 3  # that spread side by side: as many as people remember friends' words of
DEGREES = (2, 3.5, 5, 6, 7, 7.5, 8, 9, 12, 14)  # people whom one influences, on average
NEAR = 0.1  # of the upper edge of the window
MORE, MOST = 2, 12  # times as many cascades near the edge, inside and outside, where they are rare and short
RESAMPLES = 4_000


class Point(NamedTuple):
    """Cascades on networks of one mean degree.

    Attributes
    ----------
    degree
        People whom one influences, on average.
    influential, others : ndarray, shape (cascades,)
        People in each cascade begun by one of the influentials, and by one of the others.
    reach
        People whom an influential influences over people whom anybody does: the ratio of direct reach.
    """

    degree: float
    influential: NDArray[np.int64]
    others: NDArray[np.int64]
    reach: float

    def average(self) -> float:
        """Mean size of a cascade begun by anybody: influentials and others, each by their share of all people."""
        return float(TOP * self.influential.mean() + (1 - TOP) * self.others.mean())

    def ratio(self) -> Estimate:
        """Mean size of influentials' cascades over the mean size of all, with a bootstrap interval over cascades."""
        rng = np.random.default_rng(2007)
        top, rest = (
            rng.choice(sizes, (RESAMPLES, len(sizes))).mean(axis=1) for sizes in (self.influential, self.others)
        )
        low, high = np.quantile(top / (TOP * top + (1 - TOP) * rest), [0.025, 0.975])
        value = float(self.influential.mean()) / self.average()
        return Estimate(value, float(low), float(high), math.nan, len(self.others))

    def triggered(self, people: int) -> list[float]:
        """Share of global cascades among influentials' and others'."""
        return [float((sizes >= GLOBAL * people).mean()) for sizes in (self.influential, self.others)]


def upper_edge(threshold: float) -> float:
    """Mean degree above which nobody's word is enough for enough people: the edge of the cascade window.

    People told by at most 1/φ others give in to one of them. A chain of such people goes on while
    ``z P(k ≤ 1/φ − 1) ≥ 1`` for Poisson k of mean z: the argument of Watts (2002) for ties of one direction.
    """
    few = math.floor(1 / threshold + 1e-9) - 1
    grid = np.linspace(1, 60, 59_001)
    inside = grid[grid * stats.poisson.cdf(few, grid) >= 1]
    return float(inside[-1]) if len(inside) else math.nan


def influence_network(people: int, degree: float, rng: np.random.Generator) -> Graph:
    """Everybody influences a Poisson number of others, drawn at random."""
    influenced = rng.poisson(degree, people)
    teller = np.repeat(np.arange(people), influenced)
    return directed(people, teller, rng.integers(people, size=len(teller)))


def cascade_sizes(graph: Graph, threshold: float, first: NDArray[np.int64], world: World) -> NDArray[np.int64]:
    """People in the cascade that each of some people begins alone; `GOODS` of them side by side, with a good each.

    Parameters
    ----------
    graph
        Who influences whom.
    threshold
        Share φ of those who influence somebody that suffices.
    first
        Who begins, shape (cascades,), a multiple of `GOODS`.
    world
        Built for so many people and `GOODS` categories.
    """
    people = len(graph.offsets) - 1
    needed = np.maximum(np.ceil(threshold * told_by(graph) - 1e-9), 1)
    sizes = []
    for batch in first.reshape(-1, GOODS):
        enough = np.repeat(needed[:, None], GOODS, axis=1)
        enough[batch, np.arange(GOODS)] = 1
        one = market(people, 0, graph=graph, enough=enough, changes=settings(people, GOODS), world=world)
        sizes.append(spread(one, dict(enumerate(batch))).sum(axis=0))
    return np.concatenate(sizes)


def run_points(people: int, threshold: float, networks: int, cascades: int) -> list[Point]:
    """Cascades on networks of all mean degrees.

    Parameters
    ----------
    people, threshold
        Size, and share that suffices.
    networks, cascades
        Networks for each degree, and cascades of either kind on each.
    """
    world = World.build(Parameters.model_validate(settings(people, GOODS)), 0)
    points = []
    for degree in DEGREES:
        rng = np.random.default_rng([2007, round(10 * degree)])
        beyond = degree / upper_edge(threshold) - 1
        wanted = cascades * (1 if abs(beyond) > NEAR else MORE if beyond < 0.01 else MOST)
        count = min(-(-wanted // GOODS), round(TOP * people) // GOODS) * GOODS
        sizes: list[list[NDArray[np.int64]]] = [[], []]
        reach = []
        for _ in range(networks):
            graph = influence_network(people, degree, rng)
            influenced = np.diff(graph.offsets)
            order = np.lexsort((rng.random(people), -influenced))
            groups = np.split(order, [round(TOP * people)])
            for group, found in zip(groups, sizes, strict=True):
                found.append(cascade_sizes(graph, threshold, rng.choice(group, count, replace=False), world))
            reach.append(influenced[groups[0]].mean() / influenced.mean())
        top, rest = (np.concatenate(found) for found in sizes)
        points.append(Point(degree, top, rest, float(np.mean(reach))))
    return points
