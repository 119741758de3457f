"""Contracts: what brands pay creators for, out of which fund, and that it is paid."""

from __future__ import annotations

from sim.agents.pay import is_for
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.ledger import move
from sim.ranges import MOST_FEN
from sim.sets import has
from sim.state.brands import Fund
from sim.state.creators import Tier
from sim.state.pay import Base, Funder
from sim.units import FEN


@compiled
def fund_of(tier: int) -> int:
    """The `Fund` out of which creators of a tier are paid."""
    if tier == Tier.KOC:
        return Fund.KOC
    return Fund.KOL if tier == Tier.KOL else Fund.OWN


@inlined
def usual_fee(k: int, m: Day) -> float:
    """Fee of a paid post of creator k where money is not plenty, the mean over brands, fen."""
    creator = m.creators[k]
    platform = m.platforms[creator.home]
    return FEN * platform.follower_pay[creator.tier] * creator.audience + FEN * platform.post_pay[creator.tier]


@inlined
def fee_of(k: int, b: int, m: Day) -> int:
    """Fee of a post of creator k that brand b pays today, fen."""
    creator, for_followers, for_post = m.creators[k], 0.0, 0.0
    for n in range(m.platforms[creator.home].lines):
        line = m.pay[creator.home, n]
        if line.by == Funder.BRAND and has(line.tiers, creator.tier) and is_for(line, b):
            for_followers += line.fixed if line.of == Base.FOLLOWER else 0.0
            for_post += line.fixed if line.of == Base.POST else 0.0
    fee = FEN * for_followers * creator.audience + FEN * for_post
    return int(min(fee * m.fee_level[creator.tier], MOST_FEN))


@inlined
def may_contract(tier: int, m: Day) -> bool:
    """Whether any brand offers contracts to creators of a tier today."""
    return m.contracted[tier] == 1


@inlined
def is_sold(product: int, platform: int, m: Day) -> bool:
    """Whether the brand of a product sells on a platform."""
    is_open: bool = m.shops[m.products[product].brand, platform].open
    return is_open


@inlined
def can_pay(product: int, tier: int, fee: int, m: Day) -> bool:
    """Whether the brand of a product can pay a fee out of its fund."""
    return m.brands[m.products[product].brand].fund[fund_of(tier)] >= fee


@inlined
def spend(b: int, fund: int, fen: float, m: Day) -> None:
    """Note that a brand has spent marketing money out of a `Fund`."""
    m.brands[b].fund[fund] -= fen
    m.brands[b].spent[fund] += int(fen)
    m.brands[b].outlay[fund] += int(fen)


@inlined
def sign(k: int, product: int, m: Day) -> int:
    """Sign a contract for a post: the fee is paid at once; returns it, fen."""
    creator, b = m.creators[k], m.products[product].brand
    fee = fee_of(k, b, m)
    move(m.accounts.brand, b, m.accounts.creator_balance, k, fee)
    spend(b, fund_of(creator.tier), fee, m)
    creator.earned_today += fee
    return fee


@inlined
def give_sample(product: int, m: Day) -> None:
    """Give a KOC the product to try."""
    goods = m.products[product]
    move(m.accounts.brand, goods.brand, m.accounts.supplier, 0, goods.cost)
    spend(goods.brand, Fund.KOC, goods.cost, m)
