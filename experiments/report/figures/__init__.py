"""The figures of a report, in its order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from experiments.report.figures import effects, funnel, glance, inequality, money, over_time, tradeoff
from experiments.report.load import Results
from experiments.report.style import Drawing, house_style, save
from experiments.report.verdict import Verdict

FIGURES: dict[str, Callable[[Results, Verdict], Drawing | None]] = {
    "headline": glance.draw,
    "reach_and_conversion": tradeoff.draw,
    "who_gets_100_yuan": money.draw,
    "effects": effects.draw,
    "over_time": over_time.draw,
    "funnel": funnel.draw,
    "income_inequality": inequality.draw,
}


def draw_all(results: Results, verdict: Verdict, folder: Path) -> dict[str, Drawing]:
    """Draw every figure that the run has data for, and write each as png, svg and csv.

    Parameters
    ----------
    results, verdict
        A finished run and its effects.
    folder
        Made if it is not there.

    Returns
    -------
    dict
        Drawings by the name of their files.
    """
    folder.mkdir(exist_ok=True)
    drawings = {}
    with house_style():
        for name, draw in FIGURES.items():
            drawing = draw(results, verdict)
            if drawing is not None:
                save(drawing, folder, name)
                drawings[name] = drawing
    return drawings
