"""Graphs that share something with a real one and nothing else: its size, its degrees, its clustering."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

from experiments.studies.models.plain_graphs import ties_of
from sim.draws import stream_keys
from sim.graphs.drawn import small_world
from sim.graphs.graph import Graph, from_ties
from sim.graphs.statistics import GraphStatistics, describe

XTOL = 0.002  # share of ties
SWAPS_PER_TIE = 10  # Milo et al. 2003 find no trace of the old ties after that many


def with_same_degrees(graph: Graph, generator: np.random.Generator) -> Graph:
    """A graph in which everybody has as many friends as before, but whom is drawn by lot.

    Ties exchange ends, ``SWAPS_PER_TIE`` times a tie, wherever that makes neither a double tie nor one to oneself (the
    switching chain; Milo, Kashtan, Itzkovitz, Newman & Alon 2003).
    """
    people = len(graph.offsets) - 1
    u, v = ties_of(graph).T.tolist()
    there = {a * people + b if a < b else b * people + a for a, b in zip(u, v, strict=True)}
    tries = SWAPS_PER_TIE * len(u)
    pairs = generator.integers(len(u), size=(tries, 2)).tolist()
    crossed = (generator.random(tries) < 0.5).tolist()
    for (i, j), cross in zip(pairs, crossed, strict=True):
        a, b = u[i], v[i]
        c, d = (v[j], u[j]) if cross else (u[j], v[j])
        first, second = min(a, d) * people + max(a, d), min(c, b) * people + max(c, b)
        if a == d or c == b or first == second or first in there or second in there:
            continue
        there.discard(min(a, b) * people + max(a, b))
        there.discard(min(c, d) * people + max(c, d))
        there |= {first, second}
        u[i], v[i], u[j], v[j] = a, d, c, b
    return from_ties(people, u, v)


def write_ties(graph: Graph, path: Path) -> None:
    """Write a graph as a list of ties, packed, that `sim.graphs.reading.read_edge_list` reads.

    Somebody without friends is written with a tie to themselves, and so stays in the graph.
    """
    alone = np.flatnonzero(np.diff(graph.offsets) == 0)
    pairs = np.concatenate([ties_of(graph), np.stack([alone, alone], axis=1)])
    with gzip.open(path, "wt") as file:
        file.write("source,target\n")
        np.savetxt(file, pairs, fmt="%d", delimiter=",")


def rewiring_for(clustering: float, people: int, degree: float) -> float:
    """Share of ties to rewire in a small world for a clustering, found by trying: formulas hold at even degrees alone.

    Returns
    -------
    float
        0 where the clustering is more than a ring of that degree has.
    """
    nobody = np.zeros(people, np.uint8)

    def excess(rewiring: float) -> float:
        made = small_world(people, degree, rewiring, 0.0, nobody, nobody, stream_keys(0))
        return describe(made).clustering - clustering

    return 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, 1.0, xtol=XTOL))


def lookalikes(real: Path, rewired: Path, seen: GraphStatistics) -> dict[str, dict[str, Any]]:
    """Parameters, nested, that put the market on the real graph and on those that share something with it.

    The last four tell by what the graph acts: where pools are gathered without regard to friendships, words of friends
    alone follow the graph; where nobody tells friends, pools alone do.
    """
    world = {"kind": "small_world", "mean_degree": seen.mean_degree}
    clustered = {"rewiring": rewiring_for(seen.clustering, seen.consumers, seen.mean_degree)}
    graphs = {
        "real": {"kind": "edgelist", "path": str(real)},
        "small world": world,
        "scale-free": {"kind": "scale_free", "mean_degree": seen.mean_degree},
        "same degrees": {"kind": "edgelist", "path": str(rewired)},
        "same clustering": {**world, **clustered, "homophily": 0.0},
        "neither": {**world, "rewiring": 1.0, "homophily": 0.0},
    }
    alone: dict[str, dict[str, Any]] = {
        "words alone": {"creators": {"pool_from_graph": 0.0}},
        "pools alone": {"market": {"sharing": {"friends_told": 0.0}}},
    }
    return {name: {"graph": graph} for name, graph in graphs.items()} | {
        f"{name}, {way}": {"graph": graphs[name], **change}
        for way, change in alone.items() for name in ("real", "small world")
    }  # fmt: skip
