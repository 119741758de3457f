"""Reach against conversion, a point for every arm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from experiments.drawing.labels import Box, free_place
from experiments.drawing.style import GREY, INK, LEVELS, PALE, Drawing, drawing, new_figure
from experiments.measures.outcomes import capital, percent
from experiments.measures.statistics import within_seeds
from experiments.report.figures.words import say
from experiments.report.verdict import Verdict
from experiments.settings.language import said
from experiments.table.results import Results

MARKERS = ("o", "s", "^", "D")
CONVERSION = "paid_conversion"


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Reach and conversion of creators' pages, with 95 % bars, over lines of equal reach x conversion."""
    if not {"reach", CONVERSION} <= set(results.runs):
        return None
    data = _points(results)
    shown = data["arm"].isin(set(results.each_arm) - set(results.without_promotion.values()))
    drawn = data[shown & (data["reach"] > 0) & (data["conversion"] > 0)]
    if drawn.empty:
        return None
    figure = new_figure(title := _title(results, verdict), 5.4)
    ax = figure.subplots()
    ax.set(xscale="log", yscale="log", xlabel=said("reach: people in a week who saw pages by which creators earn"),
           ylabel=said("conversion: orders per 100 of their pages seen"))  # fmt: skip
    _limits(ax, drawn)
    _equal_lines(ax)
    ax.annotate(said("grey lines: equal reach × conversion"), (0.01, 0.015), xycoords="axes fraction", color=GREY,
                fontsize=8)  # fmt: skip
    order = _by_movement(results, drawn)
    for row in drawn.to_dict("records"):
        _point(ax, results, order, row)
    _labels(ax, results, order, drawn)
    return drawing(figure, title, lambda: say("trade"), data)


def _points(results: Results) -> pd.DataFrame:
    reach, conversion = results.outcome("reach"), results.outcome(CONVERSION)
    found = zip(reach, within_seeds(reach).values(), within_seeds(conversion).values(), strict=True)
    return pd.DataFrame(
        {"arm": arm, **r.columns("reach"), **c.columns("conversion"), "seeds": r.seeds} for arm, r, c in found
    )


def _title(results: Results, verdict: Verdict) -> str:
    """What the question that asks for it trades; else the clearest trade of any."""
    asked = results.given("asks") or {}
    trades, told = [], []
    for c in results.comparisons:
        found = [verdict.main(c, key) for key in ("reach", CONVERSION)]
        effects = [e for e in found if e and e.in_percent]
        if len(effects) < 2:
            continue
        if {"reach", CONVERSION} <= set(asked.get(c.factor) or ()):
            told.append((c, effects))
        elif all(e.clear for e in effects) and effects[0].relative.value * effects[1].relative.value < 0:
            trades.append((c, effects))
    if not (told or trades):
        return say("trade_title", "", "", [])
    c, effects = told[0] if told else max(trades, key=lambda each: min(abs(e.relative.value) for e in each[1]))
    moves = [(said(name), f"{percent(e.relative.value)} %", e.clear)
             for name, e in zip(("reach", "conversion"), effects, strict=True)]  # fmt: skip
    return capital(say("trade_title", results.label(c.high), results.label(c.low), moves))


def _limits(ax: Axes, data: pd.DataFrame) -> None:
    for side, name in (("x", "reach"), ("y", "conversion")):
        low = data[f"{name}_low"].where(np.isfinite(data[f"{name}_low"]) & (data[f"{name}_low"] > 0), data[name]).min()
        high = data[f"{name}_high"].where(np.isfinite(data[f"{name}_high"]), data[name]).max()
        room = max((high / low) ** 0.16, 1.08)
        getattr(ax, f"set_{side}lim")(low / room, high * room)
    for axis, scale in ((ax.xaxis, 1.0), (ax.yaxis, 100.0)):
        view = axis.get_view_interval()
        span = view[1] / view[0]
        steps: tuple[float, ...] = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9)
        steps = steps if span < 2.5 else (1, 1.5, 2, 3, 4, 6, 8) if span < 12 else (1, 2, 5) if span < 100 else (1,)
        shown = {float(f"{step}e{power}") for power in range(-6, 10) for step in steps}
        inside = sorted(t for t in shown if view[0] <= t <= view[1])
        axis.set_major_locator(FixedLocator(inside))
        axis.set_major_formatter(FuncFormatter(lambda v, _, scale=scale: f"{round(scale * v, 9):,g}"))
        axis.set_minor_locator(NullLocator())


def _equal_lines(ax: Axes) -> None:
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    products = [m * 10.0**e for e in range(-3, 12) for m in (1, 2, 5)]
    for product in (p for p in products if left * bottom < p < right * top):
        x = np.array([max(left, product / top), min(right, product / bottom)])
        if np.log(x[1] / x[0]) < 0.08 * np.log(right / left):
            continue
        ax.plot(x, product / x, color=PALE, linewidth=1, zorder=0)
        place, level = ((3, -3), "top") if product / top > left else ((3, 0), "center")
        ax.annotate(f"{product:,g}", (x[0], product / x[0]), xytext=place, textcoords="offset points", va=level,
                    fontsize=7.5, color="#9A9A9A", zorder=0)  # fmt: skip


def _by_movement(results: Results, data: pd.DataFrame) -> list[str]:
    """Factors, those first whose levels lie furthest apart: colour, then shape, then filling tell them."""
    logs = data.set_index("arm")[["reach", "conversion"]].reindex(results.arms.index).apply(np.log)
    spread = {}
    for factor in results.factors:
        means = logs.groupby(results.arms[factor], sort=False).mean().to_numpy()
        spread[factor] = float((means.max(axis=0) - means.min(axis=0)).sum())
    return sorted(results.factors, key=lambda f: -spread[f])


def _look(results: Results, order: list[str], arm: str) -> tuple[str, str, bool]:
    if arm not in results.arms.index:
        return GREY, "D", list(results.extras.index).index(arm) % 2 == 1
    index = [results.factors[f].index(str(results.arms.loc[arm, f])) for f in order] + [0, 0, 0]
    return LEVELS[index[0] % len(LEVELS)], MARKERS[index[1] % len(MARKERS)], index[2] % 2 == 0


def _point(ax: Axes, results: Results, order: list[str], row: dict[Any, Any]) -> None:
    colour, marker, filled = _look(results, order, row["arm"])
    bars: dict[str, Any] = {}
    for bar, name in (("xerr", "reach"), ("yerr", "conversion")):
        value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
        # On a log scale a bar that reaches zero is drawn to the edge.
        bars[bar] = [[value - max(low, 0.01 * value)], [high - value]] if np.isfinite(low) else None
    ax.errorbar(row["reach"], row["conversion"], **bars, fmt=marker, color=colour, markersize=7.5, elinewidth=1,
                markerfacecolor=colour if filled else "white", markeredgewidth=1.6, zorder=3)  # fmt: skip


def _labels(ax: Axes, results: Results, order: list[str], data: pd.DataFrame) -> None:
    """Name points together that differ only in the filling, and say what shapes and fillings mean."""
    filling = order[2] if len(order) == 3 and len(results.factors[order[2]]) == 2 else None
    named = order[:2] if filling else order
    groups: dict[str, list[str]] = {}
    for arm in data["arm"]:
        inside = arm in results.arms.index
        levels = [results.label(str(results.arms.loc[arm, f])) for f in named] if inside else [results.arm_label(arm)]
        groups.setdefault(said(", ").join(levels), []).append(arm)
    points = data.set_index("arm")[["reach", "conversion"]]
    obstacles = ax.transData.transform(_marks(data))
    placed: list[Box] = []
    for name, arms in groups.items():
        colour, _, _ = _look(results, order, arms[0])
        spot = np.exp(np.log(points.loc[arms].to_numpy(float)).mean(axis=0))
        offset, align = free_place(ax.transData.transform(spot), name, obstacles, placed)
        weight = "bold" if arms[0] in results.arms.index else "normal"
        ax.annotate(name, tuple(spot), xytext=offset, textcoords="offset points", ha=align, va="center", color=colour,
                    fontsize=9, fontweight=weight, zorder=5, annotation_clip=False)  # fmt: skip
    if filling:
        shapes = zip("○□△◇", map(results.label, results.factors[order[1]]), strict=False)
        full, empty = map(results.label, results.factors[filling])
        key = "   ".join([*(f"{shape} {level}" for shape, level in shapes), f"      {say('fillings', full, empty)}"])
        ax.annotate(key, (1, 1.01), xycoords="axes fraction", ha="right", va="bottom", color=INK, fontsize=9)


def _marks(data: pd.DataFrame) -> NDArray[np.float64]:
    """Points and, along their bars, enough of them that a label in between would hit one."""
    marks = []
    for row in data.to_dict("records"):
        for side, name in enumerate(("reach", "conversion")):
            low, high = row[f"{name}_low"], row[f"{name}_high"]
            along = np.linspace(max(low, 0.01 * row[name]), high, 15) if np.isfinite(low) else [row[name]]
            for value in along:
                marks.append((value, row["conversion"]) if side == 0 else (row["reach"], value))
    return np.array(marks)
