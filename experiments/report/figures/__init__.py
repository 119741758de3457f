"""The figures of a report, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from experiments.drawing.style import Drawing, house_style, save
from experiments.report import Spread
from experiments.report.figures import effects, funnel, inequality, money, over_time, platforms, tradeoff
from experiments.report.load import Results
from experiments.report.verdict import Verdict

FIGURES: dict[str, Callable[[Results, Verdict], Drawing | None]] = {
    "headline": effects.headline,
    "reach_and_conversion": tradeoff.draw,
    "who_gets_100_yuan": money.draw,
    "effects": effects.draw,
    "over_time": over_time.draw,
    "funnel": funnel.draw,
    "income_inequality": inequality.draw,
    "platforms_over_time": platforms.over_time,
    "platforms_by_arm": platforms.by_arm,
    "platforms_map": platforms.tipping,
    "platforms_money": platforms.money,
}


class Words(NamedTuple):
    """What stands beside a figure."""

    title: str
    caption: str


def draw_all(results: Results, verdict: Verdict, folder: Path, spread: Spread) -> Iterator[tuple[str, Words]]:
    """Draw every figure that the run has data for, and write each as png, svg and csv.

    Parameters
    ----------
    results, verdict
        A finished run and its effects.
    folder
        Made if it is not there.
    spread
        Calls a function with each argument, perhaps in other processes.

    Returns
    -------
    iterator of (str, Words)
        Name of the files, with title and caption, as each is done.
    """
    folder.mkdir(exist_ok=True)
    drawn = spread(partial(draw_one, results=results, verdict=verdict, folder=folder), FIGURES)
    return ((name, words) for name, words in zip(FIGURES, drawn, strict=True) if words)


def draw_one(name: str, results: Results, verdict: Verdict, folder: Path) -> Words | None:
    """Draw and write one figure, if the run has data for it; parameters are those of `draw_all`."""
    with house_style():
        drawing = FIGURES[name](results, verdict)
        if drawing is None:
            return None
        save(drawing, folder, name)
        return Words(drawing.title, drawing.caption)
