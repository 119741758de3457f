"""Influentials: do people who influence many others set off larger cascades, in proportion to whom they reach?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.drawing.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import share_of
from experiments.studies.models.influence_networks import (
    GOODS,
    TOP,
    Point,
    cascade_sizes,
    influence_network,
    upper_edge,
)
from experiments.studies.models.limits import settings
from experiments.studies.plots import whiskers
from experiments.studies.study import Asked, Check, Study, above, below, covers, option
from sim.parameters import Parameters
from sim.world import World

STUDY = Study(
    title="Influentials and the size of cascades",
    source="""Watts, D. J., & Dodds, P. S. (2007). Influentials, networks, and public opinion formation. Journal of
        Consumer Research, 34(4), 441-458.""",
    question="""Some people influence many more than others do. Do they set off cascades that are larger in proportion,
        when everybody waits for a share of those who influence them?""",
    change="threshold=0.25: the window closes at a lower mean degree; look at the dotted line",
    self_check="""Why can nobody set off a global cascade at mean degree 12? With a threshold of 0.18 one word suffices
        only for people whom at most 5 others influence, and they are 2 % of all: too few to hang together.""",
)
GLOBAL = 0.1  # share of all people whom a global cascade reaches at least
DEGREES = (2, 3.5, 5, 6, 7, 7.5, 8, 9, 12, 14)  # people whom one influences, on average
NEAR, FAR = 0.1, 1.5  # of the upper edge of the window; times it
PAPER = "Watts & Dodds (2007)"


class Options(Asked):
    """Networks and cascades."""

    people: int = option(10_000, "people", 1_000, 50_000)
    threshold: float = option(0.18, "share of those who influence somebody that suffices", 0.12, 0.3)
    networks: int = option(2, "networks for each mean degree", 1, 20)
    cascades: int = option(30, "cascades of either kind on each network; more near the edge", 12, 900)


def simulate(o: Options) -> list[Point]:
    """Cascades of influentials and others over mean degrees; more near the edge, where global ones are rare."""
    world = World.build(Parameters.model_validate(settings(o.people, GOODS)), 0)
    points = []
    for degree in DEGREES:
        rng = np.random.default_rng([2007, round(10 * degree)])
        beyond = degree / upper_edge(o.threshold) - 1
        wanted = o.cascades * (1 if abs(beyond) > NEAR else 2 if beyond < 0.01 else 12)
        count = min(-(-wanted // GOODS), round(TOP * o.people) // GOODS) * GOODS
        sizes: list[list[NDArray[np.int64]]] = [[], []]
        reach = []
        for _ in range(o.networks):
            graph = influence_network(o.people, degree, rng)
            influenced = np.diff(graph.offsets)
            groups = np.split(np.lexsort((rng.random(o.people), -influenced)), [round(TOP * o.people)])
            for group, found in zip(groups, sizes, strict=True):
                found.append(cascade_sizes(graph, o.threshold, rng.choice(group, count, replace=False), world))
            reach.append(influenced[groups[0]].mean() / influenced.mean())
        points.append(Point(degree, np.concatenate(sizes[0]), np.concatenate(sizes[1]), float(np.mean(reach))))
    return points


def placed(o: Options, points: list[Point]) -> tuple[list[Point], list[Point], list[Point]]:
    """Points inside the window, near its edge and beyond it."""
    edge = upper_edge(o.threshold)
    inside, beyond = [p for p in points if p.degree < (1 - NEAR) * edge], [p for p in points if p.degree > FAR * edge]
    return inside, [p for p in points if abs(p.degree / edge - 1) <= NEAR], beyond


def checks(o: Options, points: list[Point]) -> Iterator[Check]:
    """Ratios inside the window and near its edge; nothing beyond."""
    inside, near, beyond = placed(o, points)
    for p in inside:
        name, expected = (
            f"mean degree {p.degree:g}: ratio of cascade sizes",
            f"below the ratio of direct reach, {p.reach:.2f}",
        )
        yield below(f"Inside the window, {name}", p.reach, p.ratio(), expected=expected, source=PAPER,
                    note=f"{p.cascades:,} cascades.")  # fmt: skip
    for p in beyond:
        found = int((np.concatenate([p.influential, p.others]) >= GLOBAL * o.people).sum())
        share = share_of(found, p.cascades)
        yield covers(f"Mean degree {p.degree:g}: share of global cascades", 0, share, expected="0", source=PAPER,
                     note=f"{p.cascades:,} cascades, half of them influentials'.")  # fmt: skip
    if near:
        p = max(near, key=lambda p: p.ratio()[0] / p.reach)
        name = f"Near the upper edge {upper_edge(o.threshold):.1f}, mean degree {p.degree:g}: ratio of cascade sizes"
        yield above(name, p.reach, p.ratio(), expected=f"above the ratio of direct reach, {p.reach:.2f}", source=PAPER,
                    note=f"{p.cascades:,} cascades; largest over that of reach among {len(near)} mean degrees.",
                    otherwise="Not resolved: too few cascades are global there." if p.ratio()[2] > p.reach else "",
                    kind="finding")  # fmt: skip


def findings(o: Options, points: list[Point]) -> list[str]:
    """Ratios inside the window, and near its edge."""
    inside, near, _ = placed(o, points)
    ratios, reach = [p.ratio()[0] for p in inside], [p.reach for p in inside]
    return [
        f"""Influentials reach {min(reach):.1f} to {max(reach):.1f} times as many people as anybody, but inside the
            cascade window their cascades are only {min(ratios):.2f} to {max(ratios):.2f} times as large.""",
        f"""Near the upper edge of the window, at mean degree {upper_edge(o.threshold):.1f}, the ratio is above that of
            direct reach at {sum(p.ratio()[0] > p.reach for p in near)} of {len(near)} mean degrees;
            {sum(p.ratio()[1] > p.reach for p in near)} of them beyond chance.""",
        f"{sum(p.cascades for p in points):,} cascades in all.",
    ]


def figure(o: Options, points: list[Point], title: str) -> Drawing:
    """Share of global cascades by who begins, and the ratio of sizes against that of direct reach."""
    drawing = new_figure(title, 4.4, width=11.0)
    left, right = drawing.subplots(1, 2)
    degrees = [p.degree for p in points]
    shares = np.array([[(n >= GLOBAL * o.people).mean() for n in (p.influential, p.others)] for p in points])
    for label, colour, column in (("influentials (top 10 %)", VERMILLION, 0), ("all others", BLUE, 1)):
        left.plot(degrees, 100 * shares[:, column], "o-", color=colour, ms=4, lw=1.2, label=label)
    left.set(title="Who sets off global cascades", ylabel="global cascades, % of those begun", ylim=(0, 103))
    left.legend(frameon=False, title="begun by", loc="center right")
    whiskers(right, degrees, [p.ratio() for p in points], color=VERMILLION, label="mean size of cascades")
    right.plot(degrees, [p.reach for p in points], color=BLUE, label="direct reach")
    right.set(title="In proportion to whom they reach?", ylabel="influentials over all people, ratio")
    right.legend(frameon=False, loc="upper left")
    for axes in (left, right):
        axes.set_xlabel("mean degree (dotted: upper edge)")
        axes.axvline(upper_edge(o.threshold), color=GREY, lw=0.8, ls=":")
    caption = f"""Cascades from one person among {o.people:,}, each influencing a Poisson number of others; everybody
        adopts once {100 * o.threshold:g} % of those who influence them have. Global: {100 * GLOBAL:g} % of all or more.
        Bars: 95 % intervals."""
    names = "degree reach ratio low high influential average global_influential global_others cascades_each"
    rows = [
        (p.degree, p.reach, *p.ratio(), p.influential.mean(), p.average(), *share, len(p.others))
        for p, share in zip(points, shares, strict=True)
    ]
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=names.split()))
