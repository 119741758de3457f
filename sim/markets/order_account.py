"""The account of one order, from top to bottom: divided, paid, shipped, sent back, paid out, refunded.

The buyer's payment and the platform's coupon go into escrow; the brand buys and ships the goods; on the day of
settlement the price is divided, line by line, among platform, creator and brand; an order sent back has every line
reversed and is refunded.
"""

from __future__ import annotations

from sim.agents.leaking import is_settled_outside
from sim.agents.payees import part
from sim.compilation import compiled, inlined
from sim.day import Day, Used
from sim.ledger import Revenue, move
from sim.markets.commission import commission_on
from sim.markets.pay_lines import add_lines, sum_of_lines
from sim.ranges import MOST_FEN
from sim.state.orders import Order

NEVER = (1 << 31) - 1


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
def bill(order: Order, is_new: bool, m: Day) -> None:
    """Write down how the price of an order is divided, on the terms of today.

    Parameters
    ----------
    is_new
        Whether it is the first order of a new member.
    """
    platform, commission, margin = m.platforms[order.platform], 0.0, 0.0
    if order.creator >= 0 and m.creators[order.creator].brand < 0:
        margin = platform.mark_up / (1.0 + platform.mark_up)
        if order.paid:
            commission = commission_on(order, m)
    order.cost = m.products[order.product].cost
    order.first_line = m.used[Used.LINES]
    order.lines = 0
    order.others = 0
    order.owed = 0
    if m.p.leakage.possible and is_settled_outside(order, m):
        bill_outside(order, commission, margin, m)
        return
    order.fee, order.commission, order.margin, order.rest = divide(order.price, platform.take_rate, commission, margin)
    if platform.has_further:
        add_lines(order, is_new, m)


@inlined
def bill_outside(order: Order, commission: float, margin: float, m: Day) -> None:
    """Write down how an order is divided that is settled outside: buyer and seller share what the platform would take.

    The buyer pays less, and enjoys it; the brand gets as much as on the platform.
    """
    saved = part(order.price, m.platforms[order.platform].take_rate)
    discount = int(saved * m.p.leakage.buyer_part)
    order.outside = True
    order.price -= discount
    order.liking += m.people[order.consumer].sensitivity * discount / m.p.reference[order.category]
    m.consumers[order.consumer].wallet += discount
    order.fee, order.commission, order.margin, order.rest = divide(order.price, 0.0, commission, margin)
    order.margin += saved - discount
    order.rest -= saved - discount


@inlined
def day_of_refund(order: Order, m: Day) -> int:
    """Day on which an order that was sent back is refunded."""
    return order.received + m.platforms[order.platform].return_days


@inlined
def missing(order: Order, m: Day) -> int:
    """Fen by which the lines of an order miss its price."""
    others = sum_of_lines(order, m) if order.lines > 0 else 0
    return order.price - order.fee - order.commission - order.margin - order.rest - others


@inlined
def pay(order: Order, m: Day) -> None:
    """The buyer's payment and the platform's coupon go into escrow; outside a platform, to the seller and the brand."""
    accounts, platform = m.accounts, order.platform
    if order.outside:
        pay_outside(order, 1, m)
        return
    move(accounts.consumers, 0, accounts.escrow, platform, order.price - order.coupon)
    move(accounts.revenue, (platform, Revenue.COUPON), accounts.escrow, platform, order.coupon)


@inlined
def pay_outside(order: Order, sign: int, m: Day) -> None:
    """The buyer pays the seller and the brand at once (``sign`` 1), or has the money back (-1)."""
    accounts = m.accounts
    earned = order.commission + order.margin
    move(accounts.consumers, 0, accounts.creator, order.creator, sign * earned)
    move(accounts.consumers, 0, accounts.brand, order.brand, sign * order.rest)


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
    """Pay take, seller and brand out of escrow (``sign`` 1), or reverse that (-1).

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
    if order.outside:
        pay_outside(order, -1, m)
    else:
        move(accounts.escrow, platform, accounts.consumers, 0, fen)
        move(accounts.escrow, platform, accounts.revenue, (platform, Revenue.COUPON), order.coupon)
    consumer = m.consumers[order.consumer]
    consumer.wallet = min(
        consumer.wallet + fen, MOST_FEN
    )  # until the morning, when it holds two months' budget at most
