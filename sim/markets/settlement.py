"""Settlement: the orders whose money still moves, payouts and refunds, withdrawals, fees and interest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.draws import uniform
from sim.errors import LedgerError
from sim.ledger import Accounts, Ledger, Place, Stream, move
from sim.markets.account import NEVER, Bills, Books, Lines, Stage, Tariff, settle
from sim.markets.checkout import Desk, check_out
from sim.parameters import Platform
from sim.records import Byte, Double, Int32, Int64, Orders, each, empty, join

FEN = 100
DAYS_A_YEAR = 365
PARTS = 1_000_000  # interest rates are kept in millionths a year, so that interest is exact


class Terms(NamedTuple):
    """What platforms charge, and when they pay, as the accounts need it; V platforms."""

    take: Double  # (V,) share of price
    settlement_days: Int64  # (V,)
    return_days: Int64  # (V,)
    annual_fee: Int64  # (V,) fen
    deposit: Int64  # (V,) fen
    ad_price: Int64  # (V,) fen a view
    withdrawal_habit: Double  # (V,) probability a day
    withdrawal_fee: Double  # (V,) share of what is charged
    withdrawal_fee_least: Int64  # (V,) fen
    withdrawal_free: Int64  # (V,) fen in a lifetime


def terms(platforms: tuple[Platform, ...]) -> Terms:
    """Platforms' fees and days in columns, money in fen."""

    def fen(yuan: list[float]) -> Int64:
        return np.array([round(one * FEN) for one in yuan], np.int64)

    return Terms(
        take=np.array([p.take_rate for p in platforms], np.float64),
        settlement_days=np.array([p.settlement_days for p in platforms], np.int64),
        return_days=np.array([p.return_days for p in platforms], np.int64),
        annual_fee=fen([p.annual_fee for p in platforms]),
        deposit=fen([p.deposit for p in platforms]),
        ad_price=fen([p.feed.ad_price for p in platforms]),
        withdrawal_habit=np.array([p.withdrawal_habit for p in platforms], np.float64),
        withdrawal_fee=np.array([p.withdrawal_fee for p in platforms], np.float64),
        withdrawal_fee_least=fen([p.withdrawal_fee_least for p in platforms]),
        withdrawal_free=fen([p.withdrawal_free for p in platforms]),
    )


class Parties(NamedTuple):
    """What brands and creators have withdrawn in their lives, fen, and who creators are."""

    brand: Int64  # (V, B)
    creator: Int64  # (K,)
    home: Byte  # (K,) platform
    key: Int64  # (K,) whose luck a creator has


class Settlement:
    """Every order from its purchase until its money has arrived, and what platforms earn meanwhile.

    Parameters
    ----------
    ledger
        The accounts.
    platforms
        Policies, by number.

    Attributes
    ----------
    bills, lines : Bills, Lines
        Orders by purchase, of which ``rows`` are in use; those done with stand there until the room is needed.
    """

    def __init__(self, ledger: Ledger, platforms: tuple[Platform, ...]) -> None:
        self.ledger = ledger
        self.terms = terms(platforms)
        self.yields = [round(platform.float_yield * PARTS) for platform in platforms]
        self.interest_carry = [0] * len(platforms)
        self.bills, self.lines, self.rows = empty(Bills, 0), empty(Lines, 0), 0
        nobody = np.zeros(0, np.int64)
        self.parties = Parties(np.zeros_like(ledger.accounts.brand_balance), nobody, np.zeros(0, np.uint8), nobody)

    def welcome(self, homes: Byte, keys: Int64) -> None:
        """Learn of creators who have entered: the platform each is at home on, and whose luck each has; shape (K,)."""
        missing = len(homes) - len(self.ledger.accounts.creator)
        self.ledger.open_creators(missing)
        withdrawn = np.pad(self.parties.creator, (0, missing))
        self.parties = self.parties._replace(creator=withdrawn, home=homes, key=keys)

    @property
    def books(self) -> Books:
        """The orders' bills and lines, and the accounts that they are posted to."""
        return Books(self.bills, self.lines, self.ledger.accounts)

    def take(self, orders: Orders, tariff: Tariff, number: int, day: int, desk: Desk) -> None:
        """Take the day's orders into the books, and the consumers' money and the coupons into escrow.

        Parameters
        ----------
        number
            Number of the first order.
        desk
            What is noted beside.

        Raises
        ------
        LedgerError
            Naming the first order whose lines do not add up to its price, and the difference.
        """
        self._make_room(len(orders.price))
        wrong = check_out(self.rows, number, day, orders, tariff, self.books, desk)
        if wrong >= 0:
            price, lines = self.bills.price[wrong], {name: line[wrong] for name, line in self.lines._asdict().items()}
            raise LedgerError(
                f"day {day}: order {self.bills.number[wrong]} of {price} fen is divided into lines that miss it by "
                f"{price - sum(lines.values())} fen: " + ", ".join(f"{name} {fen}" for name, fen in lines.items())
            )
        self.rows += len(orders.price)

    def _make_room(self, more: int) -> None:
        """Move orders that are not done with to the top, once the bottom is reached, and double the room if they need it."""
        room = len(self.bills.stage)
        if self.rows + more <= room:
            return
        waiting = np.flatnonzero(self.bills.due[: self.rows] != NEVER)
        self.rows = len(waiting)
        for column in (*self.bills, *self.lines):
            column[: self.rows] = column[waiting]
        if 2 * (self.rows + more) > room:
            self.bills = join([self.bills, empty(Bills, room + 2 * more)])
            self.lines = join([self.lines, empty(Lines, room + 2 * more)])

    def close_day(self, day: int, luck: np.uint64, wallet: Int32) -> None:
        """Charge fees, divide and refund the orders of which it is the day, and let parties withdraw; pay interest.

        Parameters
        ----------
        day, luck
            Day, and key of the stream of withdrawals.
        wallet
            Of each consumer, fen, shape (N,); refunds are added.

        Raises
        ------
        LedgerError
            If the accounts do not close.
        """
        settle_day(day, luck, self.rows, self.books, self.terms, self.parties, wallet)
        self.pay_interest()
        self.ledger.check(day, self.pending())

    def pending(self) -> Int64:
        """Fen that each platform's escrow must hold, shape (V,), counted order by order."""
        held = np.zeros(len(self.yields), np.int64)
        count_pending(self.rows, self.bills, held)
        return held

    def pay_interest(self) -> None:
        """A day's interest on escrow, balances and deposits; the fraction of a fen is carried over."""
        accounts, stream = self.ledger.accounts, int(Stream.FLOAT)
        held = np.zeros(len(self.yields), np.int64)
        count_held(self.parties.home, accounts, held)
        for platform, fen in enumerate(held.tolist()):
            # in Python's integers: a year's millionths of all the money there is would not fit into 64 bits
            carry = self.interest_carry[platform] + max(fen, 0) * self.yields[platform]
            earned, self.interest_carry[platform] = divmod(carry, DAYS_A_YEAR * PARTS)
            move(accounts.bank, 0, accounts.revenue, (platform, stream), earned)


@compiled
def settle_day(
    day: int, luck: np.uint64, rows: int, books: Books, terms: Terms, parties: Parties, wallet: Int32
) -> None:  # fmt: skip
    """What platforms do with money on a day, in its order."""
    charge_brands(day, terms, books.accounts)
    settle_orders(day, rows, books, terms, wallet)
    withdraw_brands(day, luck, terms, parties, books.accounts)
    withdraw_creators(day, luck, terms, parties, books.accounts)


@compiled
def settle_orders(day: int, rows: int, books: Books, terms: Terms, wallet: Int32) -> None:
    """Let what is due today happen to each order of the books."""
    bills = books.bills
    for n in range(rows):
        if bills.due[n] <= day:
            platform = bills.platform[n]
            wallet[bills.consumer[n]] += settle(n, terms.settlement_days[platform], terms.return_days[platform], books)


@compiled
def count_pending(rows: int, bills: Bills, held: Int64) -> None:
    """Add the prices of orders in escrow, by platform."""
    for n in range(rows):
        if bills.stage[n] == Stage.IN_ESCROW.value:
            held[bills.platform[n]] += bills.price[n]


@compiled
def count_held(home: Byte, accounts: Accounts, held: Int64) -> None:
    """Add what each platform holds for others: escrow, deposits, balances of brands and of its own creators."""
    for platform in range(held.shape[0]):
        held[platform] += accounts.escrow[platform] + accounts.deposit[platform]
        for brand in range(accounts.brand.shape[0]):
            held[platform] += accounts.brand_balance[platform, brand]
    for creator in range(home.shape[0]):
        held[home[creator]] += accounts.creator_balance[creator]


@compiled
def annual_fee(yearly: int, day: int) -> int:
    """Part of a brand's annual fee that falls on a day, fen; the parts of 365 days add up to the fee."""
    return yearly * (day + 1) // DAYS_A_YEAR - yearly * day // DAYS_A_YEAR


@compiled
def charge_brands(day: int, terms: Terms, accounts: Accounts) -> None:
    """Charge each brand each platform's annual fee, and on the first day its deposit."""
    for platform in range(terms.annual_fee.shape[0]):
        fee = annual_fee(terms.annual_fee[platform], day)
        for brand in range(accounts.brand.shape[0]):
            move(accounts.brand, brand, accounts.revenue, (platform, Stream.ANNUAL_FEE), fee)
            if day == 0:
                move(accounts.brand, brand, accounts.deposit, platform, terms.deposit[platform])


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
