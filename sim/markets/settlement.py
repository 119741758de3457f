"""Settlement: each order's money to every party, payouts, withdrawals, fees and interest."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import uniforms_at
from sim.errors import LedgerError
from sim.ledger import Ledger, Stream
from sim.parameters import Brands, Platform
from sim.records import Double, Int64, each

FEN = 100
DAYS_A_YEAR = 365
PARTS = 1_000_000  # interest rates are kept in millionths a year, so that interest is exact
BILLIONTHS = 1_000_000_000  # and shares of a price in billionths


class Batch(NamedTuple):
    """A day's orders as settlement needs them; n orders."""

    number: Int64  # (n,) order numbers
    consumer: NDArray[np.int32]  # (n,)
    platform: Int64  # (n,)
    brand: Int64  # (n,)
    creator: Int64  # (n,) or -1
    price: Int64  # (n,) fen, before the coupon
    coupon: Int64  # (n,) fen
    commission: Double  # (n,) creator's visible share of price
    margin: Double  # (n,) creator's hidden share of price
    take: Double  # (n,) platform's share of price
    returned: NDArray[np.bool_]  # (n,)


class Waiting(NamedTuple):
    """Orders that wait for a day, and the sum of their prices, fen."""

    day: int
    batch: Batch
    fen: int


class Lines(NamedTuple):
    """How the price of each order is divided, in fen; n orders."""

    platform: Int64
    commission: Int64
    margin: Int64
    brand: Int64


def divide(batch: Batch) -> Lines:
    """Divide each price: shares are rounded down to the fen, and the brand keeps the rest.

    Shares count in whole billionths, so that 29 % of 10 yuan are 290 fen and not, by the rounding of fractions, 289.
    """
    platform, commission, margin = (
        batch.price * np.rint(share * BILLIONTHS).astype(np.int64) // BILLIONTHS
        for share in (batch.take, batch.commission, batch.margin)
    )
    return Lines(platform, commission, margin, batch.price - platform - commission - margin)


def check_lines(batch: Batch, lines: Lines, day: int) -> None:
    """Check that the lines of each order add up to its price.

    Raises
    ------
    LedgerError
        Naming the first order whose lines do not, and the difference.
    """
    gap = batch.price - sum(lines)
    if np.any(gap):
        worst = int(np.flatnonzero(gap)[0])
        raise LedgerError(
            f"day {day}: order {batch.number[worst]} of {batch.price[worst]} fen is divided into lines that miss it by "
            f"{gap[worst]} fen: " + ", ".join(f"{name} {line[worst]}" for name, line in lines._asdict().items())
        )


class Settlement:
    """Queues of paid and of returned orders, and what happens on each day to them.

    Parameters
    ----------
    ledger
        The accounts.
    platforms
        Policies, by number.
    brands
        Cost of goods and shipping.
    """

    def __init__(self, ledger: Ledger, platforms: tuple[Platform, ...], brands: Brands) -> None:
        self.ledger = ledger
        self.platforms = platforms
        self.shipping = round(brands.shipping * FEN)
        self.to_settle: list[deque[Waiting]] = [deque() for _ in platforms]
        self.to_return: list[deque[Waiting]] = [deque() for _ in platforms]
        self.creator_home = np.zeros(0, np.uint8)
        self.interest_carry = [0] * len(platforms)
        self.brand_withdrawn = np.zeros((len(platforms), ledger.brands), np.int64)
        self.creator_withdrawn = np.zeros(0, np.int64)

    def welcome(self, homes: NDArray[np.uint8], keys: Int64) -> None:
        """Learn of creators who have entered: the platform each is at home on, and whose luck each has; shape (K,)."""
        missing = len(homes) - len(self.ledger.accounts.creator)
        self.ledger.open_creators(missing)
        self.creator_home, self.creator_key = homes, keys
        self.creator_withdrawn = np.pad(self.creator_withdrawn, (0, len(homes) - len(self.creator_withdrawn)))

    def pay(self, batch: Batch, goods_cost: Int64, day: int) -> None:
        """Take the consumers' money and the coupons into escrow; the brand buys and ships the goods.

        Parameters
        ----------
        goods_cost
            Cost of each order's product, fen, shape (n,).
        """
        accounts, move = self.ledger.accounts, self.ledger.move
        coupon_account = self.ledger.revenue_account(batch.platform, Stream.COUPON)
        move(accounts.consumers, 0, accounts.escrow, batch.platform, batch.price - batch.coupon)
        move(accounts.revenue, coupon_account, accounts.escrow, batch.platform, batch.coupon)
        # goods sent back are sold again: their cost returns with them, their shipping does not
        cost = np.where(batch.returned, 0, goods_cost)
        trips = np.where(batch.returned, 2, 1)
        move(accounts.brand, batch.brand, accounts.supplier, 0, cost)
        move(accounts.brand, batch.brand, accounts.carrier, 0, trips * self.shipping)
        for number, platform in enumerate(self.platforms):
            mine = batch if len(self.platforms) == 1 else _part(batch, batch.platform == number)
            back = _part(mine, mine.returned)
            settled = _part(mine, ~mine.returned) if _is_returned_first(platform) else mine
            self.to_settle[number].append(Waiting(day + platform.settlement_days, settled, int(settled.price.sum())))
            self.to_return[number].append(Waiting(day + platform.return_days, back, int(back.price.sum())))

    def settle(self, day: int) -> list[Batch]:
        """Divide the orders whose day of settlement has come, and refund those whose day of return has.

        An order returned before its settlement is refunded out of escrow and never divided. One returned after it has
        every line reversed first: the claw-back may leave a creator's balance negative.

        Returns
        -------
        list of Batch
            The orders refunded today.
        """
        refunded = []
        for number, platform in enumerate(self.platforms):
            for batch in _due(self.to_settle[number], day):
                self._divide(batch, day, 1)
            for batch in _due(self.to_return[number], day):
                if not _is_returned_first(platform):
                    self._divide(batch, day, -1)
                self._refund(batch)
                refunded.append(batch)
        return refunded

    def _divide(self, batch: Batch, day: int, sign: int) -> None:
        accounts, move = self.ledger.accounts, self.ledger.move
        lines = divide(batch)
        check_lines(batch, lines, day)
        sold = batch.creator >= 0
        pay = (lines.commission + lines.margin)[sold]
        take_account = self.ledger.revenue_account(batch.platform, Stream.TAKE)
        brand_account = self.ledger.brand_account(batch.platform, batch.brand)
        move(accounts.escrow, batch.platform, accounts.revenue, take_account, sign * lines.platform)
        move(accounts.escrow, batch.platform[sold], accounts.creator_balance, batch.creator[sold], sign * pay)
        move(accounts.escrow, batch.platform, accounts.brand_balance, brand_account, sign * lines.brand)

    def _refund(self, batch: Batch) -> None:
        accounts, move = self.ledger.accounts, self.ledger.move
        coupon_account = self.ledger.revenue_account(batch.platform, Stream.COUPON)
        move(accounts.escrow, batch.platform, accounts.consumers, 0, batch.price - batch.coupon)
        move(accounts.escrow, batch.platform, accounts.revenue, coupon_account, batch.coupon)

    def pending(self) -> Int64:
        """Fen that each platform's escrow must hold, shape (V,), counted order by order."""
        held = np.zeros(len(self.platforms), np.int64)
        for number, platform in enumerate(self.platforms):
            held[number] = sum(waiting.fen for waiting in self.to_settle[number])
            if _is_returned_first(platform):
                held[number] += sum(waiting.fen for waiting in self.to_return[number])
        return held

    def charge_fees(self, day: int) -> None:
        """Annual fees, accrued daily, and on the first day the deposits."""
        accounts, ledger = self.ledger.accounts, self.ledger
        everyone = np.arange(ledger.brands)
        for number, platform in enumerate(self.platforms):
            today = self.annual_fee(number, day)
            fee_account = ledger.revenue_account(number, Stream.ANNUAL_FEE)
            ledger.move(accounts.brand, everyone, accounts.revenue, int(fee_account), np.full(ledger.brands, today))
            if day == 0:
                deposit = np.full(ledger.brands, round(platform.deposit * FEN))
                ledger.move(accounts.brand, everyone, accounts.deposit, number, deposit)

    def annual_fee(self, platform: int, day: int) -> int:
        """Part of a brand's annual fee that falls on a day, fen; the parts of 365 days add up to the fee."""
        yearly = round(self.platforms[platform].annual_fee * FEN)
        return yearly * (day + 1) // DAYS_A_YEAR - yearly * day // DAYS_A_YEAR

    def pay_interest(self) -> None:
        """A day's interest on escrow, balances and deposits; the fraction of a fen is carried over."""
        accounts, ledger = self.ledger.accounts, self.ledger
        for number, platform in enumerate(self.platforms):
            held = max(self.money_held(number), 0)
            self.interest_carry[number] += held * round(platform.float_yield * PARTS)
            fen, self.interest_carry[number] = divmod(self.interest_carry[number], DAYS_A_YEAR * PARTS)
            ledger.move(accounts.bank, 0, accounts.revenue, int(ledger.revenue_account(number, Stream.FLOAT)), fen)

    def money_held(self, platform: int) -> int:
        """Fen that a platform holds for others: escrow, deposits, balances of brands and of its own creators."""
        accounts, brands = self.ledger.accounts, self.ledger.brands
        balances = int(accounts.brand_balance[platform * brands : (platform + 1) * brands].sum())
        creators = int(accounts.creator_balance[self.creator_home == platform].sum())
        return int(accounts.escrow[platform] + accounts.deposit[platform]) + balances + creators

    def withdraw(self, day: int, luck: np.uint64) -> None:
        """Brands and creators withdraw their balances now and then, for a fee.

        Parameters
        ----------
        day, luck
            Day, and key of the stream of withdrawals.
        """
        accounts, brands = self.ledger.accounts, self.ledger.brands
        everyone = np.arange(brands)
        for number, platform in enumerate(self.platforms):
            willing = uniforms_at(luck, day, everyone, number) < platform.withdrawal_habit
            first = number * brands
            held = accounts.brand_balance[first : first + brands]
            who = everyone[willing & (held > 0)]
            self._withdraw(
                number, self.brand_withdrawn[number], accounts.brand_balance, first + who, accounts.brand, who
            )
            mine = np.flatnonzero((accounts.creator_balance > 0) & (self.creator_home == number))
            draws = uniforms_at(luck, day, self.creator_key[mine], len(self.platforms))
            who = mine[draws < platform.withdrawal_habit]
            self._withdraw(number, self.creator_withdrawn, accounts.creator_balance, who, accounts.creator, who)

    def _withdraw(self, number: int, withdrawn: Int64, balance: Int64, places: Int64, bank: Int64, who: Int64) -> None:
        held = balance[places]
        fee = withdrawal_fee(self.platforms[number], held, withdrawn[who])
        pays = fee < held
        held, fee, places, who = held[pays], fee[pays], places[pays], who[pays]
        fee_account = int(self.ledger.revenue_account(number, Stream.WITHDRAWAL_FEE))
        self.ledger.move(balance, places, self.ledger.accounts.revenue, fee_account, fee)
        self.ledger.move(balance, places, bank, who, held - fee)
        withdrawn[who] += held


def withdrawal_fee(platform: Platform, fen: Int64, withdrawn: Int64) -> Int64:
    """Fee on each withdrawal, fen: a share of what exceeds the lifetime's free allowance, at least the smallest fee.

    Parameters
    ----------
    fen
        Amounts withdrawn, shape (n,).
    withdrawn
        What each party has withdrawn before, fen, shape (n,).
    """
    free = np.maximum(round(platform.withdrawal_free * FEN) - withdrawn, 0)
    charged = np.maximum(fen - free, 0)
    share = np.floor(charged * platform.withdrawal_fee).astype(np.int64)
    fee = np.maximum(share, round(platform.withdrawal_fee_least * FEN))
    return np.where((charged > 0) & (platform.withdrawal_fee > 0), fee, 0)


def _part(batch: Batch, which: NDArray[np.bool_]) -> Batch:
    return each(batch, lambda column: column[which])


def _is_returned_first(platform: Platform) -> bool:
    """Whether returned orders are never settled: they are refunded out of escrow."""
    return platform.return_days <= platform.settlement_days


def _due(queue: deque[Waiting], day: int) -> list[Batch]:
    due = []
    while queue and queue[0].day <= day:
        due.append(queue.popleft().batch)
    return due
