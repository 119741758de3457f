"""Sensitivity indices as dots with intervals, the most important assumption on top."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.analysis.response import Response, noise
from experiments.analysis.sensitivity import Design
from experiments.drawing.style import BLUE, GREY, ORANGE, PALE, VERMILLION, Drawing, new_figure
from experiments.outcomes import capital, number


def draw(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """The indices of `plan`'s method."""
    what, doubt = _response(answer), noise(answer.cells)
    hidden = capital(f"{what}: the luck of {doubt.seeds} seeds a point hides which assumption matters")
    if plan.method == "morris":
        title = hidden if doubt.hides else f"{table['assumption'].iloc[0]} moves {what} most"
        caption = (
            f"Change of the response, in {answer.unit}, when an assumption moves over its whole range, from random "
            "places of the others: dots, the mean of its size with a 95 % interval; diamonds, the mean with its sign. "
            "Where the two differ in size, the direction depends on the other assumptions."
        )
        figure, ax = _frame(title, table)
        _morris(ax, table, answer)
    else:
        title = hidden if doubt.hides else _sobol_title(table, what)
        caption = (
            "Shares of the variance of the response over all ranges at once (Sobol indices), with bootstrapped 95 % "
            "intervals: orange, what an assumption explains alone; blue, with all its interactions."
        )
        if doubt.share > 0:
            caption += " In the grey zone at the left an index in all is no more than noise of the seeds."
        figure, ax = _frame(title, table)
        _sobol(ax, table, doubt.share)
    return Drawing(figure, title, caption, table)


def _frame(title: str, table: pd.DataFrame) -> tuple[Figure, Axes]:
    figure = new_figure(title, 1.9 + 0.42 * len(table))
    ax = figure.subplots()
    ax.set(ylim=(len(table) - 0.4, -0.6))
    ax.set_yticks(range(len(table)), list(table["assumption"]))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for y in range(0, len(table), 2):
        ax.axhspan(y - 0.5, y + 0.5, color="#F7F7F7", zorder=0, linewidth=0)
    ax.axvline(0, color=GREY, linewidth=1, zorder=1)
    return figure, ax


def _sobol(ax: Axes, table: pd.DataFrame, share: float) -> None:
    if share > 0:
        ax.axvspan(0, share, color=PALE, zorder=0.5, linewidth=0)
        ax.annotate("noise", (share / 2, -0.6), ha="center", va="bottom", fontsize=8.5, color=GREY,
                    annotation_clip=False)  # fmt: skip
    marks = (("total", -0.13, BLUE, "in all", "o"), ("first", 0.13, ORANGE, "alone", "s"))
    for name, shift, colour, label, marker in marks:
        y = np.arange(len(table)) + shift
        ax.hlines(y, table[f"{name}_low"], table[f"{name}_high"], color=colour, linewidth=2, zorder=3)
        ax.plot(table[name], y, marker, color=colour, markersize=6, zorder=4, label=label)
    right = float(table[["total_high", "first_high"]].to_numpy().max())
    ax.set_xlim(min(-0.05, float(table[["total_low", "first_low"]].to_numpy().min())), max(1.0, min(right, 1.5)) + 0.03)
    ax.set_xlabel("share of the variance")
    ax.legend(loc="lower right", frameon=False)


def _morris(ax: Axes, table: pd.DataFrame, answer: Response) -> None:
    y = np.arange(len(table))
    ax.hlines(y, table["star_low"], table["star_high"], color=BLUE, linewidth=2, zorder=3)
    ax.plot(table["star"], y, "o", color=BLUE, markersize=6.5, zorder=4, label="mean size of the effect")
    ax.plot(table["mean"], y, "D", color=VERMILLION, markersize=5.5, zorder=4, markerfacecolor="white",
            label="mean effect, with its sign")  # fmt: skip
    ax.xaxis.set_major_formatter(lambda v, _: number(v))
    ax.set_xlabel(f"effect of the whole range, {answer.unit}")
    ax.legend(loc="lower right", frameon=False)


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
