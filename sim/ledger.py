"""Double entry in integer fen: every yuan that leaves one account arrives in another, and the sum stays zero."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import LedgerError
from sim.records import Int64

Places = int | NDArray[np.integer[Any]]
"""One account of a column, or one for each entry."""


class Stream(IntEnum):
    """A platform's streams of revenue; the coupon is the stream it spends."""

    TAKE = 0
    ANNUAL_FEE = 1
    ADS = 2
    WITHDRAWAL_FEE = 3
    FLOAT = 4
    COUPON = 5


class Accounts(NamedTuple):
    """Balances in fen. V platforms, B brands, K creators."""

    consumers: Int64  # (1,) all consumers together; negative: what they have paid, net of refunds
    escrow: Int64  # (V,) paid by consumers, not yet settled
    deposit: Int64  # (V,) merchants' deposits held
    revenue: Int64  # (V * len(Stream),) by platform and stream
    brand_balance: Int64  # (V * B,) held by the platform for brands
    brand: Int64  # (B,) brands' own banks; negative while they have paid out more than came in
    creator_balance: Int64  # (K,) held by the platform for creators
    creator: Int64  # (K,) withdrawn by creators
    supplier: Int64  # (1,) cost of goods
    carrier: Int64  # (1,) shipping
    bank: Int64  # (1,) negative: interest paid


class Ledger:
    """The accounts of all parties.

    Parameters
    ----------
    platforms, brands, creators
        How many there are; creators may be added with `open_creators`.
    """

    def __init__(self, platforms: int, brands: int, creators: int) -> None:
        sizes = {
            "escrow": platforms,
            "deposit": platforms,
            "revenue": platforms * len(Stream),
            "brand_balance": platforms * brands,
            "brand": brands,
            "creator_balance": creators,
            "creator": creators,
        }
        self.accounts = Accounts(*(np.zeros(sizes.get(name, 1), np.int64) for name in Accounts._fields))
        self.brands = brands

    def open_creators(self, count: int) -> None:
        """Open accounts for creators who have entered."""
        more = np.zeros(count, np.int64)
        self.accounts = self.accounts._replace(
            creator_balance=np.concatenate([self.accounts.creator_balance, more]),
            creator=np.concatenate([self.accounts.creator, more]),
        )

    def move(self, payer: Int64, payers: Places, payee: Int64, payees: Places, fen: ArrayLike) -> None:
        """Move money, entry by entry.

        Parameters
        ----------
        payer, payee
            Columns of accounts, from `accounts`.
        payers, payees
            Which of them, one each or one for all entries.
        fen
            Amounts; negative amounts go the other way.
        """
        amounts = np.asarray(fen, np.int64)
        if amounts.size:
            _post(payer, payers, -amounts)
            _post(payee, payees, amounts)

    def revenue_account(self, platform: ArrayLike, stream: Stream) -> NDArray[np.int64]:
        """Index of a platform's stream in ``accounts.revenue``."""
        return np.asarray(platform, np.int64) * len(Stream) + int(stream)

    def brand_account(self, platform: ArrayLike, brand: ArrayLike) -> NDArray[np.int64]:
        """Index of a brand's balance with a platform in ``accounts.brand_balance``."""
        return np.asarray(platform, np.int64) * self.brands + np.asarray(brand, np.int64)

    def check(self, day: int, pending: NDArray[np.int64]) -> None:
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
        total = int(np.concatenate(self.accounts).sum())
        if total:
            raise LedgerError(f"day {day}: the accounts sum to {total} fen; every entry needs its counter-entry")
        for platform, (held, due) in enumerate(zip(self.accounts.escrow, pending, strict=True)):
            if held != due:
                raise LedgerError(
                    f"day {day}: escrow of platform {platform} holds {held} fen, pending orders {due} fen"
                )


def _post(account: Int64, where: Places, amounts: Int64) -> None:
    if isinstance(where, int) or where.ndim == 0:
        account[where] += np.add.reduce(amounts, axis=None)
    else:
        np.add.at(account, where, amounts)  # the same account may stand there more than once
