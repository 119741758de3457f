"""Marks that figures of several studies share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter
from numpy.typing import ArrayLike

from experiments.drawing.style import BLUE, GREEN, GREY, PURPLE, VERMILLION
from experiments.studies.study import Found, ends

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE)


def whiskers(
    axes: Axes, at: ArrayLike, found: Sequence[Found], *, scale: float = 1.0, across: bool = False, **style: Any
) -> None:
    """Dots with their intervals, at places along one axis; ``across`` lays the intervals on the horizontal one."""
    value, low, high = scale * np.array([ends(one) for one in found]).T
    style = {"fmt": "o", **style}
    if across:
        axes.errorbar(value, at, xerr=[value - low, high - value], **style)
    else:
        axes.errorbar(at, value, yerr=[value - low, high - value], **style)


def forest(
    axes: Axes,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Found]],
    *,
    null: float = 0.0,
    scale: float = 1.0,
    colours: Sequence[str] = (),
) -> pd.DataFrame:
    """A row for each label from the top, with a dot and an interval for each series.

    Parameters
    ----------
    axes
        Where; a line marks ``null``.
    labels
        Of the rows.
    series
        Estimates of all rows, by name.
    null, scale
        What would be no effect, and the factor by which numbers are shown.
    colours
        Of the rows, where there is one series.

    Returns
    -------
    DataFrame
        The numbers: of, series, value, low, high.
    """
    rows = np.arange(len(labels), dtype=float)
    shifts = 0.26 * (np.arange(len(series)) - (len(series) - 1) / 2)
    for (name, found), shift, colour in zip(series.items(), shifts, COLOURS, strict=False):
        if not colours:
            whiskers(axes, rows + shift, found, scale=scale, across=True, color=colour, label=name, ms=4.5, lw=1.2)
        for row, one, own in zip(rows, found, colours, strict=False):
            whiskers(axes, [row], [one], scale=scale, across=True, color=own, ms=4.5, lw=1.2)
    axes.axvline(scale * null, color=GREY, lw=0.8)
    axes.set_yticks(rows, labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    table = [
        (label, name, *ends(one)) for name, found in series.items() for label, one in zip(labels, found, strict=True)
    ]
    return pd.DataFrame(table, columns=["of", "series", "value", "low", "high"])


def plain_log(axis: Axis, ticks: Sequence[float]) -> None:
    """Plain numbers at a few ticks of a logarithmic axis."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axis.set_minor_formatter(NullFormatter())
