"""Sensitivity indices as dots with intervals, the most important assumption on top."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from experiments.analysis.response import Response, noise
from experiments.analysis.sensitivity import Design
from experiments.drawing.forest import Mark, forest
from experiments.drawing.style import BLUE, GREY, ORANGE, PALE, VERMILLION, Drawing, new_figure
from experiments.outcomes import capital, number

CAPTIONS = {
    "morris": (
        "Change of the response, in {unit}, when an assumption moves over its whole range, from random places of the "
        "others: dots, the mean of its size with a 95 % interval; diamonds, the mean with its sign. Where the two "
        "differ in size, the direction depends on the other assumptions."
    ),
    "sobol": (
        "Shares of the variance of the response over all ranges at once (Sobol indices), with bootstrapped 95 % "
        "intervals: orange, what an assumption explains alone; blue, with all its interactions."
    ),
}


def draw(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """The indices of `plan`'s method."""
    what, doubt, is_sobol = _response(answer), noise(answer.cells), plan.method == "sobol"
    title = _sobol_title(table, what) if is_sobol else f"{table['assumption'].iloc[0]} moves {what} most"
    if doubt.hides:
        title = capital(f"{what}: the luck of {doubt.seeds} seeds a point hides which assumption matters")
    marks = list(_sobol(table) if is_sobol else _morris(table))
    figure = new_figure(title, 1.9 + 0.42 * len(table))
    ax = figure.subplots()
    forest(ax, list(table["assumption"]), marks, _limits(marks, is_sobol))
    caption = CAPTIONS[plan.method].format(unit=answer.unit)
    if is_sobol and doubt.share > 0:
        caption += " In the grey zone at the left an index in all is no more than noise of the seeds."
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


def _limits(marks: list[Mark], is_sobol: bool) -> tuple[float, float]:
    ends = np.array([[mark.value, mark.low, mark.high] for mark in marks])
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    if is_sobol:
        return min(-0.05, low), max(1.0, min(high, 1.5)) + 0.03
    margin = 0.06 * (max(high, 0.0) - min(low, 0.0)) or 1.0
    return min(low, 0.0) - margin, high + margin


def _response(answer: Response) -> str:
    question = answer.question
    if not question.low:
        return f"{answer.label}, {question.name},"
    return f"the effect of {question.high} instead of {question.low} on {answer.label}"


def _sobol_title(table: pd.DataFrame, what: str) -> str:
    first = table.iloc[0]
    if first["total_low"] <= 0:
        return capital(f"{what}: too few samples to say which assumption matters")
    return f"{first['assumption']} has a part in {100 * min(first['total'], 1):.0f} % of the variance of {what}"
