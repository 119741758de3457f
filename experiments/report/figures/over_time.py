"""GMV and trust from day to day, a column for each question."""

from __future__ import annotations

import pandas as pd

from experiments.drawing.curve import Curve, curves, name_ends, shade_burn_in
from experiments.drawing.style import Drawing, drawing, new_figure, panels, wrapped
from experiments.measures.outcomes import capital, percent
from experiments.measures.statistics import Comparison, half_width
from experiments.report.figures.words import say
from experiments.report.verdict import Verdict
from experiments.settings.language import said
from experiments.table.results import Results

SERIES = {"gmv": "GMV, yuan a day", "trust": "trust (index 0-1)"}
WEEK = 7


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Level means with bands that touch where the paired difference stops being clear."""
    comparisons = results.comparisons
    if not comparisons:
        return None
    frames = [_series(results, c, key) for c in comparisons for key in SERIES if key in results.daily]
    data = pd.concat(frames, ignore_index=True)
    title = _title(results, verdict)
    deep = -(-len(comparisons) // 3)
    figure = new_figure(title, 0.8 + 4.6 * deep, width=10.5)
    grid = panels(figure, len(comparisons), rows_each=len(SERIES), sharex=True)
    for row, key in enumerate(SERIES):
        drawn = [_curves(results, c, data[data["series"] == key]) for c in comparisons]
        for ax, lines in zip(grid[row], drawn, strict=True):
            curves(ax, lines, from_zero=key == "gmv")
            shade_burn_in(ax, results.burn_in)
            ax.set_xlim(0, max(1.0, float(data["day"].max())))
        ends = [ax.get_ylim() for ax in grid[row]]
        for column, (ax, lines) in enumerate(zip(grid[row], drawn, strict=True)):
            ax.set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
            name_ends(ax, lines)
            ax.tick_params(labelleft=column % 3 == 0)
            if column % 3 == 0:
                ax.set_ylabel(said(SERIES[key]), fontsize=9)
    for column, comparison in enumerate(comparisons):
        grid[0, column].set_title(wrapped(results.question(comparison.factor), 36), fontsize=9.5)
        grid[-1, column].set_xlabel(said("day"))
    return drawing(figure, title, lambda: say("course"), data)


def _curves(results: Results, comparison: Comparison, data: pd.DataFrame) -> list[Curve]:
    """Both levels of a comparison."""
    rows = data[(data["factor"] == comparison.factor) & (data["high"] == comparison.high)]
    found = []
    for level in (comparison.low, comparison.high):
        day, mean, band = rows.loc[rows["level"] == level, ["day", "mean", "band"]].to_numpy(float).T
        found.append(Curve(day, mean, mean - band, mean + band, results.label(level)))
    return found


def _series(results: Results, comparison: Comparison, key: str) -> pd.DataFrame:
    """Daily mean at both levels and half the t half-width of the paired difference."""
    by_arm = results.daily.pivot_table(index=["seed", "day"], columns="arm", values=key)
    arms = results.arms[comparison.factor]
    means = {}
    for level in (comparison.low, comparison.high):
        daily = by_arm.reindex(columns=arms.index[arms == level]).mean(axis=1, skipna=False).unstack("day")
        means[level] = daily.T.rolling(WEEK, min_periods=1).mean().T if key == "gmv" else daily
    gap = means[comparison.high] - means[comparison.low]
    half = half_width(gap.std(ddof=1), gap.notna().sum()).to_numpy() / 2
    frames = [
        pd.DataFrame({
            "factor": comparison.factor, "high": comparison.high, "series": key, "level": level,
            "day": daily.columns, "mean": daily.mean().to_numpy(), "band": half,
        })
        for level, daily in means.items()
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _title(results: Results, verdict: Verdict) -> str:
    moves = []
    for key in ("gmv", "trust"):
        effects = [(c, e) for c in results.comparisons if (e := verdict.main(c, key)) and e.clear and e.in_percent]
        if effects:
            c, e = max(effects, key=lambda pair: abs(pair[1].relative.value))
            name = said("GMV" if key == "gmv" else key)
            moves.append((name, results.label(c.high), results.label(c.low), f"{percent(e.relative.value)} %"))
    return capital(say("course_title", moves))
