"""Independent cascade and linear threshold: the market's cascades against exact distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse import csr_array

from experiments.report.style import BLUE, VERMILLION, Drawing, new_figure
from experiments.validation import threshold_theory as theory
from experiments.validation.limits import directed, market, settings, spread, told_by
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph import Graph
from sim.parameters import Parameters
from sim.world import World

PEOPLE = 60_000  # of the market in which copies of a network stand side by side
DEPTH, RING, COMPLETE = 5, 60, 20
LEAST_P = 0.001  # by which each of the many checks fails a right model once in a thousand
WIDE = f"{100 * (1 - LEAST_P):g} % interval, for the checks are many."
LEAST_COUNT = 5.0  # expected cases of a class of such a test
PLACES = ((0, 0, 2), (0, 2, 4), (0, 4, 6), (1, 0, 3), (1, 3, 6))  # of the panels: row, first and last column
SMALL_TIES = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 4), (3, 5))
SMALL = tuple(sorted([*SMALL_TIES, *((b, a) for a, b in SMALL_TIES)]))
SMALL_PEOPLE = 6


class Case(NamedTuple):
    """A network with a model on it, and how often each outcome came.

    Attributes
    ----------
    name, outcome, source
        What it is; what is counted, in the plural; and who says what should come.
    exact : ndarray, shape (outcomes,)
        Probabilities; what is missing to 1 belongs to the last.
    found : ndarray of int, shape (outcomes,)
        Cascades.
    sizes : ndarray of int, shape (cascades,)
        People in each.
    strays : int
        People who did otherwise than the thresholds drawn for them say.
    """

    name: str
    outcome: str
    source: str
    exact: NDArray[np.float64]
    found: NDArray[np.int64]
    sizes: NDArray[np.int64]
    strays: int

    def p_value(self) -> float:
        """Of the chi-square test, rare outcomes taken together."""
        expected = self.exact * self.found.sum()
        common = expected >= LEAST_COUNT
        got = np.append(self.found[common], self.found[~common].sum())
        wanted = np.append(expected[common], self.found.sum() - expected[common].sum())
        if wanted[-1] < LEAST_COUNT:
            got, wanted = np.append(got[:-2], got[-2:].sum()), np.append(wanted[:-2], wanted[-2:].sum())
        return float(stats.chisquare(got, wanted).pvalue)


def cascades(
    people: int, arcs: NDArray[np.int64], p: float, runs: int, seed: int
) -> tuple[NDArray[np.bool_], int]:
    """Cascades from person 0 in many copies of a network.

    Parameters
    ----------
    people, arcs
        The network: from whom to whom, shape (arcs, 2).
    p
        Probability that a word succeeds (independent cascade); 0 for the linear threshold model.
    runs, seed
        Markets, each with as many copies as fit; and seed of everybody's thresholds.

    Returns
    -------
    adopted : ndarray, shape (copies, people)
        Who did.
    strays : int
        People who did not do as `fixed_point` says.
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
    people = sum(branching**g for g in range(depth + 1))
    children = np.arange(1, people)
    return np.stack([(children - 1) // branching, children], axis=1)


def run_cases(branching: int, p: float, runs: int) -> list[Case]:
    """All networks with their exact distributions."""
    tree = tree_arcs(branching, DEPTH)
    people = int(tree.max()) + 1
    around = np.arange(RING)
    ring = np.stack([np.tile(around, 2), np.append((around + 1) % RING, (around - 1) % RING)], axis=1)
    each = np.array([(a, b) for a in range(COMPLETE) for b in range(COMPLETE) if a != b])
    small = np.array(SMALL)
    networks = (
        ("Independent cascade on a tree", "sizes", "Galton & Watson's recursion; Otter (1949)",
         theory.tree_sizes(branching, p, DEPTH, people), cascades(people, tree, p, runs, 1)),
        ("Linear threshold on a ring", "sizes", "closed form n / 2^(n+1)",
         theory.ring_sizes(RING), cascades(RING, ring, 0, runs, 2)),
        ("Linear threshold where all know all", "sizes", "Cayley's count of trees; Kempe, Kleinberg & Tardos (2003)",
         theory.complete_sizes(COMPLETE), cascades(COMPLETE, each, 0, runs, 3)),
        (f"Independent cascade among {SMALL_PEOPLE}", "sets of adopters", f"all {2 ** len(SMALL):,} live-edge graphs",
         theory.cascade_sets(SMALL_PEOPLE, SMALL, p), cascades(SMALL_PEOPLE, small, p, 1, 4)),
        (f"Linear threshold among {SMALL_PEOPLE}", "sets of adopters", "all live-edge graphs",
         theory.threshold_sets(SMALL_PEOPLE, SMALL), cascades(SMALL_PEOPLE, small, 0, 1, 5)),
    )  # fmt: skip
    cases = []
    for name, outcome, source, exact, (adopted, strays) in networks:
        sizes = adopted.sum(axis=1)
        which = sizes if outcome == "sizes" else adopted @ (1 << np.arange(adopted.shape[1]))
        cases.append(Case(name, outcome, source, exact, np.bincount(which, minlength=len(exact)), sizes, strays))
    return cases


def checks(cases: Sequence[Case], branching: int, p: float) -> list[Check]:
    """Cascades one by one, their distribution in each case, mean sizes, and those that end where they began."""
    strays, everybody = sum(case.strays for case in cases), sum(len(case.sizes) for case in cases)
    rows = [
        Check(
            "People who do otherwise than their thresholds say", "0", strays, strays, strays, strays == 0,
            "Fixed point of the threshold rule, on the matrix of ties", f"{everybody:,} cascades, person by person.",
        )
    ]  # fmt: skip
    for case in cases:
        value = case.p_value()
        rows.append(
            Check(
                f"{case.name}: {case.outcome}", f"as exact: p of a chi-square test above {LEAST_P:g}", value, value, value,
                value > LEAST_P, case.source, f"{case.found.sum():,} cascades.",
            )
        )  # fmt: skip
    tree, ring, complete = cases[:3]
    known = math.fsum((branching * p) ** g for g in range(DEPTH + 1))
    for case, mean, source in (
        (tree, known, f"sum of (d p)^g over {DEPTH + 1} generations"),
        (ring, 3.0, "two geometric runs and the first person"),
        (complete, float(np.arange(COMPLETE + 1) @ complete.exact), "Cayley's count of trees"),
    ):
        at, half = float(case.sizes.mean()), stats.norm.isf(LEAST_P / 2) * float(stats.sem(case.sizes))
        rows.append(
            Check(f"{case.name}: mean size", f"{mean:.3f}", at, at - half, at + half, abs(at - mean) <= half, source, WIDE)
        )
    few, alone = np.arange(1, DEPTH + 1), theory.endless_tree_size(1, branching, p)
    share = stats.binomtest(int(tree.found[1]), int(tree.found.sum()))
    low, high = share.proportion_ci(1 - LEAST_P)
    formula = max(abs(theory.endless_tree_size(int(n), branching, p) - tree.exact[n]) for n in few)
    rows.append(
        Check(
            "Independent cascade on a tree: first person stays alone", f"{alone:.4f}", share.statistic, low, high,
            bool(low <= alone <= high), "Otter (1949); Dwass (1969)",
            f"{WIDE} Up to size {DEPTH}, where the tree's end cannot matter, formula and recursion differ by {formula:.0e}.",
        )
    )  # fmt: skip
    return rows


def draw(cases: Sequence[Case]) -> Drawing:
    """Exact and found probability of every size, or of every set of adopters."""
    title = _finding(cases)
    figure = new_figure(title, 6.0, width=10.5)
    grid = figure.add_gridspec(2, 6)
    rows = []
    for case, (row, first, last) in zip(cases, PLACES, strict=True):
        axes = figure.add_subplot(grid[row, first:last])
        total = case.found.sum()
        shown = np.flatnonzero(case.exact * total >= LEAST_COUNT)
        if case.outcome != "sizes":
            shown = shown[np.argsort(-case.exact[shown], kind="stable")]
        x = shown if case.outcome == "sizes" else np.arange(len(shown)) + 1
        exact, found = case.exact[shown], case.found[shown] / total
        error = 1.96 * np.sqrt(exact * (1 - exact) / total)
        axes.plot(x, exact, color=BLUE, lw=1.2, label="exact")
        axes.errorbar(x, found, error, fmt="o", ms=3, lw=1, color=VERMILLION, label="market, 95 % interval")
        axes.set(yscale="log", title=case.name.replace(" on ", "\non ").replace(" where ", "\nwhere "))
        axes.set_xlabel("people in the cascade" if case.outcome == "sizes" else "set of adopters, by probability")
        if first == 0:
            axes.set_ylabel("probability")
        rows += [(case.name, int(s), e, f) for s, e, f in zip(shown, exact, found, strict=True)]
    figure.axes[0].legend(frameon=False)
    caption = (
        "Probability of each size, or of each set of adopters, from the one person told at first; only what is expected "
        f"{LEAST_COUNT:g} times or more is shown. Copies of a network stand side by side in one market."
    )
    return Drawing(figure, title, caption, pd.DataFrame(rows, columns=["case", "outcome", "exact", "found"]))


def _finding(cases: Sequence[Case]) -> str:
    worst = min(case.p_value() for case in cases)
    count = sum(int(case.found.sum()) for case in cases)
    verb = "are those of the exact laws" if worst > LEAST_P else "stray from the exact laws"
    return f"{count:,} cascades in the market {verb}: the least likely of five networks has p = {worst:.2g}"


def run(request: Request) -> Answer:
    """Cascades on five networks against their exact distributions."""
    branching, p, runs = int(request.options["branching"]), request.options["p"], int(request.options["runs"])
    cases = run_cases(branching, p, runs)
    tree = cases[0]
    sentences = [
        _finding(cases) + ".",
        f"On a tree with {branching} children a node and words that succeed with probability {p:g}, cascades hold "
        f"{tree.sizes.mean():.2f} people on average, and {tree.found[1] / tree.found.sum():.0%} end where they began.",
    ]
    return Answer(checks(cases, branching, p), lambda: draw(cases), sentences)


STUDY = Study(
    title="Independent cascade and linear threshold models",
    source=(
        "Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a social network. "
        "Proceedings of KDD, 137-146; Granovetter, M. (1978). Threshold models of collective behavior. American Journal "
        "of Sociology, 83(6), 1420-1443."
    ),
    question=(
        "If each word of a friend succeeds with some probability, or if people wait for a share of their friends, how far "
        "does one person's purchase spread, and does the market spread it as the exact laws say?"
    ),
    change="koc replicate threshold p=0.33: on the tree each adopter now wins one more on average, and large cascades appear",
    self_check=(
        "With 3 children and p = 0.25, what is the mean size over 6 generations? The sum of 0.75^g for g from 0 to 5: "
        "3.29. With p = 1/3 it is 6, one for each generation."
    ),
    run=run,
    options={
        "branching": Option(3, "children of each person of the tree", 2, 4),
        "p": Option(0.25, "probability that a friend's word succeeds", 0.05, 0.5),
        "runs": Option(40, "markets of 60,000 people for each of the larger networks", 1, 100),
    },
)
