"""Standing: what each platform has at the end of a day, and what is told of it in the end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Double, Int64
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.records import NOBODY, Table
from sim.results.outcomes import OF_PLATFORMS
from sim.state.orders import Order, Stage
from sim.units import FEN

STANDING = (
    "day", "platform", "members", "looking", "creators", "brands", "orders", "gmv", "leaked", "creators_earned",
    "revenue", "growth_cost",
)  # fmt: skip
COUNTED = STANDING[:7]


def standing(orders: Table[Order], m: Day) -> list[tuple[Any, ...]]:
    """A row for each platform where people choose, columns `STANDING`; money in yuan.

    Parameters
    ----------
    orders
        Of today.
    """
    counts, sums = np.zeros((len(m.platforms), 5), np.int64), np.zeros((len(m.platforms), 5))
    count(orders, counts, sums, m)
    rows = zip(counts.tolist(), sums.tolist(), strict=True)
    return [(m.day, v, *counted, *summed) for v, (counted, summed) in enumerate(rows)]


@compiled
def count(orders: Table[Order], counts: Int64, sums: Double, m: Day) -> None:
    """Count members, who looks, creators, brands and orders, shape (V, 5), and sum up money in yuan, shape (V, 5)."""
    for v in range(counts.shape[0]):
        members = looking = creators = brands = revenue = 0
        for i in range(m.members.shape[0]):
            members += m.members[i].held >> v & 1
            looking += m.members[i].looks >> v & 1
        for k in range(m.creators.shape[0]):
            if m.creators[k].active and m.creators[k].brand == NOBODY:
                creators += m.creators[k].platforms >> v & 1
        for b in range(m.shops.shape[0]):
            brands += m.shops[b, v].open
        for stream in range(m.accounts.revenue.shape[1]):
            revenue += m.accounts.revenue[v, stream]
        counts[v, 0], counts[v, 1], counts[v, 2], counts[v, 3] = members, looking, creators, brands
        sums[v, 3], sums[v, 4] = revenue / FEN, m.platforms[v].growth_cost
    add_up(orders, counts, sums)


@inlined
def add_up(orders: Table[Order], counts: Int64, sums: Double) -> None:
    """Count orders, the last column; sum up GMV, what leaked, and creators' pay, the first three."""
    for n in range(orders.shape[0]):
        order = orders[n]
        if order.stage != Stage.CANCELLED:
            v, gmv = order.platform, order.price / FEN
            counts[v, 4] += 1
            sums[v, 1 if order.outside else 0] += gmv
            sums[v, 2] += (order.commission + order.margin) / FEN if order.creator >= 0 else 0.0


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
            OF_PLATFORMS,
            [float(people), *shares, float(profit.iloc[0]), float(profit[1:].sum()), _over(leaked, gmv + leaked)],
            strict=True,
        )
    )


def _own_share(rows: pd.DataFrame, name: str) -> float:
    return _over(float(rows.loc[rows["platform"] == 0, name].sum()), float(rows[name].sum()))


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
