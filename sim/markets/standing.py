"""Standing: what each platform has at the end of a day, and what is told of it in the end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.day import Day
from sim.records import Table
from sim.state import FEN, NOBODY, Order, Stage

STANDING = (
    "day", "platform", "members", "looking", "creators", "brands", "orders", "gmv", "leaked", "creators_earned",
    "revenue", "growth_cost",
)  # fmt: skip
COUNTED = STANDING[:7]
PLATFORM_OUTCOMES = (
    "members_anywhere", "own_members", "own_kocs", "own_brands", "own_gmv", "own_profit", "rival_profit", "leaked",
)  # fmt: skip


def standing(orders: Table[Order], m: Day) -> list[tuple[Any, ...]]:
    """A row for each platform where people choose, columns `STANDING`; money in yuan.

    Parameters
    ----------
    orders
        Of today.
    """
    platforms = np.arange(len(m.platforms))
    homes, creators = m.people["home"].astype(np.int64), m.creators
    looking = np.bincount(homes[m.people["looks"] > 0], minlength=len(platforms))
    in_business = creators["active"] & (creators["brand"] == NOBODY)
    members = m.memberships["member"].sum(axis=0)
    posting = creators["platforms"][:, None] >> platforms & 1 == 1
    made = orders[orders["stage"] != Stage.CANCELLED]
    where, gmv = made["platform"].astype(np.int64), made["price"] / FEN
    pay = np.where(made["creator"] >= 0, made["commission"] + made["margin"], 0) / FEN
    columns = (
        members,
        looking,
        (posting & in_business[:, None]).sum(axis=0),
        m.shops["open"].sum(axis=0),
        np.bincount(where, minlength=len(platforms)),
        np.bincount(where, np.where(made["outside"], 0, gmv), len(platforms)),
        np.bincount(where, np.where(made["outside"], gmv, 0), len(platforms)),
        np.bincount(where, pay, len(platforms)),
        m.accounts.revenue.sum(axis=1) / FEN,
        m.platforms["growth_cost"],
    )
    return [(m.day, v, *(column[v].item() for column in columns)) for v in platforms.tolist()]


LAST_DAYS = 28  # over which shares at the end are counted


def platform_outcomes(table: pd.DataFrame, people: int, burn_in: int) -> dict[str, float]:
    """Outcomes of platforms that compete: shares over the last four weeks, money over the days that count.

    Parameters
    ----------
    table
        Columns `STANDING`.
    people
        Members of any platform on the last day.
    burn_in
        Days that do not count.

    Returns
    -------
    dict of float
        NaN where there is nothing to share.
    """
    last = table[table["day"] > table["day"].max() - LAST_DAYS]
    shares = [_own_share(last, name) for name in ("members", "creators", "brands", "gmv")]
    since = table[table["day"] >= burn_in - 1]
    net = (since["revenue"] - since["growth_cost"]).groupby([since["platform"], since["day"]]).sum().unstack("day")
    start = net[burn_in - 1] if burn_in > 0 else 0.0
    profit = net.iloc[:, -1] - start
    gmv, leaked = float(last["gmv"].sum()), float(last["leaked"].sum())
    return dict(
        zip(
            PLATFORM_OUTCOMES,
            [float(people), *shares, float(profit.iloc[0]), float(profit[1:].sum()), _over(leaked, gmv + leaked)],
            strict=True,
        )
    )


def _own_share(rows: pd.DataFrame, name: str) -> float:
    return _over(float(rows.loc[rows["platform"] == 0, name].sum()), float(rows[name].sum()))


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
