"""The figure of the three networks: controls from left to right, villages one by one, and the market's own cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from experiments.report.style import BLUE, GREY, INK, PALE, VERMILLION, Drawing, new_figure, wrapped
from experiments.validation.diffusion_evidence import Evidence, Market, log_ratios, ratio
from experiments.validation.exposure import exposure_tables, mantel_haenszel, stratified

TICKS = (0.25, 0.5, 1, 2, 4, 8)


class Mark(NamedTuple):
    """A line of a panel."""

    panel: str
    label: str
    value: float
    low: float
    high: float
    colour: str


def draw(found: dict[str, Evidence], runs: Market) -> Drawing:
    """Odds ratios of data (blue) and market (orange), with the range of shuffles (grey)."""
    networks, cases, villages = _networks(found, runs), _cases(runs), _villages(found["Korea"], runs)
    korea, model = found["Korea"].within.value, ratio(log_ratios(runs.words["Korea"], "village")).value
    title = (
        f"With an adopter among those one names, the odds of adopting are {korea:.1f} times as high in Korean "
        f"villages, and {model:.1f} times in the market on the same ties"
    )
    figure = new_figure(title, 6.4, width=11.0)
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1), height_ratios=(12, 6.5))
    _panel(figure.add_subplot(grid[0, 0]), networks, "Data under controls, shuffles, and the market", (0.3, 8.5))
    _panel(figure.add_subplot(grid[1, 0]), cases, "The market's own cases, where the cause is known", (0.3, 8.5))
    _panel(figure.add_subplot(grid[:, 1]), villages, "Korea, village by village (same period)", (0.15, 30))
    caption = (
        "Odds ratios on a logarithmic scale, 95 % intervals. Blue: data. Orange: the market on the same ties, "
        "mean over seeds. Grey: times of adoption shuffled, median and middle 95 % of shuffles; what lies outside "
        "is not made by villages and calendar (all shuffled), nor by who adopts at all (adopters shuffled). "
        "Villages in which no woman can be compared are left out; orange there pools all seeds."
    )
    data = pd.DataFrame([mark._asdict() for mark in (*networks, *cases, *villages)]).drop(columns="colour")
    return Drawing(figure, title, caption, data)


def _networks(found: dict[str, Evidence], runs: Market) -> list[Mark]:
    marks = []
    for name, one in found.items():
        model = ratio(log_ratios(runs.words[name], "village"))
        shuffled, adopters = one.shuffled, one.adopters_shuffled
        marks += [
            Mark("networks", f"{name}: same period", *one.plain[:3], BLUE),
            Mark("networks", "same village and period", one.within.value, *one.bootstrap, BLUE),
            Mark("networks", "all times shuffled", shuffled.value, shuffled.low, shuffled.high, GREY),
            Mark("networks", "adopters shuffled", adopters.value, adopters.low, adopters.high, GREY),
            Mark("networks", "the market", model.value, model.low, model.high, VERMILLION),
        ]
    return marks


def _cases(runs: Market) -> list[Mark]:
    cases = {
        "friends told, ties of Korea": log_ratios(runs.words["Korea"], "village"),
        "nobody told, ties of Korea": log_ratios(runs.silent, "village"),
        "nobody told, friends alike: same period": log_ratios(runs.alike, "period"),
        "the same: same interest and period": log_ratios(runs.alike, "village"),
    }
    return [Mark("market", label, *ratio(logs)[:3], VERMILLION) for label, logs in cases.items()]


def _villages(korea: Evidence, runs: Market) -> list[Mark]:
    data = [mantel_haenszel(stratified(one[None], "period")) for one in exposure_tables(korea.network)]
    by_seed = np.array([exposure_tables(one) for one in runs.words["Korea"]])
    model = [
        # a stratum is a seed and period, so that seeds are not compared with each other
        mantel_haenszel(stratified(by_seed[:, village], "village"))
        for village in range(by_seed.shape[1])
    ]
    order = [v for v in np.argsort([one.value for one in data]) if np.isfinite(data[v].value)]
    marks = []
    for village in reversed(order):
        for label, one, colour in ((f"{village + 1}", data[village], BLUE), ("", model[village], VERMILLION)):
            marks.append(Mark("villages", label, one.value, one.low, one.high, colour))
    return marks


def _panel(ax: Axes, marks: Sequence[Mark], title: str, limits: tuple[float, float]) -> None:
    paired = marks[0].panel == "villages"
    y = np.array([m // 2 + 0.32 * (m % 2) if paired else m + 0.5 * (m // 5) for m in range(len(marks))], float)
    ax.axvline(1, color=PALE, linewidth=1.5, zorder=0)
    for place, mark in zip(y, marks, strict=True):
        ax.plot([mark.low, mark.high], [place, place], color=mark.colour, linewidth=1.2 if paired else 2)
        ax.plot(mark.value, place, "o", color=mark.colour, markersize=3.5 if paired else 6)
        if not paired:
            at = ax.get_yaxis_transform()
            ax.text(1.01, place, f"{mark.value:.2f}", transform=at, va="center", fontsize=8.5, color=INK)
    named = [(place, mark.label) for place, mark in zip(y, marks, strict=True) if mark.label]
    ax.set_yticks([place for place, _ in named], [label for _, label in named])
    ax.set(xscale="log", xlim=limits, ylim=(y[-1] + 0.7, -0.7), title=wrapped(title, 60))
    ticks = [tick for tick in TICKS if limits[0] <= tick <= limits[1]]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    if paired:
        ax.set_ylabel("village")
    ax.set_xlabel("odds ratio")
