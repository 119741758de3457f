"""The one forest plot: estimates with intervals, a row for each of what is compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.drawing.style import BLUE, GREY, INK, VERMILLION
from experiments.measures.outcomes import percent

WIDEST = 1.2  # shares beyond 120 % either way are drawn as arrows
STRIPE = "#F6F6F6"


class Mark(NamedTuple):
    """An estimate.

    Attributes
    ----------
    row : float
        Where it stands, from 0 at the top; what is not whole stands between rows.
    value, low, high : float
        Where it is not finite, nothing is drawn; an interval that is not, is not drawn.
    colour : str
    filled : bool
        Hollow where it is not clear.
    label : str
        For the legend; given once for a kind of marks.
    shape : str
        As matplotlib names markers; empty for the interval alone, as a thin line.
    """

    row: float
    value: float
    low: float
    high: float
    colour: str
    filled: bool = True
    label: str = ""
    shape: str = "o"


ANY = (-np.inf, np.inf)


def forest(
    ax: Axes, names: Sequence[str], marks: Iterable[Mark], limits: tuple[float, float] = ANY, null: float = 0.0
) -> None:
    """Draw marks in rows.

    Parameters
    ----------
    ax
        Empty axes.
    names
        Of the rows, from the top.
    marks
        Intervals are cut off at the limits; a mark beyond them becomes an arrow.
    limits
        Ends of the axis; as wide as the marks take it, unless given.
    null
        Where a line says that there is no effect.
    """
    ax.set(ylim=(len(names) - 0.4, -0.6))
    if limits != ANY:
        ax.set(xlim=limits)
    for row in range(0, len(names), 2):
        ax.axhspan(row - 0.5, row + 0.5, color=STRIPE, zorder=0, linewidth=0)
    if limits[0] <= null <= limits[1]:
        ax.axvline(null, color=GREY, linewidth=1, zorder=1)
    for mark in marks:
        _draw(ax, mark, limits)
    ax.set_yticks(range(len(names)), list(names))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def span_of(marks: Iterable[Mark], *also: float) -> tuple[float, float]:
    """Ends of an axis that holds all marks with their intervals, and some further places."""
    places = [place for mark in marks for place in (mark.value, mark.low, mark.high) if np.isfinite(place)]
    least, most = min(*places, *also), max(*places, *also)
    margin = 0.08 * max(most - least, 1e-12)
    return least - margin, most + margin


def direction(row: float, value: float, limit: float, colour: str) -> Mark:
    """A hollow arrow that tells the direction alone."""
    return Mark(row, 0.08 * float(np.sign(value)) * limit, np.nan, np.nan, colour, False, shape=_arrow(value))


def beside(ax: Axes, row: float, text: str, colour: str = INK, *, bold: bool = False, at: float = 1.02) -> None:
    """Words to the right of a row; `at` is in widths of the axes."""
    ax.annotate(text, (at, row), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=colour,
                fontweight="bold" if bold else "normal", annotation_clip=False)  # fmt: skip


def in_percent(ax: Axes) -> None:
    """Let shares along the axis be read as per cent."""
    ax.xaxis.set_major_locator(MaxNLocator(4, symmetric=True, steps=(1, 2, 5, 10)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{percent(value)} %"))


def sides(ax: Axes, low: str, high: str) -> None:
    """What the colours of the two sides mean, below the axis, a line each: beside each other long names would meet."""
    for line, (text, colour) in enumerate(((low, VERMILLION), (high, BLUE))):
        ax.annotate(text, (0, 0), xycoords="axes fraction", xytext=(0, -32 - 13 * line), textcoords="offset points",
                    va="top", ha="left", color=colour, fontweight="bold", fontsize=8.5)  # fmt: skip


def limit_of(ends: Iterable[float]) -> float:
    """How far an axis of shares reaches either way, to hold some intervals; arrows do not stretch it."""
    known = [abs(end) for end in ends if abs(end) <= WIDEST]
    return min(1.1 * max(known, default=0.1), WIDEST) or 0.1


def _arrow(value: float) -> str:
    return ">" if value > 0 else "<"


def _draw(ax: Axes, mark: Mark, limits: tuple[float, float]) -> None:
    if not np.isfinite(mark.value):
        return
    least, most = limits
    if not least <= mark.value <= most:
        end = most if mark.value > most else least
        ax.plot(end - 0.03 * np.sign(end) * (most - least) / 2, mark.row, marker=_arrow(mark.value), color=mark.colour,
                markersize=7, clip_on=False, zorder=4)  # fmt: skip
        return
    if np.isfinite([mark.low, mark.high]).all():
        ends = np.clip([mark.low, mark.high], least, most)
        ax.plot(ends, [mark.row, mark.row], color=mark.colour, linewidth=2 if mark.shape else 1.2,
                solid_capstyle="butt", zorder=3)  # fmt: skip
    if mark.shape:
        ax.plot(mark.value, mark.row, mark.shape, color=mark.colour, markersize=6, markeredgewidth=1.4, zorder=4,
                markerfacecolor=mark.colour if mark.filled else "white", label=mark.label or "_nolegend_")  # fmt: skip
