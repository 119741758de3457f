"""Sponsorship: what brands pay creators and platforms to be promoted, until the week's budget is spent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.brand import Purses, Spending, promotes
from sim.agents.creating import Contracts
from sim.compiled import allocating
from sim.markets.settlement import Batch, Lines
from sim.records import NOBODY, Channel, Creators, Double, Int16, Int32, Int64, Posts, Tier

FEN = 100
TIERS = len(Tier)
SPENDING_OF_TIER = {Tier.KOC: Spending.KOC, Tier.KOL: Spending.KOL, Tier.BRAND: Spending.OWN}


@allocating
def contracts(purses: Purses, commission: float, margin: float, slot_fee: float) -> Contracts:
    """What each brand pays creators of each tier today: the agreed rates, or nothing where the money is spent.

    Parameters
    ----------
    purses
        Money left.
    commission, margin
        Agreed shares of price.
    slot_fee
        Agreed with KOLs, yuan per follower and promoted post.
    """
    brands = purses.budget.shape[0]
    agreed = Contracts(np.zeros((TIERS, brands)), np.zeros((TIERS, brands)), np.zeros((TIERS, brands)))
    for brand in range(brands):
        for tier, channel in ((Tier.KOC.value, Spending.KOC.value), (Tier.KOL.value, Spending.KOL.value)):
            if promotes(brand, channel, purses):
                agreed.visible[tier, brand] = commission
                agreed.hidden[tier, brand] = margin
        if promotes(brand, Spending.KOL.value, purses):
            agreed.slot_fee[Tier.KOL.value, brand] = slot_fee
    return agreed


@allocating
def open_accounts(purses: Purses, first: int) -> Int32:
    """Own account of each brand that takes new contacts today, or `NOBODY`; shape (B,).

    Parameters
    ----------
    purses
        Money left.
    first
        Row of the first brand's account among creators; `NOBODY` where brands have none.
    """
    accounts = np.full(purses.budget.shape[0], NOBODY, np.int32)
    for brand in range(accounts.shape[0]):
        if first >= 0 and promotes(brand, Spending.OWN.value, purses):
            accounts[brand] = first + brand
    return accounts


@allocating
def ad_bids(purses: Purses, brand_of: Int16) -> Double:
    """Ad budget left behind each product, fen, shape (J,)."""
    bids = np.zeros(brand_of.shape[0])
    for product in range(bids.shape[0]):
        brand, ads = int(brand_of[product]), Spending.ADS.value
        if promotes(brand, ads, purses):
            budget = float(purses.split[brand, ads]) * int(purses.budget[brand])
            bids[product] = budget - int(purses.spent[brand, ads])
    return bids


def slot_fees(posts: Posts, creators: Creators, agreed: Contracts, brand_of: NDArray[np.int16]) -> Int64:
    """Fixed fee of each post in fen, due on the first promoted post of a creator's day; shape (P,)."""
    tier, brand = creators.tier[posts.creator], brand_of[posts.product]
    per_follower = agreed.slot_fee[tier, brand]
    return np.floor(FEN * posts.slot * per_follower * creators.audience[posts.creator]).astype(np.int64)


def marketing_cost(
    batch: Batch, lines: Lines, creators: Creators, channel: NDArray[np.int8]
) -> tuple[Int64, NDArray[np.int64]]:
    """What promotion cost on each kept order, and what it is booked on.

    Commission, hidden margin and the platform's take count as marketing cost; they are booked on the tier of the
    creator who sold, on ads, or on fees.

    Returns
    -------
    cost, spending
        Fen, and `Spending`, shape (n,) each.
    """
    cost = np.where(batch.returned, 0, lines.platform + lines.commission + lines.margin)
    spending = np.full(len(cost), int(Spending.FEES))
    spending[channel == Channel.AD] = Spending.ADS
    sold = batch.creator >= 0
    tiers = np.array([SPENDING_OF_TIER[tier] for tier in Tier])
    spending[sold] = tiers[creators.tier[batch.creator[sold]]]
    return cost, spending


def is_paid(batch: Batch, creators: Creators, agreed: Contracts) -> NDArray[np.bool_]:
    """Orders sold by a creator whom the brand pays today, in whatever form; shape (n,)."""
    tier = np.append(creators.tier, 0)[batch.creator]
    pay = agreed.visible + agreed.hidden + agreed.slot_fee
    return (batch.creator >= 0) & (pay[tier, batch.brand] > 0)
