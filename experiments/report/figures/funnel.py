"""The funnel from a delivered page to an order that is kept, public against private domain."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from experiments.drawing.labels import end_labels
from experiments.drawing.pages import tight
from experiments.drawing.style import LEVELS, Drawing, drawing, new_figure
from experiments.measures.outcomes import percent, ranged
from experiments.measures.statistics import Estimate, t_interval
from experiments.report.figures.words import say
from experiments.report.verdict import Verdict
from experiments.settings.language import said
from experiments.table.results import Results

STEPS = ("delivered", "viewed", "considered", "ordered", "kept")
DOMAINS = ("public", "private")


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """What is left of 1,000 deliveries at each step, and the rate from step to step."""
    counts = _counts(results)
    if counts.empty:
        return None
    data = _rates(counts)
    title = _title(results, counts)
    figure = new_figure(title, 4.6)
    ax = figure.subplots()
    steps = [s for s in STEPS if s in set(data["step"])]
    domains = [d for d in DOMAINS if d in set(data["domain"])] + sorted(set(data["domain"]) - set(DOMAINS))
    left = data.pivot(index="step", columns="domain", values="left_of_1000").loc[steps]
    highest = (left * left.shift().fillna(left)).idxmax(axis=1)
    for colour, domain in zip(LEVELS, domains, strict=False):
        rows = data[data["domain"] == domain].set_index("step").reindex(steps)
        _line(ax, rows, colour, above=(highest == domain).to_list())
    final = left.iloc[-1]
    ax.set_yscale("log")
    ax.set_xticks(range(len(steps)), [said(step) for step in steps])
    ax.set(xlim=(-0.3, len(steps) - 0.6), ylabel=said("left of 1,000 delivered (log scale)"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,g}"))
    _name_lines(ax, results, final, domains, len(steps) - 1)
    return drawing(figure, title, lambda: say("funnel"), data)


def _counts(results: Results) -> pd.DataFrame:
    """Counts with a row per seed and domain and a column per step."""
    rows = results.tables["funnel"][results.tables["funnel"]["arm"].isin(results.arms.index)]
    wide = rows.pivot_table(index=["domain", "seed"], columns="step", values="count", aggfunc="sum")
    wide = wide[[s for s in STEPS if s in wide]]
    return wide[(wide > 0).all(axis=1)]


def _rates(counts: pd.DataFrame) -> pd.DataFrame:
    rows = []
    first = counts.columns[0]
    for domain, seeds in counts.groupby(level="domain"):
        for before, step in zip([first, *counts.columns[:-1]], counts.columns, strict=True):
            left = t_interval(1000 * seeds[step] / seeds[first])
            rate = t_interval(seeds[step] / seeds[before])
            numbers = left.columns("left_of_1000", "") | rate.columns("rate")
            rows.append({"domain": domain, "step": step, **numbers, "seeds": left.seeds})
    return pd.DataFrame(rows)


def _ratio(counts: pd.DataFrame) -> Estimate | None:
    """Orders per page viewed, private over public, seed by seed."""
    if not {"viewed", "ordered"} <= set(counts.columns) or set(counts.index.get_level_values(0)) < set(DOMAINS):
        return None
    rate = (counts["ordered"] / counts["viewed"]).unstack("domain")
    return t_interval((rate["private"] / rate["public"]).dropna())


def _title(results: Results, counts: pd.DataFrame) -> str:
    ratio = _ratio(counts)
    domains = results.label("private"), results.label("public")
    if ratio is None:
        return say("funnel_title", *domains, "", "")
    alike = ratio.low <= 1 <= ratio.high
    return say(
        "funnel_title", *domains, f"{ratio.value:.2f}", "" if alike else ranged(f"{ratio.low:.2f}", f"{ratio.high:.2f}")
    )


def _line(ax: Axes, data: pd.DataFrame, colour: str, above: list[bool]) -> None:
    x = np.arange(len(data))
    y = data["left_of_1000"].to_numpy(float)
    ax.plot(x, y, color=colour, marker="o", markersize=5)
    low, high = data["low"].to_numpy(float), data["high"].to_numpy(float)
    if np.isfinite(low).all():
        ax.vlines(x, np.maximum(low, y * 0.01), high, color=colour, linewidth=4, alpha=0.35)
    for i in range(1, len(data)):
        middle = float(np.sqrt(y[i] * y[i - 1]))
        ax.annotate(tight(f"{percent(float(data['rate'].iloc[i]), signed=False)} %"), (i - 0.5, middle), color=colour,
                    xytext=(5, 5) if above[i] else (-5, -5), textcoords="offset points",
                    fontsize=8.5, ha="left" if above[i] else "right", va="bottom" if above[i] else "top")  # fmt: skip


def _name_lines(ax: Axes, results: Results, final: pd.Series, domains: list[str], x: int) -> None:
    low, high = ax.get_ylim()
    heights = [np.log(float(final[d]) / low) / np.log(high / low) for d in domains]
    twin = ax.inset_axes((0, 0, 1, 1), facecolor="none")
    twin.set(xlim=ax.get_xlim(), ylim=(0, 1))
    twin.set_axis_off()
    end_labels(twin, [(h, results.label(d), c) for h, d, c in zip(heights, domains, LEVELS, strict=False)], x)
