"""The parameters of a calibration in a figure: what became of the priors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.calibration.settings import Prior
from experiments.calibration.words import PINNED, say
from experiments.drawing.forest import Mark, beside, forest
from experiments.drawing.style import BLUE, GREY, ORANGE, PALE, Drawing, new_figure

ROW = 0.27  # inches


def draw_parameters(found: dict[str, Any]) -> Drawing:
    """Posterior against prior for each parameter."""
    parameters = _parameters(found)
    pinned = int((parameters["shrinkage"] >= PINNED).sum())
    together = sum(one["shrinkage"] >= PINNED for one in found["directions"])
    title = say("parameters_title", pinned, len(parameters), together)
    figure = new_figure(title, 1.2 + ROW * (len(parameters) + 1))
    _draw_parameters(figure.subplots(), parameters)
    return Drawing(figure, title, say("parameters_caption", PINNED), parameters)


def _parameters(found: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for path, one in found["parameters"].items():
        prior = Prior(**one["prior"])
        low, median, high = (float(prior.along.unit(one[key])) for key in ("low", "median", "high"))
        ends = f"{prior.low:g} to {prior.high:g}{', log' if prior.scale == 'log' else ''}"
        rows.append((path, ends, low, median, high, one["shrinkage"], f"{one['median']:.2g}"))
    return pd.DataFrame(rows, columns=["name", "range", "low", "median", "high", "shrinkage", "value"])


def _draw_parameters(ax: Axes, table: pd.DataFrame) -> None:
    colours = np.where(table["shrinkage"] >= PINNED, ORANGE, BLUE)
    known = zip(table["median"], table["low"], table["high"], colours, strict=True)
    marks = [Mark(row, median, low, high, colour) for row, (median, low, high, colour) in enumerate(known)]
    forest(ax, list(table["name"]), marks, (-0.02, 1.02))
    ax.hlines(range(len(table)), 0, 1, color=PALE, linewidth=7, zorder=1)
    texts = zip(range(len(table)), table["value"], table["range"], strict=True)
    for row, value, prior in [(-0.9, "median", "prior"), *texts]:
        beside(ax, row, value)
        beside(ax, row, prior, GREY, at=1.14)
    ax.set_ylim(len(table) - 0.4, -1.2)
    ax.set_xticks([0, 0.5, 1], ["low end", "", "high end of the prior"])
    ax.tick_params(length=0)
    ax.spines["bottom"].set_visible(False)
