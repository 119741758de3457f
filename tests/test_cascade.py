from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from cascade import Cascades, Contagion, counted_threshold, independent_cascade, linear_threshold, spread, tree
from cascade.kernel import BLOCK
from experiments.studies.models import limits
from sim.draws import stream_keys
from sim.graphs.drawn import small_world
from sim.graphs.graph import Graph, from_ties
from sim.records import NOBODY

LEAST_P = 1e-4  # of a fixed draw under the true law: one in ten thousand, per test, once and for ever
RUNS = 20_000


def ring(people: int, mean_degree: float = 6, seed: int = 1) -> Graph:
    alike = np.zeros(people, np.int64)
    with np.errstate(over="ignore"):
        return small_world(people, mean_degree, 0.3, 0.0, alike, alike, stream_keys(seed))


def star(leaves: int) -> Graph:
    return from_ties(leaves + 1, np.zeros(leaves, np.int64), np.arange(1, leaves + 1))


def path(people: int) -> Graph:
    return from_ties(people, np.arange(people - 1), np.arange(1, people))


def from_one(person: int, runs: int = RUNS) -> NDArray[np.int64]:
    return np.full((runs, 1), person)


def assert_law(values: NDArray[np.int64], expected: NDArray[np.float64]) -> None:
    """Chi-square of counts of 0, 1, 2 ... against probabilities, rare values pooled with the largest."""
    counts = np.bincount(values, minlength=len(expected)).astype(float)
    assert len(counts) == len(expected)
    rare = expected * len(values) < 5
    assert not counts[expected == 0].any()
    pooled = [np.append(x[~rare], x[rare].sum()) for x in (counts, expected * len(values))]
    kept = pooled[1] > 0
    assert stats.chisquare(pooled[0][kept], pooled[1][kept]).pvalue > LEAST_P


# --- closed forms on trees -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.004, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("by_tie", [False, True])
def test_a_hub_persuades_a_binomial_number(p: float, by_tie: bool) -> None:
    graph = star(200)
    chance = np.full(len(graph.friends), p) if by_tie else p
    out = spread(graph, independent_cascade(graph, chance, 3), from_one(0))
    assert_law(out.size - 1, stats.binom.pmf(np.arange(201), 200, p))
    np.testing.assert_array_equal(out.direct, out.size - 1)
    np.testing.assert_array_equal(out.depth, out.size > 1)


def test_along_a_path_the_length_is_geometric() -> None:
    graph, p = path(12), 0.7
    out = spread(graph, independent_cascade(graph, p, 4), from_one(0))
    steps = np.arange(12)
    assert_law(out.depth, np.where(steps < 11, p**steps * (1 - p), p**steps))
    np.testing.assert_array_equal(out.size, out.depth + 1)
    # mean distance within a path of n is (n + 1) / 3
    followed = out.size > 1
    np.testing.assert_allclose(out.virality[followed], (out.size[followed] + 1) / 3)
    assert np.isnan(out.virality[~followed]).all()


def test_a_regular_tree_is_a_branching_process() -> None:
    """Generating function of the size of a binary tree of four generations: G(s) = s (1 − p + p G(s))²."""
    p, generations = 0.4, 4
    people = 2 ** (generations + 1) - 1
    child = np.arange(1, people)
    graph = from_ties(people, (child - 1) // 2, child)
    out = spread(graph, independent_cascade(graph, p, 5), from_one(0))
    law = np.array([0.0, 1.0])
    for _ in range(generations):
        branch = p * law
        branch[0] += 1 - p
        law = np.append(0.0, np.convolve(branch, branch))
    assert_law(out.size, law)


def test_linear_threshold_on_trees() -> None:
    """A person with d friends follows one of them with probability 1/d: the live-tie form of Kempe et al. (2003)."""
    out = spread(path(9), linear_threshold(6), from_one(0))
    steps = np.arange(9)
    law = np.where(steps < 7, 0.5**steps * 0.5, 0.0)  # the last person has one friend, and follows
    law[8] = 0.5**7
    assert_law(out.depth, law)
    assert (spread(star(30), linear_threshold(6), from_one(0, 50)).size == 31).all()
    through = spread(star(30), linear_threshold(6), from_one(4)).size > 1
    assert stats.binomtest(int(through.sum()), RUNS, 1 / 30).pvalue > LEAST_P


# --- exact enumeration ---------------------------------------------------------------------------------------------

TIES = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 4)]


def component(ties: list[tuple[int, int]], start: int) -> int:
    reached = {start}
    while more := {b for a, b in ties + [(b, a) for a, b in ties] if a in reached} - reached:
        reached |= more
    return len(reached)


def test_independent_cascade_against_all_outcomes() -> None:
    """Of a tie only the first word counts, so a run is a graph in which each tie is kept with probability p."""
    p, law = 0.35, np.zeros(6)
    for kept in itertools.product([False, True], repeat=len(TIES)):
        some = [tie for tie, keep in zip(TIES, kept, strict=True) if keep]
        law[component(some, 0)] += p ** len(some) * (1 - p) ** (len(TIES) - len(some))
    graph = from_ties(5, *np.array(TIES).T)
    assert_law(spread(graph, independent_cascade(graph, p, 7), from_one(0)).size, law)


def test_linear_threshold_against_all_outcomes() -> None:
    graph = from_ties(5, *np.array(TIES).T)
    degree = np.diff(graph.offsets)
    tally = Counter[int]()
    for enough in itertools.product(*(range(1, d + 1) for d in degree)):  # each as likely as any other
        tally[int(spread(graph, counted_threshold(enough), [[0]]).size[0])] += 1
        assert len(tree(graph, counted_threshold(enough), [0]).person) in tally
    law = np.array([tally[size] for size in range(6)]) / tally.total()
    assert_law(spread(graph, linear_threshold(8), from_one(0)).size, law)


# --- properties ----------------------------------------------------------------------------------------------------

CROWD = ring(60)


def reached(p: float | NDArray[np.float64], seeds: list[int], run: int) -> set[int]:
    return set(tree(CROWD, independent_cascade(CROWD, p, 9), seeds, run).person.tolist())


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000), st.integers(0, 59))
def test_by_tie_a_higher_probability_reaches_no_fewer(p: float, q: float, run: int, root: int) -> None:
    low, high = (np.full(len(CROWD.friends), x) for x in sorted((p, q)))
    assert reached(low, [root], run) <= reached(high, [root], run)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.integers(0, 1000), st.lists(st.integers(0, 59), max_size=4), st.integers(0, 59))
def test_whom_seeds_reach_is_the_union_of_whom_each_reaches(p: float, run: int, seeds: list[int], more: int) -> None:
    """The same run has the same draws whoever is seeded: which words succeed depends on run and tie alone."""
    each = [reached(p, [person], run) for person in (*seeds, more)]
    assert reached(p, [*seeds, more], run) == set().union(*each)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 59), min_size=1, max_size=4), st.integers(0, 59), st.integers(0, 1000))
def test_more_seeds_never_hurt_under_thresholds(seeds: list[int], more: int, run: int) -> None:
    fewer, larger = (set(tree(CROWD, linear_threshold(9), some, run).person) for some in (seeds, [*seeds, more]))
    assert fewer <= larger


def test_a_tree_is_what_the_cascade_says() -> None:
    graph = ring(500)
    law = independent_cascade(graph, 0.2, 2)
    seeds = np.random.default_rng(1).integers(0, 500, (200, 1))
    out = spread(graph, law, seeds)
    for run in range(200):
        person, parent, step = tree(graph, law, seeds[run], run)
        assert (len(person), step[-1], (step == 1).sum()) == (out.size[run], out.depth[run], out.direct[run])
        assert len(set(person.tolist())) == len(person)
        assert (np.diff(step) >= 0).all()
        assert (parent[0], step[0]) == (-1, 0)
        np.testing.assert_array_equal(step[1:], step[parent[1:]] + 1)
        for child, teller in zip(person[1:], person[parent[1:]], strict=True):
            assert child in graph.friends[graph.offsets[teller] : graph.offsets[teller + 1]]
        if 1 < len(person) < 60:
            np.testing.assert_allclose(out.virality[run], mean_distance(parent))


@pytest.mark.parametrize("p", [0.0, 0.04, 0.3, 1.0])
def test_runs_that_end_with_their_seed_are_told_apart_without_error(p: float) -> None:
    """From many seeds, some without a friend, in more runs than are looked at together."""
    friendly = ring(50, 4)
    ends = np.repeat(np.arange(50), np.diff(friendly.offsets))
    graph = from_ties(53, ends + 1, friendly.friends + 1)  # the first and the last two have no friend
    law, runs = independent_cascade(graph, p, 6), 2 * BLOCK + 100
    seeds = np.random.default_rng(3).integers(0, 53, (runs, 1))
    out = spread(graph, law, seeds, first_run=40)
    trees = [tree(graph, law, seeds[row], 40 + row) for row in range(runs)]
    np.testing.assert_array_equal(out.size, [len(one.person) for one in trees])
    np.testing.assert_array_equal(out.depth, [one.step[-1] for one in trees])
    np.testing.assert_array_equal(out.direct, [(one.step == 1).sum() for one in trees])
    np.testing.assert_array_equal(np.isnan(out.virality), out.size == 1)


def test_an_empty_row_of_seeds_reaches_nobody() -> None:
    out = spread(ring(20), independent_cascade(ring(20), 0.5, 1), np.empty((3, 0), np.int64))
    assert not (out.size.any() or out.depth.any() or out.direct.any())
    assert np.isnan(out.virality).all()


def mean_distance(parent: NDArray[np.int64]) -> float:
    """By all pairs: the steps from each up to the first common ancestor."""

    def above(row: int) -> list[int]:
        return [row, *above(int(parent[row]))] if row >= 0 else []

    lines = [above(row) for row in range(len(parent))]
    total = 0
    for one, other in itertools.combinations(lines, 2):
        common = len(set(one) & set(other))
        total += len(one) + len(other) - 2 * common
    return total / (len(parent) * (len(parent) - 1) / 2)


def test_runs_do_not_depend_on_each_other() -> None:
    graph = ring(300)
    seeds = np.random.default_rng(2).integers(0, 300, (100, 2))
    for law in (independent_cascade(graph, 0.15, 1), linear_threshold(1)):
        whole, first = spread(graph, law, seeds), spread(graph, law, seeds[:40])
        for field in Cascades._fields:
            np.testing.assert_array_equal(getattr(whole, field)[:40], getattr(first, field))


LAWS: dict[str, Callable[[Graph], Contagion]] = {
    "cascade": lambda graph: independent_cascade(graph, 0.15, 1),
    "by tie": lambda graph: independent_cascade(graph, np.full(len(graph.friends), 0.15), 1),
    "threshold": lambda graph: linear_threshold(1),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("threads", [2, 3])
def test_threads_make_the_runs_that_one_thread_makes(law: str, threads: int) -> None:
    """Whoever makes a run, its random numbers hang on its number alone."""
    graph = ring(300)
    contagion, seeds = LAWS[law](graph), from_one(7, 1_000)
    whole, firsts = spread(graph, contagion, seeds), range(0, 1_000, 150)

    def part(first: int) -> Cascades:
        return spread(graph, contagion, seeds[first : first + 150], first_run=first)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(part, firsts))
    for field in Cascades._fields:
        divided = np.concatenate([getattr(one, field) for one in parts])
        np.testing.assert_array_equal(divided, getattr(whole, field), err_msg=field)


@pytest.mark.parametrize("law", LAWS)
def test_no_two_runs_share_random_numbers(law: str) -> None:
    """From the same seeds, the sizes of one half of the runs tell nothing of those of the other."""
    graph, half = ring(300), 5_000
    contagion, seeds = LAWS[law](graph), from_one(7, half)
    one, other = spread(graph, contagion, seeds).size, spread(graph, contagion, seeds, first_run=half).size
    assert (one != other).any()
    assert stats.spearmanr(one, other).pvalue > LEAST_P


def test_a_tree_is_of_the_run_of_that_number() -> None:
    graph = ring(300)
    contagion, seeds = LAWS["cascade"](graph), from_one(7, 50)
    sizes = [len(tree(graph, contagion, [7], run).person) for run in range(2_000, 2_050)]
    np.testing.assert_array_equal(spread(graph, contagion, seeds, first_run=2_000).size, sizes)


@pytest.mark.parametrize("law", ["cascade", "by tie", "threshold"])
def test_certain_and_impossible(law: str) -> None:
    graph = ring(100)
    for p, size in ((0.0, 1), (1.0, 100)):
        chance = np.full(len(graph.friends), p) if law == "by tie" else p
        contagion = independent_cascade(graph, chance, 1)
        if law == "threshold":
            contagion = counted_threshold(np.full(100, 1 if p else 101))
        assert (spread(graph, contagion, from_one(5, 10)).size == size).all()


def test_mistakes_are_named() -> None:
    graph = ring(20)
    with pytest.raises(ValueError, match="expected 0 to 1"):
        independent_cascade(graph, 1.5, 1)
    with pytest.raises(ValueError, match="one for each end of a tie"):
        independent_cascade(graph, [0.1, 0.2], 1)
    with pytest.raises(ValueError, match="expected at least 1"):
        counted_threshold([0, 1])
    with pytest.raises(ValueError, match="expected 0 to 19"):
        spread(graph, linear_threshold(1), [[20]])
    for first in (-1, 2**24 - 1):
        with pytest.raises(ValueError, match=r"expected 0 to 16777215"):
            spread(graph, linear_threshold(1), [[0], [0]], first_run=first)
    with pytest.raises(ValueError, match=r"runs 16777216 to 16777216: expected 0 to 16777215"):
        tree(graph, linear_threshold(1), [0], run=2**24)
    with pytest.raises(ValueError, match="expected 20"):
        spread(graph, counted_threshold([1, 1]), [[0]])


# --- the market's own limit ----------------------------------------------------------------------------------------

PEOPLE = 2_000
SEEDS = np.arange(0, PEOPLE, 50)


def in_the_market(graph: Graph, enough: NDArray[np.int64], seed: int) -> dict[int, int]:
    """Day of adoption, counted from the seeds', of everybody who adopts in a market told to the seeds."""
    lowered = enough.astype(float)
    lowered[SEEDS] = 1
    orders = limits.market(PEOPLE, seed, graph=graph, enough=lowered).tell(SEEDS, limits.PRODUCT).run(40).orders()
    assert not orders.consumer.duplicated().any()
    assert (orders.parent[orders.consumer.isin(SEEDS)] == NOBODY).all()
    return dict(zip(orders.consumer.astype(int), (orders.day - orders.day.min()).astype(int), strict=True))


@pytest.mark.parametrize("law", ["geometric", "share"])
def test_the_market_is_the_same_cascade(law: str) -> None:
    """With the same thresholds: the same adopters, on the days that the steps say."""
    graph = ring(PEOPLE, 8)
    rng = np.random.default_rng(11)
    enough = rng.geometric(0.15, PEOPLE) if law == "geometric" else np.ceil(rng.random(PEOPLE) * 8).astype(np.int64)
    here = tree(graph, counted_threshold(enough), SEEDS)
    expected = dict(zip(here.person.tolist(), here.step.tolist(), strict=True))
    assert len(expected) > 1.5 * len(SEEDS)
    assert in_the_market(graph, enough, 1) == expected


def test_sizes_in_the_market_have_the_law_of_the_independent_cascade() -> None:
    """Words that succeed with probability p are thresholds from the geometric distribution (Kempe et al. 2003)."""
    graph, p, runs = ring(PEOPLE, 8), 0.1, 40
    generators = [np.random.default_rng(100 + run) for run in range(runs)]
    sizes = [len(in_the_market(graph, one.geometric(p, PEOPLE), seed=run)) for run, one in enumerate(generators)]
    kernel = spread(graph, independent_cascade(graph, p, 1), np.tile(SEEDS, (RUNS, 1))).size
    assert stats.ks_2samp(sizes, kernel).pvalue > LEAST_P
    assert abs(np.mean(sizes) - kernel.mean()) < 4 * np.std(sizes) / np.sqrt(runs)
