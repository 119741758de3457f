"""One look for all figures: colours that the colour-blind tell apart, direct labels, titles that say the finding."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray

# Okabe & Ito (2008), without the yellow, which cannot be read on white.
BLUE, VERMILLION, GREEN, PURPLE, SKY, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
LEVELS = (VERMILLION, BLUE, GREEN, PURPLE, SKY, ORANGE)
INK, GREY, PALE, UNCLEAR = "#222222", "#6B6B6B", "#E4E4E4", "#8C8C8C"

WIDTH = 9.0
RC: Any = {
    "figure.facecolor": "white", "savefig.facecolor": "white", "figure.dpi": 100,
    "font.family": "DejaVu Sans", "font.size": 9.5, "axes.titlesize": 10.5, "axes.titlelocation": "left",
    "axes.titleweight": "bold", "axes.titlepad": 8, "axes.labelcolor": INK, "text.color": INK,
    "axes.edgecolor": GREY, "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "lines.linewidth": 1.8, "axes.unicode_minus": True, "svg.fonttype": "path", "svg.hashsalt": "koc-market",
}  # fmt: skip


class Drawing(NamedTuple):
    """A figure with what stands beside it."""

    figure: Figure
    title: str
    caption: str
    data: pd.DataFrame


def house_style() -> Any:
    """Context in which figures are made and saved; leaves matplotlib's settings as they were."""
    return rc_context(RC)


def new_figure(title: str, height: float, width: float = WIDTH) -> Figure:
    """An empty figure with its finding as the title.

    Parameters
    ----------
    title
        A sentence; it is wrapped to the width.
    height, width
        In inches.
    """
    margins = ConstrainedLayoutEngine(h_pad=0.06, w_pad=0.08, hspace=0.04, wspace=0.04)
    figure = Figure(figsize=(width, height), layout=margins)
    figure.suptitle(wrapped(title, int(width * 8.6)), x=0.012, ha="left", fontsize=12.5, fontweight="bold")
    return figure


def save(drawing: Drawing, folder: Path, name: str) -> None:
    """Write the figure as png and svg and the numbers behind it as csv."""
    drawing.figure.savefig(folder / f"{name}.png", dpi=160)
    drawing.figure.set_layout_engine("none")  # it is laid out; doing it again takes as long as drawing
    drawing.figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    drawing.data.to_csv(folder / f"{name}.csv", index=False)


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of at most `width` characters, never before a sign of per cent."""
    return "\n".join(textwrap.wrap(text.replace(" %", "\N{NO-BREAK SPACE}%"), width))


def panels(figure: Figure, count: int, rows_each: int = 1, most: int = 3, **shared: Any) -> NDArray[Any]:
    """Axes for `count` panels, at most so many side by side.

    Returns
    -------
    ndarray of Axes, shape (rows_each, count)
    """
    across = min(count, most)
    deep = -(-count // across)
    grid = figure.subplots(rows_each * deep, across, squeeze=False, **shared)
    for empty in range(count, across * deep):
        for row in range(rows_each):
            grid[(empty // across) * rows_each + row, empty % across].set_axis_off()
    places = [[((i // across) * rows_each + row, i % across) for i in range(count)] for row in range(rows_each)]
    return np.array([[grid[place] for place in row] for row in places])
