"""Withdrawal: brands and creators take the money that platforms hold for them, for a fee."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.draws import uniform
from sim.ledger import Accounts, Place, Stream, move
from sim.markets.terms import Terms
from sim.records import Byte, Int64


class Parties(NamedTuple):
    """What brands and creators have withdrawn in their lives, fen, and who creators are."""

    brand: Int64  # (V, B)
    creator: Int64  # (K,)
    home: Byte  # (K,) platform
    key: Int64  # (K,) whose luck a creator has


@compiled
def withdrawal_fee(fen: int, withdrawn: int, platform: int, terms: Terms) -> int:
    """Fee on a withdrawal, fen: a share of what exceeds the lifetime's free allowance, at least the smallest fee.

    Parameters
    ----------
    fen
        Amount withdrawn.
    withdrawn
        What the party has withdrawn before, fen.
    """
    free = max(terms.withdrawal_free[platform] - withdrawn, 0)
    charged = max(fen - free, 0)
    if charged == 0 or terms.withdrawal_fee[platform] == 0:
        return 0
    return max(int(charged * terms.withdrawal_fee[platform]), terms.withdrawal_fee_least[platform])


@compiled
def cash(balance: Int64, place: Place, withdrawn: Int64, platform: int, terms: Terms, accounts: Accounts) -> int:
    """Empty a balance for a fee, unless the fee is as much as the balance.

    Parameters
    ----------
    balance, withdrawn
        What a party has with a platform, and has withdrawn there before, each in its place; fen.

    Returns
    -------
    int
        What the party gets, fen.
    """
    held = balance[place]
    fee = withdrawal_fee(held, withdrawn[place], platform, terms)
    if fee >= held:
        return 0
    withdrawn[place] += held
    move(balance, place, accounts.revenue, (platform, Stream.WITHDRAWAL_FEE), fee)
    return held - fee


@compiled
def withdraw_brands(day: int, luck: np.uint64, terms: Terms, parties: Parties, accounts: Accounts) -> None:
    """Let each brand with a balance withdraw it with the platform's probability."""
    platforms, brands = accounts.brand_balance.shape
    for platform in range(platforms):
        for brand in range(brands):
            place, draw = (platform, brand), uniform(luck, day, brand, platform)
            if accounts.brand_balance[place] > 0 and draw < terms.withdrawal_habit[platform]:
                fen = cash(accounts.brand_balance, place, parties.brand, platform, terms, accounts)
                move(accounts.brand_balance, place, accounts.brand, brand, fen)


@compiled
def withdraw_creators(day: int, luck: np.uint64, terms: Terms, parties: Parties, accounts: Accounts) -> None:
    """Let each creator with a balance withdraw it with the home platform's probability."""
    platforms = accounts.brand_balance.shape[0]
    for creator in range(parties.home.shape[0]):
        platform, draw = parties.home[creator], uniform(luck, day, parties.key[creator], platforms)
        if accounts.creator_balance[creator] > 0 and draw < terms.withdrawal_habit[platform]:
            fen = cash(accounts.creator_balance, creator, parties.creator, platform, terms, accounts)
            move(accounts.creator_balance, creator, accounts.creator, creator, fen)
