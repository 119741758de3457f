"""The answers at a glance: for each question, who is better off on which side, and by how much."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory

from experiments.drawing.style import BLUE, GREY, UNCLEAR, VERMILLION, Drawing, new_figure, panels, wrapped
from experiments.outcomes import INTERESTS, OVERALL, capital, percent
from experiments.report.figures.effects import WIDEST, colour_of, mark, written
from experiments.report.load import Results
from experiments.report.unknown import holds, spread_of
from experiments.report.verdict import Effect, Verdict
from experiments.statistics import Comparison
from sim.recorder import OUTCOMES


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """A panel for each question with what every party wants, all of it better to the right."""
    rows = [(party, key) for party, keys in INTERESTS.items() for key in keys if key in results.runs]
    comparisons = results.comparisons
    if not rows or not comparisons:
        return None
    title = _title(results, verdict)
    figure = new_figure(title, 1.2 + -(-len(comparisons) // 3) * (1.25 + 0.4 * len(rows)), width=11.0)
    grid = panels(figure, len(comparisons))[0]
    limit = _limit([e for c in comparisons for _, key in rows if (e := verdict.main(c, key))])
    for i, (ax, comparison) in enumerate(zip(grid, comparisons, strict=True)):
        _panel(ax, results, [verdict.main(comparison, key) for _, key in rows], comparison, limit)
        ax.set_yticks(range(len(rows)), [_row_name(party, key) for party, key in rows] if i % 3 == 0 else [])
        for y in (y for y in range(1, len(rows)) if rows[y][0] != rows[y - 1][0]):
            ax.axhline(y - 0.5, color="#DDDDDD", linewidth=0.8, zorder=0)
    data = pd.DataFrame([
        {"factor": c.factor, "low": c.low, "high": c.high, "party": party, "outcome": key, "relative": e.relative.value,
         "relative_low": e.relative.low, "relative_high": e.relative.high, "difference": e.difference.value,
         "difference_low": e.difference.low, "difference_high": e.difference.high, "clear": e.clear,
         "overall": verdict.overall(c)}
        for c in comparisons for party, key in rows if (e := verdict.main(c, key))
    ])  # fmt: skip
    caption = (
        "What each party wants, compared between the two sides of each question: change in per cent with the 95 % "
        "interval of the paired difference. Right of zero is better with the side named on the right. Grey: the "
        "interval covers zero. Arrows run off the scale; hollow ones tell the direction alone."
    )
    if results.posterior is not None and len(results.posterior):
        caption += " Thin lines: 95 % over draws of what the calibration leaves open, in smaller markets."
    return Drawing(figure, title, caption, data)


def _title(results: Results, verdict: Verdict) -> str:
    winners, doubtful, others = [], [], []
    for c in results.comparisons:
        low, high = results.label(c.low), results.label(c.high)
        side = verdict.overall(c)
        if side in ("high", "low"):
            winners.append(high if side == "high" else low)
            doubtful += [winners[-1]] if holds(results, verdict, c) is False else []
        else:
            others.append(f"{high} or {low}: {'the two disagree' if side == 'split' else 'no clear difference'}")
    judged = " and ".join(OUTCOMES[key].label for key in OVERALL)
    if doubtful:
        which = "none of it" if doubtful == winners else f"{' and '.join(doubtful)} not"
        others.append(f"{which} settled over what the calibration leaves open")
    return "; ".join([f"Better by {judged}: {', '.join(winners) or 'none'}", *others])


def _row_name(party: str, key: str) -> str:
    return f"{capital(party)}: {INTERESTS[party][key]}"


def _limit(effects: list[Effect]) -> float:
    shown = [abs(v) for e in effects if e.in_percent for v in (e.relative.low, e.relative.high) if np.isfinite(v)]
    return min(1.12 * max(shown, default=0.1), WIDEST)


def _panel(ax: Axes, results: Results, effects: list[Effect | None], comparison: Comparison, limit: float) -> None:
    ax.set(xlim=(-limit, limit), ylim=(len(effects) - 0.5, -0.6))
    ax.axvline(0, color=GREY, linewidth=1, zorder=1)
    place = blended_transform_factory(ax.transAxes, ax.transData)
    for y, effect in enumerate(effects):
        if effect:
            mark(ax, y, effect, limit)
            _over_draws(ax, y, results, comparison, effect, limit)
            text, weight = (
                (written(effect).split("  [")[0], "bold") if effect.clear else ("no clear difference", "normal")
            )
            ax.text(1.0, y - 0.3, text, transform=place, ha="right", va="center", fontsize=8.5, color=colour_of(effect),
                    fontweight=weight, zorder=5)  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(2, symmetric=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{percent(v)} %"))
    ax.tick_params(axis="x", labelsize=8)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_title(wrapped(results.question(comparison.factor), 34), fontsize=10.5)
    for name, x, align, colour in (
        (f"← better with\n{results.label(comparison.low)}", 0.0, "left", VERMILLION),
        (f"better with →\n{results.label(comparison.high)}", 1.0, "right", BLUE),
    ):
        ax.annotate(name, (x, 0), xycoords="axes fraction", xytext=(0, -22), textcoords="offset points", va="top",
                    ha=align, color=colour, fontweight="bold", fontsize=9)  # fmt: skip


def _over_draws(
    ax: Axes, y: int, results: Results, comparison: Comparison, effect: Effect, limit: float
) -> None:
    """A thin line: the interval of the effect over draws from the posterior, cut off at the ends of the scale."""
    if results.posterior is None or effect.outcome not in set(results.posterior["outcome"]):
        return
    found, unit = spread_of(results, comparison, effect.outcome)
    if unit == "%" and found.estimate.seeds:
        ends = np.clip([found.estimate.low, found.estimate.high], -limit, limit)
        ax.plot(ends, [y + 0.22, y + 0.22], color=UNCLEAR, linewidth=1.4, solid_capstyle="butt", zorder=2)
