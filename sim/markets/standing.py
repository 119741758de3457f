"""Standing: what each platform has at the end of a day, and what is told of it in the end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.compiled import compiled
from sim.day import Day
from sim.records import Table
from sim.state import FEN, NOBODY, Double, Int64, Order, Stage

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
    platforms, creators = np.arange(len(m.platforms)), m.creators
    in_business = creators["active"] & (creators["brand"] == NOBODY)
    posting = creators["platforms"][:, None] >> platforms & 1 == 1
    people, sums = np.zeros((2, len(platforms)), np.int64), np.zeros((4, len(platforms)))
    count(orders, people, sums, m)
    columns = (
        *people,
        (posting & in_business[:, None]).sum(axis=0),
        m.shops["open"].sum(axis=0),
        sums[0].astype(np.int64),
        *sums[1:],
        m.accounts.revenue.sum(axis=1) / FEN,
        m.platforms["growth_cost"],
    )
    return [(m.day, v, *(column[v].item() for column in columns)) for v in platforms.tolist()]


@compiled
def count(orders: Table[Order], people: Int64, sums: Double, m: Day) -> None:
    """Count members and who looks, shape (2, V); orders, GMV, what leaked, and creators' pay in yuan, shape (4, V)."""
    for i in range(m.memberships.shape[0]):
        for v in range(m.memberships.shape[1]):
            people[0, v] += m.memberships[i, v].member
            people[1, v] += m.memberships[i, v].looked
    for n in range(orders.shape[0]):
        order = orders[n]
        if order.stage != Stage.CANCELLED.value:
            v, gmv = order.platform, order.price / FEN
            sums[0, v] += 1.0
            sums[2 if order.outside else 1, v] += gmv
            sums[3, v] += (order.commission + order.margin) / FEN if order.creator >= 0 else 0.0


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
