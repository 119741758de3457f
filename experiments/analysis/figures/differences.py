"""A comparison as a forest plot: every outcome's difference in per cent, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.analysis.compare import Compared, Difference, Side, standing
from experiments.analysis.words import say
from experiments.drawing.forest import Mark, beside, forest, in_percent, limit_of, sides
from experiments.drawing.style import BLUE, GREY, UNCLEAR, VERMILLION, Drawing, new_figure, wrapped
from experiments.measures.outcomes import amount
from sim.recorder import OUTCOMES


def draw(found: Compared, first: Side, second: Side) -> Drawing:
    """Coloured by the side that is better for those concerned."""
    shown = [d for d in found.differences if d.estimate.seeds]
    sure = sum(d.p_holm < 0.05 for d in shown)
    title = say("differences_title", first.name, second.name, sure, len(shown))
    figure = new_figure(title, 2.0 + 0.36 * len(shown), width=10.5)
    ax = figure.subplots()
    limit = limit_of(v / d.first for d in shown if d.first > 0 for v in d.estimate[1:3])
    marks = [
        Mark(row, d.estimate.value / d.first, d.estimate.low / d.first, d.estimate.high / d.first, _colour(d),
             d.estimate.clear)
        for row, d in enumerate(shown) if d.first > 0
    ]  # fmt: skip
    forest(ax, [wrapped(OUTCOMES[d.outcome].label, 36) for d in shown], marks, (-limit, limit))
    for row, d in enumerate(shown):
        star = "*" if d.estimate.clear and not d.p_holm < 0.05 else ""
        beside(ax, row, f"{amount(d.estimate.value, OUTCOMES[d.outcome].unit)}{star}", _colour(d))
    in_percent(ax)
    ax.set_xlabel(f"change in % of {first.name}")
    sides(ax, f"■ better with {first.name}", f"■ better with {second.name}")
    return Drawing(figure, title, say("differences_caption", first.name, second.name), _table(shown))


def _colour(d: Difference) -> str:
    return {"second": BLUE, "first": VERMILLION}.get(standing(d), GREY if d.estimate.clear else UNCLEAR)


def _table(shown: Sequence[Difference]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "outcome": d.outcome, "unit": OUTCOMES[d.outcome].unit, "first": d.first, "second": d.second,
            "difference": d.estimate.value, "low": d.estimate.low, "high": d.estimate.high, "effect_size": d.size,
            "p": d.estimate.p, "p_holm": d.p_holm, "units": d.estimate.seeds,
        }
        for d in shown
    )  # fmt: skip
