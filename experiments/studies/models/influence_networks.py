"""Networks of influence, and the cascades that influentials and others set off on them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.studies.models.limits import directed, market, settings, spread, told_by
from sim.graphs.graph import Graph
from sim.world import World

TOP = 0.1  # share of people who are called influentials
GOODS = 3  # that spread side by side: as many as people remember friends' words of


class Point(NamedTuple):
    """People in cascades begun by influentials and by others at a mean degree, and the ratio of direct reach."""

    degree: float
    influential: NDArray[np.int64]
    others: NDArray[np.int64]
    reach: float  # people whom an influential influences over people whom anybody does

    @property
    def cascades(self) -> int:
        """Cascades in all."""
        return len(self.influential) + len(self.others)

    def ratio(self) -> tuple[float, float, float]:
        """Mean size of influentials' cascades over that of anybody's, with a bootstrap interval over cascades."""
        rng = np.random.default_rng(2007)
        top, rest = (rng.choice(sizes, (4_000, len(sizes))).mean(axis=1) for sizes in (self.influential, self.others))
        low, high = np.quantile(top / (TOP * top + (1 - TOP) * rest), [0.025, 0.975])
        return float(self.influential.mean()) / self.average(), float(low), float(high)

    def average(self) -> float:
        """Mean size of a cascade begun by anybody: influentials and others, each by their share of all people."""
        return float(TOP * self.influential.mean() + (1 - TOP) * self.others.mean())


def upper_edge(threshold: float) -> float:
    """Mean degree above which nobody's word is enough for enough people: the edge of the cascade window.

    People told by at most 1/φ others give in to one of them. A chain of such people goes on while
    ``z P(k ≤ 1/φ − 1) ≥ 1`` for Poisson k of mean z: the argument of Watts (2002) for ties of one direction.
    """
    grid = np.linspace(1, 60, 59_001)
    inside = grid[grid * stats.poisson.cdf(math.floor(1 / threshold + 1e-9) - 1, grid) >= 1]
    return float(inside[-1]) if len(inside) else math.nan


def influence_network(people: int, degree: float, rng: np.random.Generator) -> Graph:
    """Everybody influences a Poisson number of others, drawn at random."""
    teller = np.repeat(np.arange(people), rng.poisson(degree, people))
    return directed(people, teller, rng.integers(people, size=len(teller)))


def cascade_sizes(graph: Graph, threshold: float, first: NDArray[np.int64], world: World) -> NDArray[np.int64]:
    """People in the cascade that each of ``first`` begins alone; `GOODS` of them side by side, with a good each."""
    people = len(graph.offsets) - 1
    needed = np.maximum(np.ceil(threshold * told_by(graph) - 1e-9), 1)
    sizes = []
    for batch in first.reshape(-1, GOODS):
        enough = np.repeat(needed[:, None], GOODS, axis=1)
        enough[batch, np.arange(GOODS)] = 1
        one = market(people, 0, graph=graph, enough=enough, changes=settings(people, GOODS), world=world)
        sizes.append(spread(one, dict(enumerate(batch))).sum(axis=0))
    return np.concatenate(sizes)
