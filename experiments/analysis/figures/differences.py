"""A comparison as a forest plot: every outcome's difference in per cent, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.analysis.compare import Compared, Difference, Side, standing
from experiments.drawing.style import BLUE, GREY, UNCLEAR, VERMILLION, Drawing, new_figure, wrapped
from experiments.outcomes import amount, capital, percent
from sim.recorder import OUTCOMES

WIDEST = 1.2  # what lies beyond 120 % either way is drawn as an arrow


def draw(found: Compared, first: Side, second: Side) -> Drawing:
    """Coloured by the side that is better for those concerned."""
    shown = [d for d in found.differences if d.estimate.seeds]
    sure = sum(d.p_holm < 0.05 for d in shown)
    title = f"{capital(second.name)} against {first.name}: {sure} of {len(shown)} outcomes differ beyond chance"
    figure = new_figure(title, 2.0 + 0.36 * len(shown), width=10.5)
    ax = figure.subplots()
    limit = _limit(shown)
    ax.set(xlim=(-limit, limit), ylim=(len(shown) - 0.4, -0.6), xlabel=f"change in % of {first.name}")
    ax.axvline(0, color=GREY, linewidth=1, zorder=1)
    for y, d in enumerate(shown):
        if y % 2 == 0:
            ax.axhspan(y - 0.5, y + 0.5, color="#F5F5F5", zorder=0, linewidth=0)
        colour = {"second": BLUE, "first": VERMILLION}.get(standing(d), GREY if d.estimate.clear else UNCLEAR)
        _mark(ax, y, d, limit, colour)
        ax.annotate(_written(d), (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=colour)
    ax.xaxis.set_major_formatter(lambda v, _: percent(v))
    ax.set_yticks(range(len(shown)), [wrapped(OUTCOMES[d.outcome].label, 36) for d in shown])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for text, x, align, colour in ((f"■ better with {first.name}", 0.0, "left", VERMILLION),
                                   (f"■ better with {second.name}", 1.0, "right", BLUE)):  # fmt: skip
        ax.annotate(text, (x, 0), xycoords="axes fraction", xytext=(0, -36), textcoords="offset points", va="top",
                    ha=align, color=colour, fontweight="bold", fontsize=8.5)  # fmt: skip
    caption = (
        "Difference of each outcome, second side less first, in per cent of the first side's mean, with its 95 % "
        "interval. Grey: the interval covers zero, or neither is better. An asterisk: clear by itself, but not once p "
        "values are adjusted for the number of outcomes (Holm). Arrows run off the scale."
    )
    return Drawing(figure, title, caption, _table(shown))


def _mark(ax: Axes, y: int, d: Difference, limit: float, colour: str) -> None:
    if not d.first > 0:
        return
    e = [v / d.first for v in (d.estimate.value, d.estimate.low, d.estimate.high)]
    if abs(e[0]) > limit:
        side = np.sign(e[0])
        ax.plot(side * limit * 0.97, y, marker=">" if side > 0 else "<", color=colour, markersize=7, clip_on=False)
        return
    ax.plot([max(e[1], -limit), min(e[2], limit)], [y, y], color=colour, linewidth=2, solid_capstyle="butt", zorder=3)
    ax.plot(e[0], y, "o", color=colour, markersize=6, zorder=4, markeredgewidth=1.4,
            markerfacecolor=colour if d.estimate.clear else "white")  # fmt: skip


def _written(d: Difference) -> str:
    star = "*" if d.estimate.clear and not d.p_holm < 0.05 else ""
    return f"{amount(d.estimate.value, OUTCOMES[d.outcome].unit)}{star}"


def _limit(shown: Sequence[Difference]) -> float:
    ends = [abs(v / d.first) for d in shown if d.first > 0 for v in (d.estimate.low, d.estimate.high)]
    known = [v for v in ends if np.isfinite(v)]
    return min(1.1 * max(known, default=0.1), WIDEST) or 0.1


def _table(shown: Sequence[Difference]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "outcome": d.outcome, "unit": OUTCOMES[d.outcome].unit, "first": d.first, "second": d.second,
            "difference": d.estimate.value, "low": d.estimate.low, "high": d.estimate.high, "effect_size": d.size,
            "p": d.estimate.p, "p_holm": d.p_holm, "units": d.estimate.seeds,
        }
        for d in shown
    )  # fmt: skip
