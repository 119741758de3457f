"""Cascade sizes by two published programs, from the same seeds on the same graph, and their comparison."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.graphs.graph import Graph

Sizes = NDArray[np.int64]


def by_cynetdiff(graph: Graph, seeds: Sizes, runs: int, chance: float | NDArray[np.float64] | None) -> Sizes:
    """Sizes by CyNetDiff; ``chance`` is a probability, one for each end of a tie, or None for the linear threshold."""
    from cynetdiff.models import IndependentCascadeModel, LinearThresholdModel

    model: Any
    rows: Any = graph.offsets[:-1].astype(np.uint32), graph.friends.astype(np.uint32)
    if chance is None:
        model = LinearThresholdModel(*rows, rng=1)
    elif isinstance(chance, float):
        model = IndependentCascadeModel(*rows, activation_prob=chance, rng=1)
    else:
        chances: Any = chance.astype(np.float32)
        model = IndependentCascadeModel(*rows, activation_probs=chances, rng=1)
    model.set_seeds(seeds.tolist())
    sizes = np.empty(runs, np.int64)
    for run in range(runs):
        model.reset_model()
        model.advance_until_completion()
        sizes[run] = model.get_num_activated_nodes()
    return sizes


def by_ndlib(graph: Graph, seeds: Sizes, runs: int, chance: float | None) -> Sizes:
    """Sizes by NDlib; the friends' share that suffices is drawn anew for each run where ``chance`` is None."""
    import networkx as nx
    from ndlib.models import ModelConfig, epidemics

    people = len(graph.offsets) - 1
    ties = np.column_stack([np.repeat(np.arange(people), np.diff(graph.offsets)), graph.friends])
    network = nx.Graph()
    network.add_nodes_from(range(people))
    network.add_edges_from(ties.tolist())
    rng = np.random.default_rng(1)
    sizes = np.empty(runs, np.int64)
    for run in range(runs):
        kind = epidemics.ThresholdModel if chance is None else epidemics.IndependentCascadesModel
        model = kind(network, seed=int(rng.integers(2**31)))
        config = ModelConfig.Configuration()
        config.add_model_initial_configuration("Infected", seeds.tolist())
        if chance is None:
            for person, share in enumerate(rng.random(people)):
                config.add_node_configuration("threshold", person, share)
        else:
            config.config["edges"]["threshold"] = dict.fromkeys(network.edges, chance)
        model.set_initial_status(config)
        before, size = -1, people - model.iteration(node_status=False)["node_count"][0]
        while size != before:
            before, size = size, people - model.iteration(node_status=False)["node_count"][0]
        sizes[run] = size
    return sizes


class Comparison(NamedTuple):
    """Cascade sizes here and elsewhere, or here and by a closed form."""

    name: str
    source: str
    here: Sizes
    there: Sizes
    law: NDArray[np.float64]  # probability of each size from 0; empty where sizes are compared
    adjusted: float = 1.0  # p value, by Holm

    @property
    def p_value(self) -> float:
        """Of the two-sample Kolmogorov-Smirnov test, or of the chi-square test against the law."""
        if not len(self.law):
            return float(stats.ks_2samp(self.here, self.there).pvalue)
        counts, expected = np.bincount(self.here, minlength=len(self.law)), self.law * len(self.here)
        rare = expected < 5
        pairs = [np.append(x[~rare], x[rare].sum()) for x in (counts, expected)]
        kept = pairs[1] > 0
        return float(stats.chisquare(pairs[0][kept], pairs[1][kept], sum_check=False).pvalue)

    @property
    def means(self) -> tuple[float, float, float]:
        """Mean here, mean there, standard error of their difference."""
        error = self.here.var(ddof=1) / len(self.here)
        if len(self.law):
            return float(self.here.mean()), float(np.arange(len(self.law)) @ self.law), float(np.sqrt(error))
        error += self.there.var(ddof=1) / len(self.there)
        return float(self.here.mean()), float(self.there.mean()), float(np.sqrt(error))
