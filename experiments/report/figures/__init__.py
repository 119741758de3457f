"""The figures of a report, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from experiments.drawing.style import Drawing, house_style, save
from experiments.report import Spread
from experiments.report.figures import effects, funnel, inequality, money, over_time, platforms, tradeoff
from experiments.report.verdict import Verdict
from experiments.settings.language import Language, speaking
from experiments.table.results import Results

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
    """What stands beside a figure: its title in the language of its labels, and a caption in every language."""

    title: str
    captions: Mapping[str, str]
    language: Language


def draw_all(
    results: Results, verdict: Verdict, folder: Path, spread: Spread, language: Language = Language.en
) -> Iterator[tuple[str, Words]]:
    """Draw every figure that the run has data for, and write each as png, svg and csv.

    Parameters
    ----------
    spread
        Calls a function with each argument, perhaps in other processes.
    language
        Of titles, axes and legends.

    Returns
    -------
    iterator of (str, Words)
        Name of the files, with what stands beside each, as it is done.
    """
    folder.mkdir(exist_ok=True)
    draw = partial(draw_one, results=results, verdict=verdict, folder=folder, language=language)
    drawn = spread(draw, FIGURES)
    return ((name, words) for name, words in zip(FIGURES, drawn, strict=True) if words)


def draw_one(name: str, results: Results, verdict: Verdict, folder: Path, language: Language) -> Words | None:
    """Draw and write one figure, if the run has data for it; parameters are those of `draw_all`."""
    with house_style(), speaking(language):
        drawing = FIGURES[name](results, verdict)
        if drawing is None:
            return None
        save(drawing, folder, name)
        return Words(drawing.title, drawing.captions, language)
