"""Cells: what happened where, counted by channel, tier, category and platform, and by creator week by week.

Counted beside a market whose orders are kept, where somebody asks for it; no day depends on it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.compilation import compiled
from sim.day import Day, Used
from sim.records import Table
from sim.sets import has
from sim.state.brands import FUNDS, Fund
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.orders import Stage
from sim.state.people import FOLLOW_SLOTS, Follow
from sim.state.visits import Unfollowing
from sim.units import DAYS_A_WEEK, FEN

TIERS = ("KOC", "KOL", "brand", "none")
FUND_NAMES = tuple(fund.name.lower() for fund in Fund)
CELLS = ("cells", "funds", "switching", "weeks")
"""Tables of a market that keeps cells."""
KEPT = {"gmv_kept": "price", "pay": "pay", "fee": "fee"}  # what kept orders are summed up by

Counts = NDArray[np.int64]


class Weeks(NamedTuple):
    """What each creator had come to at the end of each week since measuring began; shape (weeks, K)."""

    earned: Counts  # fen
    pages: Counts
    gained: Counts  # followers
    lost: Counts


class Cells:
    """Counts since measuring began.

    Parameters
    ----------
    creators, categories
        Of the market, at the start.
    """

    def __init__(self, creators: int, categories: int) -> None:
        self.viewed: Any = 0
        self.outlay: Any = 0
        self.pages, self.gained, self.lost = (np.zeros(creators, np.int64) for _ in range(3))
        self.sent = np.zeros((creators, categories), np.int64)  # private posts, once for every follower
        self._weeks: list[tuple[Counts, ...]] = []

    def start(self, m: Day) -> None:
        """Remember what stands when burn-in ends."""
        self.outlay = m.brands["outlay"].copy()

    def count_unfollowing(self, unfollowing: Table[Unfollowing], m: Day) -> None:
        """Count followers lost today, before their follows end."""
        self._grow(len(m.creators))
        _count_lost(unfollowing, m.follows, self.lost)

    def count(self, measured: int, m: Day) -> None:
        """Add a day; ``measured`` is its number since measuring began."""
        tally, known = m.out.tally, len(m.out.tally.shown)
        self._grow(len(m.creators))
        self.viewed = self.viewed + tally.viewed
        self.pages[:known] += tally.shown
        self.gained[:known] += tally.followers
        _count_sent(self.sent, m)
        if measured % DAYS_A_WEEK == DAYS_A_WEEK - 1:
            earned = m.creators["earned"].astype(np.int64)
            self._weeks.append((earned, self.pages.copy(), self.gained + self.lost, self.lost.copy()))

    def _grow(self, creators: int) -> None:
        if more := creators - len(self.pages):
            self.pages, self.gained, self.lost = (np.pad(a, (0, more)) for a in (self.pages, self.gained, self.lost))
            self.sent = np.pad(self.sent, ((0, more), (0, 0)))

    def weeks(self, creators: int) -> Weeks:
        """What each creator had come to, week by week."""
        if not self._weeks:
            return Weeks(*(np.zeros((0, creators), np.int64) for _ in Weeks._fields))
        padded = ([np.pad(a, (0, creators - len(a))) for a in columns] for columns in zip(*self._weeks, strict=True))
        return Weeks(*(np.array(rows) for rows in padded))


@compiled
def _count_lost(unfollowing: Table[Unfollowing], follows: Table[Follow], lost: Counts) -> None:
    """Add to the followers whom each creator has lost, shape (K,)."""
    for n in range(unfollowing.shape[0]):
        row = unfollowing[n]
        for slot in range(FOLLOW_SLOTS):
            if has(row.slots, slot):
                lost[follows[row.consumer, slot].creator] += 1


@compiled
def _count_sent(sent: Counts, m: Day) -> None:
    """Add to the private posts of each creator and category, once for every follower; shape (K, C)."""
    for n in range(m.used[Used.POSTS]):
        post = m.posts[n]
        if post.private:
            sent[post.creator, post.category] += m.creators[post.creator].audience


def orders_of(m: Day, burn_in: int) -> pd.DataFrame:
    """Orders that were sent, with what cells are counted by; money in yuan.

    Returns
    -------
    DataFrame
        A row for each order: who, what, where and when; ``tier`` of who sold, ``fund`` that it is put down to,
        ``is_in`` whether it was ordered after burn-in, ``arrived`` whether it was received after it, ``margin`` of
        the brand.
    """
    table = m.orders[: m.used[Used.ORDERS]]
    table = table[~np.isin(table["stage"], (Stage.ORDERED, Stage.CANCELLED))]
    whole = ("ordered", "received", "consumer", "product", "category", "brand", "platform", "channel", "creator")
    orders = pd.DataFrame({name: table[name].astype(np.int64) for name in whole})
    for name in ("returned", "new_customer", "follower"):
        orders[name] = table[name].astype(bool)
    for name in ("price", "commission", "margin", "fee"):
        orders["pay" if name == "margin" else name] = table[name] / FEN
    orders["pay"] += orders.pop("commission")
    kept = (table["rest"].astype(np.int64) - table["cost"] - m.shipping) / FEN
    orders["margin"] = np.where(table["received"] < 0, 0.0, np.where(table["returned"], -2 * m.shipping / FEN, kept))
    orders["surprise"] = table["experienced"] - table["expected"]
    tiers = np.append(m.creators["tier"].astype(np.int64), len(Tier))
    orders["tier"] = tiers[table["creator"]]
    of_tier = {Tier.KOC: Fund.KOC, Tier.KOL: Fund.KOL, Tier.BRAND: Fund.OWN}
    orders["fund"] = np.where(orders["channel"] == Channel.AD, Fund.ADS, -1)
    for tier, fund in of_tier.items():
        orders.loc[orders["tier"] == tier, "fund"] = fund.value
    orders["is_in"] = orders["ordered"] >= burn_in
    orders["arrived"] = orders["received"] >= burn_in
    return orders


def tables(cells: Cells, orders: pd.DataFrame, m: Day, names: tuple[list[str], list[str]]) -> dict[str, pd.DataFrame]:
    """The tables of `CELLS`.

    Parameters
    ----------
    cells
        The counts.
    orders
        From `orders_of`.
    m
        The day's context, at the end.
    names
        Of categories and of platforms.
    """
    return {
        "cells": _cells(cells, orders, names), "funds": _funds(cells, orders, m),
        "switching": _switching(orders), "weeks": _by_week(cells, m),
    }  # fmt: skip


def _cells(cells: Cells, orders: pd.DataFrame, names: tuple[list[str], list[str]]) -> pd.DataFrame:
    keys = ["channel", "tier", "platform", "category"]
    views = cells.viewed
    index = pd.MultiIndex.from_product([range(n) for n in views.shape], names=keys)
    table = pd.DataFrame({"views": views.ravel()}, index=index)
    bought, arrived = orders[orders["is_in"]], orders[orders["arrived"]]
    kept = arrived[~arrived["returned"]]
    counted = {
        "orders": bought.groupby(keys).size(), "gmv": bought.groupby(keys)["price"].sum(),
        "new_customers": bought.groupby(keys)["new_customer"].sum(), "kept": kept.groupby(keys).size(),
        "returned": arrived.groupby(keys)["returned"].sum(),
        **{name: kept.groupby(keys)[column].sum() for name, column in KEPT.items()},
        "margin": arrived.groupby(keys)["margin"].sum(),
    }  # fmt: skip
    for name, column in counted.items():
        whole = name in ("orders", "new_customers", "kept", "returned")
        table[name] = column.reindex(index, fill_value=0).astype(np.int64 if whole else float)
    table = table[(table != 0).any(axis=1)].reset_index()
    table["channel"] = [Channel(n).name.lower() for n in table["channel"]]
    table["tier"] = [TIERS[n] for n in table["tier"]]
    table["category"] = [names[0][n] for n in table["category"]]
    table["platform"] = [names[1][n] for n in table["platform"]]
    return table


def _funds(cells: Cells, orders: pd.DataFrame, m: Day) -> pd.DataFrame:
    """A row for each brand and fund: spent, and what came of the orders that the fund's pages or creators led to."""
    brands = len(m.brands)
    spent = (m.brands["outlay"] - cells.outlay) / FEN
    led = orders[orders["fund"] >= 0]
    key = [led["brand"], led["fund"]]
    shape = (brands, FUNDS)
    won, sold, margin = (
        np.bincount(key[0] * FUNDS + key[1], weights, brands * FUNDS).reshape(shape)
        for weights in (led["new_customer"] & led["is_in"], led["is_in"], led["margin"] * led["arrived"])
    )
    return pd.DataFrame(
        {
            "brand": np.repeat(np.arange(brands), FUNDS), "fund": np.tile(FUND_NAMES, brands), "spent": spent.ravel(),
            "new_customers": won.ravel().astype(np.int64), "orders": sold.ravel().astype(np.int64),
            "margin": margin.ravel(),
        }
    )  # fmt: skip


def successions(orders: pd.DataFrame) -> pd.DataFrame:
    """Each kept purchase after burn-in that followed another of the same person and category, with the brand before."""
    kept = orders[~orders["returned"]]
    before = kept.groupby(["consumer", "category"], sort=False)["brand"].shift(1)
    return kept.assign(before=before)[before.notna() & kept["is_in"]].astype({"before": np.int64})


def _switching(orders: pd.DataFrame) -> pd.DataFrame:
    """A row for each pair of brands that somebody bought one after the other in a category."""
    counted = successions(orders).groupby(["before", "brand"]).size().reset_index(name="purchases")
    return counted.rename(columns={"before": "from", "brand": "to"})


def _by_week(cells: Cells, m: Day) -> pd.DataFrame:
    """A row for each creator and week."""
    k = len(m.creators)
    weeks = cells.weeks(k)
    count = len(weeks.earned)
    steps = {name: np.diff(column, axis=0, prepend=0) for name, column in weeks._asdict().items()}
    tiers = np.array(TIERS)[m.creators["tier"]]
    return pd.DataFrame(
        {
            "week": np.repeat(np.arange(count), k), "creator": np.tile(np.arange(k), count),
            "tier": np.tile(tiers, count), "integrity": np.tile(m.creators["integrity"].astype(float), count),
            "income": steps["earned"].ravel() / FEN,
            **{name: steps[name].ravel() for name in ("pages", "gained", "lost")},
        }
    )  # fmt: skip
