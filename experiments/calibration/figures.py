"""A calibration in figures: what became of the priors, and how each target is met, with and without the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.calibration.settings import Prior, Target
from experiments.calibration.words import FAR, PINNED, RELIEF, any_held_out, say
from experiments.drawing.cells import cell_map
from experiments.drawing.forest import Mark, beside, forest
from experiments.drawing.style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION, Drawing, new_figure, wrapped

MOST = 6.0  # errors of a target from its value, beyond which the panel is cut
ROW, TALL, WIDTH, LABEL = 0.27, 0.62, 10.5, 36  # inches, inches, inches, characters
LEAST_TOLD = 0.05  # pulls below are shown by colour alone
STAGES = (("prior", -0.24, GREY, "prior"), ("others", 0.0, VERMILLION, "held out: given the other targets"),
          ("all", 0.24, BLUE, "given all targets"))  # fmt: skip
ENDS = ("low", "median", "high")
SIDES = {"equal": "", "least": " (at least)", "most": " (at most)"}


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


def draw_targets(found: dict[str, Any]) -> Drawing:
    """Each target in its own errors, and what letting another one go does to it."""
    table, pulls = _targets(found), _pulls(found)
    title = _finding(table, pulls)
    figure = new_figure(title, 2.6 + TALL * len(table), WIDTH)
    caption = say("targets_caption", held_out := any_held_out(found), FAR, RELIEF, LEAST_TOLD)
    widths = [1.25, 1][: 1 + held_out]
    left, *rest = figure.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
    _draw_targets(left, table)
    for right in rest:
        _draw_pulls(right, pulls)
        table = table.join(pulls.add_prefix("without_"), on="name")
    columns = 2 + held_out
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=columns, frameon=False)
    return Drawing(figure, title, caption, table)


def _targets(found: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for name, one in found["targets"].items():
        target = Target(**{key: value for key, value in one.items() if key in Target.model_fields})
        out = one.get("left_out", {})
        row: dict[str, Any] = {"name": name, "about": one["about"], "bound": one["bound"], "value": one["value"]}
        row |= {"off": one["distance"], "off_held_out": out.get("distance", np.nan)}
        for stage, values in (("prior", one["prior"]), ("others", out.get("predicted")), ("all", one["posterior"])):
            scaled = (target.on_scale(np.array(values)) - target.goal) / target.error if values else np.full(3, np.nan)
            row |= {f"{stage}_{end}": x for end, x in zip(ENDS, scaled, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def _pulls(found: dict[str, Any]) -> pd.DataFrame:
    """How much closer the target of a row comes when that of a column is let go; NaN on the diagonal."""
    names = list(found["targets"])
    relieves = {name: one.get("left_out", {}).get("relieves", {}) for name, one in found["targets"].items()}
    return pd.DataFrame({out: [relieves[out].get(name, np.nan) for name in names] for out in names}, index=names)


def _finding(table: pd.DataFrame, pulls: pd.DataFrame) -> str:
    names = list(pulls.index)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    conflicts = [f"{a} and {b}" for a, b in pairs if max(pulls.loc[a, b], pulls.loc[b, a]) >= RELIEF]
    missed, unseen = (table.loc[table[off].abs() > FAR, "name"].tolist() for off in ("off", "off_held_out"))
    return say("targets_title", len(table), conflicts, missed, None if table["off_held_out"].isna().all() else unseen)


def _draw_targets(ax: Axes, table: pd.DataFrame) -> None:
    marks = [
        Mark(row + shift, median, low, high, colour, label="" if row else label)
        for stage, shift, colour, label in STAGES
        for row, (low, median, high) in enumerate(table[[f"{stage}_{end}" for end in ENDS]].to_numpy(float))
    ]
    labels = [f"{one.name}: {one.about}{SIDES[str(one.bound)]}, {one.value:g}" for one in table.itertuples()]
    forest(ax, [wrapped(label, LABEL) for label in labels], marks, (-MOST, MOST))
    ax.axvspan(-FAR, FAR, color=PALE, zorder=0, linewidth=0)
    for row, off in enumerate(table["off_held_out"]):
        if np.isfinite(off):
            far = abs(off) > FAR
            beside(ax, row, f"{off:+.1f}".replace("-", "−"), VERMILLION if far else INK, bold=far)
    ax.tick_params(axis="y", labelsize=8.5)
    ax.set(title="Met or missed", xlabel="stated errors from the known value")


def _draw_pulls(ax: Axes, pulls: pd.DataFrame) -> None:
    far = max(float(np.nanmax(np.abs(pulls.to_numpy(float)), initial=0.0)), RELIEF)
    cell_map(ax, pulls, (0.0, far), (BLUE, VERMILLION), _pull, pulls >= RELIEF)
    ax.set_xticks(range(len(pulls)), pulls.columns, rotation=45, ha="right", fontsize=8.5)
    ax.set(title="Closer, or farther, without …")


def _pull(value: float, conflict: bool) -> str:
    return f"{value:+.1f}".replace("-", "−") if abs(value) >= LEAST_TOLD else ""
