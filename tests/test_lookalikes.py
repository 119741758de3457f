"""Graphs that share something with a real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.studies.models.lookalikes import XTOL, lookalikes, rewiring_for, with_same_degrees, write_ties
from sim.draws import stream_keys
from sim.graphs.drawn import small_world
from sim.graphs.graph import Graph, from_ties
from sim.graphs.reading import read_edge_list
from sim.graphs.statistics import describe


def clustered(people: int, degree: float, rewiring: float, seed: int = 1) -> Graph:
    nobody = np.zeros(people, np.uint8)
    return small_world(people, degree, rewiring, 0.0, nobody, nobody, stream_keys(seed))


def test_rewiring_keeps_degrees_and_undoes_clustering() -> None:
    graph = clustered(2000, 8.0, 0.05)
    drawn = with_same_degrees(graph, np.random.default_rng(0))
    assert np.array_equal(np.diff(drawn.offsets), np.diff(graph.offsets))
    before, after = describe(graph).clustering, describe(drawn).clustering
    # a random graph of these degrees has a clustering of about (k - 1)^2 / (k N)
    assert before > 0.4
    assert after < 5 * 7**2 / (8 * 2000)


def test_ties_of_a_small_graph_are_drawn_evenly() -> None:
    """Six people with two friends each: one ring, in 60 ways, or two triangles, in 10."""
    ring = from_ties(6, range(6), [1, 2, 3, 4, 5, 0])
    drawn = 700
    triangles = sum(
        describe(with_same_degrees(ring, np.random.default_rng(seed))).components == 2 for seed in range(drawn)
    )
    share = 10 / 70
    assert abs(triangles - drawn * share) < 4 * np.sqrt(drawn * share * (1 - share))


def test_a_written_graph_is_read_as_it_was(tmp_path: Path) -> None:
    graph = from_ties(5, [0, 3], [1, 1])  # two people without friends
    write_ties(graph, tmp_path / "ties.csv.gz")
    again, ids = read_edge_list(tmp_path / "ties.csv.gz")
    assert list(ids) == [0, 1, 2, 3, 4]
    assert np.array_equal(again.offsets, graph.offsets)
    assert np.array_equal(again.friends, graph.friends)


@pytest.mark.parametrize("clustering", [0.05, 0.14, 0.22])
def test_a_small_world_gets_the_clustering_asked_for(clustering: float) -> None:
    rewiring = rewiring_for(clustering, 6000, 7.0)
    found = [describe(clustered(6000, 7.0, rewiring, seed)).clustering for seed in range(1, 9)]
    # what was asked for was met by one graph of the same kind, up to the tolerance of the search times the slope
    one_more = np.std(found, ddof=1) * np.sqrt(1 + 1 / 8)
    assert abs(np.mean(found) - clustering) < stats.t.ppf(0.9995, 7) * one_more + 3 * XTOL * clustering ** (2 / 3)


def test_no_rewiring_where_a_ring_has_too_few_triangles() -> None:
    assert rewiring_for(0.9, 500, 8.0) == 0.0


def test_lookalikes_of_lastfm(optional_data: Callable[[str], Path], tmp_path: Path) -> None:
    path = optional_data("lastfm_asia/edges.csv.gz")
    seen = describe(read_edge_list(path)[0])
    assert (seen.consumers, seen.ties) == (7624, 27806)
    settings = lookalikes(path, tmp_path / "ties.csv.gz", seen)
    matched = settings["same clustering"]["graph"]
    found = describe(clustered(seen.consumers, seen.mean_degree, matched["rewiring"]))
    assert found.mean_degree == pytest.approx(seen.mean_degree, abs=1e-3)
    assert found.clustering == pytest.approx(seen.clustering, rel=0.05)  # one graph of 7,624 people
