"""Independent cascades here and in CyNetDiff: `python -m benchmarks.cascades RUNS`, prints a line of JSON.

The same graph, probability and seed, one thread each, in turn; seconds are of CPU. Of the ratios of each round, and of
its times, the median counts.
CyNetDiff is timed in both ways it can be used: with the size of every run, by its documented loop in Python (what ours
gives too, with depth and structural virality), and with the mean of all runs alone, which it computes without Python.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from cascade import independent_cascade, spread
from experiments.studies.models.plain_graphs import small_world
from sim.graphs.graph import Graph

PEOPLE = 100_000
ROUNDS = 15
SEED = 77
# name, mean degree, probability, whether cascades stay small
SETTINGS = (
    ("small cascades, 12 friends", 12, 0.05, True),
    ("small cascades, 100 friends", 100, 0.005, True),
    ("large cascades, 12 friends", 12, 0.15, False),
    ("large cascades, 100 friends", 100, 0.02, False),
)
LARGE_SHARE = 6_000  # one large cascade is run for so many small ones


def available() -> bool:
    """Whether CyNetDiff is installed."""
    return find_spec("cynetdiff") is not None


def measure(runs: int) -> Iterator[dict[str, Any]]:
    """CPU nanoseconds an adopter takes, here and there, and how many times as long there, in each setting."""
    graphs = {degree: small_world(PEOPLE, degree, seed=1) for degree in {degree for _, degree, _, _ in SETTINGS}}
    for name, degree, probability, small in SETTINGS:
        times = runs if small else max(runs // LARGE_SHARE, 10)
        yield {"name": name, "p": probability, "runs": times, **_setting(graphs[degree], probability, times)}


def _setting(graph: Graph, probability: float, runs: int) -> dict[str, float]:
    from cynetdiff.models import IndependentCascadeModel

    rows: Any = graph.offsets[:-1].astype(np.uint32), graph.friends.astype(np.uint32)
    model = IndependentCascadeModel(*rows, activation_prob=probability, rng=1)
    model.set_seeds([SEED])
    law, seeds = independent_cascade(graph, probability, seed=1), np.full((runs, 1), SEED)
    spread(graph, law, seeds[:2])  # compiled

    def ours() -> float:
        return float(spread(graph, law, seeds).size.sum())

    def sizes() -> float:
        total = 0
        for _ in range(runs):
            model.reset_model()
            model.advance_until_completion()
            total += model.get_num_activated_nodes()
        return float(total)

    def means() -> float:
        return float(model.compute_marginal_gains([SEED], [], runs)[0]) * runs

    rounds = np.array([[_nanoseconds(task) for task in (ours, sizes, means)] for _ in range(ROUNDS)])
    here, there, there_means = np.median(rounds, axis=0).tolist()
    times, times_means = np.median(rounds[:, 1:] / rounds[:, :1], axis=0).tolist()
    return {"here": here, "there": there, "there_means": there_means, "times": times, "times_means": times_means}


def _nanoseconds(task: Callable[[], float]) -> float:
    """CPU time for each adopter."""
    start = time.process_time()
    adopters = task()
    return 1e9 * (time.process_time() - start) / adopters


if __name__ == "__main__":
    print(json.dumps(list(measure(int(sys.argv[1])))))
