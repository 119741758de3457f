"""Who gets each 100 yuan that consumers pay, by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.drawing.labels import apart
from experiments.drawing.style import BLUE, GREEN, INK, ORANGE, PURPLE, SKY, VERMILLION, Drawing, drawing, new_figure
from experiments.measures.statistics import within_seeds
from experiments.report import reasons
from experiments.report.figures.words import say
from experiments.report.verdict import Verdict
from experiments.settings.language import said
from experiments.table.results import Results

COLOURS = {"goods": "#C9C9C9", "brand": SKY, "creator": GREEN, "platform": VERMILLION, "shipping": "#E9E4D8"}
OTHERS = (PURPLE, ORANGE, BLUE)
TOLD = ("brand", "creator")
LEAST_WRITTEN = 4.5


def draw(results: Results, verdict: Verdict) -> Drawing | None:
    """Stacked bars, a whisker at the end of each segment for the 95 % interval of its length."""
    data = _shares(results)
    if data.empty:
        return None
    title = _title(results)
    arms = list(dict.fromkeys(data["arm"]))
    figure = new_figure(title, 1.6 + 0.36 * len(arms))
    ax = figure.subplots()
    for y, arm in enumerate(arms):
        _bar(ax, y, data[data["arm"] == arm])
    ax.set_yticks(range(len(arms)), [results.arm_label(arm) for arm in arms])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set(xlabel=said("yuan of each 100 that consumers paid for goods they kept"), ylim=(len(arms) - 0.5, -0.5))
    low = min(0.0, float(data.groupby("arm")["yuan"].apply(lambda s: s[s < 0].sum()).min()))
    ax.set_xlim(low, 100 - low)
    _names(ax, data[data["arm"] == arms[0]])
    return drawing(figure, title, lambda: say("money"), data)


def _shares(results: Results) -> pd.DataFrame:
    rows = [
        {"arm": arm, "party": party, **e.columns("yuan", ""), "seeds": e.seeds}
        for party, values in reasons.per_hundred(results).items()
        for arm, e in within_seeds(values).items()
    ]
    data = pd.DataFrame(rows, columns=["arm", "party", "yuan", "low", "high", "seeds"]).dropna(subset="yuan")
    order = results.each_arm
    shown = data[data["arm"].isin(order)]
    return shown.sort_values("arm", key=lambda s: s.map(order.index), kind="stable").reset_index(drop=True)


def _title(results: Results) -> str:
    """What the parties that the policy does not set itself get more or less of, where that moves most."""
    found = []
    for c in results.comparisons:
        parts = {name: e for name, e in reasons.money_parts(results, c).items() if name in TOLD and e.clear}
        if parts:
            found.append((max(abs(e.value) for e in parts.values()), c, parts))
    if not found:
        return say("money_title", [], "", "")
    _, c, parts = max(found, key=lambda each: each[0])
    moves = [(name, f"{abs(e.value):.1f}", e.value > 0) for name, e in parts.items()]
    return say("money_title", moves, results.label(c.high), results.label(c.low))


def _colour(party: str, rank: int) -> str:
    return COLOURS.get(party, OTHERS[rank % len(OTHERS)])


def _bar(ax: Axes, y: int, parts: pd.DataFrame) -> None:
    right = left = 0.0
    for rank, part in enumerate(parts.itertuples()):
        value, party = float(str(part.yuan)), str(part.party)
        start = right if value >= 0 else left
        end = start + value
        ax.barh(y, value, left=start, height=0.74, color=_colour(party, rank), edgecolor="white", linewidth=0.8)
        half = (float(str(part.high)) - float(str(part.low))) / 2
        if np.isfinite(half):
            ax.plot([end - half, end + half], [y, y], color=INK, linewidth=1.2, solid_capstyle="butt", zorder=3)
        if abs(value) >= LEAST_WRITTEN:
            dark = party in ("creator", "platform")
            ax.text(start + value / 2, y, f"{value:.1f}".replace("-", "−"), ha="center", va="center", fontsize=8.5,
                    color="white" if dark else INK, fontweight="bold" if dark else "normal")  # fmt: skip
        if value >= 0:
            right = end
        else:
            left = end


def _names(ax: Axes, parts: pd.DataFrame) -> None:
    """Names of the parties above the first bar, each over its segment or as near as there is room."""
    values = parts["yuan"].to_numpy(float)
    centres = np.cumsum(np.maximum(values, 0)) - np.maximum(values, 0) / 2
    names = [said(reasons.PARTIES.get(p, p)) for p in parts["party"]]
    places = apart(centres.tolist(), 11.8)
    places -= max(0.0, float(places[-1]) - 96.5)
    for rank, (name, party, x) in enumerate(zip(names, parts["party"], places, strict=True)):
        colour = {"goods": "#6B6B6B", "shipping": "#8A7F60", "brand": "#2B7FB0"}.get(party, _colour(party, rank))
        ax.text(float(x), -0.55, name, ha="center", va="bottom", fontweight="bold", fontsize=9, color=colour)
