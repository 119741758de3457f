"""A small market in plain Mesa and in the engine, and whether many of one are like many of the other.

Random numbers have nothing in common, so that distributions are compared: of every outcome, the mean (Welch's t) and
the spread (Brown and Forsythe's test), over seeds, with Holm's correction at 1 % over all of them together. What
differs is looked at again with as many fresh seeds of the plain market, and counts if it differs there too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from compared_outcomes import measured
from numpy.typing import NDArray
from scipy import stats
from small_markets import parameters

from experiments.settings.paths import merged
from reference.market import PlainMarket
from sim.market import Market
from sim.parameters import Parameters

PEOPLE, DAYS = 250, 30
LEVEL = 0.01
Outcomes = dict[str, NDArray[np.float64]]
Friends = list[list[int]]
Measure = Callable[[Any], dict[str, float]]

LIVELY: dict[str, Any] = {
    "market": {
        "people": {"sociability": 0.4, "budget": 3_000},
        "need": {"lapse": 0.05},
        "memory": {"seen": 0.2, "heard": 0.2, "most_told": 0.8},
        "choice": {"outside": -1.6},
        "experience": {"return_below": 0.8, "hassle": 0.5},
        "trust": {"interest_met": 4.0, "interest_broken": 2.0},
    },
    "creators": {
        "koc_share": 0.06, "pool_least": 700, "pool_most": 1_200, "kol_count": 3, "kol_audience": 0.2, "patience": 10,
        "leave": 0.05, "entry": 0.1,
    },
    "brands": {"count": 8, "ads": 0.2, "kol": 0.2, "koc": 0.6, "weekly_budget": 4},
    "platform": {"annual_fee": 2_000, "settlement_days": 5, "coupon": 0.05, "live_discount": 0.05},
}  # fmt: skip
"""All mechanisms at work but own pools; people of the third ring and of like interest trust alike."""


def ties() -> nx.Graph:
    """Friendships in all these markets."""
    return nx.connected_watts_strogatz_graph(PEOPLE, 8, 0.3, seed=1)


def friends_of_all() -> Friends:
    """For the plain market."""
    graph = ties()
    return [list(graph[person]) for person in range(PEOPLE)]


def written(path: Path) -> Path:
    """For the engine: the same graph in a file."""
    path.write_text("".join(f"{a},{b}\n" for a, b in ties().edges))
    return path


def gathered(measure: Callable[[int], dict[str, float]], seeds: int, first: int = 1) -> Outcomes:
    rows = [measure(seed) for seed in range(first, first + seeds)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def engine(p: Parameters, seeds: int, days: int = DAYS, measure: Measure = measured) -> Outcomes:
    return gathered(lambda seed: measure(Market(p, seed, keep_orders=True).run(days)), seeds)


def plain(
    p: Parameters, friends: Friends, seeds: int, days: int = DAYS, first: int = 1, measure: Measure = measured
) -> Outcomes:
    return gathered(lambda seed: measure(PlainMarket(p, friends, seed).run(days)), seeds, first)


def confirmed(
    p: Parameters, friends: Friends, seeds: int, there: Outcomes, days: int = DAYS, measure: Measure = measured
) -> list[str]:
    """In what the plain market differs from the engine, twice."""
    suspected = unlike(plain(p, friends, seeds, days, measure=measure), there)
    if not suspected:
        return []
    p_values = compared(plain(p, friends, seeds, days, 1_001, measure), there)
    return [*significant({name: p_values[name] for name in suspected})]


def unlike(one: Outcomes, other: Outcomes) -> dict[str, float]:
    """What differs, with Holm's p: means and spreads of all outcomes taken together."""
    return significant(compared(one, other))


def compared(one: Outcomes, other: Outcomes) -> dict[str, float]:
    """p of every comparison; what never varies must be equal."""
    p_values: dict[str, float] = {}
    assert one.keys() == other.keys()
    for name, here in one.items():
        there = other[name]
        if np.ptp(here) == 0.0 and np.ptp(there) == 0.0:
            assert here[0] == pytest.approx(there[0], rel=1e-12), name
            continue
        p_values[f"mean of {name}"] = float(stats.ttest_ind(here, there, equal_var=False).pvalue)
        p_values[f"spread of {name}"] = float(stats.levene(here, there, center="median").pvalue)
    return p_values


def significant(p_values: dict[str, float]) -> dict[str, float]:
    """Those below the level, with Holm's correction over all."""
    adjusted = _holm(np.array([*p_values.values()]))
    return {name: float(p) for name, p in zip(p_values, adjusted, strict=True) if p < LEVEL}


def _holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def settings(path: Path, *more: dict[str, Any]) -> Parameters:
    groups = LIVELY
    for layer in more:
        groups = merged(groups, layer)
    return parameters(**groups, graph={"kind": "edgelist", "path": str(path)})
