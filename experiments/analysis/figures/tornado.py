"""The tornado: the effect at both ends of each assumption's plausible range, the widest swing on top."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.analysis.response import Response
from experiments.analysis.sensitivity import Design
from experiments.drawing.style import BLUE, GREY, INK, PALE, UNCLEAR, VERMILLION, Drawing, new_figure, wrapped
from experiments.outcomes import capital, number

LONGEST_SOURCE = 34  # characters
APART = 0.3  # of a row, between the two ends of a range


def draw(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """A bar from the effect at one end of a range to that at the other, with an interval at both."""
    names = list(dict.fromkeys(table["assumption"]))
    figure = new_figure(_title(table, answer), 2.2 + 0.6 * len(names), width=11.0)
    ax = figure.subplots()
    home = float(table["default_effect"].iloc[0])
    declared = {a.path: a for a in plan.assumptions}
    ax.set(ylim=(len(names) - 0.4, -0.75), xlim=_limits(table, home))
    ax.axvline(0, color=INK, linewidth=1.2, zorder=2)
    ax.axvline(home, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    ax.annotate("at the defaults", (home, -0.75), xytext=(0, 3), textcoords="offset points", ha="center", color=GREY,
                fontsize=8.5, annotation_clip=False)  # fmt: skip
    for y, name in enumerate(names):
        _bar(ax, y, table[table["assumption"] == name], home)
        a = declared[name]
        source = a.source if len(a.source) <= LONGEST_SOURCE else f"{a.source[: LONGEST_SOURCE - 1]}…"
        text = f"{a.low:g} to {a.high:g}, default {a.default:g}\n{source}"
        ax.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=GREY)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, signed=bool(answer.question.low))))
    ax.set_xlabel(f"{_axis(answer)}, {answer.unit}")
    if answer.question.low:
        _sides(ax, answer)
    caption = (
        f"{capital(_axis(answer))}, with one assumption at a time at an end of its plausible range, the others at "
        "their defaults; the number beside a mark is the assumption's value. Lines through the marks are 95 % "
        "intervals over seeds. A bar that crosses zero turns the conclusion round. To the right: range, default, and "
        "whose word it is."
    )
    return Drawing(figure, _title(table, answer), caption, table)


def _bar(ax: Axes, middle: int, rows: pd.DataFrame, home: float) -> None:
    """Both ends of a range, a little apart, so that neither's interval runs through the other's label."""
    ends = [*rows["effect"], home]
    ax.barh(middle, max(ends) - min(ends), left=min(ends), height=0.6, color=PALE, zorder=1)
    lower = min(rows["effect"]) if len(rows) == 2 else min(ends)  # of two ends, one is written to the left
    apart = APART * (np.arange(len(rows)) - (len(rows) - 1) / 2)
    for y, row in zip(middle + apart, rows.to_dict("records"), strict=True):
        colour = _colour(row["low"], row["high"])
        ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.6, zorder=3)
        ax.plot(row["effect"], y, "o", color=colour, markersize=5.5, zorder=4)
        is_left = row["effect"] <= lower
        at, shift, align = (row["low"], -8, "right") if is_left else (row["high"], 8, "left")
        ax.annotate(f"{row['value']:g}", (at if np.isfinite(at) else row["effect"], y), xytext=(shift, 0),
                    textcoords="offset points", ha=align, va="center", fontsize=8.5, color=colour, fontweight="bold",
                    zorder=5)  # fmt: skip


def _colour(low: float, high: float) -> str:
    return BLUE if low > 0 else VERMILLION if high < 0 else UNCLEAR


def _limits(table: pd.DataFrame, home: float) -> tuple[float, float]:
    ends = table[["effect", "low", "high"]].to_numpy().ravel()
    known = np.append(ends[np.isfinite(ends)], [home, 0.0])
    margin = 0.08 * max(float(np.ptp(known)), 1e-12)
    return float(known.min() - margin), float(known.max() + margin)


def _axis(answer: Response) -> str:
    question = answer.question
    if not question.low:
        return f"{answer.label}, {question.name}"
    return f"{answer.label}: {question.high} less {question.low}"


def _sides(ax: Axes, answer: Response) -> None:
    below, above = answer.question.low, answer.question.high
    for text, x, align, colour in ((f"← more with {below}", 0.0, "left", VERMILLION),
                                   (f"more with {above} →", 1.0, "right", BLUE)):  # fmt: skip
        ax.annotate(text, (x, 0), xycoords="axes fraction", xytext=(0, -36), textcoords="offset points", va="top",
                    ha=align, color=colour, fontweight="bold", fontsize=9)  # fmt: skip


def _title(table: pd.DataFrame, answer: Response) -> str:
    flips = table[table["change"] == "flips"]
    unclear = table[table["change"] == "no longer clear"]
    widest = table["assumption"].iloc[0]
    start = f"{capital(_axis(answer))} – {wrapped(widest, 60)} moves it most"
    if len(flips):
        names = ", ".join(dict.fromkeys(flips["assumption"]))
        return f"{start}; the conclusion flips with {names}"
    if len(unclear):
        return f"{start}; it is no longer clear at {len(unclear)} of {len(table)} ends, and flips at none"
    if table["default_low"].iloc[0] > 0 or table["default_high"].iloc[0] < 0:
        return f"{start}; the conclusion flips at none of {len(table)} ends"
    becomes = (table["change"] == "becomes clear").sum()
    return f"{start}; it is not clear at the defaults, and clear at {becomes or 'none'} of {len(table)} ends"
