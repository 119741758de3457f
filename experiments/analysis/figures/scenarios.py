"""Boxes of conditions: for each assumption of a rule, where in its range the side wins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.analysis.assumption import Assumption
from experiments.analysis.response import Response
from experiments.analysis.scenarios import Scenario, holds
from experiments.analysis.words import say
from experiments.drawing.style import BLUE, GREY, PALE, VERMILLION, Drawing, drawing, new_figure
from experiments.measures.outcomes import number, ranged, share
from experiments.settings.language import said

TALL = 0.2  # half the height of a strip of dots


def draw(found: Sequence[Scenario], x: pd.DataFrame, varied: Sequence[Assumption], answer: Response) -> Drawing:
    """A panel for each side that has a rule; without any, one panel of all assumptions."""
    ruled = [s for s in found if s.box] or [found[0]]
    title = _title(found, answer)
    rows = [max(len(s.box.limits) if s.box else len(varied), 1) for s in ruled]
    figure = new_figure(title, 0.8 + sum(0.7 + 0.8 * n for n in rows))
    grid = figure.subplots(len(ruled), 1, squeeze=False, height_ratios=rows)[:, 0]
    for ax, scenario in zip(grid, ruled, strict=True):
        _panel(ax, scenario, x, varied, colour=BLUE if scenario is found[0] else VERMILLION)
    return drawing(figure, title, partial(say, "boxes_caption"), _table(found))


def _panel(ax: Axes, scenario: Scenario, x: pd.DataFrame, varied: Sequence[Assumption], colour: str) -> None:
    limits = {limit.path: limit for limit in scenario.box.limits} if scenario.box else {}
    ranges = {a.path: a for a in varied}
    shown = [ranges[path] for path in limits or ranges]
    jitter = np.random.default_rng(1999).uniform(-TALL, TALL, len(x))  # so that dots do not cover one another
    for y, a in enumerate(shown):
        ax.barh(y, 1, height=2.4 * TALL, color=PALE, zorder=0)
        if limit := limits.get(a.path):
            low, high = (min(max(_placed(end, a), 0.0), 1.0) for end in (limit.low, limit.high))
            ax.barh(y, high - low, left=low, height=2.4 * TALL, color=colour, alpha=0.25, zorder=1)
            ax.annotate(_condition(limit.low, limit.high, a), ((low + high) / 2, y - 1.3 * TALL), ha="center",
                        va="bottom", fontsize=9, color=colour, fontweight="bold")  # fmt: skip
        others = holds(x, [limit for limit in limits.values() if limit.path != a.path])
        for wins, mark in ((False, GREY), (True, colour)):
            for near, alpha in ((False, 0.15), (True, 0.9)):
                these = (scenario.wins == wins) & (others == near)
                place = _placed(x[a.path].to_numpy(float)[these], a)
                ax.scatter(place, y + jitter[these], s=9, color=mark, alpha=alpha, linewidths=0, zorder=2)
        for at, value, align in ((0, a.low, "left"), (1, a.high, "right")):
            ax.text(at, y + 1.3 * TALL, f"{value:.3g}", ha=align, va="top", fontsize=8, color=GREY)
    ax.set(xlim=(-0.02, 1.02), ylim=(len(shown) - 0.4, -0.6), xticks=[])
    ax.set_yticks(range(len(shown)), [a.label(36) for a in shown])
    ax.tick_params(axis="y", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(_said(scenario), color=colour)


def _said(scenario: Scenario) -> str:
    box = scenario.box
    inside = [share(box.density), share(box.coverage)] if box else ["", ""]
    return say("panel", said(scenario.side), share(scenario.share), box, *inside)


def _placed(value: Any, a: Assumption) -> Any:
    return (value - a.low) / (a.high - a.low)


def _condition(low: float, high: float, a: Assumption) -> str:
    if low <= a.low:
        return f"< {number(high)}"
    return f"> {number(low)}" if high >= a.high else ranged(number(low), number(high))


def _title(found: Sequence[Scenario], answer: Response) -> str:
    sides = [(said(s.side), [limit.path for limit in s.box.limits]) for s in found if s.box]
    return say("scenarios_title", answer.label, *(sides[0] if sides else ("", [])))


def _table(found: Sequence[Scenario]) -> pd.DataFrame:
    rows = [
        {
            "winner": s.side, "share_of_points": s.share, "assumption": limit.path, "low": limit.low,
            "high": limit.high, "quasi_p": limit.p, "density": s.box.density, "coverage": s.box.coverage,
            "inside": s.box.inside, "density_left_out": s.box.honest_density,
            "coverage_left_out": s.box.honest_coverage,
        }
        for s in found if s.box for limit in s.box.limits
    ]  # fmt: skip
    return pd.DataFrame(rows or [{"winner": s.side, "share_of_points": s.share} for s in found])
