"""The account of one order, from top to bottom: divided, paid, shipped, sent back, paid out, refunded.

The buyer's payment and the platform's coupon go into escrow; the brand buys and ships the goods; on the day of
settlement the price is divided, line by line, among platform, creator and brand; an order sent back has every line
reversed and is refunded.
"""

from __future__ import annotations

import numpy as np

from sim.agents.contracts import visible_pay
from sim.compiled import compiled, inlined
from sim.day import Day
from sim.ledger import Revenue, move
from sim.ranges import MOST_FEN
from sim.state import Order

NEVER = (1 << 31) - 1
BILLIONTHS = 1_000_000_000  # shares of a price are kept in billionths


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
    take, commission, margin, rest
        Fen.
    """
    platform, visible, hidden = part(price, take), part(price, commission), part(price, margin)
    return platform, visible, hidden, price - platform - visible - hidden


@inlined
def bill(order: Order, m: Day) -> None:
    """Write down how the price of an order is divided, on the terms of today."""
    take, commission, margin = m.platforms[order.platform].take_rate, 0.0, 0.0
    if order.creator >= 0 and m.creators[order.creator].brand < 0:
        mark_up = m.p.creators.resale_margin
        margin = mark_up / (1.0 + mark_up)
        if order.paid:
            commission = visible_pay(order.brand, m.creators[order.creator].tier, order.platform, m)
    order.cost = m.products[order.product].cost
    order.fee, order.commission, order.margin, order.rest = divide(order.price, take, commission, margin)


@inlined
def day_of_refund(order: Order, m: Day) -> int:
    """Day on which an order that was sent back is refunded."""
    return order.received + m.platforms[order.platform].return_days


@inlined
def missing(order: Order) -> int:
    """Fen by which the lines of an order miss its price."""
    return order.price - order.fee - order.commission - order.margin - order.rest


@inlined
def pay(order: Order, m: Day) -> None:
    """The buyer's payment and the platform's coupon go into escrow."""
    accounts, platform = m.accounts, order.platform
    move(accounts.consumers, 0, accounts.escrow, platform, order.price - order.coupon)
    move(accounts.revenue, (platform, Revenue.COUPON), accounts.escrow, platform, order.coupon)


@inlined
def ship(order: Order, m: Day) -> None:
    """The brand buys the goods and sends them."""
    accounts = m.accounts
    move(accounts.brand, order.brand, accounts.supplier, 0, order.cost)
    move(accounts.brand, order.brand, accounts.carrier, 0, m.shipping)


@inlined
def send_back(order: Order, m: Day) -> None:
    """The goods go back, and are sold again; the brand pays for the trip."""
    accounts = m.accounts
    move(accounts.supplier, 0, accounts.brand, order.brand, order.cost)
    move(accounts.brand, order.brand, accounts.carrier, 0, m.shipping)


@inlined
def post_lines(order: Order, sign: int, m: Day) -> None:
    """Pay every line out of escrow (``sign`` 1), or reverse every line (-1).

    The claw-back may leave a creator's balance negative.
    """
    accounts, platform, creator = m.accounts, order.platform, order.creator
    move(accounts.escrow, platform, accounts.revenue, (platform, Revenue.TAKE), sign * order.fee)
    if creator >= 0:
        earned = order.commission + order.margin
        move(accounts.escrow, platform, accounts.creator_balance, creator, sign * earned)
    move(accounts.escrow, platform, accounts.brand_balance, (platform, order.brand), sign * order.rest)


@inlined
def refund(order: Order, m: Day) -> None:
    """The payment goes back out of escrow to the buyer, the coupon to the platform."""
    accounts, platform = m.accounts, order.platform
    fen = order.price - order.coupon
    move(accounts.escrow, platform, accounts.consumers, 0, fen)
    move(accounts.escrow, platform, accounts.revenue, (platform, Revenue.COUPON), order.coupon)
    consumer = m.consumers[order.consumer]
    consumer.wallet = min(
        consumer.wallet + fen, MOST_FEN
    )  # until the morning, when it holds two months' budget at most
