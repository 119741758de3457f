"""Influentials: do people who influence many others set off larger cascades, in proportion to whom they reach?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.report.statistics import Estimate
from experiments.report.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.validation.limits import directed, market, settings, spread, told_by
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph import Graph
from sim.parameters import Parameters
from sim.world import World

TOP = 0.1  # share of people who are called influentials
GLOBAL = 0.1  # share of all people whom a global cascade reaches at least
GOODS = 3  # that spread side by side: as many as people remember friends' words of
DEGREES = (2, 3.5, 5, 6, 7, 7.5, 8, 9, 12, 14)  # people whom one influences, on average
NEAR = 0.1  # of the upper edge of the window
FAR = 1.5  # times the upper edge: for the threshold of the paper, a mean degree of 12 and more
MORE, MOST = 2, 12  # times as many cascades near the edge, inside and outside, where they are rare and short
RESAMPLES = 4_000
SOURCE = "Watts & Dodds (2007)"


class Point(NamedTuple):
    """Cascades on networks of one mean degree.

    Attributes
    ----------
    degree
        People whom one influences, on average.
    influential, others : ndarray, shape (cascades,)
        People in each cascade begun by one of the influentials, and by one of the others.
    reach
        People whom an influential influences over people whom anybody does: the ratio of direct reach.
    """

    degree: float
    influential: NDArray[np.int64]
    others: NDArray[np.int64]
    reach: float

    def average(self) -> float:
        """Mean size of a cascade begun by anybody: influentials and others, each by their share of all people."""
        return float(TOP * self.influential.mean() + (1 - TOP) * self.others.mean())

    def ratio(self) -> Estimate:
        """Mean size of influentials' cascades over the mean size of all, with a bootstrap interval over cascades."""
        rng = np.random.default_rng(2007)
        top, rest = (
            rng.choice(sizes, (RESAMPLES, len(sizes))).mean(axis=1) for sizes in (self.influential, self.others)
        )
        low, high = np.quantile(top / (TOP * top + (1 - TOP) * rest), [0.025, 0.975])
        value = float(self.influential.mean()) / self.average()
        return Estimate(value, float(low), float(high), math.nan, len(self.others))

    def triggered(self, people: int) -> list[float]:
        """Share of global cascades among influentials' and others'."""
        return [float((sizes >= GLOBAL * people).mean()) for sizes in (self.influential, self.others)]


def upper_edge(threshold: float) -> float:
    """Mean degree above which nobody's word is enough for enough people: the edge of the cascade window.

    People told by at most 1/φ others give in to one of them. A chain of such people goes on while
    ``z P(k ≤ 1/φ − 1) ≥ 1`` for Poisson k of mean z: the argument of Watts (2002) for ties of one direction.
    """
    few = math.floor(1 / threshold + 1e-9) - 1
    grid = np.linspace(1, 60, 59_001)
    inside = grid[grid * stats.poisson.cdf(few, grid) >= 1]
    return float(inside[-1]) if len(inside) else math.nan


def influence_network(people: int, degree: float, rng: np.random.Generator) -> Graph:
    """Everybody influences a Poisson number of others, drawn at random."""
    influenced = rng.poisson(degree, people)
    teller = np.repeat(np.arange(people), influenced)
    return directed(people, teller, rng.integers(people, size=len(teller)))


def cascade_sizes(graph: Graph, threshold: float, first: NDArray[np.int64], world: World) -> NDArray[np.int64]:
    """People in the cascade that each of some people begins alone; `GOODS` of them side by side, with a good each.

    Parameters
    ----------
    graph
        Who influences whom.
    threshold
        Share φ of those who influence somebody that suffices.
    first
        Who begins, shape (cascades,), a multiple of `GOODS`.
    world
        Built for so many people and `GOODS` categories.
    """
    people = len(graph.offsets) - 1
    needed = np.maximum(np.ceil(threshold * told_by(graph) - 1e-9), 1)
    sizes = []
    for batch in first.reshape(-1, GOODS):
        enough = np.repeat(needed[:, None], GOODS, axis=1)
        enough[batch, np.arange(GOODS)] = 1
        one = market(people, 0, graph=graph, enough=enough, changes=settings(people, GOODS), world=world)
        sizes.append(spread(one, dict(enumerate(batch))).sum(axis=0))
    return np.concatenate(sizes)


def run_points(people: int, threshold: float, networks: int, cascades: int) -> list[Point]:
    """Cascades on networks of all mean degrees.

    Parameters
    ----------
    people, threshold
        Size, and share that suffices.
    networks, cascades
        Networks for each degree, and cascades of either kind on each.
    """
    world = World.build(Parameters.model_validate(settings(people, GOODS)), 0)
    points = []
    for degree in DEGREES:
        rng = np.random.default_rng([2007, round(10 * degree)])
        beyond = degree / upper_edge(threshold) - 1
        wanted = cascades * (1 if abs(beyond) > NEAR else MORE if beyond < 0.01 else MOST)
        count = min(-(-wanted // GOODS), round(TOP * people) // GOODS) * GOODS
        sizes: list[list[NDArray[np.int64]]] = [[], []]
        reach = []
        for _ in range(networks):
            graph = influence_network(people, degree, rng)
            influenced = np.diff(graph.offsets)
            order = np.lexsort((rng.random(people), -influenced))
            groups = np.split(order, [round(TOP * people)])
            for group, found in zip(groups, sizes, strict=True):
                found.append(cascade_sizes(graph, threshold, rng.choice(group, count, replace=False), world))
            reach.append(influenced[groups[0]].mean() / influenced.mean())
        top, rest = (np.concatenate(found) for found in sizes)
        points.append(Point(degree, top, rest, float(np.mean(reach))))
    return points


def checks(points: Sequence[Point], people: int, threshold: float) -> list[Check]:
    """Ratios inside the window, near its edge and beyond."""
    edge, rows = upper_edge(threshold), []
    for point in points:
        at, n = point.ratio(), len(point.others) + len(point.influential)
        if point.degree < (1 - NEAR) * edge:
            rows.append(
                Check(
                    f"Inside the window, mean degree {point.degree:g}: ratio of cascade sizes",
                    f"below the ratio of direct reach, {point.reach:.2f}", at.value, at.low, at.high,
                    at.high < point.reach, SOURCE, f"{n:,} cascades.",
                )
            )  # fmt: skip
        elif point.degree > FAR * edge:
            among = np.concatenate([point.influential, point.others])
            big = stats.binomtest(int((among >= GLOBAL * people).sum()), n)
            low, high = big.proportion_ci()
            rows.append(
                Check(
                    f"Mean degree {point.degree:g}: share of global cascades", "0", big.statistic,
                    low, high, big.statistic == 0, SOURCE, f"{n:,} cascades, half of them influentials'.",
                )
            )  # fmt: skip
    near = [p for p in points if abs(p.degree / edge - 1) <= NEAR]
    if near:
        most = max(near, key=lambda p: p.ratio().value / p.reach)
        at, n = most.ratio(), len(most.others) + len(most.influential)
        clear = at.low > most.reach
        rows.append(
            Check(
                f"Near the upper edge {edge:.1f}, mean degree {most.degree:g}: ratio of cascade sizes",
                f"above the ratio of direct reach, {most.reach:.2f}", at.value, at.low, at.high, clear, SOURCE,
                f"{n:,} cascades; largest over that of reach among {len(near)} mean degrees. "
                + ("" if clear else "Not resolved: too few cascades are global there." if at.high > most.reach else ""),
            )
        )  # fmt: skip
    return rows


def draw(points: Sequence[Point], people: int, threshold: float) -> Drawing:
    """Share of global cascades by who begins, and the ratio of sizes against that of direct reach."""
    title, edge = _finding(points, threshold), upper_edge(threshold)
    figure = new_figure(title, 4.4, width=11.0)
    left, right = figure.subplots(1, 2)
    x = np.array([p.degree for p in points])
    shares = np.array([p.triggered(people) for p in points])
    for label, colour, column in (("influentials (top 10 %)", VERMILLION, 0), ("all others", BLUE, 1)):
        left.plot(x, 100 * shares[:, column], "o-", color=colour, ms=4, lw=1.2, label=label)
    left.set(
        xlabel="mean degree",
        ylabel="global cascades, % of those begun",
        title="Who sets off global cascades",
        ylim=(0, 103),
    )
    left.legend(frameon=False, title="begun by", loc="center right")
    at = [p.ratio() for p in points]
    value = np.array([e.value for e in at])
    right.errorbar(
        x,
        value,
        [value - [e.low for e in at], [e.high for e in at] - value],
        fmt="o",
        color=VERMILLION,
        label="mean size of cascades",
    )
    right.plot(x, [p.reach for p in points], color=BLUE, label="direct reach")
    right.set(
        xlabel="mean degree", ylabel="influentials over all people, ratio", title="In proportion to whom they reach?"
    )
    right.legend(frameon=False, loc="upper left")
    for axes in (left, right):
        axes.axvline(edge, color=GREY, lw=0.8, ls=":")
        axes.annotate(
            "upper edge",
            (edge, 1),
            (3, -10),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            color=GREY,
        )
    caption = (
        f"Cascades from one person among {people:,}, each influencing a Poisson number of others; everybody adopts "
        "once "
        f"{100 * threshold:g} % of those who influence them have. Global: {100 * GLOBAL:g} % of all or more. Bars: "
        "95 % "
        "intervals."
    )
    data = pd.DataFrame(
        [
            (p.degree, p.reach, *e[:3], p.influential.mean(), p.average(), *p.triggered(people), len(p.others))
            for p, e in zip(points, at, strict=True)
        ],
        columns=[
            "degree", "reach", "ratio", "low", "high", "influential", "average", "global_influential", "global_others",
            "cascades_each",
        ],
    )  # fmt: skip
    return Drawing(figure, title, caption, data)


def _finding(points: Sequence[Point], threshold: float) -> str:
    inside = [p for p in points if p.degree < (1 - NEAR) * upper_edge(threshold)]
    ratios, reach = [p.ratio().value for p in inside], [p.reach for p in inside]
    return (
        f"Influentials reach {min(reach):.1f} to {max(reach):.1f} times as many people as anybody, but inside the "
        "cascade "
        f"window their cascades are only {min(ratios):.2f} to {max(ratios):.2f} times as large"
    )


def run(request: Request) -> Answer:
    """Cascades of influentials and others over mean degrees."""
    o = request.options
    people, threshold = int(o["people"]), o["threshold"]
    points = run_points(people, threshold, int(o["networks"]), int(o["cascades"]))
    near = [p for p in points if abs(p.degree / upper_edge(threshold) - 1) <= NEAR]
    above = [p for p in near if p.ratio().value > p.reach]
    total = sum(len(p.others) + len(p.influential) for p in points)
    sentences = [
        _finding(points, threshold) + ".",
        f"Near the upper edge of the window, at mean degree {upper_edge(threshold):.1f}, the ratio is above that of "
        "direct "
        f"reach at {len(above)} of {len(near)} mean degrees; {sum(p.ratio().low > p.reach for p in near)} of them "
        "beyond chance.",
        f"{total:,} cascades in all.",
    ]
    return Answer(checks(points, people, threshold), lambda: draw(points, people, threshold), sentences)


STUDY = Study(
    title="Influentials and the size of cascades",
    source=(
        "Watts, D. J., & Dodds, P. S. (2007). Influentials, networks, and public opinion formation. Journal of "
        "Consumer "
        "Research, 34(4), 441-458."
    ),
    question=(
        "Some people influence many more than others do. Do they set off cascades that are larger in proportion, when "
        "everybody waits for a share of those who influence them?"
    ),
    change=(
        "koc replicate watts_dodds threshold=0.25: the window closes at a lower mean degree; look at the dotted "
        "line"
    ),
    self_check=(
        "Why can nobody set off a global cascade at mean degree 12? With a threshold of 0.18 one word suffices only "
        "for "
        "people whom at most 5 others influence, and they are 2 % of all: too few to hang together."
    ),
    run=run,
    options={
        "people": Option(10_000, "people", 1_000, 50_000),
        "threshold": Option(0.18, "share of those who influence somebody that suffices", 0.12, 0.3),
        "networks": Option(2, "networks for each mean degree", 1, 20),
        "cascades": Option(30, "cascades of either kind on each network; more near the edge", 12, 900),
    },
)
