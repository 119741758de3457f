"""Sponsorship: what brands pay creators and platforms to be promoted, until the week's budget is spent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.agents.brand import Brand, Spending
from sim.agents.creating import Contracts
from sim.markets.settlement import Batch, Lines
from sim.parameters import Creators as Pay
from sim.records import Channel, Creators, Int64, Posts, Tier

FEN = 100
SPENDING_OF_TIER = {Tier.KOC: Spending.KOC, Tier.KOL: Spending.KOL, Tier.BRAND: Spending.OWN}


def contracts(brands: Sequence[Brand], pay: Pay) -> Contracts:
    """What each brand pays creators of each tier today: the agreed rates, or nothing where the money is spent."""
    shape = (len(Tier), len(brands))
    visible, hidden, slot_fee = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for brand in brands:
        for tier in (Tier.KOC, Tier.KOL):
            if brand.promotes(SPENDING_OF_TIER[tier]):
                visible[tier, brand.number] = pay.commission
                hidden[tier, brand.number] = pay.resale_margin
                if tier == Tier.KOL:
                    slot_fee[tier, brand.number] = pay.slot_fee
    return Contracts(visible, hidden, slot_fee)


def ad_bids(brands: Sequence[Brand], brand_of: NDArray[np.int16]) -> NDArray[np.float64]:
    """Ad budget left behind each product, fen, shape (J,)."""
    left = np.array([
        max(brand.split[Spending.ADS] * brand.budget - brand.spent[Spending.ADS], 0.0)
        if brand.promotes(Spending.ADS) else 0.0
        for brand in brands
    ])  # fmt: skip
    return left[brand_of]


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
