"""The parameters of a calibration in a figure: what became of the priors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.calibration.settings import Prior
from experiments.calibration.words import PINNED
from experiments.drawing.style import BLUE, GREY, INK, ORANGE, PALE, Drawing, new_figure

ROW = 0.27  # inches


def draw_parameters(found: dict[str, Any]) -> Drawing:
    """Posterior against prior for each parameter.

    Parameters
    ----------
    found
        From `file.read`.
    """
    parameters = _parameters(found)
    pinned = int((parameters["shrinkage"] >= PINNED).sum())
    together = sum(one["shrinkage"] >= PINNED for one in found["directions"])
    title = f"{pinned} of {len(parameters)} parameters and {together} combinations of them are pinned down"
    figure = new_figure(title, 1.2 + ROW * (len(parameters) + 1))
    _draw_parameters(figure.subplots(), parameters)
    caption = (
        "Each parameter's prior, from its low to its high end (grey), and the posterior's median with its 95 % "
        f"interval; orange where it is at least {PINNED:.0%} narrower."
    )
    return Drawing(figure, title, caption, parameters)


def _parameters(found: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for path, one in found["parameters"].items():
        prior = Prior(**one["prior"])
        low, median, high = (float(prior.unit(one[key])) for key in ("low", "median", "high"))
        ends = f"{prior.low:g} to {prior.high:g}{', log' if prior.scale == 'log' else ''}"
        rows.append((path, ends, low, median, high, one["shrinkage"], f"{one['median']:.2g}"))
    return pd.DataFrame(rows, columns=["name", "range", "low", "median", "high", "shrinkage", "value"])


def _draw_parameters(ax: Axes, table: pd.DataFrame) -> None:
    y = np.arange(len(table))
    colours = np.where(table["shrinkage"] >= PINNED, ORANGE, BLUE)
    ax.hlines(y, 0, 1, color=PALE, linewidth=7, zorder=1)
    ax.hlines(y, table["low"], table["high"], color=colours, linewidth=2.4, zorder=2)
    ax.scatter(table["median"], y, color=colours, s=34, zorder=3)
    for place, row in enumerate(table.itertuples()):
        ax.annotate(f"{row.value}", (1.02, place), va="center", fontsize=8.5, color=INK)
        ax.annotate(f"{row.range}", (1.14, place), va="center", fontsize=8.5, color=GREY)
    ax.annotate("median", (1.02, -0.9), va="center", fontsize=8.5, color=INK, annotation_clip=False)
    ax.annotate("prior", (1.14, -0.9), va="center", fontsize=8.5, color=GREY, annotation_clip=False)
    ax.set(xlim=(-0.02, 1.38), ylim=(len(table) - 0.4, -1.2))
    ax.set_yticks(y, list(table["name"]))
    ax.set_xticks([0, 0.5, 1], ["low end", "", "high end of the prior"])
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
