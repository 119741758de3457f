"""One look for all figures: colours that the colour-blind tell apart, direct labels, titles that say the finding."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import Formatter, LogFormatterMathtext
from numpy.typing import NDArray

from experiments.drawing import pages
from experiments.drawing.fonts import HOUSE, families
from experiments.settings.language import in_each, speaking, spoken

# Okabe & Ito (2008), without the yellow, which cannot be read on white.
BLUE, VERMILLION, GREEN, PURPLE, SKY, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
LEVELS = (VERMILLION, BLUE, GREEN, PURPLE, SKY, ORANGE)
INK, GREY, PALE, UNCLEAR = "#222222", "#6B6B6B", "#E4E4E4", "#8C8C8C"

WIDTH = 9.0
RAISED = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")
RC: Any = {
    "figure.facecolor": "white", "savefig.facecolor": "white", "figure.dpi": 100,
    "font.family": HOUSE, "text.parse_math": False,
    "font.size": 9.5, "axes.titlesize": 10.5, "axes.titlelocation": "left",
    "axes.titleweight": "bold", "axes.titlepad": 8, "axes.labelcolor": INK, "text.color": INK,
    "axes.edgecolor": GREY, "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "lines.linewidth": 1.8, "axes.unicode_minus": True, "svg.fonttype": "path", "svg.hashsalt": "koc-market",
}  # fmt: skip


class Drawing(NamedTuple):
    """A figure with what stands beside it; `captions` by language, where it is told in several."""

    figure: Figure
    title: str
    caption: str
    data: pd.DataFrame
    captions: Mapping[str, str] = MappingProxyType({})


def drawing(figure: Figure, title: str, caption: Callable[[], str], data: pd.DataFrame) -> Drawing:
    """A figure with its title in the language spoken, and its caption in that and all others."""
    return Drawing(figure, title, caption(), data, in_each(caption))


class Picture(Figure):
    """A figure that a notebook shows by itself, once, whatever matplotlib draws with there.

    It stays in the language that was spoken when it was made: numbers along axes are written when it is drawn.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._language = spoken()

    def draw(self, renderer: Any) -> None:
        """Draw it, as matplotlib does."""
        with speaking(self._language):
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        with house_style():
            found = BytesIO()
            self.savefig(found, format="png")
            return found.getvalue()


@contextmanager
def house_style() -> Iterator[None]:
    """Context in which figures are made and saved, whatever matplotlib's settings are; it leaves them as they were.

    Text is text in it: a dollar sign does not begin mathematics.
    """
    fonts = logging.getLogger("matplotlib.font_manager")
    level = fonts.level
    with rc_context():
        fonts.setLevel(logging.ERROR)  # a font without a bold face is said for each text
        rcdefaults()  # the backend is not among them
        rcParams.update(RC)
        try:
            yield
        finally:
            fonts.setLevel(level)


def new_figure(title: str, height: float, width: float = WIDTH) -> Picture:
    """An empty figure with its finding as the title.

    Parameters
    ----------
    title
        A sentence; it is wrapped to the width.
    height, width
        In inches.
    """
    margins = ConstrainedLayoutEngine(h_pad=0.06, w_pad=0.08, hspace=0.04, wspace=0.04)
    figure = Picture(figsize=(width, height), layout=margins)
    entitle(figure, title)
    return figure


def entitle(figure: Figure, title: str) -> None:
    """Set the title of a figure, wrapped to its width, in the place of any that it has."""
    lines = wrapped(title, int(figure.get_figwidth() * 8.6))
    figure.suptitle(lines, x=0.012, ha="left", fontsize=12.5, fontweight="bold")


def save(drawing: Drawing, folder: Path, name: str) -> None:
    """Write the figure as png and svg and the numbers behind it as csv."""
    _write(drawing.figure, folder / f"{name}.png", folder / f"{name}.svg")
    drawing.data.to_csv(folder / f"{name}.csv", index=False)


def finish(figure: Figure) -> None:
    """Give every text of a figure that is drawn fonts that have its characters, and axes plain powers of ten."""
    family = families(words_of(figure))
    for text in _texts(figure):
        text.set_fontfamily(family)
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        _without_mathematics(axis)


def words_of(figure: Figure) -> list[str]:
    """All texts in a figure."""
    return [text.get_text() for text in _texts(figure)]


def _texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text)]


def why_not_drawn(texts: Iterable[str]) -> str:
    """What keeps a figure with these texts from being drawn and saved; empty if nothing does."""
    try:
        with house_style():
            figure = Figure(figsize=(1.0, 1.0))
            for text in texts:
                figure.text(0.0, 0.5, wrapped(text, 80), fontweight="bold")
            _write(figure, BytesIO(), BytesIO())
    except Exception as error:  # whatever it is, the report would meet it
        return f"{type(error).__name__}: {error}"
    return ""


def _write(figure: Figure, png: Path | BytesIO, svg: Path | BytesIO) -> None:
    finish(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # `fonts.note` says it once
        figure.savefig(png, format="png", dpi=160)
        figure.set_layout_engine("none")  # it is laid out; doing it again takes as long as drawing
        figure.savefig(svg, format="svg", metadata={"Date": None})


class _Powers(Formatter):
    """Powers of ten in raised figures, where matplotlib would write them in mathematics."""

    def __init__(self, inner: LogFormatterMathtext) -> None:
        self._inner = inner

    def __call__(self, x: float, pos: int | None = None) -> str:
        found = re.fullmatch(r"\$\\mathdefault\{(?:(.*)\\times)?(-?)10\^\{(-?[\d.]+)\}\}\$", self._inner(x, pos))
        if not found:
            return re.sub(r"\$\\mathdefault\{(.*)\}\$", r"\1", self._inner(x, pos))
        times, sign, power = found.groups()
        return f"{sign}{times + '×' if times else ''}10{power.translate(RAISED)}"

    def set_locs(self, locs: Any) -> None:
        self._inner.set_locs(locs)


def _without_mathematics(axis: Axis) -> None:
    for get, put in (
        (axis.get_major_formatter, axis.set_major_formatter), (axis.get_minor_formatter, axis.set_minor_formatter),
    ):  # fmt: skip
        if isinstance(inner := get(), LogFormatterMathtext):
            put(_Powers(inner))


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of at most `width` columns, never before a sign of per cent; Chinese takes two each."""
    return "\n".join(pages.wrapped(text.replace(" %", "\N{NO-BREAK SPACE}%"), max(width, 1)))


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
