"""Contracts between brands and creators: who offers any, who can pay, and that it is paid; samples."""

from __future__ import annotations

from sim.agents.sponsorship_fees import fee_of, fund_of
from sim.compilation import inlined
from sim.day import Day
from sim.ledger import move
from sim.state.brands import Fund


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
def spend(b: int, fund: int, fen: int, m: Day) -> None:
    """Note that a brand has spent marketing money out of a `Fund`."""
    m.brands[b].fund[fund] -= fen
    m.brands[b].spent[fund] += fen
    m.brands[b].outlay[fund] += fen


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
