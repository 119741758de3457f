"""Recorder: what is counted day by day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import Int64
from sim.compilation import allocating, compiled
from sim.day import Day, Sums, Tally, Used
from sim.ledger import Revenue
from sim.markets.sums import Party, Total, add_sums, no_sums
from sim.records import Table
from sim.results.standing import COUNTED, STANDING
from sim.state.brands import FUNDS, Brand
from sim.state.channels import PRIVATE_CHANNELS, PUBLIC_CHANNELS, Channel
from sim.state.creators import Tier
from sim.units import FEN

DAILY = (
    "day", "gmv", "orders", "returned", "views", "public_views", "private_views", "public_orders", "private_orders",
    "buyers", "new_customers", "trust", "kocs", "kols", "posts", "questions", "answers", "marketing_cost",
    "platform_revenue", "creator_income", "consumer_surplus",
)  # fmt: skip


class Flows(NamedTuple):
    """What a day has brought beside orders; money in fen."""

    questions: int
    answers: int
    marketing_cost: int
    platform_revenue: int
    creator_income: int


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
        self.outlay_before = np.zeros(FUNDS, np.int64)

    def start_measuring(self, m: Day) -> None:
        """Remember what stands when burn-in ends."""
        self.first_kocs = np.flatnonzero((m.creators["tier"] == Tier.KOC) & (m.creators["active"]))
        self.revenue_before = m.accounts.revenue.copy()
        self.brand_cash_before = brand_cash(m)
        self.outlay_before = outlay_of(m.brands)

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
        add_sums(self.sums, today)

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


@compiled
def standing_now(m: Day) -> tuple[int, int, int, int]:
    """KOCs and KOLs in business; what creators earned today, and platforms since the first day, fen."""
    kocs = kols = earned = 0
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        kocs += creator.active and creator.tier == Tier.KOC
        kols += creator.active and creator.tier == Tier.KOL
        earned += creator.earned_today
    return kocs, kols, earned, m.accounts.revenue.sum()


@allocating
def by_channel(pages: Int64) -> Int64:
    """Pages seen through each channel, of a tally's `viewed`."""
    total = np.empty(pages.shape[0], np.int64)
    for channel in range(pages.shape[0]):
        total[channel] = pages[channel].sum()
    return total


def by_domain(counts: Int64) -> tuple[int, int, int]:
    """Counts by channel: their sum over all channels, over those of the public domain, of the private domain."""
    listed = counts.tolist()
    return sum(listed), sum(listed[n] for n in PUBLIC_CHANNELS), sum(listed[n] for n in PRIVATE_CHANNELS)


def brand_cash(m: Day) -> int:
    """What brands own, fen."""
    accounts = m.accounts
    return int(accounts.brand.sum() + accounts.brand_balance.sum() + accounts.deposit.sum())


def outlay_of(brands: Table[Brand]) -> NDArray[np.int64]:
    """Marketing money that all brands have spent out of each fund since the first day, fen, shape (FUNDS,)."""
    return np.asarray(brands["outlay"]).sum(axis=0)
