"""Sponsorship: what brands pay creators and platforms to be promoted, until the week's budget is spent."""

from __future__ import annotations

import numpy as np

from sim.agents.brand import CHANNELS, Purses, Spending, promotes
from sim.agents.creating import Contracts
from sim.compiled import allocating, compiled
from sim.ledger import Accounts, Stream, move
from sim.markets.account import Books, Tariff
from sim.records import NOBODY, Byte, Channel, Double, Int16, Int32, Int64, Posts, Tier

FEN = 100
TIERS = len(Tier)


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


@compiled
def slot_fee(slot: int, per_follower: float, audience: int) -> int:
    """Fixed fee of a post in fen, due on the first promoted post of a creator's day."""
    return int(FEN * slot * per_follower * audience)


@compiled
def charge_slot_fees(
    posts: Posts, audience: Int64, tariff: Tariff, accounts: Accounts, purses: Purses, earned: Int64
) -> None:
    """Let brands pay the fixed fees of today's posts.

    Parameters
    ----------
    audience
        Followers of each creator, shape (K,).
    earned
        What each creator earns today, to be written; fen, shape (K,).
    """
    earned[:] = 0
    for n in range(posts.creator.shape[0]):
        creator, brand = posts.creator[n], tariff.brand[posts.product[n]]
        per_follower = tariff.agreed.slot_fee[tariff.tier[creator], brand]
        fee = slot_fee(int(posts.slot[n]), per_follower, audience[creator])
        move(accounts.brand, brand, accounts.creator_balance, creator, fee)
        purses.spent[brand, Spending.KOL] += fee
        earned[creator] += fee


@compiled
def charge_ads(viewed: Int64, price: Int64, brand_of: Int16, accounts: Accounts, purses: Purses) -> None:
    """Let brands pay for the ads that were seen, by platform and product, at each platform's price of a view in fen."""
    for platform in range(viewed.shape[0]):
        for product in range(viewed.shape[1]):
            brand, fen = brand_of[product], viewed[platform, product] * price[platform]
            move(accounts.brand, brand, accounts.revenue, (platform, Stream.ADS), fen)
            purses.spent[brand, Spending.ADS] += fen


@compiled
def give_packets(joined: Int64, contact: int, accounts: Accounts, purses: Purses) -> None:
    """Let brands give a red packet of so many fen to each consumer who joined the own account."""
    for brand in range(joined.shape[0]):
        fen = max(joined[brand], 0) * contact
        move(accounts.brand, brand, accounts.consumers, 0, fen)
        purses.spent[brand, Spending.OWN] += fen


@compiled
def spending_on(channel: int, tier: int) -> int:
    """What promotion of an order is booked on: the tier of the creator who sold (or `NOBODY`), else ads, else fees."""
    if tier == Tier.KOC.value:
        return Spending.KOC.value
    if tier == Tier.KOL.value:
        return Spending.KOL.value
    if tier == Tier.BRAND.value:
        return Spending.OWN.value
    return Spending.ADS.value if channel == Channel.AD.value else Spending.FEES.value


@compiled
def book_order(n: int, channel: int, tier: Byte, books: Books, purses: Purses, earned: Int64) -> None:
    """Book what promotion cost on an order that is kept, the gross margin, and what the creator earned.

    Commission, hidden margin and the platform's take count as marketing cost.

    Parameters
    ----------
    tier
        Of each creator, shape (K,).
    earned
        What each creator has earned today, to be added to; fen, shape (K,).
    """
    bills, lines = books.bills, books.lines
    if bills.returned[n]:
        return
    creator, brand, pay = bills.creator[n], bills.brand[n], lines.commission[n] + lines.margin[n]
    spending = spending_on(channel, tier[creator] if creator >= 0 else NOBODY)
    purses.spent[brand, spending] += lines.platform[n] + pay
    if spending < CHANNELS:
        purses.earned[brand, spending] += bills.price[n] - bills.goods[n]
    if creator >= 0:
        earned[creator] += pay
