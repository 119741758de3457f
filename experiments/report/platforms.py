"""Platforms that compete: who gets members, KOCs, trade and money, from which day on, and what turns it."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.drawing.pages import sentence
from experiments.measures.changes import CHANGES
from experiments.measures.outcomes import amount, capital, number, percent, ranged, span
from experiments.measures.statistics import Estimate, contrast, t_interval
from experiments.report import reasons
from experiments.report.verdict import neighbours
from experiments.settings.language import said
from experiments.table.results import CELLS, Results

SHARES = {"own_members": "members", "own_kocs": "KOCs", "own_gmv": "trade"}
COLUMNS = {"own_members": "members", "own_kocs": "creators", "own_gmv": "gmv"}
HALF = 0.5
WEEK = 7
DAYS_A_YEAR = 365

say = partial(sentence, "platforms")


class Standing(NamedTuple):
    """How one arm ends for the first platform.

    Attributes
    ----------
    shares : dict of Estimate
        Its share at the end of members, KOCs and trade, by outcome.
    since : dict of Estimate
        Day from which it, or else its rival, is ahead for good; over the seeds in which one is.
    back : dict of Estimate
        Day from which its revenue, and its rival's, has covered what growth and upkeep have cost.
    """

    shares: dict[str, Estimate]
    since: dict[str, Estimate]
    back: dict[str, Estimate]

    def winner(self, outcome: str) -> int:
        """1 where the first platform clearly has more than half, -1 where its rival has, else 0."""
        found = self.shares[outcome]
        return int(found.low > HALF) - int(found.high < HALF)


def compete(results: Results) -> bool:
    """Whether platforms compete in a run."""
    return "platforms" in results.tables and results.tables["platforms"]["platform"].nunique() > 1


def names(results: Results) -> tuple[str, str]:
    """What the first platform and its rival are called."""
    rivals: Any = results.given("rivals") or _rivals(results)
    first = results.setting("platform.name") or "the platform"
    return results.label(str(first)), results.label(str(rivals[0].get("name", "the rival")))


def _rivals(results: Results) -> Any:
    factors = results.given("factors") or {}
    found = (level.get("rivals") for levels in factors.values() for level in levels.values())
    return next((rivals for rivals in found if rivals), [{"name": "its rival"}])


def standing(results: Results, arm: str) -> Standing:
    """How an arm ends, over its seeds."""
    shares = {key: t_interval(results.outcome(key)[arm].dropna()) for key in SHARES}
    daily = {key: own_share(results, arm, column) for key, column in COLUMNS.items()}
    since = {
        key: t_interval(_for_good(share > HALF if shares[key].value > HALF else share < HALF))
        for key, share in daily.items()
    }
    return Standing(shares, since, _earned_back(results, arm))


def by_platform(results: Results, arm: str, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A column of the table of platforms: the first one's, and all its rivals', a row per seed and a column per day."""
    rows = results.tables["platforms"]
    rows = rows[rows["arm"] == arm]
    is_own = rows["platform"] == 0
    return _by_day(rows[is_own], column), _by_day(rows[~is_own], column)


def _by_day(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.pivot_table(index="seed", columns="day", values=column, aggfunc="sum")


def own_share(results: Results, arm: str, column: str) -> pd.DataFrame:
    """The first platform's share of a column, means of seven days; a row per seed, a column per day."""
    own, rivals = (table.T.rolling(WEEK, min_periods=1).mean().T for table in by_platform(results, arm, column))
    return own / (own + rivals).where(own + rivals > 0)


def _for_good(holds: pd.DataFrame) -> list[float]:
    """Day from which something holds to the end, of each seed in which it does; a row per seed, a column per day."""
    days = []
    for row in holds.to_numpy(bool):
        if row[-1]:
            not_yet = np.flatnonzero(~row)
            days.append(float(holds.columns[not_yet[-1] + 1 if len(not_yet) else 0]))
    return days


def _earned_back(results: Results, arm: str) -> dict[str, Estimate]:
    revenue, cost = (by_platform(results, arm, column) for column in ("revenue", "growth_cost"))
    parties = zip(("own", "rival"), revenue, cost, strict=True)
    return {who: t_interval(_for_good(earned >= spent)) for who, earned, spent in parties}


def tell_platforms(results: Results) -> list[str]:
    """The verdict on platforms that compete, a sentence or two for each arm and each thing that may turn it."""
    if not compete(results):
        return []
    ends = {arm: standing(results, arm) for arm in results.each_arm}
    told = [_arm(results, arm, ends[arm]) for arm in results.arms.index]
    told += [text for comparison in results.comparisons for text in _effects(results, comparison)]
    told += [
        _extra(results, extra, other, ends)
        for extra, other in neighbours(results) if extra in ends and other in contested(results)
    ]  # fmt: skip
    return [*told, *_assumptions(results)]


def tell_standings(results: Results) -> list[str]:
    """Who ends with what, a sentence or two for each arm of the factorial; none where platforms do not compete."""
    if not compete(results):
        return []
    parties, arms = names(results), map(str, results.arms.index)
    return [say("short", capital(results.arm_label(arm)), *parties, _parts(standing(results, arm))) for arm in arms]


def contested(results: Results) -> list[str]:
    """The arms in which the last factor is at its last level: those that the arms beside the factorial depart from."""
    *_, factor = results.factors
    return [str(arm) for arm in results.arms.index[results.arms[factor] == results.factors[factor][-1]]]


def _arm(results: Results, arm: str, end: Standing) -> str:
    """Who gets what in an arm, from which day, and who earns."""
    back = [(_days(end.back[who]), end.back[who].seeds) for who in ("own", "rival")]
    return say("arm", capital(results.arm_label(arm)), *names(results), _parts(end), _money(results, arm), back)


def _parts(end: Standing) -> list[dict[str, Any]]:
    """Shares at the end, who has most, and from when."""
    return [
        {
            "what": said(SHARES[key]), "winner": end.winner(key), "share": _share(end.shares[key]),
            "since": _days(end.since[key]), "seeds": end.since[key].seeds, "of": end.shares[key].seeds,
        }
        for key in SHARES
    ]  # fmt: skip


def _money(results: Results, arm: str) -> list[str]:
    """The first platform's profit, and its rival's, in yuan a day."""
    days = results.daily["day"].max() + 1 - results.burn_in
    found = [t_interval(results.outcome(key)[arm].dropna() / days) for key in ("own_profit", "rival_profit")]
    return [f"{amount(e.value, 'yuan a day', signed=False)} ({ranged(number(e.low), number(e.high))})" for e in found]


def _effects(results: Results, comparison: Any) -> list[str]:
    """What one level instead of another does to the shares, at each level of the other factors."""
    sentences = []
    others = [factor for factor in results.factors if factor != comparison.factor]
    groups = results.arms.groupby(others, sort=False) if others else [((), results.arms)]
    for level, arms in groups:
        found = [(said(SHARES[key]), t_interval(contrast(results.outcome(key), arms, (comparison,)))) for key in SHARES]
        levels = [results.label(str(one)) for one in (level if isinstance(level, tuple) else (level,))]
        told = [(what, percent(e.value), span(e, "%"), e.clear) for what, e in found]
        sentences.append(say("effect", results.label(comparison.high), results.label(comparison.low), levels, told))
    return sentences


def _extra(results: Results, extra: str, other: str, ends: dict[str, Standing]) -> str:
    """What an arm beside the factorial changes, and whether another side then has most."""
    told = []
    for key, what in ((key, said(what)) for key, what in SHARES.items()):
        change = t_interval((results.outcome(key)[extra] - results.outcome(key)[other]).dropna())
        sides = ends[other].winner(key), ends[extra].winner(key)
        share = _share(ends[extra].shares[key])
        told.append((what, share, percent(change.value), span(change, "%"), change.clear, sides))
    leaked = t_interval(results.outcome("leaked")[extra].dropna())
    labels, money = (results.arm_label(extra), results.arm_label(other)), _money(results, extra)
    return say("extra", *labels, told, _percent(leaked.value), *names(results), money)


def _assumptions(results: Results) -> list[str]:
    """Under which assumptions the effect of each factor on the shares turns."""
    moved = reasons.moved(results)
    if moved.empty:
        return []
    sentences = []
    for (factor, outcome), rows in moved.groupby(["factor", "outcome"], sort=False):
        if outcome in SHARES:
            found = [
                (said(str(row["assumption"])), f"{row['value']:g}", said(str(row["change"])), percent(row["effect"]),
                 ranged(percent(row["low"]), percent(row["high"])))
                for row in rows.to_dict("records") if row["change"] in CHANGES
            ]  # fmt: skip
            levels = results.factors[str(factor)]
            labels = results.label(levels[-1]), results.label(levels[0])
            sentences.append(say("assumption", *labels, said(SHARES[str(outcome)]), found, len(rows)))
    return sentences


def _share(found: Estimate) -> str:
    return f"{_percent(found.value)} ({ranged(_percent(found.low), _percent(found.high))})"


def _percent(share: float) -> str:
    return f"{100 * min(max(share, 0.0), 1.0):.0f} %" if np.isfinite(share) else "n/a"


def _days(found: Estimate) -> str:
    if not found.seeds:
        return ""
    if found.low == found.high or not np.isfinite(found.low):
        return f"{found.value:.0f}"
    return f"{found.value:.0f} ({ranged(f'{max(found.low, 0):.0f}', f'{found.high:.0f}')})"


def cells(results: Results) -> pd.DataFrame:
    """The map of tipping: the rival's take, the first platform's first share, and its share of the trade at the end."""
    extra: dict[str, Any] = results.given("extra_arms") or {}
    rows = []
    for arm in map(str, results.extras.index):
        if arm.startswith(CELLS):
            policy = extra[arm]["set"]
            found = t_interval(results.outcome("own_gmv")[arm].dropna())
            start, take = policy["platform"]["share"], policy["rivals"][0]["take_rate"]
            rows.append({"take": take, "start": start, **found.columns("share", ""), "seeds": found.seeds})
    return pd.DataFrame(rows)
