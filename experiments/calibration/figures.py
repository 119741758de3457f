"""The calibration in a figure: what became of the priors, and how the targets are met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.calibration.settings import Prior, Target
from experiments.calibration.words import FAR, PINNED
from experiments.report.style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION, Drawing, new_figure, wrapped

MOST = 6.0  # errors of a target from its value, beyond which the panel is cut
ROW, TARGET_ROW = 0.27, 0.5  # inches
LABEL = 44  # characters


def draw(found: dict[str, Any]) -> Drawing:
    """Posterior against prior for each parameter; prediction against what is known for each target.

    Parameters
    ----------
    found
        From `calibrate.read`.
    """
    parameters, targets = _parameters(found), _targets(found)
    pinned = int((parameters["shrinkage"] >= PINNED).sum())
    missed = [name for name, one in found["targets"].items() if abs(one["distance"]) > FAR]
    misses = f"{', '.join(missed)} of {len(targets)} targets clearly missed" if missed else "no target clearly missed"
    together = sum(one["shrinkage"] >= PINNED for one in found["directions"])
    title = (
        f"{pinned} of {len(parameters)} parameters and {together} combinations of them are pinned down; {misses}"
    )
    heights = [ROW * (len(parameters) + 1), TARGET_ROW * len(targets)]
    figure = new_figure(title, 2.4 + sum(heights))
    above, below = figure.subplots(2, 1, height_ratios=heights)
    _draw_parameters(above, parameters)
    _draw_targets(below, targets)
    figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    caption = (
        "Above: each parameter's prior, from its low to its high end (grey), and the posterior's median with its 95 % "
        "interval; orange where it is at least 30 % narrower. Below: what the market is expected to show of each "
        "target, in stated errors of the target from its value (0; grey: two errors on each side): given the prior, "
        "given all other targets, given all. Bounds are met on one whole side."
    )
    data = pd.concat([parameters.assign(kind="parameter"), targets.assign(kind="target")], ignore_index=True)
    return Drawing(figure, title, caption, data)


def _parameters(found: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for path, one in found["parameters"].items():
        prior = Prior(**one["prior"])
        low, median, high = (float(prior.unit(one[key])) for key in ("low", "median", "high"))
        ends = f"{prior.low:g} to {prior.high:g}{', log' if prior.scale == 'log' else ''}"
        rows.append((path, ends, low, median, high, one["shrinkage"], f"{one['median']:.2g}"))
    return pd.DataFrame(rows, columns=["name", "range", "low", "median", "high", "shrinkage", "value"])


def _targets(found: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for name, one in found["targets"].items():
        target = Target(**{key: value for key, value in one.items() if key in Target.model_fields})
        row: dict[str, Any] = {"name": name, "about": one["about"], "bound": one["bound"]}
        for stage, values in (
            ("prior", one["prior"]), ("others", one.get("left_out", {}).get("predicted")), ("all", one["posterior"])
        ):  # fmt: skip
            scaled = (target.on_scale(np.array(values)) - target.goal) / target.error if values else np.full(3, np.nan)
            row |= {f"{stage}_{end}": x for end, x in zip(("low", "median", "high"), scaled, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


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
    ax.set(xlim=(-0.02, 1.38), ylim=(len(table) - 0.4, -1.2), title="Parameters: posterior inside the prior")
    ax.set_yticks(y, list(table["name"]))
    ax.set_xticks([0, 0.5, 1], ["low end", "", "high end of the prior"])
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)


def _draw_targets(ax: Axes, table: pd.DataFrame) -> None:
    y = np.arange(len(table))
    ax.axvspan(-FAR, FAR, color=PALE, zorder=0, linewidth=0)
    ax.axvline(0, color=GREY, linewidth=1, zorder=1)
    stages = (("prior", -0.24, GREY, "prior"), ("others", 0.0, VERMILLION, "given the other targets"),
              ("all", 0.24, BLUE, "given all targets"))  # fmt: skip
    for stage, shift, colour, label in stages:
        low, median, high = (table[f"{stage}_{end}"].to_numpy(float) for end in ("low", "median", "high"))
        ax.hlines(y + shift, np.clip(low, -MOST, MOST), np.clip(high, -MOST, MOST), color=colour, linewidth=2, zorder=2)
        inside = np.abs(median) <= MOST
        ax.scatter(median[inside], (y + shift)[inside], color=colour, s=26, zorder=3, label=label)
    sides = {"equal": "", "least": " (at least)", "most": " (at most)"}
    labels = [f"{row.name}: {row.about}{sides[str(row.bound)]}" for row in table.itertuples(index=False, name="Row")]
    ax.set_yticks(y, [wrapped(label, LABEL) for label in labels])
    ax.set(xlim=(-MOST, MOST), ylim=(len(table) - 0.4, -0.6), title="Targets: what the market is expected to show")
    ax.set_xlabel("stated errors from the known value")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
