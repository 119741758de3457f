"""Curves of outcomes against a parameter or over days, and levels arm by arm: a panel each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.analysis.assumption import described
from experiments.analysis.plotting import ARM, DAY, Panel
from experiments.drawing.curve import curves, name_ends, shade_burn_in
from experiments.drawing.forest import Mark, forest
from experiments.drawing.style import BLUE, INK, Drawing, drawing, new_figure, panels, wrapped
from experiments.measures.outcomes import amount, capital, number
from experiments.settings.language import said
from sim.results.outcomes import OUTCOMES

MOST_ACROSS = 3
LONGEST_TITLE = 34
MOST_TICKS = 6
FLOWS = ("yuan", "orders", "views")  # units of what is told by the day


def draw(shown: Sequence[Panel], title: str, caption: Callable[[], str]) -> Drawing:
    """Panels in their order, those of one outcome side by side where there are several for each."""
    each = sum(panel.what == shown[0].what for panel in shown)
    across = each if each > 1 else min(len(shown), 2 if len(shown) in (2, 4) else MOST_ACROSS)
    deep = -(-len(shown) // across)
    tall = 0.5 + 0.3 * max(len(panel.names) for panel in shown) if shown[0].against == ARM else 2.4
    figure = new_figure(title, 1.0 + deep * tall, width=9.6)
    grid = panels(figure, len(shown), most=across)
    for place, (ax, panel) in enumerate(zip(grid[0], shown, strict=True)):
        if panel.against == ARM:
            _levels(ax, panel, named=place % across == 0)
        else:
            _curves(ax, panel)
        ax.set_title(wrapped(label_of(panel), LONGEST_TITLE), fontsize=9.5)
        if panel.against != ARM and (place + across >= len(shown) or panel.against != DAY):
            ax.set_xlabel(_axis(panel))
    return drawing(figure, title, caption, table(shown))


def label_of(panel: Panel) -> str:
    """The outcome for people, with its unit."""
    return said(", ").join(filter(None, (name_of(panel), unit_of(panel))))


def name_of(panel: Panel) -> str:
    """The outcome for people."""
    outcome = OUTCOMES.get(panel.what)
    return capital(said(outcome.label if outcome else panel.what.replace("_", " ")))


def unit_of(panel: Panel) -> str:
    """Its unit for people; empty where its name has it."""
    outcome = OUTCOMES.get(panel.what)
    if outcome is None or outcome.unit == "1":
        return ""
    unit = f"{outcome.unit} a day" if panel.against == DAY and outcome.unit in FLOWS else outcome.unit
    return "" if unit in outcome.label else said(unit)


def table(shown: Sequence[Panel]) -> pd.DataFrame:
    """The numbers behind the figure."""
    frames = []
    for panel in shown:
        for line in panel.lines:
            c = line.curve
            where = panel.names if panel.names else c.x
            frames.append(pd.DataFrame({
                "outcome": panel.what, "against": panel.against, "curve": c.label, "at": list(where), "mean": c.mean,
                "low": c.low, "high": c.high,
            }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _curves(ax: Axes, panel: Panel) -> None:
    drawn = [line.curve for line in panel.lines]
    curves(ax, drawn, joined=not panel.names, from_zero=panel.against == DAY and _flows(panel))
    if panel.names:
        ax.set_xticks(range(len(panel.names)), [wrapped(said(name.replace("_", " ")), 16) for name in panel.names])
        ax.set_xlim(-0.5, len(panel.names) - 0.5)
    elif panel.log:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    elif len(drawn[0].x) <= MOST_TICKS and not panel.binned:
        ax.set_xticks(drawn[0].x, [f"{x:.3g}" for x in drawn[0].x])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(6))
    if panel.against == DAY:
        _days(ax, panel)
    name_ends(ax, drawn)


def _flows(panel: Panel) -> bool:
    return panel.what in OUTCOMES and OUTCOMES[panel.what].unit == "yuan"


def _days(ax: Axes, panel: Panel) -> None:
    days = panel.lines[0].curve.x
    ax.set_xlim(0, max(1.0, float(days[-1])))
    if panel.burn_in < days[-1]:
        shade_burn_in(ax, panel.burn_in)
    if len(panel.lines) == 1:
        level = panel.lines[0].level.value
        ax.plot([panel.burn_in, days[-1]], [level, level], color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
        ax.annotate(f"{said('mean')} {number(level)}", (1, level), xycoords=("axes fraction", "data"), xytext=(0, 4),
                    textcoords="offset points", ha="right", fontsize=8, color=INK)  # fmt: skip


def _levels(ax: Axes, panel: Panel, *, named: bool) -> None:
    curve = panel.lines[0].curve
    unit, yuan = OUTCOMES[panel.what].unit, said("yuan")
    ends = np.concatenate([curve.mean, curve.low, curve.high, [0.0]])
    known = ends[np.isfinite(ends)]
    least, most = float(known.min()), float(known.max())
    margin = 0.06 * (most - least or 1.0)
    marks = [
        Mark(row, float(m), float(lo), float(hi), BLUE)
        for row, (m, lo, hi) in enumerate(zip(curve.mean, curve.low, curve.high, strict=True))
    ]
    names = [wrapped(name, 32) if named else "" for name in panel.names]
    forest(ax, names, marks, (least - margin * (least < 0), most + margin))
    ax.xaxis.set_major_locator(MaxNLocator(3))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: amount(value, unit, signed=False).split(f" {yuan}")[0]))


def _axis(panel: Panel) -> str:
    if panel.against == DAY:
        return said(DAY)
    return described(panel.against, 0.0, 0.0, None).label()
