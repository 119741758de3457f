"""Withdrawal: brands and creators take the money that platforms hold for them, for a fee."""

from __future__ import annotations

from sim.agents.knowing import key_of
from sim.compilation import inlined
from sim.day import Day
from sim.draws import Stream, uniform
from sim.ledger import Revenue, move
from sim.markets.fees import withdrawal_fee


@inlined
def withdraw_brands(m: Day) -> None:
    """Let each brand with a balance withdraw it with the platform's probability, unless the fee is as much."""
    accounts = m.accounts
    for v in range(m.platforms.shape[0]):
        platform = m.platforms[v]
        for brand in range(m.brands.shape[0]):
            place, held = (v, brand), accounts.brand_balance[v, brand]
            u = uniform(m.keys[Stream.WITHDRAWAL], m.day, brand, v)
            fee = withdrawal_fee(held, m.brand_withdrawn[v, brand], platform)
            if held > 0 and u < platform.withdrawal_habit and fee < held:
                m.brand_withdrawn[v, brand] += held
                move(accounts.brand_balance, place, accounts.revenue, (v, Revenue.WITHDRAWAL_FEE), fee)
                move(accounts.brand_balance, place, accounts.brand, brand, held - fee)


@inlined
def withdraw_creators(m: Day) -> None:
    """Let each creator with a balance withdraw it with the home platform's probability, unless the fee is as much."""
    accounts = m.accounts
    for k in range(m.creators.shape[0]):
        creator, held = m.creators[k], accounts.creator_balance[k]
        platform = m.platforms[creator.home]
        u = uniform(m.keys[Stream.WITHDRAWAL], m.day, key_of(creator), m.platforms.shape[0])
        fee = withdrawal_fee(held, creator.withdrawn, platform)
        if held > 0 and u < platform.withdrawal_habit and fee < held:
            creator.withdrawn += held
            move(accounts.creator_balance, k, accounts.revenue, (creator.home, Revenue.WITHDRAWAL_FEE), fee)
            move(accounts.creator_balance, k, accounts.creator, k, held - fee)
