"""The verdict as a forest plot: every outcome's effect in per cent, a panel for each question."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory

from experiments.drawing.style import BLUE, GREY, UNCLEAR, VERMILLION, Drawing, new_figure, panels, wrapped
from experiments.outcomes import IN_FIGURES, amount, percent
from experiments.report.load import Results
from experiments.report.verdict import Effect, Verdict
from experiments.statistics import Comparison
from sim.recorder import OUTCOMES

WIDEST = 1.2  # per cent beyond +-120 are drawn as arrows


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Effects with 95 % intervals, coloured by the side that is better for the party concerned."""
    comparisons = results.comparisons
    rows = [key for key in IN_FIGURES if any(verdict.main(c, key) for c in comparisons)]
    if not rows:
        return None
    title = _title(results, verdict, rows)
    deep = -(-len(comparisons) // 3)
    figure = new_figure(title, 1.3 + deep * (1.0 + 0.33 * len(rows)), width=11.0)
    grid = panels(figure, len(comparisons))[0]
    for i, (ax, comparison) in enumerate(zip(grid, comparisons, strict=True)):
        _panel(ax, results, verdict, comparison, rows, names=i % 3 == 0)
    data = pd.DataFrame([_row(c, e) for c in comparisons for key in rows if (e := verdict.main(c, key))])
    caption = (
        "Change of each outcome, in per cent of its mean at the first level, with the 95 % interval of the paired "
        "difference over seeds; averaged over the other factors. Blue and orange tell which side is better for "
        "those concerned (a lower acquisition cost is better); grey covers zero. Filled arrows run off the scale: "
        "read the number; hollow ones tell the direction alone, where a change in per cent is not defined. "
        "Interactions are not in it: see the table."
    )
    return Drawing(figure, title, caption, data)


def _title(results: Results, verdict: Verdict, rows: list[str]) -> str:
    said = []
    for c in results.comparisons:
        sides = [e.favours for key in rows if (e := verdict.main(c, key))]
        said.append(f"{results.label(c.high)} {sides.count('high')} / {sides.count('low')}")
    return f"Outcomes (of {len(rows)}) that are clearly better / worse with {', with '.join(said)}"


def _panel(
    ax: Axes, results: Results, verdict: Verdict, comparison: Comparison, rows: list[str], *, names: bool
) -> None:
    effects = [verdict.main(comparison, key) for key in rows]
    shown = [abs(v) for e in effects if e and e.in_percent for v in (e.relative.low, e.relative.high) if np.isfinite(v)]
    limit = min(1.1 * max(shown, default=0.1), WIDEST)
    ax.set(xlim=(-limit, limit), ylim=(len(rows) - 0.4, -0.6), xlabel="change in %")
    ax.axvline(0, color=GREY, linewidth=1, zorder=1)
    text_at = blended_transform_factory(ax.transAxes, ax.transData)
    for y, effect in enumerate(effects):
        if y % 2 == 0:
            ax.axhspan(y - 0.5, y + 0.5, color="#F5F5F5", zorder=0, linewidth=0)
        if effect:
            mark(ax, y, effect, limit)
            ax.text(1.02, y, written(effect), transform=text_at, va="center", fontsize=8, color=colour_of(effect))
    ax.xaxis.set_major_locator(MaxNLocator(2, symmetric=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(v)))
    ax.set_yticks(range(len(rows)), [wrapped(OUTCOMES[key].label, 26) for key in rows] if names else [])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    low, high = results.label(comparison.low), results.label(comparison.high)
    ax.set_title(wrapped(f"{high} instead of {low}", 30), fontsize=10)
    place = dict(xycoords="axes fraction", textcoords="offset points", fontsize=8.5, fontweight="bold", va="top")
    ax.annotate(f"■ better with {low}", (0, 0), xytext=(0, -34), color=VERMILLION, **place)  # type: ignore[arg-type]
    ax.annotate(f"■ better with {high}", (0, 0), xytext=(0, -47), color=BLUE, **place)  # type: ignore[arg-type]


def mark(ax: Axes, y: float, effect: Effect, limit: float) -> None:
    """Draw an effect in per cent with its interval, or an arrow where it lies off the scale."""
    colour = colour_of(effect)
    if not effect.in_percent:
        if effect.clear:
            side = np.sign(effect.difference.value)
            ax.plot(0.08 * side * limit, y, marker=">" if side > 0 else "<", color=colour, markersize=7,
                    markerfacecolor="white", zorder=4)  # fmt: skip
        return
    e = effect.relative
    if abs(e.value) > limit:
        side = np.sign(e.value)
        ax.plot(side * limit * 0.97, y, marker=">" if side > 0 else "<", color=colour, markersize=7, clip_on=False)
        return
    low, high = max(e.low, -limit), min(e.high, limit)
    ax.plot([low, high], [y, y], color=colour, linewidth=2, solid_capstyle="butt", zorder=3)
    ax.plot(e.value, y, marker="o", color=colour, markersize=6.5, zorder=4,
            markerfacecolor=colour if effect.clear else "white", markeredgewidth=1.4)  # fmt: skip


def colour_of(effect: Effect) -> str:
    """Colour of the side that is better; grey if neither clearly is."""
    if effect.clear and OUTCOMES[effect.outcome].better == 0:
        return GREY
    return {"high": BLUE, "low": VERMILLION}.get(effect.favours, UNCLEAR)


def written(effect: Effect) -> str:
    """The number beside the mark: per cent, or the outcome's unit where per cent are not defined."""
    if effect.in_percent:
        e = effect.relative
        text = f"{percent(e.value)} %"
        return text if not np.isfinite(e.low) else f"{text}  [{percent(e.low)}, {percent(e.high)}]"
    e = effect.difference
    unit = OUTCOMES[effect.outcome].unit
    return amount(e.value, unit)


def _row(comparison: Comparison, effect: Effect) -> dict[str, object]:
    return {
        "factor": comparison.factor, "low": comparison.low, "high": comparison.high, "outcome": effect.outcome,
        "relative": effect.relative.value, "relative_low": effect.relative.low, "relative_high": effect.relative.high,
        "difference": effect.difference.value, "difference_low": effect.difference.low,
        "difference_high": effect.difference.high, "unit": OUTCOMES[effect.outcome].unit,
        "seeds": effect.difference.seeds,
    }  # fmt: skip
