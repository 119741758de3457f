"""The verdict as forest plots: what every party wants at a glance, and every outcome; a panel for each question."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.drawing.forest import WIDEST, Mark, beside, direction, forest, in_percent, limit_of, sides
from experiments.drawing.pages import tight
from experiments.drawing.style import BLUE, GREY, UNCLEAR, VERMILLION, Drawing, drawing, new_figure, panels, wrapped
from experiments.measures.outcomes import IN_FIGURES, INTERESTS, KNOWN, OVERALL, amount, capital, label, percent
from experiments.measures.statistics import Comparison
from experiments.report.figures.words import say
from experiments.report.unknown import holds, spread_of
from experiments.report.verdict import Effect, Verdict
from experiments.settings.language import said
from experiments.table.results import Results


def headline(results: Results, verdict: Verdict) -> Drawing | None:
    """What every party wants, compared between the two sides of each question."""
    rows = [(party, key) for party, keys in INTERESTS.items() for key in keys if key in results.runs]
    if not rows or not results.comparisons:
        return None
    drawn, same = results.has_draws, results.is_own_market("posterior")
    names = [f"{capital(said(party))}{said(': ')}{said(INTERESTS[party][key])}" for party, key in rows]
    data = pd.DataFrame([
        {**c._asdict(), "party": party, "outcome": key, **e.numbers, "clear": e.clear, "overall": verdict.overall(c)}
        for c in results.comparisons for party, key in rows if (e := verdict.main(c, key))
    ])  # fmt: skip
    figure = _figure(results, verdict, [key for _, key in rows], names, title := _winners(results, verdict))
    return drawing(figure, title, lambda: say("parties", drawn, same), data)


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Effects on every outcome, coloured by the side that is better for the party concerned."""
    comparisons = results.comparisons
    rows = [key for key in IN_FIGURES if any(verdict.main(c, key) for c in comparisons)]
    if not rows:
        return None
    data = pd.DataFrame([
        {**c._asdict(), "outcome": key, **e.numbers, "unit": KNOWN[key].unit, "seeds": e.difference.seeds}
        for c in comparisons for key in rows if (e := verdict.main(c, key))
    ])  # fmt: skip
    names = [wrapped(label(key), 26) for key in rows]
    figure = _figure(results, verdict, rows, names, title := _counts(results, verdict, rows))
    return drawing(figure, title, lambda: say("outcomes"), data)


def _figure(results: Results, verdict: Verdict, rows: Sequence[str], names: Sequence[str], title: str) -> Figure:
    comparisons = results.comparisons
    figure = new_figure(title, 1.4 + -(-len(comparisons) // 3) * (1.1 + 0.34 * len(rows)), width=11.0)
    for place, (ax, comparison) in enumerate(zip(panels(figure, len(comparisons))[0], comparisons, strict=True)):
        effects = [verdict.main(comparison, key) for key in rows]
        _panel(ax, results, comparison, effects, names if place % 3 == 0 else [""] * len(rows))
    return figure


def _panel(
    ax: Axes, results: Results, comparison: Comparison, effects: Sequence[Effect | None], names: Sequence[str]
) -> None:
    shown = [(row, effect) for row, effect in enumerate(effects) if effect]
    marks = [mark for row, effect in shown for mark in _marks(results, comparison, row, effect)]
    limit = limit_of(end for mark in marks for end in (mark.low, mark.high))
    marks += [
        direction(row, effect.difference.value, limit, colour_of(effect))
        for row, effect in shown
        if effect.clear and not effect.in_percent
    ]
    forest(ax, names, marks, (-limit, limit))
    for row, effect in shown:
        beside(ax, row, written(effect), colour_of(effect), bold=effect.clear)
    in_percent(ax)
    ax.set_title(wrapped(results.question(comparison.factor), 34), fontsize=10)
    sides(ax, *(say("better", results.label(side)) for side in (comparison.low, comparison.high)))


def _marks(results: Results, comparison: Comparison, row: int, effect: Effect) -> list[Mark]:
    """An effect over seeds, and over draws as a thin line below it; none where per cent are not defined."""
    if not effect.in_percent:
        return []
    e = effect.relative
    marks = [Mark(row, e.value, e.low, e.high, colour_of(effect), effect.clear)]
    found, unit = spread_of(results, comparison, effect.outcome)
    if unit == "%" and found.estimate.seeds and abs(e.value) <= WIDEST:
        marks.append(Mark(row + 0.28, 0.0, found.estimate.low, found.estimate.high, UNCLEAR, shape=""))
    return marks


def colour_of(effect: Effect) -> str:
    """Colour of the side that is better; grey if neither clearly is."""
    if effect.clear and KNOWN[effect.outcome].better == 0:
        return GREY
    return {"high": BLUE, "low": VERMILLION}.get(effect.favours, UNCLEAR)


def written(effect: Effect) -> str:
    """The number beside the mark: per cent, or the outcome's unit where per cent are not defined."""
    if effect.in_percent:
        return tight(f"{percent(effect.relative.value)} %")
    return amount(effect.difference.value, KNOWN[effect.outcome].unit)


def _counts(results: Results, verdict: Verdict, rows: Sequence[str]) -> str:
    told = []
    for c in results.comparisons:
        found = [e.favours for key in rows if (e := verdict.main(c, key))]
        told.append((results.label(c.high), found.count("high"), found.count("low")))
    return say("counts", len(rows), told)


def _winners(results: Results, verdict: Verdict) -> str:
    found = []
    for c in results.comparisons:
        sides, side = (results.label(c.high), results.label(c.low)), verdict.overall(c)
        won = side in ("high", "low")
        found.append({
            "sides": sides, "name": sides[side == "low"] if won else "", "split": side == "split",
            "lost": [said(party) for party in verdict.losers(c)] if won else [],
            "doubtful": won and holds(results, verdict, c) is False,
        })  # fmt: skip
    return say("winners", [label(key) for key in OVERALL], found)
