"""Plots with their words: for `koc plot`, for the end of a run, and for a notebook."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.figures.curves import draw, name_of, unit_of
from experiments.analysis.finding import FOLDER, Finding, file_name, publish
from experiments.analysis.plotting import ARM, DAY, Line, Panel, arm_panels, course_of, course_panels, response_panels
from experiments.drawing.fonts import drawable
from experiments.drawing.pages import sentence, tight
from experiments.drawing.style import Drawing, finish, house_style
from experiments.measures.outcomes import PERCENT_UNITS, capital, interval, number, ranged
from experiments.measures.statistics import Estimate
from experiments.runs.working_folder import destination
from experiments.settings.language import Language, language_option, said, speaking
from experiments.table.results import Results, read
from sim.errors import UserError
from sim.results.outcomes import OUTCOMES
from sim.results.recorder import DAILY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.api import Experiment
    from sim.market import Market

MOST_SAID = 12  # sentences

say = partial(sentence, "plot")


def plot(
    source: Market | Experiment | str | Path, *outcomes: str, against: str = "", arm: str = "", language: str = "en"
) -> Figure:
    """Draw outcomes of a result, or daily figures of a market.

    Parameters
    ----------
    source
        A market that has run for some days, an experiment that has run, or the folder of a result.
    *outcomes
        Or enough of their names: ``surplus``. Of a market, columns of `market.daily()`. The usual ones unless named.
    against
        A parameter that the experiment varies, ``day`` or ``arm``. Unless named: what varies, else days.
    arm
        The only one that is drawn.
    language
        ``en`` or ``zh``; English in its place, with a warning, where no installed font has the characters.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; elsewhere ``.savefig("plot.png")`` writes it.

    Raises
    ------
    UserError
        If there is no such folder, outcome, parameter, arm or language.
    """
    if language not in list(Language):
        raise UserError(f"language={language}: expected {' or '.join(Language)}")
    drawn_in, lacking = drawable(Language(language))
    if lacking:
        warnings.warn(lacking, stacklevel=2)
    with speaking(drawn_in), house_style():
        figure = _drawing(_of_source(source, outcomes, against, arm)).figure
        finish(figure)
        return figure


def _of_source(
    source: Market | Experiment | str | Path, outcomes: Sequence[str], against: str, arm: str
) -> list[Panel]:
    from experiments.api import Experiment

    if isinstance(source, Experiment | str | Path):
        folder = source.folder if isinstance(source, Experiment) else Path(source)
        if folder is None:
            raise UserError(f"{source!r}: nothing to draw; expected an experiment that has run")
        return panels_of(drawn(folder), outcomes, against, arm)
    return _of_market(source, outcomes, against, arm)


def _of_market(market: Market, columns: Sequence[str], against: str, arm: str) -> list[Panel]:
    if against not in ("", DAY) or arm:
        raise UserError(f"{'arm' if arm else 'against'}={arm or against}: a market has days alone")
    daily = market.daily()
    if daily.empty:
        raise UserError(f"{market!r}: nothing to draw; expected a market that has run for some days")
    return course_panels(daily.assign(arm="", seed=0), columns, {"": [""]}, market.recorder.burn_in)


def drawn(folder: Path) -> Results:
    """Of the folder of a result, what plots are drawn from."""
    return read(folder, more=["daily"])


def panels_of(sweep: Results, outcomes: Sequence[str], against: str = "", arm: str = "") -> list[Panel]:
    """What is drawn of a result; parameters are those of `plot`."""
    if against == ARM or (not against and not _varies(sweep) and any(name not in DAILY for name in outcomes)):
        return arm_panels(sweep, outcomes, arm)
    if against == DAY or (not against and not _varies(sweep)):
        return course_of(sweep, outcomes, arm)
    return response_panels(sweep, outcomes, against, arm)


def publish_plot(
    folder: Path, of: Callable[[], Sequence[Panel]], about: Sequence[str], command: str
) -> tuple[list[str], str]:
    """Write a plot into the folder of a result, as `publish` does; returns also the path of the figure in the folder.

    `of` makes the panels, with the names of curves in the language spoken; `about` tells the plot from others.
    """

    def finding() -> Finding:
        panels = of()
        sentences = [text for panel in panels for text in _sentences(panel)]
        return Finding("plot", about, sentences[:MOST_SAID], [], [], [_caption(panels)])

    lines = publish(folder, finding, lambda: _drawing(of()), command)
    return lines, f"{FOLDER}/{file_name('plot', about)}.png"


def closing(folder: Path) -> tuple[str, str]:
    """The picture that a run ends with where it varies parameters or has one arm: a sentence and the figure's path.

    The sentence is in the language spoken. Both are empty where there is nothing to draw, or more arms than a figure
    takes.
    """
    sweep = drawn(folder)
    try:
        if not _varies(sweep) and len(sweep.finished) > 1:
            return "", ""
        shown = panels_of(sweep, ())
    except UserError:  # too many arms, or no daily table: `koc plot` says what it takes
        return "", ""
    command = shlex.join(["koc", "plot", str(destination(folder)), *language_option()])
    _, picture = publish_plot(folder, lambda: panels_of(sweep, ()), [], command)
    return _first(shown[0]), picture


def _varies(sweep: Results) -> bool:
    return bool(sweep.varied or sweep.choices)


def _drawing(shown: Sequence[Panel]) -> Drawing:
    return draw(shown, tight(_first(shown[0]).removesuffix(said("."))), partial(_caption, shown))


def _first(panel: Panel) -> str:
    """The sentence on the curve that changes most surely."""
    surest = min(range(len(panel.lines)), key=lambda place: panel.lines[place].change.p)
    return capital(_sentences(panel)[surest])


def _caption(shown: Sequence[Panel]) -> str:
    first = shown[0]
    seeds = max((line.change.seeds for line in first.lines), default=0)
    return say("plotted", first.against == DAY, first.against == ARM, first.binned, len(first.lines), seeds)


def _sentences(panel: Panel) -> list[str]:
    return [_of_day(panel, line) if panel.against == DAY else _of_value(panel, line) for line in panel.lines]


def _of_day(panel: Panel, line: Line) -> str:
    level = line.level
    text = f"{number(level.value)} {unit_of(panel)}".strip()
    if level.seeds > 1:
        text += f" (95 % {said('CI')} {ranged(number(level.low), number(level.high))})"
    moves, change = _moves(line.change), _change(panel, line)
    return say("course", name_of(panel), line.curve.label, text, panel.burn_in, moves, change)


def _of_value(panel: Panel, line: Line) -> str:
    label = said(OUTCOMES[panel.what].label)
    if panel.names:
        order = np.argsort(line.curve.mean)
        first, last = (panel.names[int(place)] for place in (order[0], order[-1]))
    else:
        first, last = (f"{line.curve.x[place]:.3g}" for place in (0, -1))
    return say(
        "response", label, line.curve.label, panel.against, _moves(line.change), _change(panel, line), first, last,
        bool(panel.names), line.peak, f"{line.at:.3g}",
    )  # fmt: skip


def _moves(change: Estimate) -> str:
    if not change.clear:
        return ""
    return "rises" if change.value > 0 else "falls"


def _change(panel: Panel, line: Line) -> str:
    """The change in per cent of where it begins, or in its unit where that is a rate or not above zero."""
    unit = OUTCOMES[panel.what].unit if panel.what in OUTCOMES else "1"
    change = line.change
    if line.base <= 0 or unit in PERCENT_UNITS or abs(change.value) > 10 * line.base:
        return interval(change, unit)
    value, low, high = (end / line.base for end in change[:3])
    return interval(Estimate(value, low, high, change.p, change.seeds), "%")
