"""Results: what a market leaves, as tables and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from sim.arrays import Int64
from sim.day import Day
from sim.ledger import Revenue
from sim.markets.sums import Total
from sim.records import NOBODY, Table
from sim.results.cell_outcomes import Kept
from sim.results.cell_outcomes import outcomes as cell_outcomes
from sim.results.cells import orders_of, tables
from sim.results.inequality import gini
from sim.results.outcomes import ALWAYS
from sim.results.recorder import Recorder, brand_cash, outlay_of
from sim.results.standing import platform_outcomes
from sim.state.brands import Fund
from sim.state.channels import CREATOR_CHANNELS, PRIVATE_CHANNELS, PUBLIC_CHANNELS, Channel
from sim.state.creators import Creator, Tier
from sim.state.orders import Order
from sim.units import FEN

if TYPE_CHECKING:
    from sim.market import Market


OUTLAYS = {"ads": Fund.ADS, "kol": Fund.KOL, "koc": Fund.KOC, "own": Fund.OWN}
"""Channels on which marketing money is spent, by the end of the outcome's name."""


class RunResult(NamedTuple):
    """What one run leaves, all over the days after burn-in; money in yuan.

    Attributes
    ----------
    outcomes
        One value for each key of `ALWAYS`; of `OF_CELLS`, where cells are kept; of `OF_PLATFORMS`, where people choose.
    daily
        A row a day, burn-in included; columns `DAILY`.
    funnel
        Counts by domain and step: delivered, viewed, considered, ordered, kept.
    creators
        A row for each creator: tier, audience, income, sales.
    split
        Who got what consumers paid for kept orders.
    graph
        What the social graph is like, in one row: the fields of `GraphStatistics`.
    platforms
        A row a day and platform where people choose, burn-in included; columns `STANDING`.
    kept
        Further tables by name, where cells are kept: those of `sim.results.cells.CELLS`.
    """

    outcomes: dict[str, float]
    daily: pd.DataFrame
    funnel: pd.DataFrame
    creators: pd.DataFrame
    split: pd.DataFrame
    graph: pd.DataFrame
    platforms: pd.DataFrame
    kept: dict[str, pd.DataFrame] = {}  # noqa: RUF012

    def __repr__(self) -> str:
        tables = {name: table for name, table in {**self._asdict(), **self.kept}.items() if hasattr(table, "columns")}
        rows = ", ".join(f"{name} ({len(table)} rows)" for name, table in tables.items() if len(table))
        return f"RunResult({len(self.outcomes)} outcomes; tables {rows})"


def result_of(market: Market, trust: float) -> RunResult:
    """Outcomes and tables of a market over the days after burn-in.

    Parameters
    ----------
    trust
        Mean trust now.
    """
    m, recorder, kept = market.m, market.recorder, {}
    orders = orders_of(m, recorder.burn_in) if market.cells else None
    outcomes = outcomes_alone(market, trust, orders)
    creators = creators_table(m.creators, recorder.sums.sold_by)
    split = pd.DataFrame({"party": list(recorder.split), "yuan": [fen / FEN for fen in recorder.split.values()]})
    graph = pd.DataFrame([asdict(market.world.statistics)])
    if market.cells and orders is not None:
        categories = [category.name for category in market.parameters.market.catalogue.categories]
        kept = tables(market.cells, orders, m, (categories, [policy.name for policy in market.parameters.platforms]))
    return RunResult(outcomes, market.daily(), recorder.funnel(), creators, split, graph, recorder.platforms(), kept)


def outcomes_alone(market: Market, trust: float, orders: pd.DataFrame | None = None) -> dict[str, float]:
    """Outcomes of a market over the days after burn-in, without its tables, which take far longer to make.

    Parameters
    ----------
    trust
        Mean trust now.
    orders
        From `orders_of`, where they are at hand.
    """
    m, recorder = market.m, market.recorder
    outcomes = outcomes_of(recorder, market.world.population, trust, m)
    if market.parameters.membership.choice:
        members = int(np.count_nonzero(m.members["looks"]))
        outcomes |= platform_outcomes(recorder.platforms(), members, recorder.burn_in)
    if market.cells:
        spent = market.daily()["marketing_cost"].to_numpy()[recorder.burn_in :]
        of_days = Kept(spent, recorder.platforms(), market.parameters.creators.living_income)
        orders = orders_of(m, recorder.burn_in) if orders is None else orders
        outcomes |= cell_outcomes(market.cells, orders, m, of_days)
    return outcomes


def creators_table(creators: Table[Creator], sold_by: Int64) -> pd.DataFrame:
    """Row for each creator who is a person, with income and kept sales in yuan; ``sold_by`` is in fen."""
    people = creators["brand"] == NOBODY
    sold = np.pad(sold_by, (0, len(people) - len(sold_by)))
    return pd.DataFrame(
        {
            "creator": np.flatnonzero(people),
            "tier": np.where(creators["tier"][people] == Tier.KOL, "KOL", "KOC"),
            "audience": creators["audience"][people],
            "income": creators["earned"][people] / FEN,
            "sold": sold[people] / FEN,
            "active": creators["active"][people],
        }
    )


def orders_table(table: Table[Order]) -> pd.DataFrame:
    """Row for each order, as `Market.orders` gives them."""
    orders = pd.DataFrame({name: table[name] for name in Order.columns})
    whole = orders.select_dtypes("integer").columns  # narrow and unsigned in the table
    orders[whole] = orders[whole].astype(np.int64)
    orders["review"] = np.where(table["reviewed"], table["experienced"], np.nan)
    return orders.rename(columns={"number": "order", "ordered": "day"})


def outcomes_of(recorder: Recorder, population: int, trust: float, m: Day) -> dict[str, float]:
    """All of `ALWAYS`, over the days after burn-in, with tables and accounts as they are now.

    Parameters
    ----------
    population
        People with any activity.
    trust
        Mean trust now.
    """
    values: dict[str, Any] = _attention(recorder, population, m) | _trade(recorder) | _customers(recorder, m)
    values |= _creators(recorder, m) | _money(recorder, m) | {"trust": trust}
    return {name: float(values[name]) for name in ALWAYS}


def _attention(recorder: Recorder, population: int, m: Day) -> dict[str, Any]:
    """Whom pages reach, and how many of those that are seen end in an order."""
    weekly_reach, ordered = _ratio(recorder.reach, recorder.weeks), recorder.sums.ordered

    def conversion(channels: Sequence[int]) -> float:
        return _ratio(ordered[list(channels)].sum(), recorder.viewed[list(channels)].sum())

    return {
        "reach": weekly_reach,
        "reach_share": _ratio(weekly_reach, population),
        "reach_total": int(np.count_nonzero(m.consumers["reached"] & 2)),
        "orders_per_reached": _ratio(recorder.paid_ordered_in_weeks, recorder.reach),
        "paid_conversion": _ratio(recorder.sums.total[Total.PAID], recorder.paid_viewed),
        "views": recorder.viewed.sum(),
        "conversion": conversion(range(len(Channel))),
        "public_conversion": conversion(PUBLIC_CHANNELS),
        "private_conversion": conversion(PRIVATE_CHANNELS),
        "creator_conversion": conversion(CREATOR_CHANNELS),
    }


def _trade(recorder: Recorder) -> dict[str, Any]:
    """Orders and sales, with and without friends' words."""
    total = recorder.sums.total
    orders, led = int(recorder.sums.ordered.sum()), int(recorder.sums.ordered[Channel.FRIEND])
    gmv, gmv_led = int(total[Total.GMV]), int(recorder.sums.gmv[Channel.FRIEND])
    traffic = int(recorder.viewed.sum()) - int(recorder.viewed[Channel.FRIEND])
    return {
        "orders": orders,
        "gmv": gmv / FEN,
        "gmv_kept": total[Total.GMV_KEPT] / FEN,
        "traffic": traffic,
        "direct_conversion": _ratio(orders - led, traffic),
        "direct_order_value": _ratio((gmv - gmv_led) / FEN, orders - led),
        "share_coefficient": _ratio(gmv, gmv - gmv_led),
        "average_order_value": _ratio(gmv / FEN, orders),
        "return_rate": _ratio(total[Total.RETURNED], total[Total.RETURNED] + total[Total.KEPT]),
        "consumer_surplus": total[Total.SURPLUS] / FEN,
        "product_gini": gini(recorder.sums.products),
    }


def _customers(recorder: Recorder, m: Day) -> dict[str, Any]:
    """Who bought, and of whom again."""
    customers = int(np.bitwise_count(m.consumers["bought_from"]).sum())
    return {
        "buyers": int(np.count_nonzero(m.consumers["bought_from"])),
        "customers": customers,
        "acquisition_cost": _ratio(recorder.marketing_cost / FEN, recorder.sums.total[Total.NEW_CUSTOMERS]),
        "repurchase": _ratio(int(np.bitwise_count(m.consumers["bought_again"]).sum()), customers),
    }


def _creators(recorder: Recorder, m: Day) -> dict[str, Any]:
    """Who is in business, and lives of it."""
    creators = m.creators
    kocs = (creators["tier"] == Tier.KOC) & (creators["brand"] == NOBODY)
    still = creators["active"][recorder.first_kocs]
    income, effort = creators["earned"][kocs].sum() / FEN, creators["effort"][kocs].sum()
    return {
        "koc_retention": still.mean() if still.size else float("nan"),
        "kocs": int(np.count_nonzero(kocs & (creators["active"]))),
        "kols": int(np.count_nonzero((creators["tier"] == Tier.KOL) & (creators["active"]))),
        "koc_income": _ratio(income, recorder.koc_days),
        "koc_net_income": _ratio(income - effort, recorder.koc_days),
        "creator_income_gini": gini(creators["earned"][creators["brand"] == NOBODY]),
        "creator_revenue": creators["earned"].sum() / FEN,
    }


def _money(recorder: Recorder, m: Day) -> dict[str, Any]:
    """What brands spend and earn, and platforms."""
    by_stream = (m.accounts.revenue - recorder.revenue_before).sum(axis=0) / FEN
    by_channel = (outlay_of(m.brands) - recorder.outlay_before) / FEN
    profit, marketing = (brand_cash(m) - recorder.brand_cash_before) / FEN, recorder.marketing_cost / FEN
    return {
        "marketing_cost": marketing,
        **{f"outlay_{name}": by_channel[channel] for name, channel in OUTLAYS.items()},
        "platform_revenue": by_stream.sum(),
        **{f"revenue_{stream.name.lower()}": by_stream[stream] for stream in Revenue},
        "brand_profit": profit,
        "contribution": profit + marketing,
    }


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else float("nan")
