"""Recorder: daily aggregates and the outcomes of a run; the schema of results lives here."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import Int64
from sim.day import Day, Sums, Tally, Used
from sim.ledger import Revenue
from sim.markets.standing import COUNTED, STANDING
from sim.markets.sums import Party, Total, no_sums
from sim.records import Table
from sim.state.brands import CHANNELS, Brand, Spending
from sim.state.channels import PRIVATE_CHANNELS, PUBLIC_CHANNELS, Channel
from sim.state.creators import Creator, Tier
from sim.units import FEN


class Outcome(NamedTuple):
    """What an outcome is called, its unit, and whether more is better (+1), worse (-1) or neither (0)."""

    label: str
    unit: str
    better: int


ALWAYS: dict[str, Outcome] = {
    "reach": Outcome("unique people reached by paid creators in a week", "people/week", 1),
    "reach_share": Outcome("the same as a share of all", "1", 1),
    "reach_total": Outcome("unique people ever reached by paid creators", "people", 1),
    "orders_per_reached": Outcome("orders from paid creators per person reached in a week", "orders/person", 1),
    "paid_conversion": Outcome("conversion of paid creators' pages", "orders/view", 1),
    "views": Outcome("item pages seen", "views", 0),
    "conversion": Outcome("conversion, all channels", "orders/view", 1),
    "public_conversion": Outcome("conversion in the public domain", "orders/view", 1),
    "private_conversion": Outcome("conversion in the private domain", "orders/view", 1),
    "creator_conversion": Outcome("conversion of creators' pages", "orders/view", 1),
    "buyers": Outcome("unique buyers", "people", 1),
    "orders": Outcome("orders", "orders", 1),
    "gmv": Outcome("GMV", "yuan", 1),
    "gmv_kept": Outcome("GMV net of returns", "yuan", 1),
    "traffic": Outcome("item pages seen without a friend's word", "views", 1),
    "direct_conversion": Outcome("orders no friend led to, per such page", "orders/view", 1),
    "direct_order_value": Outcome("value of an order no friend led to", "yuan/order", 1),
    "share_coefficient": Outcome("share coefficient: GMV over GMV no friend led to", "1", 1),
    "average_order_value": Outcome("average order value", "yuan/order", 0),
    "return_rate": Outcome("return rate", "1", -1),
    "marketing_cost": Outcome("marketing cost", "yuan", -1),
    "outlay_ads": Outcome("marketing cost: ads", "yuan", 0),
    "outlay_kol": Outcome("marketing cost: KOLs", "yuan", 0),
    "outlay_koc": Outcome("marketing cost: KOCs", "yuan", 0),
    "outlay_own": Outcome("marketing cost: pools of the brands' own", "yuan", 0),
    "customers": Outcome("brands' customers, each counted once for every brand", "customers", 1),
    "acquisition_cost": Outcome("acquisition cost of a brand's new customer", "yuan/customer", -1),
    "repurchase": Outcome("a brand's customers who bought it again", "1", 1),
    "trust": Outcome("mean trust of followers in creators", "1", 1),
    "koc_retention": Outcome("KOC retention", "1", 1),
    "kocs": Outcome("KOCs in business", "people", 1),
    "kols": Outcome("KOLs in business", "people", 0),
    "koc_income": Outcome("income of a KOC", "yuan/day", 1),
    "koc_net_income": Outcome("income of a KOC net of effort", "yuan/day", 1),
    "creator_income_gini": Outcome("Gini of creators' income", "1", 0),
    "creator_revenue": Outcome("income of all creators", "yuan", 1),
    "platform_revenue": Outcome("platform revenue", "yuan", 1),
    "revenue_take": Outcome("platform revenue from its take", "yuan", 1),
    "revenue_annual_fee": Outcome("platform revenue from annual fees", "yuan", 1),
    "revenue_ads": Outcome("platform revenue from ads", "yuan", 1),
    "revenue_withdrawal_fee": Outcome("platform revenue from withdrawal fees", "yuan", 1),
    "revenue_float": Outcome("platform revenue from money held", "yuan", 1),
    "revenue_coupon": Outcome("coupons funded by the platform", "yuan", 0),
    "revenue_pay": Outcome("pay funded by the platform", "yuan", 0),
    "brand_profit": Outcome("brands' profit", "yuan", 1),
    "contribution": Outcome("brands' profit before marketing", "yuan", 1),
    "consumer_surplus": Outcome("consumer surplus", "yuan", 1),
    "product_gini": Outcome("Gini of products' orders", "1", 0),
}
"""What every run measures."""

_WINNING = {"ads": "ads", "kol": "KOLs", "koc": "KOCs"}  # customers; those of an own pool are customers already

OF_CELLS: dict[str, Outcome] = {
    **{
        f"acquisition_cost_{fund}": Outcome(f"cost of a new customer won through {words}", "yuan/customer", -1)
        for fund, words in _WINNING.items()
    },
    **{
        f"return_on_spend_{fund}": Outcome(f"brands' margin on what {words} sold, per yuan spent", "yuan/yuan", 1)
        for fund, words in (_WINNING | {"own": "the own pool"}).items()
    },
    **{
        f"lifetime_value_{fund}": Outcome(f"margin on a customer won through {words}", "yuan/customer", 1)
        for fund, words in (_WINNING | {"shelf": "listings and search"}).items()
    },
    "acquisition_rise": Outcome("acquisition cost, last third of the days over the first", "1", -1),
    "acquisition_cost_small": Outcome("acquisition cost, smaller half of brands over the larger", "1", -1),
    "switching": Outcome("purchases of another brand than the last of the category", "1", 0),
    "switching_public": Outcome("the same, bought in the public domain", "1", 0),
    "switching_private": Outcome("the same, bought in the private domain", "1", 0),
    "repeat_over_chance": Outcome("purchases of the same brand, over those by chance", "1", 1),
    "loyal_customers": Outcome("a brand's customers who bought it three times or more", "1", 1),
    "net_promoters": Outcome("buyers who were surprised well, less those disappointed", "1", 1),
    "worst_goods": Outcome("orders of the worst quarter of goods", "1", -1),
    "follower_orders": Outcome("orders from creators that their followers made", "1", 0),
    "koc_income_10": Outcome("income that a tenth of KOCs stay below", "yuan/day", 1),
    "koc_income_50": Outcome("median income of a KOC", "yuan/day", 1),
    "koc_income_90": Outcome("income that a tenth of KOCs exceed", "yuan/day", 1),
    "koc_income_variation": Outcome("variation of a KOC's income from week to week, over its mean", "1", -1),
    "koc_living": Outcome("KOCs who could live on it", "1", 1),
    "exposure_integrity": Outcome("integrity of whom people see, less that of creators", "1", 1),
    "exposure_integrity_rise": Outcome("rise of the former from the first to the last third of weeks", "1", 1),
    "income_integrity": Outcome("integrity of whom income goes to, less that of creators", "1", 1),
    "followers_gained": Outcome("followers gained", "1/month", 1),
    "followers_lost": Outcome("followers lost", "1/month", -1),
    "off_category": Outcome("orders per private post, outside of the author's category over inside", "1", 0),
    "members": Outcome("members of the first platform on the last day", "people", 1),
    "members_rival": Outcome("the same of its first rival", "people", 1),
    "creators_here": Outcome("creators who post on the first platform on the last day", "people", 1),
    "creators_rival": Outcome("the same of its first rival", "people", 1),
    "break_even_day": Outcome("day from which the first platform has earned what its growth has cost", "day", -1),
    "break_even_day_rival": Outcome("the same of its first rival", "day", -1),
    "gmv_n": Outcome("GMV over people", "yuan/person", 1),
    "gmv_n_log_n": Outcome("GMV over people times their logarithm", "yuan/person", 1),
    "gmv_n_square": Outcome("GMV over people squared", "yuan/person²", 1),
}
"""What runs measure that keep cells."""

OF_PLATFORMS: dict[str, Outcome] = {
    "members_anywhere": Outcome("people who are members of a platform", "people", 1),
    "own_members": Outcome("the platform's share of memberships", "1", 1),
    "own_kocs": Outcome("its share of creators' shops", "1", 1),
    "own_brands": Outcome("its share of brands' shops", "1", 1),
    "own_gmv": Outcome("its share of the GMV settled on platforms", "1", 1),
    "own_profit": Outcome("its revenue less what growth and upkeep cost", "yuan", 1),
    "rival_profit": Outcome("its rivals' revenue less what growth and upkeep cost", "yuan", 0),
    "leaked": Outcome("share of GMV settled outside platforms", "1", 0),
}
"""What runs measure in which people choose platforms."""

OUTCOMES = ALWAYS | OF_CELLS | OF_PLATFORMS

OUTLAYS = {"ads": Spending.ADS, "kol": Spending.KOL, "koc": Spending.KOC, "own": Spending.OWN}
"""Channels on which marketing money is spent, by the end of the outcome's name."""

DAILY = (
    "day", "gmv", "orders", "returned", "views", "public_views", "private_views", "public_orders", "private_orders",
    "buyers", "new_customers", "trust", "kocs", "kols", "posts", "questions", "answers", "marketing_cost",
    "platform_revenue", "creator_income", "consumer_surplus",
)  # fmt: skip


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
        Further tables by name, where cells are kept: those of `sim.cells.CELLS`.
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


class Flows(NamedTuple):
    """What a day has brought beside orders; money in fen."""

    questions: int
    answers: int
    marketing_cost: int
    platform_revenue: int
    creator_income: int


def gini(values: NDArray[Any]) -> float:
    """Gini coefficient of values that are at least 0; 0 where all are 0 (Gini 1912)."""
    ordered = np.sort(np.maximum(np.asarray(values, float), 0.0))
    if ordered.size == 0 or ordered.sum() == 0:
        return 0.0
    n = ordered.size
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


class Recorder:
    """Sums since measuring began, and the daily table.

    Parameters
    ----------
    products
        How many there are.
    burn_in
        Days that do not count towards the outcomes.
    keep_orders
        Whether every order is kept, for `orders`.
    """

    def __init__(self, products: int, burn_in: int, keep_orders: bool) -> None:
        self.burn_in = burn_in
        self.rows: list[tuple[float, ...]] = []
        self.standings: list[tuple[float, ...]] = []
        self.delivered, self.viewed, self.considered = (np.zeros(len(Channel), np.int64) for _ in range(3))
        self.sums = no_sums(products, 0)
        self.marketing_cost = self.paid_viewed = self.koc_days = 0
        self.weeks = self.reach = self.paid_ordered_in_weeks = 0
        self.first_kocs: NDArray[np.int64] = np.zeros(0, np.int64)
        self.revenue_before = np.zeros((0, len(Revenue)), np.int64)
        self.keep_orders = keep_orders
        self.brand_cash_before = 0
        self.outlay_before = np.zeros(CHANNELS, np.int64)

    def start_measuring(
        self, creators: Table[Creator], revenue: NDArray[np.int64], brand_cash: int, brands: Table[Brand]
    ) -> None:
        """Remember what stands when burn-in ends."""
        self.first_kocs = np.flatnonzero((creators["tier"] == Tier.KOC) & (creators["active"]))
        self.revenue_before = revenue.copy()
        self.brand_cash_before = brand_cash
        self.outlay_before = outlay_of(brands)

    def count(self, tally: Tally, today: Sums, marketing_cost: int, kocs: int) -> None:
        """Add a day after burn-in; marketing cost in fen."""
        self.marketing_cost += marketing_cost
        self.koc_days += kocs
        self.paid_viewed += int(tally.paid_viewed[0])
        self.delivered += tally.delivered
        self.viewed += by_channel(tally.viewed)
        self.considered += tally.considered
        newcomers = len(today.sold_by) - len(self.sums.sold_by)
        if newcomers > 0:
            self.sums = self.sums._replace(sold_by=np.pad(self.sums.sold_by, (0, newcomers)))
        for column, more in zip(self.sums, today, strict=True):
            column += more

    def add_day(self, m: Day, trust: float, in_business: tuple[int, int], flows: Flows) -> None:
        """Add a row to the daily table, burn-in or not.

        Parameters
        ----------
        trust
            Mean trust as it was last asked for.
        in_business
            KOCs and KOLs.
        flows
            Of today.
        """
        total = m.sums.total.tolist()
        orders, public_orders, private_orders = by_domain(m.sums.ordered)
        self.rows.append(
            (
                m.day, total[Total.GMV] / FEN, orders, total[Total.RETURNED],
                *by_domain(by_channel(m.out.tally.viewed)), public_orders, private_orders,
                total[Total.BUYERS], total[Total.NEW_CUSTOMERS], trust, *in_business,
                int(m.used[Used.POSTS]), flows.questions, flows.answers, flows.marketing_cost / FEN,
                flows.platform_revenue / FEN, flows.creator_income / FEN, total[Total.SURPLUS] / FEN,
            )
        )  # fmt: skip

    def count_week(self, reached: NDArray[np.uint8]) -> None:
        """Add a week's unique reach, and forget who was reached this week."""
        self.weeks += 1
        self.reach += int(np.count_nonzero(reached & 1))
        self.paid_ordered_in_weeks = int(self.sums.total[Total.PAID])
        reached &= 2

    @property
    def split(self) -> dict[str, int]:
        """Who got the money of kept orders, fen by party; those whom not every market pays, where they are paid."""
        split = dict(zip(Party, self.sums.split.tolist(), strict=True))
        return {party.name.lower(): fen for party, fen in split.items() if fen or party <= Party.SHIPPING}

    def steps(self) -> dict[str, Int64]:
        """Counts of each step from delivery to an order that is kept, by channel."""
        return {
            "delivered": self.delivered,
            "viewed": self.viewed,
            "considered": self.considered,
            "ordered": self.sums.ordered,
            "kept": self.sums.kept,
        }

    def daily(self) -> pd.DataFrame:
        """Row a day so far; columns `DAILY`."""
        return pd.DataFrame(self.rows, columns=list(DAILY)).astype({"day": int})

    def platforms(self) -> pd.DataFrame:
        """Row a day and platform so far; columns `STANDING`."""
        counts = dict.fromkeys(COUNTED, int)
        return pd.DataFrame(self.standings, columns=list(STANDING)).astype(counts)

    def funnel(self) -> pd.DataFrame:
        """Counts by domain and step; a step is never larger than the one before it."""
        rows = []
        for domain, channels in (("public", PUBLIC_CHANNELS), ("private", PRIVATE_CHANNELS)):
            members = list(channels)
            rows += [(domain, step, int(counts[members].sum())) for step, counts in self.steps().items()]
        return pd.DataFrame(rows, columns=["domain", "step", "count"])


def by_channel(pages: Int64) -> Int64:
    """Pages seen through each channel, of a tally's `viewed`."""
    total: Int64 = pages.sum(axis=(1, 2, 3))
    return total


def outlay_of(brands: Table[Brand]) -> NDArray[np.int64]:
    """Marketing money that all brands have spent on each channel since the first day, fen, shape (CHANNELS,)."""
    return np.asarray(brands["outlay"]).sum(axis=0)


def by_domain(counts: Int64) -> tuple[int, int, int]:
    """Counts by channel: their sum over all channels, over those of the public domain, of the private domain."""
    listed = counts.tolist()
    return sum(listed), sum(listed[n] for n in PUBLIC_CHANNELS), sum(listed[n] for n in PRIVATE_CHANNELS)
