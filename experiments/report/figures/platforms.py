"""Platforms that compete: members, KOCs and trade over time, the arms, the map of tipping, and who earns what."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, PercentFormatter

from experiments.drawing.cells import cell_map
from experiments.drawing.curve import Curve, curves, tick
from experiments.drawing.forest import Mark, forest, limit_of
from experiments.drawing.style import BLUE, GREY, LEVELS, VERMILLION, Drawing, drawing, new_figure, wrapped
from experiments.measures.outcomes import capital
from experiments.measures.statistics import contrast, t_interval
from experiments.report.figures.words import say
from experiments.report.platforms import (
    DAYS_A_YEAR,
    HALF,
    SHARES,
    WEEK,
    by_platform,
    cells,
    compete,
    contested,
    names,
    standing,
)
from experiments.report.verdict import Verdict
from experiments.settings.language import said
from experiments.table.results import Results

PHONE = 6.4  # inches across, so that the letters can be read on a phone
SERIES = {"members": "members, people", "creators": "KOCs and KOLs", "gmv": "GMV, yuan a day"}
EARNERS = {
    "own_profit": "the first platform", "rival_profit": "its rival", "brand_profit": "brands",
    "creator_revenue": "creators", "consumer_surplus": "consumers' surplus",
}  # fmt: skip
MOST_COLUMNS = 2
ROOM = 1.35  # above the highest line: a wider band is cut off


def over_time(results: Results, verdict: Verdict) -> Drawing | None:
    """Members, creators and GMV of both sides by day, with 95 % bands over seeds; a column for each main arm."""
    if not compete(results):
        return None
    arms = contested(results)[:MOST_COLUMNS]
    figure = new_figure(title := _title(results, arms), 7.2, width=PHONE)
    grid = figure.subplots(len(SERIES), len(arms), squeeze=False, sharex=True, sharey="row")
    frames = []
    for row, (key, label) in enumerate(SERIES.items()):
        highest = 1.0
        for ax, arm in zip(grid[row], arms, strict=True):
            drawn = _sides(results, arm, key)
            curves(ax, drawn, from_zero=True)
            ax.set_xlim(0, float(drawn[0].x[-1]))
            highest = max(highest, *(float(np.nanmax(each.mean)) for each in drawn))
            frames += [_table(arm, key, who, each) for who, each in zip(("rival", "own"), drawn, strict=True)]
        grid[row, 0].set_ylim(0, ROOM * highest)
        grid[row, 0].set_ylabel(said(label))
    for column, arm in enumerate(arms):
        grid[0, column].set_title(wrapped(capital(results.arm_label(arm)), 30), fontsize=9.5)
        grid[-1, column].set_xlabel(said("day"))
    handles = [Line2D([], [], color=colour) for colour in (LEVELS[1], LEVELS[0])]
    legend = [wrapped(name, 24) for name in names(results)]
    grid[0, 0].legend(handles, legend, frameon=False, fontsize=8.5, loc="best")
    return drawing(figure, title, lambda: say("contest"), pd.concat(frames, ignore_index=True))


def by_arm(results: Results, verdict: Verdict) -> Drawing | None:
    """The first platform's share at the end of members, KOCs and trade, an interval for each arm."""
    if not compete(results):
        return None
    ends = {arm: standing(results, arm) for arm in results.each_arm}
    own, _ = names(results)
    won, lost = (sum(end.winner("own_gmv") == side for end in ends.values()) for side in (1, -1))
    title = capital(say("ends_title", own, won, lost, len(ends)))
    figure = new_figure(title, 1.3 + 0.52 * len(ends), width=PHONE)
    ax = figure.subplots()
    marks = [
        Mark(row + 0.22 * (n - 1), e.value, e.low, e.high, colour, label=said(SHARES[key]) if row == 0 else "")
        for row, end in enumerate(ends.values())
        for n, (key, colour) in enumerate(zip(SHARES, LEVELS[1:], strict=False))
        for e in (end.shares[key],)
    ]
    forest(ax, [wrapped(results.arm_label(arm), 30) for arm in ends], marks, (0.0, 1.0))
    ax.axvline(HALF, color=GREY, linewidth=1, zorder=1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.tick_params(axis="y", labelsize=8.5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, frameon=False, fontsize=9)
    rows = [
        {"arm": arm, "of": SHARES[key], **e.columns("share", ""), "seeds": e.seeds}
        for arm, end in ends.items() for key, e in end.shares.items()
    ]  # fmt: skip
    return drawing(figure, title, lambda: say("ends", *names(results)), pd.DataFrame(rows))


def tipping(results: Results, verdict: Verdict) -> Drawing | None:
    """The first platform's share of the trade at the end, by its rival's take and the members it begins with."""
    found = cells(results) if compete(results) else pd.DataFrame()
    if found.empty:
        return None
    own, rival = names(results)
    title = _map_title(found, own)
    found = found.sort_values(["start", "take"], ascending=[False, True])
    found["clear"] = (found["low"] > HALF) | (found["high"] < HALF)
    share, clear = (found.pivot(index="start", columns="take", values=of).iloc[::-1] for of in ("share", "clear"))
    figure = new_figure(title, 4.3, width=PHONE)
    ax = figure.subplots()
    cell_map(ax, share, (HALF, HALF), (VERMILLION, BLUE), _cell, clear)
    ax.set_xticks(range(len(share.columns)), [f"{100 * take:g} %" for take in share.columns])
    ax.set_yticks(range(len(share)), [f"{100 * start:.0f} %" for start in share.index])
    ax.set(xlabel=say("map_take", rival), ylabel=wrapped(say("map_start", own), 26))
    return drawing(figure, title, lambda: say("map", names(results)[0]), found)


def _cell(share: float, clear: bool) -> str:
    return f"{100 * share:.0f} %{'' if clear else ' ?'}"


def money(results: Results, verdict: Verdict) -> Drawing | None:
    """What each party gains or loses by the last factor's second level, yuan a person and year."""
    if not compete(results) or not results.comparisons:
        return None
    comparison = results.comparisons[-1]
    days = results.daily["day"].max() + 1 - results.burn_in
    people = results.people if "graph" in results.tables else 1.0
    others = [factor for factor in results.factors if factor != comparison.factor]
    groups = list(results.arms.groupby(others[0], sort=False)) if others else [("", results.arms)]
    found = {
        (str(level), who): t_interval(contrast(results.outcome(key), arms, (comparison,)) / people / days * DAYS_A_YEAR)
        for level, arms in groups
        for key, who in ((key, said(what)) for key, what in EARNERS.items())
    }
    data = pd.DataFrame(
        {"level": level, "who": who, **e.columns("yuan", ""), "seeds": e.seeds, "clear": e.clear}
        for (level, who), e in found.items()
    )
    title = _money_title(results, comparison.high, data)
    figure = new_figure(title, 3.9, width=PHONE)
    ax = figure.subplots()
    places = {said(who): n for n, who in enumerate(EARNERS.values())}
    shift = {str(level): 0.3 * (n - (len(groups) - 1) / 2) for n, (level, _) in enumerate(groups)}
    marks = [
        Mark(places[who] + shift[level], e.value, e.low, e.high, LEVELS[list(shift).index(level)], e.clear,
             label=results.label(level) if places[who] == 0 else "")
        for (level, who), e in found.items()
    ]  # fmt: skip
    limit = max(1.15 * float(np.nanmax(np.abs(data[["low", "high", "yuan"]].to_numpy()))), limit_of([]))
    forest(ax, list(places), marks, (-limit, limit))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: tick(v, signed=True)))
    ax.set_xlabel(said("yuan a person and year"))
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, frameon=False, fontsize=9)
    return drawing(figure, title, lambda: say("earners", *map(results.label, (comparison.high, comparison.low))), data)


def _sides(results: Results, arm: str, key: str) -> list[Curve]:
    """A series of both sides of an arm, the rival's first, whose colour is the first one's of two levels."""
    drawn = []
    for name, table in reversed(list(zip(names(results), by_platform(results, arm, key), strict=True))):
        shown = table.T.rolling(WEEK, min_periods=1).mean().T if key == "gmv" else table
        mean, low, high = np.array([t_interval(shown[day])[:3] for day in shown], float).T
        drawn.append(Curve(shown.columns.to_numpy(float), mean, np.maximum(low, 0), high, name))
    return drawn


def _table(arm: str, key: str, who: str, curve: Curve) -> pd.DataFrame:
    of = {"arm": arm, "series": key, "who": who}
    return pd.DataFrame(of | {"day": curve.x, "mean": curve.mean, "low": curve.low, "high": curve.high})


def _title(results: Results, arms: list[str]) -> str:
    told = []
    for arm in arms:
        won, lost = (
            [said(what) for key, what in SHARES.items() if standing(results, arm).winner(key) == side]
            for side in (1, -1)
        )
        if won or lost:
            told.append((results.arm_label(arm), won, lost))
    return capital(say("contest_title", told, *names(results)))


def _map_title(found: pd.DataFrame, own: str) -> str:
    won = found[found["low"] > HALF]
    if won.empty:
        return capital(say("map_title", own, "", ""))
    least = won["start"].min()
    take = won.loc[won["start"] == least, "take"].min()
    return capital(say("map_title", own, f"{100 * least:.0f} %", f"{100 * take:g} %"))


def _money_title(results: Results, level: str, data: pd.DataFrame) -> str:
    clear = data[data["clear"]]
    won, lost = (list(dict.fromkeys(clear.loc[sign * clear["yuan"] > 0, "who"])) for sign in (1, -1))
    return capital(say("earners_title", results.label(level), won, lost))
