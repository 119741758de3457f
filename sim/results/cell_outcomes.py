"""Outcomes that follow from cells: what customers cost and are worth, who moves, who earns, who is seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.day import Day
from sim.records import NOBODY
from sim.results.cells import FUND_NAMES, Cells, successions
from sim.results.outcomes import OF_CELLS
from sim.state.brands import Fund
from sim.state.channels import PRIVATE_CHANNELS, PUBLIC_CHANNELS, Channel
from sim.state.creators import Tier
from sim.units import FEN

SHELF = (Channel.LISTING, Channel.SEARCH)
WORST = 0.25  # share of goods that are the worst
RIVAL = ("members_rival", "creators_rival", "break_even_day_rival")
OFTEN = 3  # purchases of a loyal customer


class Kept(NamedTuple):
    """What was kept of each day.

    Attributes
    ----------
    spent : ndarray
        Marketing cost since measuring began, yuan.
    standings : DataFrame
        Of platforms, from `Recorder.platforms`.
    living : float
        Yuan a day on which somebody can live.
    """

    spent: NDArray[np.float64]
    standings: pd.DataFrame
    living: float


def outcomes(cells: Cells, orders: pd.DataFrame, m: Day, kept: Kept) -> dict[str, float]:
    """All of `sim.results.outcomes.OF_CELLS`.

    Parameters
    ----------
    cells, orders
        What was counted.
    m
        The day's context, at the end.
    kept
        What was kept of each day.
    """
    spent, standings, living = kept
    bought, burn_in = orders[orders["is_in"]], m.day - len(spent)
    found = {
        **dict(_customers(cells, orders, m, burn_in)),
        **dict(_acquisition(cells, bought, m, spent)),
        **dict(_moves(orders)),
        **dict(_experience(orders, m)),
        **dict(_incomes(cells, m, len(spent), living)),
        **dict(_followers(cells, m, len(spent))),
        **dict(_off_category(cells, bought, m)),
        **dict(_platforms(standings)),
        **dict(_by_size(bought, m)),
    }
    return {name: float(found[name]) for name in OF_CELLS}


def _customers(cells: Cells, orders: pd.DataFrame, m: Day, burn_in: int) -> Iterator[tuple[str, float]]:
    """Cost, return and lifetime value by what won the customer."""
    spent = (m.brands["outlay"] - cells.outlay).sum(axis=0) / FEN
    bought, arrived = orders[orders["is_in"]], orders[orders["arrived"]]
    window = (m.day - burn_in) // 2
    value = _lifetime(orders, window, m.day - window, len(m.brands))
    won = bought.loc[bought["new_customer"], "fund"]
    margin = arrived.groupby("fund")["margin"].sum()
    for fund, name in enumerate(FUND_NAMES):
        yield f"return_on_spend_{name}", _ratio(margin.get(fund, 0.0), spent[fund])
        if fund != Fund.OWN:  # whose members are customers already
            yield f"acquisition_cost_{name}", _ratio(spent[fund], int((won == fund).sum()))
            yield f"lifetime_value_{name}", _mean(value.loc[value["fund"] == fund, "value"])
    yield "lifetime_value_shelf", _mean(value.loc[value["channel"].isin(SHELF), "value"])


def _lifetime(orders: pd.DataFrame, window: int, last: int, brands: int) -> pd.DataFrame:
    """Margin of each customer of a brand who was won after burn-in and by ``last``, within a window from then on."""
    key = orders["consumer"] * brands + orders["brand"]
    won = orders[orders["new_customer"] & orders["is_in"] & (orders["ordered"] <= last)]
    first = pd.Series(won["ordered"].to_numpy(), index=key[won.index])
    since = orders["ordered"] - key.map(first)
    margin = orders["margin"].where((since >= 0) & (since < window), 0.0).groupby(key).sum()
    return won[["fund", "channel"]].assign(value=margin.reindex(key[won.index]).to_numpy())


def _acquisition(cells: Cells, bought: pd.DataFrame, m: Day, spent: NDArray[np.float64]) -> Iterator[tuple[str, float]]:
    """How the cost of new customers moves over time, and that of small brands against that of large ones."""
    day = (bought["ordered"] - (m.day - len(spent))).to_numpy()
    won = np.bincount(day[bought["new_customer"].to_numpy()], minlength=len(spent))[: len(spent)]
    third = max(len(spent) // 3, 1)
    first, last = (_ratio(spent[part].sum(), won[part].sum()) for part in (slice(third), slice(-third, None)))
    yield "acquisition_rise", _ratio(last, first)
    outlay, brands = (m.brands["outlay"] - cells.outlay).sum(axis=1) / FEN, len(m.brands)
    sold = np.bincount(bought["brand"], minlength=brands)
    customers = np.bincount(bought.loc[bought["new_customer"], "brand"], minlength=brands)
    small = sold < np.median(sold)
    few, many = (_ratio(outlay[part].sum(), customers[part].sum()) for part in (small, ~small))
    yield "acquisition_cost_small", _ratio(few, many)


def _moves(orders: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Who moves from brand to brand within a category, against chance, and who stays."""
    found = successions(orders)
    stays = found["before"] == found["brand"]
    yield "switching", 1 - _mean(stays)
    for domain, channels in (("public", PUBLIC_CHANNELS), ("private", PRIVATE_CHANNELS)):
        yield f"switching_{domain}", 1 - _mean(stays[found["channel"].isin(channels)])
    times = found.groupby(["category", "brand"]).size()
    of_category = times.groupby("category").transform("sum")
    chance = _ratio(float((times * times / of_category).sum()), float(times.sum()))
    yield "repeat_over_chance", _ratio(_mean(stays), chance)
    often = orders[orders["is_in"] & ~orders["returned"]].groupby(["consumer", "brand"]).size()
    yield "loyal_customers", _mean(often >= OFTEN)


def _experience(orders: pd.DataFrame, m: Day) -> Iterator[tuple[str, float]]:
    """How goods turned out, and how many of the worst are bought."""
    surprise, bound = orders.loc[orders["arrived"], "surprise"], m.p.experience.tolerance
    yield "net_promoters", _mean(surprise >= bound) - _mean(surprise <= -bound)
    bought, quality = orders[orders["is_in"]], m.products["quality"].astype(float)
    worst = quality <= np.quantile(quality, WORST)
    yield "worst_goods", _mean(pd.Series(worst[bought["product"]]))
    by_creators = bought[bought["creator"] >= 0]
    yield "follower_orders", _mean(by_creators["follower"])


def _incomes(cells: Cells, m: Day, days: int, living: float) -> Iterator[tuple[str, float]]:
    """Income of KOCs in business over people and weeks, and whether the honest are seen and paid more."""
    creators, day = m.creators, m.day
    kocs = (creators["tier"] == Tier.KOC) & creators["active"] & (creators["brand"] == NOBODY)
    there = np.clip(day - creators["since"].astype(np.int64), 1, days)
    income = (creators["earned"] / FEN / there)[kocs]
    for share in (10, 50, 90):
        yield f"koc_income_{share}", float(np.quantile(income, share / 100)) if len(income) else math.nan
    yield "koc_living", _mean(pd.Series(income >= living))
    weeks = cells.weeks(len(creators))
    weekly = np.diff(weeks.earned, axis=0, prepend=0)[:, kocs & (creators["since"] <= day - days)] / FEN
    mean = weekly.mean(axis=0) if len(weekly) else np.zeros(0)
    spread = weekly.std(axis=0)[mean > 0] / mean[mean > 0] if len(weekly) > 1 else np.zeros(0)
    yield "koc_income_variation", _mean(pd.Series(spread))
    people = creators["brand"] == NOBODY
    integrity = creators["integrity"].astype(float)
    usual = float(integrity[people].mean()) if people.any() else math.nan
    pages = np.diff(weeks.pages, axis=0, prepend=0) * people
    third = max(len(pages) // 3, 1)
    yield "exposure_integrity", _weighted(integrity, pages.sum(axis=0)) - usual
    first, last = (_weighted(integrity, pages[part].sum(axis=0)) for part in (slice(third), slice(-third, None)))
    yield "exposure_integrity_rise", last - first
    yield "income_integrity", _weighted(integrity, np.maximum(creators["earned"], 0) * people) - usual


def _followers(cells: Cells, m: Day, days: int) -> Iterator[tuple[str, float]]:
    """Followers gained and lost in a month, for each follower."""
    people = m.creators["brand"] == NOBODY
    gained, lost = (column[people].sum() for column in (cells.gained + cells.lost, cells.lost))
    now = max(int(m.creators["audience"][people].sum()), 0)
    mean = (now + now - int(gained - lost)) / 2
    months = days / 30
    yield "followers_gained", _ratio(gained / months, mean)
    yield "followers_lost", _ratio(lost / months, mean)


def _off_category(cells: Cells, bought: pd.DataFrame, m: Day) -> Iterator[tuple[str, float]]:
    """Orders per private post and follower, outside of what a creator posts most about over inside.

    A Mantel-Haenszel rate ratio, so that each category is compared with itself (Rothman, Greenland & Lash 2008).
    """
    led = bought[bought["channel"] == Channel.PRIVATE_POST]
    ordered = np.zeros_like(cells.sent)
    np.add.at(ordered, (led["creator"].to_numpy(), led["category"].to_numpy()), 1)
    main = m.creators["content"][:, : cells.sent.shape[1]].argmax(axis=1)
    inside = np.arange(cells.sent.shape[1]) == main[:, None]
    sent_in, sent_off = ((cells.sent * where).sum(axis=0) for where in (inside, ~inside))
    sold_in, sold_off = ((ordered * where).sum(axis=0) for where in (inside, ~inside))
    total = np.maximum(sent_in + sent_off, 1)
    yield "off_category", _ratio(float((sold_off * sent_in / total).sum()), float((sold_in * sent_off / total).sum()))


def _platforms(standings: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Members and creators of the first platform and its first rival, and the day from which each pays for itself."""
    for platform, names in enumerate((("members", "creators_here", "break_even_day"), RIVAL)):
        own = standings[standings["platform"] == platform]
        last = own.iloc[-1:]
        behind = own.loc[own["revenue"] < own["growth_cost"], "day"]
        pays = len(own) > 0 and (behind.empty or int(behind.iloc[-1]) < int(last["day"].iloc[0]))
        yield names[0], _mean(last["members"])
        yield names[1], _mean(last["creators"])
        yield names[2], (0.0 if behind.empty else float(behind.iloc[-1]) + 1) if pays else math.nan


def _by_size(bought: pd.DataFrame, m: Day) -> Iterator[tuple[str, float]]:
    """Trade against the laws of networks: as people, as people times their logarithm, as their square."""
    people, gmv = len(m.people), float(bought["price"].sum())
    yield "gmv_n", gmv / people
    yield "gmv_n_log_n", gmv / (people * math.log(people))
    yield "gmv_n_square", gmv / people**2


def _weighted(values: NDArray[Any], weights: NDArray[Any]) -> float:
    return _ratio(float((values * weights).sum()), float(weights.sum()))


def _mean(values: pd.Series) -> float:
    return float(values.mean()) if len(values) else math.nan


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else math.nan
