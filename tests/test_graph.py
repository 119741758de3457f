from __future__ import annotations

import hashlib
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.draw_numbers import GraphDay
from sim.draws import MOST_FIRST, Stream, stream_keys, uniform
from sim.errors import UserError
from sim.graphs.drawn import scale_free, small_world, stochastic_blocks
from sim.graphs.graph import Graph, from_ties
from sim.graphs.partners import draw_of_tie, power_law_weights
from sim.graphs.statistics import describe, group_assortativity
from sim.ranges import MOST_PEOPLE

GROUPS, TIERS = 8, 6
GROUP_SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.06, 0.05, 0.04])

Generator = Callable[[int, float, float, int], Graph]


def people(consumers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Interest groups of unequal size, and city tiers independent of them."""
    interest = np.repeat(np.arange(GROUPS), np.round(GROUP_SHARES * consumers).astype(int) + 1)[:consumers]
    rng = np.random.default_rng(5)
    return rng.permutation(interest), rng.integers(1, TIERS + 1, consumers)


def ring(consumers: int, mean_degree: float, homophily: float, seed: int) -> Graph:
    return small_world(consumers, mean_degree, 0.41, homophily, *people(consumers), stream_keys(seed))


def hubs(consumers: int, mean_degree: float, homophily: float, seed: int) -> Graph:
    return scale_free(consumers, mean_degree, 2.3, homophily, people(consumers)[0], stream_keys(seed))


def blocks(consumers: int, mean_degree: float, homophily: float, seed: int) -> Graph:
    return stochastic_blocks(consumers, mean_degree, homophily, *people(consumers), stream_keys(seed))


GENERATORS = pytest.mark.parametrize("generator", [ring, hubs, blocks])


def ties_of(graph: Graph) -> set[tuple[int, int]]:
    start = np.repeat(np.arange(len(graph.offsets) - 1), np.diff(graph.offsets))
    return set(zip(start.tolist(), graph.friends.tolist(), strict=True))


def assert_well_formed(graph: Graph) -> None:
    assert graph.offsets.dtype == np.int64
    assert graph.friends.dtype == np.int32
    assert graph.offsets[0] == 0
    assert graph.offsets[-1] == len(graph.friends)
    for begin, end in pairwise(graph.offsets.tolist()):
        assert (np.diff(graph.friends[begin:end]) > 0).all()
    ties = ties_of(graph)
    assert all((v, u) in ties for u, v in ties)
    assert all(u != v for u, v in ties)


# --- from ties ---------------------------------------------------------------------------------------------------

NAMED_TIES = st.integers(1, 30).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=80))
)


@settings(deadline=None)
@given(NAMED_TIES)
def test_rows_hold_each_tie_both_ways_once_and_no_self_tie(named: tuple[int, list[tuple[int, int]]]) -> None:
    consumers, ties = named
    graph = from_ties(consumers, [u for u, _ in ties], [v for _, v in ties])
    assert_well_formed(graph)
    assert len(graph.offsets) == consumers + 1
    assert ties_of(graph) == {(u, v) for a, b in ties for u, v in ((a, b), (b, a)) if a != b}


@settings(deadline=None)
@given(NAMED_TIES)
def test_isolated_person_changes_nobody_elses_row(named: tuple[int, list[tuple[int, int]]]) -> None:
    consumers, ties = named
    u, v = [u for u, _ in ties], [v for _, v in ties]
    before, after = from_ties(consumers, u, v), from_ties(consumers + 1, u, v)
    assert np.array_equal(after.friends, before.friends)
    assert np.array_equal(after.offsets, [*before.offsets, before.offsets[-1]])


def test_ends_outside_the_graph_are_refused() -> None:
    with pytest.raises(ValueError, match="integers from 0 to 2"):
        from_ties(3, [0], [3])
    with pytest.raises(ValueError, match="integers from 0 to 2"):
        from_ties(3, [-1], [2])
    with pytest.raises(ValueError, match="vectors of one length"):
        from_ties(3, [0, 1], [2])


# --- description -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reference",
    [
        nx.karate_club_graph(),
        nx.star_graph(7),
        nx.path_graph(6),
        nx.barbell_graph(4, 2),
        nx.disjoint_union(nx.lollipop_graph(5, 3), nx.empty_graph(4)),
        *(nx.gnp_random_graph(60, 0.08, seed=seed) for seed in range(5)),
    ],
)
def test_description_equals_networkx(reference: nx.Graph) -> None:
    consumers = reference.number_of_nodes()
    u, v = np.array(reference.edges()).T
    found = describe(from_ties(consumers, u, v))
    assert found.consumers == consumers
    assert found.ties == reference.number_of_edges()
    degrees = [d for _, d in reference.degree()]
    assert (found.median_degree, found.max_degree) == (np.median(degrees), max(degrees))
    assert found.mean_degree == pytest.approx(np.mean(degrees), rel=1e-12)
    assert found.clustering == pytest.approx(nx.average_clustering(reference), rel=1e-12)
    assert found.transitivity == pytest.approx(nx.transitivity(reference), rel=1e-12)
    assert found.assortativity == pytest.approx(nx.degree_assortativity_coefficient(reference), rel=1e-9)
    parts = list(nx.connected_components(reference))
    assert found.components == len(parts)
    assert found.largest_component_share == max(map(len, parts)) / consumers
    assert found.isolated == nx.number_of_isolates(reference)


def test_group_assortativity_equals_networkx() -> None:
    reference = nx.gnp_random_graph(80, 0.1, seed=3)
    group = np.random.default_rng(1).integers(0, 4, 80)
    nx.set_node_attributes(reference, dict(enumerate(group.tolist())), "group")
    u, v = np.array(reference.edges()).T
    expected = nx.attribute_assortativity_coefficient(reference, "group")
    assert group_assortativity(from_ties(80, u, v), group) == pytest.approx(expected, rel=1e-9)


def test_what_cannot_be_measured_is_nan() -> None:
    triangle = describe(from_ties(3, [0, 1, 2], [1, 2, 0]))
    assert math.isnan(triangle.assortativity)
    nobody = describe(from_ties(4, [], []))
    assert math.isnan(nobody.transitivity)
    assert (nobody.clustering, nobody.components, nobody.isolated) == (0, 4, 4)
    assert math.isnan(group_assortativity(from_ties(4, [], []), np.zeros(4, dtype=int)))
    assert math.isnan(group_assortativity(from_ties(2, [0], [1]), np.zeros(2, dtype=int)))


def test_sampled_clustering_agrees_with_that_of_everybody() -> None:
    graph = ring(40_000, 10, 0.5, 1)
    sampled, full = describe(graph, sample=4_000), describe(graph, sample=None)
    one_by_one = [describe(graph, sample=n).clustering for n in (3_989, 3_947, 3_907, 3_881, 3_853, 3_821)]
    error = float(np.std(one_by_one, ddof=1))
    assert 0 < abs(sampled.clustering - full.clustering) < 4 * error
    assert sampled.assortativity == full.assortativity


# --- generators --------------------------------------------------------------------------------------------------


@GENERATORS
@settings(deadline=None, max_examples=40)
@given(
    consumers=st.integers(40, 200),
    mean_degree=st.floats(0, 12),
    homophily=st.floats(0, 0.8),
    seed=st.integers(0, 2**63 - 1),
)
def test_any_graph_is_well_formed_and_has_the_ties_asked_for(
    generator: Generator, consumers: int, mean_degree: float, homophily: float, seed: int
) -> None:
    graph = generator(consumers, mean_degree, homophily, seed)
    assert_well_formed(graph)
    assert len(graph.offsets) == consumers + 1
    assert len(graph.friends) == 2 * math.floor(consumers * mean_degree / 2 + 0.5)


@GENERATORS
def test_graph_is_a_function_of_its_arguments_and_seed(generator: Generator) -> None:
    first, again, other = (ties_of(generator(3_000, 10, 0.5, seed)) for seed in (1, 1, 2))
    assert first == again
    # Two independent graphs share few ties; those that do not differ by seed would share all.
    assert len(first & other) < 0.1 * len(first)


def inbreeding(graph: Graph, group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Coleman's (1958) index of each group, with chance by the group's share of all ends of ties."""
    start = np.repeat(group, np.diff(graph.offsets))
    share = np.bincount(start) / start.size
    inside = np.bincount(start[start == group[graph.friends]], minlength=len(share)) / np.bincount(start)
    return (inside - share) / (1 - share)


@GENERATORS
@pytest.mark.parametrize("homophily", [0.0, 0.5, 0.9])
def test_homophily_is_what_was_asked_for(generator: Generator, homophily: float) -> None:
    consumers, mean_degree, seeds = 20_000, 10, 12
    interest, _ = people(consumers)
    graphs = [generator(consumers, mean_degree, homophily, seed) for seed in range(seeds)]
    found = np.array([[group_assortativity(g, interest), *inbreeding(g, interest)] for g in graphs])
    error = found.std(axis=0, ddof=1) / math.sqrt(seeds)
    # On the ring, neighbours across a border between groups (or tiers) are strangers: 1 + 2 + ... + 5 ties at each.
    strangers = GROUPS * TIERS * 15 * (1 - 0.41) / (consumers * mean_degree / 2) if generator is ring else 0
    expected = homophily * (1 - strangers)
    # Hubs who know each other by interest cannot meet by chance as well, which costs a little homophily.
    known = 0.002 * homophily if generator is hubs else 0
    assert abs(found[:, 0].mean() - expected) < 4 * error[0] + known
    if generator is not ring:
        assert (np.abs(found[:, 1:].mean(axis=0) - expected) < 5 * error[1:]).all()


def test_blocks_keep_to_interest_and_tier_independently() -> None:
    interest, tier = people(60_000)
    graph = blocks(60_000, 10, 0.5, 7)
    ends = np.repeat(np.arange(60_000), np.diff(graph.offsets))
    same_interest = interest[ends] == interest[graph.friends]
    same_tier = tier[ends] == tier[graph.friends]
    ties = len(ends) / 2
    for share, alike in ((np.sum(GROUP_SHARES**2), same_interest), (1 / TIERS, same_tier)):
        expected = 0.5 + 0.5 * share
        assert abs(alike.mean() - expected) < 4 * math.sqrt(expected * (1 - expected) / ties)
    both = same_interest.mean() * same_tier.mean()
    assert abs((same_interest & same_tier).mean() - both) < 4 * math.sqrt(both * (1 - both) / ties)


def test_blocks_give_everybody_the_same_chance_of_friends() -> None:
    consumers, mean = 60_000, 10
    degree = np.diff(blocks(consumers, mean, 0.5, 3).offsets)
    assert abs(degree.var() - mean) < 4 * math.sqrt((mean + 2 * mean**2) / consumers)  # Poisson
    interest, _ = people(consumers)
    for group in range(GROUPS):
        own = degree[interest == group]
        assert abs(own.mean() - mean) < 4 * math.sqrt(2 * mean / len(own))


def test_ring_without_rewiring_is_a_lattice() -> None:
    consumers, mean = 3_000, 10
    interest, tier = people(consumers)
    graph = small_world(consumers, mean, 0, 0.5, interest, tier, stream_keys(1))
    found = describe(graph)
    assert (np.diff(graph.offsets) == mean).all()
    assert found.clustering == pytest.approx(3 * (mean - 2) / (4 * (mean - 1)), rel=1e-12)
    assert found.components == 1
    ends = np.repeat(tier, np.diff(graph.offsets))
    assert (ends != tier[graph.friends]).sum() / 2 == TIERS * (1 + 2 + 3 + 4 + 5)


@pytest.mark.parametrize("homophily", [0, 0.5, 1])
@pytest.mark.parametrize("mean_degree", [10, 12])
def test_clustering_of_facebook_at_the_documented_rewiring(mean_degree: int, homophily: float) -> None:
    found = describe(ring(40_000, mean_degree, homophily, 2), sample=None)
    assert round(found.clustering, 2) == 0.14


def test_rewiring_moves_the_share_of_ties_asked_for() -> None:
    consumers, mean, rewiring = 40_000, 10, 0.3
    interest, tier = people(consumers)
    lattice = ties_of(small_world(consumers, mean, 0, 0.5, interest, tier, stream_keys(1)))
    rewired = ties_of(small_world(consumers, mean, rewiring, 0.5, interest, tier, stream_keys(1)))
    ties = consumers * mean / 2
    kept = len(lattice & rewired) / len(lattice)
    # A new friend is by chance an old neighbour with a probability of the order of mean / smallest group.
    assert abs(kept - (1 - rewiring)) < 4 * math.sqrt(rewiring * (1 - rewiring) / ties) + rewiring * mean / 1_600


@pytest.mark.parametrize("exponent", [2.1, 2.3, 3.0, 4.5])
def test_weights_follow_the_truncated_power_law(exponent: float) -> None:
    mean, largest, count = 10.0, 1_000.0, 1_000_000
    weights = np.sort(power_law_weights((np.arange(count) + 0.5) / count, mean, exponent, largest))
    least = weights[0]
    assert weights[-1] <= largest
    assert weights.mean() == pytest.approx(mean, rel=1e-3)
    for x in (2 * least, 10 * least, 30 * least):
        above, all_of_them = (y ** (1 - exponent) - largest ** (1 - exponent) for y in (x, least))
        assert np.mean(weights > x) == pytest.approx(above / all_of_them, abs=1e-5)


def test_degrees_of_a_scale_free_graph_are_poisson_about_the_weights() -> None:
    consumers, mean, exponent = 60_000, 10.0, 2.3
    largest = math.sqrt(consumers * mean)
    key = stream_keys(4)[Stream.WORLD_GRAPH]
    days = (GraphDay.WEIGHT, GraphDay.ROUNDING)
    lots, rounding = (np.array([uniform(key, day.value, i, 0) for i in range(consumers)]) for day in days)
    weights = np.floor(power_law_weights(lots, mean, exponent, largest) + rounding)
    weights *= mean / weights.mean()
    degree = np.diff(hubs(consumers, mean, 0, 4).offsets)
    for least in (1, 5, 20, 100):
        chance = stats.poisson.sf(least - 1, weights)
        error = math.sqrt(np.sum(chance * (1 - chance))) / consumers
        assert abs(np.mean(degree >= least) - chance.mean()) < 4 * error
    assert degree.max() < weights.max() + 4 * math.sqrt(weights.max())


# --- what is refused ---------------------------------------------------------------------------------------------


def test_numbers_outside_their_range_are_named() -> None:
    interest, tier = people(60)
    keys = stream_keys(1)
    cases: list[tuple[Callable[[], Graph], str]] = [
        (lambda: ring(60, 60, 0.5, 1), "mean_degree=60: expected 0 to 59, among 60 consumers"),
        (lambda: hubs(60, math.nan, 0.5, 1), "mean_degree=nan: expected 0 to 59, among 60 consumers"),
        (lambda: blocks(60, 10, 1.5, 1), "homophily=1.5: expected a share from 0 to 1"),
        (lambda: blocks(0, 0, 0.5, 1), "consumers=0: expected at least 1"),
        (
            lambda: small_world(60, 10, -0.1, 0.5, interest, tier, keys),
            "rewiring=-0.1: expected a share from 0 to 1",
        ),
        (
            lambda: scale_free(60, 10, 2.0, 0.5, interest, keys),
            "exponent=2.0: expected a number above 2, such as 2.3",
        ),
    ]
    for ask, message in cases:
        with pytest.raises(UserError) as refused:
            ask()
        assert str(refused.value) == message
    with pytest.raises(ValueError, match=r"trait of shape \(60,\): expected \(61,\)"):
        scale_free(61, 10, 2.3, 0.5, interest, keys)


def test_ties_without_room_are_refused() -> None:
    with pytest.raises(UserError) as refused:
        hubs(300, 299, 0.5, 1)
    message = str(refused.value)
    assert re.fullmatch(
        r"mean_degree=299: only \d{5} of 44850 ties found room among 300 consumers; "
        r"expected a lower mean_degree or more consumers",
        message,
    )


@GENERATORS
def test_groups_too_small_for_their_ties_find_friends_elsewhere(generator: Generator) -> None:
    threes = np.repeat(np.arange(20), 3)
    tier, keys = np.ones(60, dtype=int), stream_keys(1)
    if generator is ring:
        graph = small_world(60, 10, 0.41, 1, threes, tier, keys)
    elif generator is hubs:
        graph = scale_free(60, 10, 3, 1, threes, keys)
    else:
        graph = stochastic_blocks(60, 10, 1, threes, tier, keys)
    assert len(graph.friends) == 600
    ends = np.repeat(threes, np.diff(graph.offsets))
    inside = (ends == threes[graph.friends]).sum() / 2
    assert 0.9 * 60 < inside <= 60  # all but a few of the three ties that each group has room for


def test_no_tie_of_the_largest_graphs_repeats_the_draws_of_another() -> None:
    """A draw has room for fewer agents than the largest market has ties."""
    key, last = stream_keys(1)[Stream.WORLD_GRAPH], MOST_PEOPLE * 1_000 // 2 - 1
    far = [*range(0, last, MOST_FIRST), last]
    draws = {draw_of_tie(key, tie + near, which) for tie in far for near in (0, 1) for which in (0, 1, 2, 401)}
    assert len(far) > 90 and len(draws) == 8 * len(far)


# --- plain Python ------------------------------------------------------------------------------------------------


def fingerprint() -> str:
    """Hash of a graph of each kind and of its description."""
    digest = hashlib.sha256()
    for generator in (ring, hubs, blocks):
        graph = generator(60, 7, 0.5, 11)
        digest.update(graph.offsets.tobytes() + graph.friends.tobytes() + repr(describe(graph)).encode())
    return digest.hexdigest()


def test_plain_python_gives_the_same_graphs() -> None:
    source = "from tests.test_graph import fingerprint; print(fingerprint())"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", source],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": "."},
        cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == fingerprint()
