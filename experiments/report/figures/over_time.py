"""GMV and trust from day to day, a column for each question."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from scipy import special

from experiments.drawing.labels import end_labels
from experiments.drawing.style import GREY, LEVELS, PALE, Drawing, new_figure, panels, wrapped
from experiments.measures.outcomes import capital, percent
from experiments.measures.statistics import LEVEL, Comparison
from experiments.report.load import Results
from experiments.report.verdict import Effect, Verdict

SERIES = {"gmv": "GMV, thousand yuan/day", "trust": "trust (index 0-1)"}
WEEK = 7


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Level means with bands that touch where the paired difference stops being clear."""
    comparisons = results.comparisons
    if not comparisons:
        return None
    data = pd.concat(
        [_series(results, c, key) for c in comparisons for key in SERIES if key in results.daily], ignore_index=True
    )
    title = _title(results, verdict)
    deep = -(-len(comparisons) // 3)
    figure = new_figure(title, 0.8 + 4.6 * deep, width=10.5)
    grid = panels(figure, len(comparisons), rows_each=len(SERIES), sharex=True)
    for column, comparison in enumerate(comparisons):
        for row, key in enumerate(SERIES):
            chosen = data[(data["factor"] == comparison.factor) & (data["series"] == key)]
            chosen = chosen[chosen["high"] == comparison.high]
            _panel(grid[row, column], results, comparison, chosen, key, name_axis=column % 3 == 0)
        grid[0, column].set_title(wrapped(results.question(comparison.factor), 36), fontsize=9.5)
        grid[-1, column].set_xlabel("day")
    same = {key: [a.get_ylim() for a in grid[row]] for row, key in enumerate(SERIES)}
    for row, key in enumerate(SERIES):
        low, high = min(y[0] for y in same[key]), max(y[1] for y in same[key])
        for column, comparison in enumerate(comparisons):
            grid[row, column].set_ylim(0 if key == "gmv" else low, high)
            chosen = data[(data["factor"] == comparison.factor) & (data["high"] == comparison.high)]
            _name_lines(grid[row, column], results, comparison, chosen[chosen["series"] == key])
    caption = (
        "Means over seeds and over the levels of the other factors; GMV is the mean of seven days. The band around "
        "each line is half the 95 % interval of the paired difference, so two bands part exactly on days on which the "
        "difference is clear. Grey days are burn-in, which no outcome counts. Days are not independent: bands that "
        "part on one day prove little."
    )
    return Drawing(figure, title, caption, data)


def _series(results: Results, comparison: Comparison, key: str) -> pd.DataFrame:
    """Daily mean at both levels and half the t half-width of the paired difference."""
    by_arm = results.daily.pivot_table(index=["seed", "day"], columns="arm", values=key)
    arms = results.arms[comparison.factor]
    means = {}
    for level in (comparison.low, comparison.high):
        daily = by_arm.reindex(columns=arms.index[arms == level]).mean(axis=1, skipna=False).unstack("day")
        means[level] = daily.T.rolling(WEEK, min_periods=1).mean().T if key == "gmv" else daily
    half = _half_width(means[comparison.high] - means[comparison.low]) / 2
    frames = [
        pd.DataFrame({
            "factor": comparison.factor, "high": comparison.high, "series": key, "level": level,
            "day": daily.columns, "mean": daily.mean().to_numpy(), "band": half,
        })
        for level, daily in means.items()
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _half_width(differences: pd.DataFrame) -> np.ndarray:
    n = differences.notna().sum().to_numpy()
    if n.min() < 2:
        return np.full(differences.shape[1], np.nan)
    error = differences.std(ddof=1).to_numpy() / np.sqrt(n)
    return np.asarray(special.stdtrit(n - 1, (1 + LEVEL) / 2) * error)


def _panel(
    ax: Axes, results: Results, comparison: Comparison, data: pd.DataFrame, key: str, *, name_axis: bool
) -> None:
    for colour, level in zip(LEVELS, (comparison.low, comparison.high), strict=False):
        line = data[data["level"] == level]
        day, mean, band = (line[c].to_numpy(float) for c in ("day", "mean", "band"))
        ax.plot(day, mean, color=colour)
        ax.fill_between(day, mean - band, mean + band, color=colour, alpha=0.22, linewidth=0)
    if results.burn_in:
        ax.axvspan(0, results.burn_in, color=PALE, alpha=0.55, linewidth=0, zorder=0)
        ax.annotate("burn-in", (results.burn_in / 2, 0.98), xycoords=("data", "axes fraction"), ha="center",
                    va="top", color=GREY, fontsize=8)  # fmt: skip
    ax.set_xlim(0, max(1.0, float(data["day"].max())))
    if key == "gmv":
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v / 1000:g}"))
    if name_axis:
        ax.set_ylabel(SERIES[key], fontsize=9)
    else:
        ax.tick_params(labelleft=False)


def _name_lines(ax: Axes, results: Results, comparison: Comparison, data: pd.DataFrame) -> None:
    last = data[data["day"] == data["day"].max()].set_index("level")["mean"]
    levels = (comparison.low, comparison.high)
    ends = [(float(last[level]), results.label(level), colour) for level, colour in zip(levels, LEVELS, strict=False)]
    end_labels(ax, ends, float(data["day"].max()))


def _title(results: Results, verdict: Verdict) -> str:
    said = []
    for key in ("gmv", "trust"):
        effects = [(c, e) for c in results.comparisons if (e := verdict.main(c, key)) and e.clear and e.in_percent]
        if effects:
            c, e = max(effects, key=lambda pair: abs(pair[1].relative.value))
            between = f"{results.label(c.high)} and {results.label(c.low)}"
            said.append(f"{_name(e)} differs most between {between} ({percent(e.relative.value)} %)")
    return capital("; ".join(said)) if said else "Neither GMV nor trust clearly differs"


def _name(effect: Effect) -> str:
    return "GMV" if effect.outcome == "gmv" else effect.outcome
