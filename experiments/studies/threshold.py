"""Independent cascade and linear threshold: the market's cascades against exact distributions."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from experiments.drawing.style import BLUE, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import share_of
from experiments.studies.models import cascade_laws as laws
from experiments.studies.models.copies import Case, cascades, tree_arcs
from experiments.studies.study import Asked, Check, Study, above, covers, option

STUDY = Study(
    title="Independent cascade and linear threshold models",
    source="""Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a social
        network. Proceedings of KDD, 137-146; Granovetter, M. (1978). Threshold models of collective behavior. American
        Journal of Sociology, 83(6), 1420-1443.""",
    question="""If each word of a friend succeeds with some probability, or if people wait for a share of their friends,
        how far does one person's purchase spread, and does the market spread it as the exact laws say?""",
    change="p=0.33: on the tree each adopter now wins one more on average, and large cascades appear",
    self_check="""With 3 children and p = 0.25, what is the mean size over 6 generations? The sum of 0.75^g for g from 0
        to 5: 3.29. With p = 1/3 it is 6, one for each generation.""",
)
DEPTH, RING, COMPLETE = 5, 60, 20
LEAST_P = 0.001  # by which each of the many checks fails a right model once in a thousand
LEAST_COUNT = 5.0  # expected cases of an outcome that is drawn
PLACES = ((0, 0, 2), (0, 2, 4), (0, 4, 6), (1, 0, 3), (1, 3, 6))  # of the panels: row, first and last column
SIX = tuple(
    sorted(tie for a, b in ((0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 4), (3, 5)) for tie in ((a, b), (b, a)))
)


class Options(Asked):
    """The networks, and the model on the tree and among six."""

    branching: int = option(3, "children of each person of the tree", 2, 4)
    p: float = option(0.25, "probability that a friend's word succeeds", 0.05, 0.5)
    runs: int = option(40, "markets of 60,000 people for each of the larger networks", 1, 100)


def simulate(o: Options) -> list[Case]:
    """Cascades on five networks, many copies of each side by side in one market."""
    tree = tree_arcs(o.branching, DEPTH)
    people = int(tree.max()) + 1
    around = np.arange(RING)
    ring = np.stack([np.tile(around, 2), np.append((around + 1) % RING, (around - 1) % RING)], axis=1)
    each = np.array([(a, b) for a in range(COMPLETE) for b in range(COMPLETE) if a != b])
    six = np.array(SIX)
    return [
        Case.of("Independent cascade on a tree", "Galton & Watson's recursion; Otter (1949)",
                laws.tree_sizes(o.branching, o.p, DEPTH, people), cascades(people, tree, o.p, o.runs, 1)),
        Case.of("Linear threshold on a ring", "closed form n / 2^(n+1)",
                laws.ring_sizes(RING), cascades(RING, ring, 0, o.runs, 2)),
        Case.of("Linear threshold where all know all", "Cayley's count of trees; Kempe, Kleinberg & Tardos (2003)",
                laws.complete_sizes(COMPLETE), cascades(COMPLETE, each, 0, o.runs, 3)),
        Case.of("Independent cascade among 6", f"all {2 ** len(SIX):,} live-edge graphs",
                laws.cascade_sets(6, SIX, o.p), cascades(6, six, o.p, 1, 4), sets=True),
        Case.of("Linear threshold among 6", "all live-edge graphs",
                laws.threshold_sets(6, SIX), cascades(6, six, 0, 1, 5), sets=True),
    ]  # fmt: skip


def checks(o: Options, cases: list[Case]) -> Iterator[Check]:
    """Cascades one by one, their distribution in each case, mean sizes, and those that end where they began."""
    strays, everybody = sum(case.strays for case in cases), sum(len(case.sizes) for case in cases)
    yield covers(
        "People who do otherwise than their thresholds say", 0, strays, expected="0",
        source="Fixed point of the threshold rule, on the matrix of ties",
        note=f"{everybody:,} cascades, person by person.",
    )  # fmt: skip
    for case in cases:
        yield above(
            f"{case.name}: {case.outcome}", LEAST_P, case.p_value(), source=case.source,
            note=f"{case.found.sum():,} cascades.", expected=f"as exact: p of a chi-square test above {LEAST_P:g}",
        )  # fmt: skip
    tree, _, complete, *_ = cases
    wide = f"{100 * (1 - LEAST_P):g} % interval, for the checks are many."
    for case, mean, source in zip(cases, (
        math.fsum((o.branching * o.p) ** g for g in range(DEPTH + 1)), 3.0,
        float(np.arange(COMPLETE + 1) @ complete.exact),
    ), (
        f"sum of (d p)^g over {DEPTH + 1} generations", "two geometric runs and the first person",
        "Cayley's count of trees",
    ), strict=False):  # fmt: skip
        at, half = float(case.sizes.mean()), stats.norm.isf(LEAST_P / 2) * float(stats.sem(case.sizes))
        found = (at, at - half, at + half)
        yield covers(f"{case.name}: mean size", mean, found, expected=f"{mean:.3f}", source=source, note=wide)
    alone = laws.endless_tree_size(1, o.branching, o.p)
    share = share_of(int(tree.found[1]), int(tree.found.sum()), 1 - LEAST_P)
    formula = max(abs(laws.endless_tree_size(n, o.branching, o.p) - tree.exact[n]) for n in range(1, DEPTH + 1))
    yield covers(
        "Independent cascade on a tree: first person stays alone", alone,
        share, expected=f"{alone:.4f}",
        source="Otter (1949); Dwass (1969)", note=f"""{wide} Up to size {DEPTH}, where the tree's end cannot matter,
            formula and recursion differ by {formula:.0e}.""",
    )  # fmt: skip


def findings(o: Options, cases: list[Case]) -> list[str]:
    """The least likely network, and the tree."""
    worst, count, tree = min(case.p_value() for case in cases), sum(int(case.found.sum()) for case in cases), cases[0]
    verb = "are those of the exact laws" if worst > LEAST_P else "stray from the exact laws"
    return [
        f"{count:,} cascades in the market {verb}: the least likely of five networks has p = {worst:.2g}.",
        f"""On a tree with {o.branching} children a node and words that succeed with probability {o.p:g}, cascades hold
            {tree.sizes.mean():.2f} people on average, and {tree.found[1] / tree.found.sum():.0%} end where they
            began.""",
    ]


def figure(o: Options, cases: list[Case], title: str) -> Drawing:
    """Exact and found probability of every size, or of every set of adopters."""
    drawing = new_figure(title, 6.0, width=10.5)
    grid = drawing.add_gridspec(2, 6)
    rows = []
    for case, (row, first, last) in zip(cases, PLACES, strict=True):
        axes, total, sizes = drawing.add_subplot(grid[row, first:last]), case.found.sum(), case.outcome == "sizes"
        shown = np.flatnonzero(case.exact * total >= LEAST_COUNT)
        if not sizes:
            shown = shown[np.argsort(-case.exact[shown], kind="stable")]
        x = shown if sizes else np.arange(len(shown)) + 1
        exact, found = case.exact[shown], case.found[shown] / total
        axes.plot(x, exact, color=BLUE, lw=1.2, label="exact")
        error = 1.96 * np.sqrt(exact * (1 - exact) / total)
        axes.errorbar(x, found, error, fmt="o", ms=3, lw=1, color=VERMILLION, label="market, 95 % interval")
        axes.set(yscale="log", title=case.name.replace(" on ", "\non ").replace(" where ", "\nwhere "))
        axes.set_xlabel("people in the cascade" if sizes else "set of adopters, by probability")
        rows += [(case.name, int(s), e, f) for s, e, f in zip(shown, exact, found, strict=True)]
    drawing.axes[0].legend(frameon=False)
    drawing.axes[0].set_ylabel("probability")
    caption = f"""Probability of each size, or of each set of adopters, from the one person told at first; only what is
        expected {LEAST_COUNT:g} times or more is shown. Copies of a network stand side by side in one market."""
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=["case", "outcome", "exact", "found"]))
