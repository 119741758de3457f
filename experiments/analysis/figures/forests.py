"""Analyses as forest plots: differences of two sides, indices of sensitivity, and the tornado."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.analysis.compare import Compared, Difference, Side, standing
from experiments.analysis.response import Response, noise
from experiments.analysis.sensitivity import Design
from experiments.analysis.words import say
from experiments.drawing.forest import Mark, beside, forest, in_percent, limit_of, sides, span_of
from experiments.drawing.style import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    UNCLEAR,
    VERMILLION,
    Drawing,
    drawing,
    new_figure,
    wrapped,
)
from experiments.measures.outcomes import KNOWN, amount, label, number, share
from experiments.settings.language import said
from sim.results.outcomes import OUTCOMES

WIDEST_SOURCE, WIDEST_MEANING = 34, 40  # columns
APART = 0.3  # of a row, between the two ends of a range


def draw_differences(found: Compared, first: Side, second: Side) -> Drawing:
    """Coloured by the side that is better for those concerned."""
    shown = [d for d in found.differences if d.estimate.seeds]
    sure = sum(d.p_holm < 0.05 for d in shown)
    title = say("differences_title", first.name, second.name, sure, len(shown))
    figure = new_figure(title, 2.0 + 0.36 * len(shown), width=10.5)
    ax = figure.subplots()
    limit = limit_of(v / d.first for d in shown if d.first > 0 for v in d.estimate[1:3])
    marks = [
        Mark(row, d.estimate.value / d.first, d.estimate.low / d.first, d.estimate.high / d.first, _colour(d),
             d.estimate.clear)
        for row, d in enumerate(shown) if d.first > 0
    ]  # fmt: skip
    forest(ax, [wrapped(label(d.outcome), 36) for d in shown], marks, (-limit, limit))
    for row, d in enumerate(shown):
        star = "*" if d.estimate.clear and not d.p_holm < 0.05 else ""
        beside(ax, row, f"{amount(d.estimate.value, KNOWN[d.outcome].unit)}{star}", _colour(d))
    in_percent(ax)
    ax.set_xlabel(say("differences_axis", first.name))
    sides(ax, *(say("better", side.name) for side in (first, second)))
    return drawing(
        figure, title, lambda: say("differences_caption", first.name, second.name), _differences(shown)
    )  # fmt: skip


def _colour(d: Difference) -> str:
    return {"second": BLUE, "first": VERMILLION}.get(standing(d), GREY if d.estimate.clear else UNCLEAR)


def _differences(shown: Sequence[Difference]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "outcome": d.outcome, "unit": OUTCOMES[d.outcome].unit, "first": d.first, "second": d.second,
            **d.estimate.columns("difference", ""), "effect_size": d.size, "p": d.estimate.p, "p_holm": d.p_holm,
            "units": d.estimate.seeds,
        }
        for d in shown
    )  # fmt: skip


def draw_indices(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """The indices of `plan`'s method."""
    what, doubt, is_sobol = say("moved", answer.label, answer.question), noise(answer.cells), plan.method == "sobol"
    first, sure = table.iloc[0], is_sobol and table["total_low"].iloc[0] > 0
    part = share(min(first["total"], 1)) if sure else ""
    title = say("indices_title", what, first["assumption"], plan.method, doubt.seeds if doubt.hides else 0, part)
    marks = list(_sobol(table) if is_sobol else _morris(table))
    figure = new_figure(title, 1.9 + 0.56 * len(table))
    ax = figure.subplots()
    low, high = span_of(marks, 0.0, *([1.0] if is_sobol else []))
    forest(ax, _names(table["assumption"], plan), marks, (low, min(high, 1.53) if is_sobol else high))
    if is_sobol and doubt.share > 0:
        ax.axvspan(0, doubt.share, color=PALE, zorder=0.5, linewidth=0)
        ax.annotate(said("noise"), (doubt.share / 2, 1), xycoords=("data", "axes fraction"), ha="center", va="bottom",
                    fontsize=8.5, color=GREY, annotation_clip=False)  # fmt: skip
    if not is_sobol:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
    ax.set_xlabel(said("share of the variance") if is_sobol else say("morris_axis", said(answer.unit)))
    ax.legend(loc="lower right", frameon=False)
    return drawing(
        figure, title, lambda: say(f"{plan.method}_caption", doubt.share > 0 if is_sobol else said(answer.unit)), table
    )


def _names(paths: Iterable[str], plan: Design) -> list[str]:
    declared = {a.path: a for a in plan.assumptions}
    return [declared[path].label(WIDEST_MEANING) for path in paths]


def _sobol(table: pd.DataFrame) -> Iterator[Mark]:
    for name, shift, colour, what, shape in (("total", -0.13, BLUE, said("in all"), "o"),
                                             ("first", 0.13, ORANGE, said("alone"), "s")):  # fmt: skip
        rows = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(float)
        for row, (value, low, high) in enumerate(rows):
            yield Mark(row + shift, value, low, high, colour, label="" if row else what, shape=shape)


def _morris(table: pd.DataFrame) -> Iterator[Mark]:
    for row, (star, low, high, mean) in enumerate(table[["star", "star_low", "star_high", "mean"]].to_numpy(float)):
        size, signed = (said("mean size of the effect"), said("mean effect, with its sign")) if not row else ("", "")
        yield Mark(row, star, low, high, BLUE, label=size)
        yield Mark(row, mean, np.nan, np.nan, VERMILLION, False, signed, "D")


def draw_tornado(table: pd.DataFrame, plan: Design, answer: Response) -> Drawing:
    """A bar from the effect at one end of a range to that at the other, with an interval at both."""
    names, title = list(dict.fromkeys(table["assumption"])), _title(table, answer)
    figure = new_figure(title, 2.2 + 0.6 * len(names), width=11.0)
    ax = figure.subplots()
    home = float(table["default_effect"].iloc[0])
    declared = {a.path: a for a in plan.assumptions}
    marks = [mark for row, name in enumerate(names) for mark in _marks(row, table[table["assumption"] == name])]
    forest(ax, _names(names, plan), marks, span_of(marks, home, 0.0))
    ax.axvline(home, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    ax.annotate(said("at the defaults"), (home, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), color=GREY,
                textcoords="offset points", ha="center", fontsize=8.5, annotation_clip=False)  # fmt: skip
    for row, name in enumerate(names):
        own = table[table["assumption"] == name]
        reach = [*own["effect"], home]
        ax.barh(row, max(reach) - min(reach), left=min(reach), height=0.6, color=PALE, zorder=1)
        a = declared[name]
        span = say("range", f"{a.low:g}", f"{a.high:g}", f"{a.default:g}")
        beside(ax, row, f"{span}\n{wrapped(said(a.source), WIDEST_SOURCE)}", GREY)
        for mark, value in zip(_marks(row, own), own["value"], strict=True):
            end = mark.high if np.isfinite(mark.high) else mark.value
            ax.annotate(f"{value:g}", (end, mark.row), xytext=(8, 0), textcoords="offset points", va="center",
                        fontsize=8.5, color=mark.colour, fontweight="bold", zorder=5)  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, signed=bool(answer.question.low))))
    ax.set_xlabel(f"{_axis(answer)}{said(', ')}{said(answer.unit)}")
    if low := answer.question.low:
        sides(ax, f"← {say('more', said(low))}", f"{say('more', said(answer.question.high))} →")
    return drawing(figure, title, lambda: say("tornado_caption", _axis(answer)), table)


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
