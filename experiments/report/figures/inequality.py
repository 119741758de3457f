"""Lorenz curves of creators' income, a panel for each question."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from experiments.drawing.pages import tight
from experiments.drawing.style import LEVELS, PALE, Drawing, drawing, new_figure, panels, wrapped
from experiments.measures.outcomes import ranged
from experiments.measures.statistics import Comparison, contrast, t_interval
from experiments.report.figures.words import say
from experiments.report.verdict import Verdict
from experiments.settings.language import said
from experiments.table.results import Results

GRID = np.linspace(0, 1, 101)


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Share of all income that the poorest creators have, with 95 % bands over seeds, and Gini coefficients."""
    comparisons = results.comparisons
    paid = results.tables["creators"][results.tables["creators"]["arm"].isin(results.arms.index)]
    if not comparisons or not (paid["income"] > 0).any():
        return None
    curves = {key: lorenz(group["income"].to_numpy(float)) for key, group in paid.groupby(["arm", "seed"])}
    wide = pd.DataFrame(curves).T
    wide.index = pd.MultiIndex.from_tuples(wide.index, names=["arm", "seed"])
    ginis = pd.Series({key: gini(curve) for key, curve in curves.items()})
    ginis.index = wide.index
    by_seed = ginis.unstack("arm").reindex(columns=results.arms.index)
    title = _title(results, by_seed)
    deep = -(-len(comparisons) // 3)
    figure = new_figure(title, 0.85 + 3.45 * deep, width=10.5)
    grid = panels(figure, len(comparisons), sharey=True)[0]
    frames = []
    for i, (ax, comparison) in enumerate(zip(grid, comparisons, strict=True)):
        frames.append(_panel(ax, results, comparison, wide, by_seed))
        ax.set_title(wrapped(results.question(comparison.factor), 36), fontsize=9.5)
        ax.set_xlabel(said("poorest share of creators, %"))
        if i % 3 == 0:
            ax.set_ylabel(said("their share of all income, %"))
    return drawing(figure, title, lambda: say("unequal"), pd.concat(frames, ignore_index=True))


def lorenz(income: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lorenz curve on an even grid of 101 shares of creators; losses count as no income, NaN if nobody earns."""
    earned = np.sort(np.maximum(income, 0.0))
    total = earned.sum()
    if total <= 0:
        return np.full(len(GRID), np.nan)
    held = np.concatenate([[0.0], np.cumsum(earned)]) / total
    return np.interp(GRID, np.linspace(0, 1, len(held)), held)


def gini(curve: NDArray[np.float64]) -> float:
    """Gini coefficient of a Lorenz curve on the even grid: twice the area between it and the diagonal."""
    return float(1 - 2 * np.trapezoid(curve, GRID))


def _panel(ax: Axes, results: Results, comparison: Comparison, wide: pd.DataFrame, ginis: pd.DataFrame) -> pd.DataFrame:
    ax.plot([0, 100], [0, 100], color=PALE, linewidth=1.2)
    ax.set(xlim=(0, 100), ylim=(0, 100))
    frames = []
    for i, level in enumerate((comparison.low, comparison.high)):
        arms = results.arms.index[results.arms[comparison.factor] == level]
        seeds = wide[wide.index.get_level_values("arm").isin(arms)].groupby(level="seed").mean()
        points = [t_interval(seeds[column]) for column in seeds]
        mean, low, high = (np.array([getattr(p, name) for p in points]) for name in ("value", "low", "high"))
        ax.plot(100 * GRID, 100 * mean, color=LEVELS[i])
        if len(seeds) > 1:
            ax.fill_between(100 * GRID, 100 * low.clip(0, 1), 100 * high.clip(0, 1), color=LEVELS[i], alpha=0.2,
                            linewidth=0)  # fmt: skip
        g = t_interval(ginis[arms].mean(axis=1))
        spread = f" ({ranged(f'{g.low:.2f}', f'{g.high:.2f}')})" if np.isfinite(g.low) else ""
        ax.text(5, 93 - 15 * i, results.label(level), color=LEVELS[i], fontweight="bold", va="top")
        ax.text(5, 87 - 15 * i, tight(f"{said('Gini')} {g.value:.2f}{spread}"), color=LEVELS[i], va="top", fontsize=8.5)
        frames.append(pd.DataFrame({
            "factor": comparison.factor, "level": level, "creators_share": GRID, "income_share": mean,
            "low": low, "high": high, **g.columns("gini"),
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _title(results: Results, ginis: pd.DataFrame) -> str:
    moves = [(c, t_interval(contrast(ginis, results.arms, (c,)))) for c in results.comparisons]
    clear = [(c, e) for c, e in moves if e.clear]
    if not clear:
        return say("unequal_title", "", "", False, "", "")
    c, e = max(clear, key=lambda pair: abs(pair[1].value))
    value, low, high = (f"{each:+.2f}".replace("-", "−") for each in e[:3])
    return say("unequal_title", results.label(c.high), results.label(c.low), e.value > 0, value, ranged(low, high))
