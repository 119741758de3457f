"""The flip map: who wins over two assumptions, the line between, and the band in which it may as well lie."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.analysis.flipmap import FlipMap
from experiments.analysis.words import say
from experiments.drawing.style import BLUE, GREY, INK, VERMILLION, Drawing, drawing, new_figure, wrapped
from experiments.measures.outcomes import amount, share
from experiments.settings.language import said
from sim.results.outcomes import OUTCOMES

UNCLEAR = "#E9E9E9"
BELOW, ABOVE = "#F6D5BF", "#C5DDEE"  # pale vermillion and blue


def draw(found: FlipMap) -> Drawing:
    """The map, its surrogate's error beside it."""
    title = _title(found)
    figure = new_figure(title, 7.2, width=9.6)
    ax = figure.subplots()
    level = np.where(found.clear, np.sign(found.mean), 0.0)
    ax.pcolormesh(found.across, found.up, level, cmap=ListedColormap([BELOW, UNCLEAR, ABOVE]), vmin=-1, vmax=1,
                  shading="nearest", zorder=0, rasterized=True)  # fmt: skip
    for axis, log in (("x", found.log[0]), ("y", found.log[1])):
        if log:
            ax.set(**{f"{axis}scale": "log"})
    ax.set(xlim=(found.across[0], found.across[-1]), ylim=(found.up[0], found.up[-1]))
    if found.mean.min() < 0 < found.mean.max():
        ax.contour(found.across, found.up, found.mean, levels=[0.0], colors=[INK], linewidths=2.4, zorder=3)
    _points(ax, found)
    _names(ax, found)
    ax.set_xlabel(found.x.label())
    ax.set_ylabel(found.y.label())
    figure.legend(handles=_legend(found), loc="outside lower left", ncols=3, frameon=False, fontsize=8.5,
                  title=_fit(found), title_fontsize=8.5, alignment="left")  # fmt: skip
    held = [f"{path} = {value:.3g}" for path, value in found.held.items()]
    return drawing(figure, title, lambda: say("map_caption", found.answer.label, held), found.table())


def _points(ax: Axes, found: FlipMap) -> None:
    x, y = found.points[found.x.path], found.points[found.y.path]
    colours = np.where(found.points["response"] > 0, BLUE, VERMILLION)
    ax.scatter(x, y, s=9 if len(x) > 200 else 16, c=list(colours), alpha=0.75, linewidths=0, zorder=2)
    if found.x.default is not None and found.y.default is not None:
        ax.plot(found.x.default, found.y.default, marker="*", color=INK, markersize=16, zorder=5,
                markeredgecolor="white", clip_on=True)  # fmt: skip


def _names(ax: Axes, found: FlipMap) -> None:
    """Who wins, written where that is surest."""
    for side, colour in ((1, BLUE), (-1, VERMILLION)):
        name = _ahead(found, side)
        sure = np.where(found.clear & (np.sign(found.mean) == side), 1.0, 0.0)
        if sure.mean() < 0.03:
            continue
        row, column = _middle(sure)
        place = (found.across[column], found.up[row])
        ax.text(*place, wrapped(name, 22), color=colour, fontweight="bold", fontsize=11, ha="center", va="center",
                zorder=6, bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 3})  # fmt: skip


def _middle(inside: np.ndarray) -> tuple[int, int]:
    """Node of a region that lies deepest in it, away from the rim, where a label would be cut."""
    from scipy.ndimage import distance_transform_edt

    framed = np.pad(inside, 1)
    depth = distance_transform_edt(framed)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    most = inside.shape[0] - 1
    return int(np.clip(row, 0.06 * most, 0.94 * most)), int(np.clip(column, 0.16 * most, 0.84 * most))


def _legend(found: FlipMap) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = []
    if found.mean.min() < 0 < found.mean.max():
        handles.append(Line2D([], [], color=INK, linewidth=2.4, label=said("the winner changes")))
    handles.append(Patch(color=UNCLEAR, label=said("not clear: 95 % band")))
    run = said("points that were run")
    handles.append(Line2D([], [], linestyle="", marker="o", color=GREY, markersize=4, label=run))
    if found.x.default is not None and found.y.default is not None:
        handles.append(Line2D([], [], linestyle="", marker="*", color=INK, markersize=11, label=said("defaults")))
    return handles


def _fit(found: FlipMap) -> str:
    rmse = amount(found.error.rmse, found.answer.unit, signed=False)
    return say("map_fit", found.error, found.seeds, rmse, share(found.error.coverage))


def _ahead(found: FlipMap, side: int) -> str:
    answer = found.answer
    return say("ahead", answer.question, OUTCOMES[answer.outcome].better != 0, said(answer.side(side)), side > 0)


def _title(found: FlipMap) -> str:
    crossings = ((a.path, found.nearest(axis)) for axis, a in enumerate((found.x, found.y)))
    places = [f"{path} = {crossing.at:.3g}" for path, crossing in crossings if crossing]
    side = 1 if found.mean.max() > 0 else -1
    sure = share(found.share(side)) if found.share(side) >= 0.005 else ""
    crosses = found.mean.min() < 0 < found.mean.max()
    return say("map_title", found.answer.label, crosses, places, _ahead(found, side), sure)
