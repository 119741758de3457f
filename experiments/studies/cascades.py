"""Independent cascade and linear threshold, against two published programs and closed forms on trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from cascade import independent_cascade, linear_threshold, spread
from experiments.drawing.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import holm
from experiments.studies.catalogue import is_installed
from experiments.studies.models.cascade_laws import tree_sizes
from experiments.studies.models.other_programs import Comparison, Sizes, by_cynetdiff, by_ndlib
from experiments.studies.models.plain_graphs import scale_free, small_world, threshold_of
from experiments.studies.plots import forest
from experiments.studies.study import Asked, Check, Study, above, covers, option
from sim.errors import UserError
from sim.graphs.graph import from_ties

STUDY = Study(
    title="Cascades against other programs",
    source="""Kempe, Kleinberg & Tardos (2003), Maximizing the spread of influence through a social network, KDD; Robson
        & Umrawal, CyNetDiff, 0.1.18; Rossetti et al. (2018), NDlib, Int. J. Data Science and Analytics 5""",
    question="Do cascades come out as large, and as unequal, as in programs by others and as theory says they must?",
    change="people=500: do small graphs agree as well as large ones?",
    self_check="""Twenty honest tests at 5 % fail once on average: what does Holm's correction do about that? It
        multiplies the smallest p by the number of tests, the next by one less, and so on.""",
    extra="cynetdiff ndlib",
)
LEVEL = 0.05  # of all tests together (Holm 1979)
MEAN_DEGREE = 8
CYNETDIFF, NDLIB = "CyNetDiff (Robson & Umrawal)", "NDlib (Rossetti et al. 2018)"
NONE = np.empty(0, np.int64)
NO_LAW = np.empty(0)


class Options(Asked):
    """Graphs and cascades."""

    people: int = option(2000, "people in the graph", 100, 20_000)
    runs: int = option(20_000, "cascades here, and in CyNetDiff", 200, 200_000)
    slow_runs: int = option(80, "cascades in NDlib, which is slow", 20, 5000)


def simulate(o: Options) -> list[Comparison]:
    """Compare sizes of cascades from the same seeds on the same graphs."""
    made = [*by_law(o.runs), *by_program(o)]
    adjusted = holm([one.p_value for one in made])
    return [one._replace(adjusted=float(p)) for one, p in zip(made, adjusted, strict=True)]


def by_law(runs: int) -> Iterator[Comparison]:
    """On a star and on a binary tree of six generations."""
    hub = np.zeros((runs, 1), np.int64)
    star = from_ties(101, np.zeros(100, np.int64), np.arange(1, 101))
    for p in (0.02, 0.3):
        law = np.append(0.0, stats.binom.pmf(np.arange(101), 100, p))
        here = spread(star, independent_cascade(star, p, 1), hub).size
        yield Comparison(f"cascade on a star of 100, p = {p}", "binomial law", here, NONE, law)
    child = np.arange(1, 127)
    binary = from_ties(127, (child - 1) // 2, child)
    for p in (0.4, 0.8):
        here, law = spread(binary, independent_cascade(binary, p, 2), hub).size, tree_sizes(2, p, 6, 127)
        yield Comparison(f"cascade on a binary tree, p = {p}", "branching process", here, NONE, law)
    # a child with d friends, its own children among them, follows with probability 1/d: 1 at the leaves, else 1/3
    here, law = spread(binary, linear_threshold(3), hub).size, tree_sizes(2, [1.0, *[1 / 3] * 5], 6, 127)
    yield Comparison("threshold on a binary tree", "live ties (Kempe et al. 2003)", here, NONE, law)


def by_program(o: Options) -> Iterator[Comparison]:
    """On a small world and a scale-free graph, below and above the threshold of the epidemic."""
    peers: list[tuple[str, Callable[..., Sizes], int]]
    peers = [(CYNETDIFF, by_cynetdiff, o.runs)] if is_installed("cynetdiff") else []
    peers += [(NDLIB, by_ndlib, o.slow_runs)] if is_installed("ndlib") else []
    if not peers:
        raise UserError("neither cynetdiff nor ndlib is installed; expected one: pip install 'koc-market[validation]'")
    seeds = np.random.default_rng(5).choice(o.people, 5, replace=False)
    started = np.tile(seeds, (o.runs, 1))
    for kind, make in (("small world", small_world), ("scale free", scale_free)):
        graph = make(o.people, MEAN_DEGREE, seed=1)
        for name, p in (("below", 0.5), ("above", 2.0)):
            chance = p * threshold_of(graph)
            here = spread(graph, independent_cascade(graph, chance, 4), started).size
            for source, program, runs in peers:
                there = program(graph, seeds, runs, chance)
                yield Comparison(f"cascade, {kind}, {name} the threshold", source, here, there, NO_LAW)
        here = spread(graph, linear_threshold(5), started).size
        for source, program, runs in peers:
            yield Comparison(f"threshold, {kind}", source, here, program(graph, seeds, runs, None), NO_LAW)
        if peers[0][0] == CYNETDIFF:
            chances = 1.0 / np.diff(graph.offsets)[graph.friends]
            here = spread(graph, independent_cascade(graph, chances, 6), started).size
            there = by_cynetdiff(graph, seeds, o.runs, chances)
            yield Comparison(f"weighted cascade, {kind}", CYNETDIFF, here, there, NO_LAW)


def checks(o: Options, made: list[Comparison]) -> Iterator[Check]:
    """Mean and distribution of every comparison."""
    sigmas = float(stats.norm.isf(LEVEL / 2 / len(made)))
    for one in made:
        here, there, error = one.means
        gap = here - there
        yield covers(f"{one.name}: mean size, difference", 0, (gap, gap - sigmas * error, gap + sigmas * error),
                     source=one.source, note=f"{here:.2f} here, {there:.2f} there; interval of {sigmas:.1f} standard "
                     "errors: 95 % for all together")  # fmt: skip
        test = "chi-square" if len(one.law) else "Kolmogorov-Smirnov"
        yield above(f"{one.name}: distribution of sizes", LEVEL, one.adjusted, expected=f"p > {LEVEL}",
                    source=one.source, note=f"{test}, p adjusted for all comparisons (Holm)")  # fmt: skip


def findings(o: Options, made: list[Comparison]) -> list[str]:
    """How many agree, and how far means lie apart."""
    agree, least = sum(one.adjusted > LEVEL for one in made), min(one.adjusted for one in made)
    said = [
        f"""Cascades are those of other programs and of the closed forms: {agree} of {len(made)} distributions agree
            (smallest adjusted p {least:.2g})."""
    ]
    for source in sorted({one.source for one in made}):
        gaps = [abs(a - b) / e for a, b, e in (one.means for one in made if one.source == source) if e > 0]
        said.append(f"{source}: means differ by at most {max(gaps):.1f} standard errors (comparisons: {len(gaps)}).")
    return said


def figure(o: Options, made: list[Comparison], title: str) -> Drawing:
    """By how much means differ, and the tests of whole distributions."""
    drawing = new_figure(title, 1.6 + 0.3 * len(made))
    gaps, shares = drawing.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    means = np.array([one.means for one in made])
    gap, half = means[:, 0] / means[:, 1] - 1, 1.96 * means[:, 2] / means[:, 1]
    forest(gaps, [f"{one.name}\n{one.source}" for one in made],
           {"mean": list(zip(gap, gap - half, gap + half, strict=True))}, scale=100)  # fmt: skip
    gaps.tick_params(axis="y", labelsize=6.5)
    gaps.set_xlabel("mean size against the other's, %")
    for row, one in enumerate(made):
        shares.plot(max(one.adjusted, 1e-4), row, "o", color=BLUE if one.adjusted > LEVEL else VERMILLION, ms=4)
    shares.axvline(LEVEL, color=GREY, linewidth=1, linestyle="--")
    shares.set(xscale="log", xlim=(1e-3, 1.6), xlabel=f"adjusted p (dashed: {LEVEL})")
    caption = """Left: by how much the mean size of cascades differs, with 95 % intervals, on the same graph from the
        same seeds. Right: test of the whole distribution, two-sample Kolmogorov-Smirnov against a program and
        chi-square against a closed form, p adjusted for the number of comparisons. Blue: no difference found."""
    rows = [(one.name, one.source, *one.means, one.p_value, one.adjusted) for one in made]
    names = ["comparison", "against", "mean_here", "mean_there", "standard_error", "p", "p_adjusted"]
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=names))
