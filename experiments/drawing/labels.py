"""Where labels go: beside what they name, without covering one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

LABEL_INCHES = 0.2
PIXELS = 100 / 72  # per point, at the dots per inch of the house style
DIRECTIONS = (
    (0.0, 1.0, "center"), (0.0, -1.0, "center"), (1.0, 0.0, "left"), (-1.0, 0.0, "right"),
    (0.7, 0.8, "left"), (-0.7, 0.8, "right"), (0.7, -0.8, "left"), (-0.7, -0.8, "right"),
)  # fmt: skip


class Box(NamedTuple):
    """A rectangle on the canvas, in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share area."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top


def apart(positions: Sequence[float], gap: float) -> NDArray[np.float64]:
    """Positions moved as little as needed to stand at least `gap` apart, in the same order.

    Parameters
    ----------
    positions : shape (n,)
    gap
        In the same unit.

    Returns
    -------
    ndarray, shape (n,)
        Least-squares nearest positions: the pooled means of isotonic regression after taking out the gaps.
    """
    x = np.asarray(positions, dtype=float)
    order = np.argsort(x, kind="stable")
    gaps, result = gap * np.arange(len(x)), np.empty(len(x))
    if len(x):
        result[order] = isotonic_regression(x[order] - gaps).x + gaps
    return result


def end_labels(ax: Axes, ends: Sequence[tuple[float, str, str]], x: float) -> None:
    """Label lines at their right ends, without overlap.

    Parameters
    ----------
    ax
        Axes whose limits are final.
    ends
        Height, text and colour of each.
    x
        Where the lines end, in data.
    """
    low, high = ax.get_ylim()
    gap = (high - low) * LABEL_INCHES / max(ax.bbox.height / 100, 0.5)
    heights = apart([end[0] for end in ends], gap)
    for (_, text, colour), y in zip(ends, heights, strict=True):
        ax.annotate(text, (x, float(y)), xytext=(5, 0), textcoords="offset points", va="center", color=colour,
                    fontweight="bold", annotation_clip=False)  # fmt: skip


def free_place(
    at: NDArray[np.float64], text: str, points: NDArray[np.float64], placed: list[Box]
) -> tuple[tuple[float, float], str]:
    """Find room for a label near what it names, and take it.

    Parameters
    ----------
    at : shape (2,)
        What is named, in pixels.
    text
        The label.
    points : shape (n, 2)
        Marks to keep clear of, in pixels.
    placed
        Labels placed already; the new one is added.

    Returns
    -------
    tuple of offset in points, and horizontal alignment
        The place that covers least, the nearer the better.
    """
    width, height = 6.4 * len(text) * PIXELS, 13 * PIXELS
    choices = []
    for distance in (14, 24, 36, 50, 66, 84):
        for dx, dy, align in DIRECTIONS:
            x, y = at[0] + dx * distance * PIXELS, at[1] + dy * distance * PIXELS
            left = {"center": x - width / 2, "left": x, "right": x - width}[align]
            box = Box(left, y - height / 2, left + width, y + height / 2)
            hits = sum(box.overlaps(Box(px - 4, py - 4, px + 4, py + 4)) for px, py in points)
            hits += 20 * sum(box.overlaps(other) for other in placed)
            choices.append((hits + distance / 20, (dx * distance, dy * distance), align, box))
    _, offset, align, box = min(choices, key=lambda choice: choice[0])
    placed.append(box)
    return offset, align
