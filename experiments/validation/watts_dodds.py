"""Influentials: do people who influence many others set off larger cascades, in proportion to whom they reach?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from experiments.report.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.validation.study import Answer, Check, Option, Request, Study
from experiments.validation.watts_dodds_networks import GLOBAL, NEAR, Point, run_points, upper_edge

FAR = 1.5  # times the upper edge: for the threshold of the paper, a mean degree of 12 and more
SOURCE = "Watts & Dodds (2007)"


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
