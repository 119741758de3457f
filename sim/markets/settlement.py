"""Settlement: the orders whose money still moves, what falls due on them, fees and interest."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.errors import LedgerError
from sim.ledger import Accounts, Ledger, Stream, move
from sim.markets.account import NEVER, Bills, Books, Lines, Stage, Tariff, settle
from sim.markets.checkout import Desk, check_out
from sim.markets.terms import DAYS_A_YEAR, Terms, annual_fee, terms
from sim.markets.withdrawal import Parties, withdraw_brands, withdraw_creators
from sim.parameters import Platform
from sim.records import Byte, Int32, Int64, Orders, empty, join

MOST_FEN = (1 << 31) - 1  # in a wallet, until the next morning, when it holds the budget of two months at most
PARTS = 1_000_000  # interest rates are kept in millionths a year, so that interest is exact


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
        Orders by purchase, of which ``rows`` are in use; closed ones stand there until their room is needed.
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
        """Use the rows of closed orders again once the others are taken, and make more where that is not enough."""
        room = len(self.bills.stage)
        if self.rows + more <= room:
            return
        still_open = np.flatnonzero(self.bills.due[: self.rows] != NEVER)
        self.rows = len(still_open)
        for column in (*self.bills, *self.lines):
            column[: self.rows] = column[still_open]
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
            back = settle(n, terms.settlement_days[platform], terms.return_days[platform], books)
            wallet[bills.consumer[n]] = min(int(wallet[bills.consumer[n]]) + back, MOST_FEN)


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
def charge_brands(day: int, terms: Terms, accounts: Accounts) -> None:
    """Charge each brand each platform's annual fee, and on the first day its deposit."""
    for platform in range(terms.annual_fee.shape[0]):
        fee = annual_fee(terms.annual_fee[platform], day)
        for brand in range(accounts.brand.shape[0]):
            move(accounts.brand, brand, accounts.revenue, (platform, Stream.ANNUAL_FEE), fee)
            if day == 0:
                move(accounts.brand, brand, accounts.deposit, platform, terms.deposit[platform])
