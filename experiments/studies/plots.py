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

from experiments.drawing.forest import Mark
from experiments.drawing.forest import forest as rows_of
from experiments.drawing.style import BLUE, GREEN, PURPLE, VERMILLION
from experiments.measures.checks import Found, ends

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE)


def whiskers(axes: Axes, at: ArrayLike, found: Sequence[Found], *, scale: float = 1.0, **style: Any) -> None:
    """Dots with their intervals, at places along the horizontal axis."""
    value, low, high = scale * np.array([ends(one) for one in found]).T
    axes.errorbar(at, value, yerr=[value - low, high - value], fmt="o", **style)


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
    shifts = 0.26 * (np.arange(len(series)) - (len(series) - 1) / 2)
    marks = []
    for (name, found), shift, colour in zip(series.items(), shifts, COLOURS, strict=False):
        for row, (one, own) in enumerate(zip(found, colours or [colour] * len(found), strict=False)):
            value, low, high = (scale * end for end in ends(one))
            marks.append(Mark(row + shift, value, low, high, own, label="" if row else name))
    rows_of(axes, labels, marks, null=scale * null)
    table = [
        (label, name, *ends(one)) for name, found in series.items() for label, one in zip(labels, found, strict=True)
    ]
    return pd.DataFrame(table, columns=["of", "series", "value", "low", "high"])


def plain_log(axis: Axis, ticks: Sequence[float]) -> None:
    """Plain numbers at a few ticks of a logarithmic axis."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axis.set_minor_formatter(NullFormatter())
