"""The account of one order, from top to bottom: billed, paid, delivered, divided, and perhaps refunded.

The buyer's payment and the platform's coupon go into escrow; the brand buys and ships the goods; on the day of
settlement the price is divided, line by line, among platform, creator and brand; an order sent back has every line
reversed and is refunded. Each rule concerns the order in row ``n`` of the books.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.agents.creating import Contracts
from sim.compiled import compiled
from sim.ledger import Accounts, Stream, move
from sim.records import Bool, Byte, Double, Int16, Int32, Int64, Orders

BILLIONTHS = 1_000_000_000  # shares of a price are kept in billionths
NEVER = (1 << 31) - 1


class Stage(IntEnum):
    """How far an order's money has come."""

    IN_ESCROW = 0
    DIVIDED = 1
    REFUNDED = 2


class Tariff(NamedTuple):
    """What an order's bill depends on beside the order. N consumers, K creators, J products, V platforms."""

    home: Byte  # (N,) platform
    tier: Byte  # (K,)
    brand: Int16  # (J,)
    goods_cost: Int64  # (J,) what the brand pays for a product, fen
    take: Double  # (V,) platform's share of price
    settlement_days: Int64  # (V,)
    return_days: Int64  # (V,)
    agreed: Contracts  # what brands pay creators today
    shipping: int  # fen a trip


class Bills(NamedTuple):
    """Who has to do with each order, and what was paid; a row each."""

    number: Int64
    due: Int32  # day on which its money moves next, or NEVER
    consumer: Int32
    platform: Byte
    brand: Int16
    creator: Int32  # or NOBODY
    price: Int32  # fen, before the coupon
    coupon: Int32  # fen
    goods: Int32  # fen, what the brand pays for them
    returned: Bool
    paid: Bool  # whether the brand pays the creator who sold, in whatever form
    stage: Byte  # Stage


class Lines(NamedTuple):
    """How the price of each order is divided, in fen; they add up to it."""

    platform: Int32
    commission: Int32
    margin: Int32
    brand: Int32


class Books(NamedTuple):
    """Orders and their lines, row by row, and the accounts that they are posted to."""

    bills: Bills
    lines: Lines
    accounts: Accounts


@compiled
def part(price: int, share: float) -> int:
    """A share of a price, rounded down to the fen.

    Shares count in whole billionths, so that 29 % of 10 yuan are 290 fen and not, by the rounding of fractions, 289.
    """
    return price * int(np.rint(share * BILLIONTHS)) // BILLIONTHS


@compiled
def divide(price: int, take: float, commission: float, margin: float) -> tuple[int, int, int, int]:
    """Divide a price in fen among platform, creator (visibly and hidden) and brand, which keeps the rest.

    Parameters
    ----------
    take, commission, margin
        Shares of the price.

    Returns
    -------
    platform, commission, margin, brand
        Fen, in the order of `Lines`.
    """
    platform, visible, hidden = part(price, take), part(price, commission), part(price, margin)
    return platform, visible, hidden, price - platform - visible - hidden


@compiled
def bill(n: int, order: int, number: int, day: int, orders: Orders, tariff: Tariff, books: Books) -> None:
    """Write down whom an order concerns, what is paid, and how that is divided."""
    bills, lines, agreed = books.bills, books.lines, tariff.agreed
    price, creator = int(orders.price[order]), orders.creator[order]
    platform, brand = tariff.home[orders.consumer[order]], tariff.brand[orders.product[order]]
    commission, margin, slot_fee = 0.0, 0.0, 0.0
    if creator >= 0:
        tier = tariff.tier[creator]
        commission, margin = agreed.visible[tier, brand], agreed.hidden[tier, brand]
        slot_fee = agreed.slot_fee[tier, brand]
    bills.number[n] = number
    bills.due[n] = day + tariff.settlement_days[platform]
    if orders.returned[order]:
        bills.due[n] = day + min(tariff.settlement_days[platform], tariff.return_days[platform])
    bills.consumer[n] = orders.consumer[order]
    bills.platform[n] = platform
    bills.brand[n] = brand
    bills.creator[n] = creator
    bills.price[n] = price
    bills.coupon[n] = orders.coupon[order]
    bills.goods[n] = tariff.goods_cost[orders.product[order]]
    bills.returned[n] = orders.returned[order] == 1
    bills.paid[n] = commission + margin + slot_fee > 0
    bills.stage[n] = Stage.IN_ESCROW.value
    shares = divide(price, tariff.take[platform], commission, margin)
    lines.platform[n], lines.commission[n], lines.margin[n], lines.brand[n] = shares


@compiled
def missing(n: int, books: Books) -> int:
    """Fen by which the lines of an order miss its price."""
    lines = books.lines
    return books.bills.price[n] - lines.platform[n] - lines.commission[n] - lines.margin[n] - lines.brand[n]


@compiled
def pay(n: int, books: Books) -> None:
    """The buyer's payment and the platform's coupon go into escrow."""
    bills, accounts = books.bills, books.accounts
    platform, coupon = bills.platform[n], bills.coupon[n]
    move(accounts.consumers, 0, accounts.escrow, platform, bills.price[n] - coupon)
    move(accounts.revenue, (platform, Stream.COUPON), accounts.escrow, platform, coupon)


@compiled
def deliver(n: int, shipping: int, books: Books) -> None:
    """The brand buys the goods and ships them; goods sent back are sold again, and have made two trips."""
    accounts, brand, returned = books.accounts, books.bills.brand[n], books.bills.returned[n]
    move(accounts.brand, brand, accounts.supplier, 0, 0 if returned else books.bills.goods[n])
    move(accounts.brand, brand, accounts.carrier, 0, 2 * shipping if returned else shipping)


@compiled
def post_lines(n: int, sign: int, books: Books) -> None:
    """Pay every line out of escrow (``sign`` 1), or reverse every line (-1).

    The claw-back may leave a creator's balance negative.
    """
    bills, lines, accounts = books.bills, books.lines, books.accounts
    platform, creator = bills.platform[n], bills.creator[n]
    move(accounts.escrow, platform, accounts.revenue, (platform, Stream.TAKE), sign * lines.platform[n])
    if creator >= 0:
        earned = lines.commission[n] + lines.margin[n]
        move(accounts.escrow, platform, accounts.creator_balance, creator, sign * earned)
    move(accounts.escrow, platform, accounts.brand_balance, (platform, bills.brand[n]), sign * lines.brand[n])


@compiled
def refund(n: int, books: Books) -> None:
    """The payment goes back out of escrow to the buyer, the coupon to the platform."""
    bills, accounts = books.bills, books.accounts
    platform, coupon = bills.platform[n], bills.coupon[n]
    move(accounts.escrow, platform, accounts.consumers, 0, bills.price[n] - coupon)
    move(accounts.escrow, platform, accounts.revenue, (platform, Stream.COUPON), coupon)


@compiled
def settle(n: int, settlement_days: int, return_days: int, books: Books) -> int:
    """Do what falls due on an order.

    Its lines are paid on the day of settlement; an order sent back is refunded on the day of return. Where that day
    comes first, or is the same, the order is never divided; where it comes later, every line is reversed.

    Returns
    -------
    int
        Fen that the buyer gets back.
    """
    bills = books.bills
    returned, divided = bills.returned[n], bills.stage[n] == Stage.DIVIDED.value
    if not divided and (not returned or settlement_days < return_days):
        post_lines(n, 1, books)
        bills.stage[n] = Stage.DIVIDED.value
        bills.due[n] = bills.due[n] + return_days - settlement_days if returned else NEVER
        return 0
    if divided:
        post_lines(n, -1, books)
    refund(n, books)
    bills.stage[n] = Stage.REFUNDED.value
    bills.due[n] = NEVER
    return bills.price[n] - bills.coupon[n]
