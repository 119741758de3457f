"""The tornado: the effect at both ends of each assumption's plausible range, the widest swing on top."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.analysis.response import Response
from experiments.analysis.sensitivity import Design
from experiments.analysis.words import say
from experiments.drawing.forest import Mark, beside, forest, sides, span_of
from experiments.drawing.style import BLUE, GREY, PALE, UNCLEAR, VERMILLION, Drawing, new_figure
from experiments.measures.outcomes import number

LONGEST_SOURCE = 34  # characters
APART = 0.3  # of a row, between the two ends of a range


def draw(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """A bar from the effect at one end of a range to that at the other, with an interval at both."""
    names, title = list(dict.fromkeys(table["assumption"])), _title(table, answer)
    figure = new_figure(title, 2.2 + 0.6 * len(names), width=11.0)
    ax = figure.subplots()
    home = float(table["default_effect"].iloc[0])
    declared = {a.path: a for a in plan.assumptions}
    marks = [mark for row, name in enumerate(names) for mark in _marks(row, table[table["assumption"] == name])]
    forest(ax, names, marks, span_of(marks, home, 0.0))
    ax.axvline(home, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    ax.annotate("at the defaults", (home, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), color=GREY,
                textcoords="offset points", ha="center", fontsize=8.5, annotation_clip=False)  # fmt: skip
    for row, name in enumerate(names):
        own = table[table["assumption"] == name]
        reach = [*own["effect"], home]
        ax.barh(row, max(reach) - min(reach), left=min(reach), height=0.6, color=PALE, zorder=1)
        a = declared[name]
        source = a.source if len(a.source) <= LONGEST_SOURCE else f"{a.source[: LONGEST_SOURCE - 1]}…"
        beside(ax, row, f"{a.low:g} to {a.high:g}, default {a.default:g}\n{source}", GREY)
        for mark, value in zip(_marks(row, own), own["value"], strict=True):
            end = mark.high if np.isfinite(mark.high) else mark.value
            ax.annotate(f"{value:g}", (end, mark.row), xytext=(8, 0), textcoords="offset points", va="center",
                        fontsize=8.5, color=mark.colour, fontweight="bold", zorder=5)  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, signed=bool(answer.question.low))))
    ax.set_xlabel(f"{_axis(answer)}, {answer.unit}")
    if answer.question.low:
        sides(ax, f"← more with {answer.question.low}", f"more with {answer.question.high} →")
    return Drawing(figure, title, say("tornado_caption", _axis(answer)), table)


def _marks(row: int, ends: pd.DataFrame) -> Iterator[Mark]:
    """Both ends of a range, a little apart, so that neither's interval runs through the other's label."""
    places = row + APART * (np.arange(len(ends)) - (len(ends) - 1) / 2)
    for place, (effect, low, high) in zip(places, ends[["effect", "low", "high"]].to_numpy(float), strict=True):
        yield Mark(float(place), effect, low, high, BLUE if low > 0 else VERMILLION if high < 0 else UNCLEAR)


def _axis(answer: Response) -> str:
    return say("level", answer.label, answer.question)


def _title(table: pd.DataFrame, answer: Response) -> str:
    ends, first = table["change"], table["assumption"].iloc[0]
    flips = list(dict.fromkeys(table.loc[ends == "flips", "assumption"]))
    clear = table["default_low"].iloc[0] > 0 or table["default_high"].iloc[0] < 0
    unclear, becomes = (int((ends == change).sum()) for change in ("no longer clear", "becomes clear"))
    return say("tornado_title", _axis(answer), first, flips, len(table), unclear, clear, becomes)
