"""Sensitivity indices as dots with intervals, the most important assumption on top."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from experiments.analysis.response import Response, noise
from experiments.analysis.sensitivity import Design
from experiments.analysis.words import say
from experiments.drawing.forest import Mark, forest, span_of
from experiments.drawing.style import BLUE, GREY, ORANGE, PALE, VERMILLION, Drawing, new_figure
from experiments.measures.outcomes import number, share


def draw(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """The indices of `plan`'s method."""
    what, doubt, is_sobol = say("moved", answer.label, answer.question), noise(answer.cells), plan.method == "sobol"
    first, sure = table.iloc[0], is_sobol and table["total_low"].iloc[0] > 0
    part = share(min(first["total"], 1)) if sure else ""
    title = say("indices_title", what, first["assumption"], plan.method, doubt.seeds if doubt.hides else 0, part)
    marks = list(_sobol(table) if is_sobol else _morris(table))
    figure = new_figure(title, 1.9 + 0.42 * len(table))
    ax = figure.subplots()
    low, high = span_of(marks, 0.0, *([1.0] if is_sobol else []))
    forest(ax, list(table["assumption"]), marks, (low, min(high, 1.53) if is_sobol else high))
    caption = say(f"{plan.method}_caption", doubt.share > 0 if is_sobol else answer.unit)
    if is_sobol and doubt.share > 0:
        ax.axvspan(0, doubt.share, color=PALE, zorder=0.5, linewidth=0)
        ax.annotate("noise", (doubt.share / 2, 1), xycoords=("data", "axes fraction"), ha="center", va="bottom",
                    fontsize=8.5, color=GREY, annotation_clip=False)  # fmt: skip
    if not is_sobol:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
    ax.set_xlabel("share of the variance" if is_sobol else f"effect of the whole range, {answer.unit}")
    ax.legend(loc="lower right", frameon=False)
    return Drawing(figure, title, caption, table)


def _sobol(table: pd.DataFrame) -> Iterator[Mark]:
    for name, shift, colour, label, shape in (("total", -0.13, BLUE, "in all", "o"),
                                              ("first", 0.13, ORANGE, "alone", "s")):  # fmt: skip
        rows = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(float)
        for row, (value, low, high) in enumerate(rows):
            yield Mark(row + shift, value, low, high, colour, label="" if row else label, shape=shape)


def _morris(table: pd.DataFrame) -> Iterator[Mark]:
    for row, (star, low, high, mean) in enumerate(table[["star", "star_low", "star_high", "mean"]].to_numpy(float)):
        said = ("mean size of the effect", "mean effect, with its sign") if not row else ("", "")
        yield Mark(row, star, low, high, BLUE, label=said[0])
        yield Mark(row, mean, np.nan, np.nan, VERMILLION, False, said[1], "D")
