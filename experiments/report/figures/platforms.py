"""Platforms that compete: members, KOCs and trade over time, the arms, the map of tipping, and who earns what."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, PercentFormatter

from experiments.drawing.forest import Mark, forest, limit_of
from experiments.drawing.style import BLUE, GREY, INK, LEVELS, PALE, VERMILLION, Drawing, new_figure, wrapped
from experiments.measures.outcomes import capital, number
from experiments.measures.statistics import contrast, t_interval
from experiments.report.load import Results
from experiments.report.platforms import (
    CELLS,
    DAYS_A_YEAR,
    HALF,
    SHARES,
    WEEK,
    Standing,
    by_platform,
    cells,
    compete,
    contested,
    names,
    standing,
)
from experiments.report.verdict import Verdict

PHONE = 6.4  # inches across, so that the letters can be read on a phone
SERIES = {"members": "members, people", "creators": "KOCs and KOLs", "gmv": "GMV, yuan a day"}
EARNERS = {
    "own_profit": "the first platform", "rival_profit": "its rival", "brand_profit": "brands",
    "creator_revenue": "creators", "consumer_surplus": "consumers' surplus",
}  # fmt: skip
ONE = ("the first platform", "its rival", "consumers' surplus")  # of one, a verb has an s
MOST_COLUMNS = 2
ROOM = 1.35  # above the highest line: a wider band is cut off


def over_time(results: Results, verdict: Verdict) -> Drawing | None:
    """Members, creators and GMV of both sides by day, with 95 % bands over seeds; a column for each main arm."""
    if not compete(results):
        return None
    arms = contested(results)[:MOST_COLUMNS]
    figure = new_figure(_title(results, arms), 7.2, width=PHONE)
    grid = figure.subplots(len(SERIES), len(arms), squeeze=False, sharex=True, sharey="row")
    frames = []
    for column, arm in enumerate(arms):
        grid[0, column].set_title(wrapped(capital(results.arm_label(arm)), 30), fontsize=9.5)
        for row, key in enumerate(SERIES):
            frames.append(_lines(grid[row, column], results, arm, key))
        grid[-1, column].set_xlabel("day")
    for row, label in enumerate(SERIES.values()):
        grid[row, 0].set_ylabel(label)
        highest = max(frame["mean"].max() for frame in frames if frame["series"].iloc[0] == list(SERIES)[row])
        grid[row, 0].set_ylim(0, ROOM * max(float(highest), 1.0))
    _legend(grid[0, 0], results)
    caption = (
        "Means over seeds with 95 % intervals, cut off where they are wide; GMV is the mean of seven days. "
        "Who is a member of both counts for both."
    )
    return Drawing(figure, _title(results, arms), caption, pd.concat(frames, ignore_index=True))


def by_arm(results: Results, verdict: Verdict) -> Drawing | None:
    """The first platform's share at the end of members, KOCs and trade, an interval for each arm."""
    if not compete(results):
        return None
    arms = [str(arm) for arm in (*results.arms.index, *results.extras.index) if not str(arm).startswith(CELLS)]
    ends = {arm: standing(results, arm) for arm in arms}
    own, rival = names(results)
    title = f"{capital(own)}'s share at the end: {_count(list(ends.values()))}"
    figure = new_figure(title, 1.3 + 0.52 * len(arms), width=PHONE)
    ax = figure.subplots()
    marks = [
        Mark(row + 0.22 * (n - 1), e.value, e.low, e.high, colour, label=SHARES[key] if row == 0 else "")
        for row, end in enumerate(ends.values())
        for n, (key, colour) in enumerate(zip(SHARES, LEVELS[1:], strict=False))
        for e in (end.shares[key],)
    ]
    forest(ax, [wrapped(results.arm_label(arm), 30) for arm in arms], marks, (0.0, 1.0))
    ax.axvline(HALF, color=GREY, linewidth=1, zorder=1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.tick_params(axis="y", labelsize=8.5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, frameon=False, fontsize=9)
    rows = [
        {"arm": arm, "of": SHARES[key], "share": e.value, "low": e.low, "high": e.high, "seeds": e.seeds}
        for arm, end in ends.items() for key, e in end.shares.items()
    ]  # fmt: skip
    caption = (
        f"Of the last four weeks, with 95 % intervals over seeds. Right of the line {own} has most, left of it {rival}."
    )
    return Drawing(figure, title, caption, pd.DataFrame(rows))


def tipping(results: Results, verdict: Verdict) -> Drawing | None:
    """The first platform's share of the trade at the end, by its rival's take and the members it begins with."""
    found = cells(results) if compete(results) else pd.DataFrame()
    if found.empty:
        return None
    own, rival = names(results)
    title = _map_title(found, own)
    table = found.pivot(index="start", columns="take", values="share")
    figure = new_figure(title, 4.3, width=PHONE)
    ax = figure.subplots()
    colours = LinearSegmentedColormap.from_list("sides", [VERMILLION, "#FFFFFF", BLUE])
    ax.imshow(table, cmap=colours, vmin=0, vmax=1, aspect="auto", origin="lower")
    for y, start in enumerate(table.index):
        for x, take in enumerate(table.columns):
            cell = found[(found["take"] == take) & (found["start"] == start)].iloc[0]
            clear = cell["low"] > HALF or cell["high"] < HALF
            dark = abs(cell["share"] - HALF) > 0.3
            ax.annotate(f"{100 * cell['share']:.0f} %{'' if clear else ' ?'}", (x, y), ha="center", va="center",
                        fontsize=11, fontweight="bold" if clear else "normal",
                        color="white" if dark else INK)  # fmt: skip
    ax.set_xticks(range(len(table.columns)), [f"{100 * take:g} %" for take in table.columns])
    ax.set_yticks(range(len(table.index)), [f"{100 * start:.0f} %" for start in table.index])
    ax.set(xlabel=f"what {rival} takes of a sale", ylabel=wrapped(f"members who begin with {own}", 26))
    for side in ax.spines.values():
        side.set_visible(False)
    caption = (
        f"Share of the trade of the last four weeks that {own} has; it takes nothing itself. Blue: more than half; "
        "red: less. A question mark: the 95 % interval over seeds holds one half."
    )
    return Drawing(figure, title, caption, found)


def money(results: Results, verdict: Verdict) -> Drawing | None:
    """What each party gains or loses by the last factor's second level, yuan a person and year."""
    if not compete(results) or not results.comparisons:
        return None
    comparison = results.comparisons[-1]
    days = results.daily["day"].max() + 1 - results.burn_in
    people = float(results.graph["consumers"].mean()) if results.graph is not None else 1.0
    others = [factor for factor in results.factors if factor != comparison.factor]
    groups = list(results.arms.groupby(others[0], sort=False)) if others else [("", results.arms)]
    found = {
        (str(level), who): t_interval(contrast(results.outcome(key), arms, (comparison,)) / people / days * DAYS_A_YEAR)
        for level, arms in groups
        for key, who in EARNERS.items()
    }
    rows = [(level, who, e.value, e.low, e.high, e.seeds, e.clear) for (level, who), e in found.items()]
    data = pd.DataFrame(rows, columns=["level", "who", "yuan", "low", "high", "seeds", "clear"])
    title = _money_title(results, comparison.high, data)
    figure = new_figure(title, 3.9, width=PHONE)
    ax = figure.subplots()
    places = {who: n for n, who in enumerate(EARNERS.values())}
    shift = {str(level): 0.3 * (n - (len(groups) - 1) / 2) for n, (level, _) in enumerate(groups)}
    marks = [
        Mark(places[who] + shift[level], e.value, e.low, e.high, LEVELS[list(shift).index(level)], e.clear,
             label=results.label(level) if places[who] == 0 else "")
        for (level, who), e in found.items()
    ]  # fmt: skip
    limit = max(1.15 * float(np.nanmax(np.abs(data[["low", "high", "yuan"]].to_numpy()))), limit_of([]))
    forest(ax, list(places), marks, (-limit, limit))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, signed=True)))
    ax.set_xlabel("yuan a person and year")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, frameon=False, fontsize=9)
    caption = (
        f"Paired difference: {results.label(comparison.high)} instead of {results.label(comparison.low)}, over all "
        "people of the market, with 95 % intervals over seeds. Hollow: not clear."
    )
    return Drawing(figure, title, caption, data)


def _lines(ax: Axes, results: Results, arm: str, key: str) -> pd.DataFrame:
    frames = []
    for who, colour, table in zip(("own", "rival"), (BLUE, VERMILLION), by_platform(results, arm, key), strict=True):
        shown = table.T.rolling(WEEK, min_periods=1).mean().T if key == "gmv" else table
        found = [t_interval(shown[day]) for day in shown]
        mean, low, high = (np.array([getattr(e, name) for e in found]) for name in ("value", "low", "high"))
        days = shown.columns.to_numpy(float)
        ax.plot(days, mean, color=colour)
        if np.isfinite(low).all():
            ax.fill_between(days, np.maximum(low, 0), high, color=colour, alpha=0.2, linewidth=0)
        frames.append(pd.DataFrame({
            "arm": arm, "series": key, "who": who, "day": days, "mean": mean, "low": low, "high": high
        }))  # fmt: skip
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_xlim(0, float(frames[0]["day"].max()))
    return pd.concat(frames, ignore_index=True)


def _legend(ax: Axes, results: Results) -> None:
    handles = [Line2D([], [], color=colour) for colour in (BLUE, VERMILLION)]
    ax.legend(handles, [wrapped(name, 24) for name in names(results)], frameon=False, fontsize=8.5, loc="best")


def _title(results: Results, arms: list[str]) -> str:
    own, rival = names(results)
    said = []
    for arm in arms:
        won = [what for key, what in SHARES.items() if standing(results, arm).winner(key) == 1]
        lost = [what for key, what in SHARES.items() if standing(results, arm).winner(key) == -1]
        if won:
            said.append(f"{results.arm_label(arm)}: {own} gets {' and '.join(won)}")
        if lost:
            said.append(f"{results.arm_label(arm)}: {rival} gets {' and '.join(lost)}")
    return capital("; ".join(said)) if said else "Neither side clearly has most"


def _count(ends: list[Standing]) -> str:
    won = sum(end.winner("own_gmv") == 1 for end in ends)
    lost = sum(end.winner("own_gmv") == -1 for end in ends)
    return f"most of the trade in {won} of {len(ends)} arms, less than half in {lost}"


def _map_title(found: pd.DataFrame, own: str) -> str:
    won = found[found["low"] > HALF]
    if won.empty:
        return f"Nowhere on this map does {own} clearly get most of the trade"
    least = won["start"].min()
    take = won.loc[won["start"] == least, "take"].min()
    return (
        f"{capital(own)} gets most of the trade from {100 * least:.0f} % of the members on, where its rival takes "
        f"{100 * take:g} %"
    )


def _money_title(results: Results, level: str, data: pd.DataFrame) -> str:
    clear = data[data["clear"]]
    said = []
    for verb, rows in (("gain", clear[clear["yuan"] > 0]), ("lose", clear[clear["yuan"] < 0])):
        who = list(dict.fromkeys(rows["who"]))
        if who:
            said.append(f"{' and '.join(who)} {verb}{'s' if len(who) == 1 and who[0] in ONE else ''}")
    return f"{capital(results.label(level))}: {'; '.join(said) if said else 'nobody clearly gains or loses'}"
