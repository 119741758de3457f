"""Double entry in integer fen: every yuan that leaves one account arrives in another, and the sum stays zero."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Int64
from sim.compilation import compiled
from sim.compilation.context import Context
from sim.errors import LedgerError

Place = int | tuple[int, int]
"""One account of a column: its row, or platform and stream, or platform and brand."""


class Revenue(IntEnum):
    """A platform's streams of revenue; coupons and pay are streams it spends."""

    TAKE = 0
    ANNUAL_FEE = 1
    ADS = 2
    WITHDRAWAL_FEE = 3
    FLOAT = 4
    COUPON = 5
    PAY = 6


class Accounts(Context):
    """Balances in fen. V platforms, B brands, K creators."""

    consumers: Int64  # (1,) all consumers together; negative: what they have paid, net of refunds
    escrow: Int64  # (V,) paid by consumers, not yet settled
    deposit: Int64  # (V,) merchants' deposits held
    revenue: Int64  # (V, len(Revenue))
    brand_balance: Int64  # (V, B) held by the platform for brands
    brand: Int64  # (B,) brands' own banks; negative while they have paid out more than came in
    creator_balance: Int64  # (K,) held by the platform for creators
    creator: Int64  # (K,) withdrawn by creators
    supplier: Int64  # (1,) cost of goods
    carrier: Int64  # (1,) shipping
    staff: Int64  # (1,) paid to platforms' staff
    bank: Int64  # (1,) negative: interest paid


@compiled
def move(payer: Int64, source: Place, payee: Int64, target: Place, fen: int) -> None:
    """Move money: an entry and its counter-entry, the only way in which an account may change.

    Parameters
    ----------
    payer, payee
        Columns of `Accounts`.
    source, target
        Which account of each.
    fen
        Amount; a negative one goes the other way.
    """
    payer[source] -= fen
    payee[target] += fen


@compiled
def balance(accounts: Accounts) -> int:
    """Sum of all accounts, fen."""
    consumers = accounts.consumers.sum()
    platforms = accounts.escrow.sum() + accounts.deposit.sum() + accounts.revenue.sum()
    brands = accounts.brand_balance.sum() + accounts.brand.sum()
    creators = accounts.creator_balance.sum() + accounts.creator.sum()
    others = accounts.supplier.sum() + accounts.carrier.sum() + accounts.staff.sum() + accounts.bank.sum()
    return consumers + platforms + brands + creators + others


def open_accounts(platforms: int, brands: int, creators: int) -> Accounts:
    """Empty accounts of so many parties."""
    sizes: dict[str, Any] = {
        "escrow": platforms,
        "deposit": platforms,
        "revenue": (platforms, len(Revenue)),
        "brand_balance": (platforms, brands),
        "brand": brands,
        "creator_balance": creators,
        "creator": creators,
    }
    return Accounts(*(np.zeros(sizes.get(name, 1), np.int64) for name in Accounts._fields))


def check(accounts: Accounts, day: int, pending: NDArray[np.int64]) -> None:
    """Check that the accounts close.

    Parameters
    ----------
    day
        Named in the error.
    pending
        Fen of orders not yet settled by platform, shape (V,): what the escrow must hold.

    Raises
    ------
    LedgerError
        If the accounts do not sum to zero, or an escrow does not hold what is pending.
    """
    total = int(balance(accounts))
    if total:
        raise LedgerError(f"day {day}: the accounts sum to {total} fen; every entry needs its counter-entry")
    for platform, (held, due) in enumerate(zip(accounts.escrow.tolist(), pending.tolist(), strict=True)):
        if held != due:
            raise LedgerError(f"day {day}: escrow of platform {platform} holds {held} fen, pending orders {due} fen")
