"""The one map of a table: a cell for each pair of levels, coloured by its number, with the number written in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from experiments.drawing.style import INK

LARGEST, ALL = 11.0, 100.0  # points: letters of one cell, and of a row of cells together
DARK = 0.6  # of the way from the middle to a full colour, from which letters are white


def cell_map(
    ax: Axes,
    values: pd.DataFrame,
    scale: tuple[float, float],
    colours: tuple[str, str],
    text: Callable[[float, bool], str],
    clear: pd.DataFrame,
) -> None:
    """Draw a table as coloured cells.

    Parameters
    ----------
    ax
        Empty axes; their ticks are numbered as rows and columns.
    values
        Numbers; a cell without one stays empty.
    scale
        Number that has no colour, and how far from it a colour is full.
    colours
        Below and above the number that has none.
    text
        What is written for a number, and whether it is clear.
    clear
        Of the same shape; clear cells are written bold.
    """
    middle, far = scale
    size = min(LARGEST, ALL / values.shape[1])
    shades = LinearSegmentedColormap.from_list("cells", [colours[0], "white", colours[1]])
    ax.imshow(values, cmap=shades, vmin=middle - far, vmax=middle + far, aspect="auto")
    for (row, column), value in np.ndenumerate(values.to_numpy(float)):
        if np.isfinite(value):
            is_clear, dark = bool(clear.iat[row, column]), abs(value - middle) > DARK * far
            ax.annotate(text(value, is_clear), (column, row), ha="center", va="center", color="white" if dark else INK,
                        fontsize=size, fontweight="bold" if is_clear else "normal")  # fmt: skip
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
