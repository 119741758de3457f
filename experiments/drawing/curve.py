"""The one plot of curves: means with bands, over a parameter or over days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from experiments.drawing.labels import end_labels
from experiments.drawing.style import GREY, LEVELS, PALE
from experiments.measures.outcomes import number
from experiments.settings.language import said

MOST_CURVES = len(LEVELS)
MOST_MARKS = 24  # with more points than these a line is a line


class Curve(NamedTuple):
    """A line of means.

    Attributes
    ----------
    x : ndarray, shape (n,)
    mean, low, high : ndarray, shape (n,)
        A band is drawn where both its ends are finite.
    label : str
        Stands at the right end; empty where there is one curve.
    """

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    label: str = ""


def curves(ax: Axes, drawn: Sequence[Curve], *, joined: bool = True, from_zero: bool = False) -> None:
    """Draw curves, each with its band and its name at the end.

    Parameters
    ----------
    ax
        Empty axes.
    drawn
        At most `MOST_CURVES`.
    joined
        Whether neighbours are joined; else each is a dot with an interval, as for names that have no order.
    from_zero
        Whether the vertical axis begins at zero.
    """
    for place, (curve, colour) in enumerate(zip(drawn, LEVELS, strict=False)):
        banded = np.isfinite(curve.low) & np.isfinite(curve.high)
        if joined:
            marker = "o" if len(curve.x) <= MOST_MARKS else ""
            ax.plot(curve.x, curve.mean, color=colour, marker=marker, markersize=4.5, zorder=3)
            ax.fill_between(curve.x, curve.low, curve.high, where=list(banded), color=colour, alpha=0.2, linewidth=0)
            continue
        at = curve.x + 0.12 * (place - (len(drawn) - 1) / 2)
        ax.plot(at, curve.mean, "o", color=colour, markersize=6, zorder=3)
        ax.vlines(at[banded], curve.low[banded], curve.high[banded], color=colour, linewidth=2)
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    if from_zero and ax.get_ylim()[0] > 0:
        ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))


def tick(value: float, *, signed: bool = False) -> str:
    """A number along an axis: as elsewhere, without zeros that say nothing there."""
    digits, blank, word = number(value, signed=signed).partition(" ")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}{blank}{word}"


def shade_burn_in(ax: Axes, days: int) -> None:
    """Tell the days that do not count."""
    if days:
        ax.axvspan(0, days, color=PALE, alpha=0.55, linewidth=0, zorder=0)
        ax.annotate(said("burn-in"), (days / 2, 0.02), xycoords=("data", "axes fraction"), ha="center", va="bottom",
                    color=GREY, fontsize=8)  # fmt: skip


def name_ends(ax: Axes, drawn: Sequence[Curve]) -> None:
    """Write the names of curves at their right ends; once the limits of the axes are final."""
    ends = [(float(c.mean[-1]), c.label, colour) for c, colour in zip(drawn, LEVELS, strict=False) if c.label]
    if ends:
        end_labels(ax, ends, max(float(curve.x[-1]) for curve in drawn))
