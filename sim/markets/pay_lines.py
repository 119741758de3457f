"""Lines of an order beside take, commission, mark-up and rest: what is written down, paid, and taken back."""

from __future__ import annotations

from sim.agents.contracts import spend
from sim.agents.payees import amount, creator_paid, is_for, is_on_order, pays, seller_of, sharer_of
from sim.agents.sponsorship_fees import fund_of
from sim.compilation import inlined
from sim.day import Day, Used
from sim.ledger import Revenue, move
from sim.ranges import MOST_FEN
from sim.records import NOBODY
from sim.state.creators import Tier
from sim.state.orders import Order
from sim.state.pay import Funder, Line, Payee, PayLine


@inlined
def add_lines(order: Order, is_new: bool, m: Day) -> None:
    """Write down the lines of an order; what is not the platform's comes off the brand's rest or the seller's price.

    Parameters
    ----------
    is_new
        Whether it is the first order of a new member.
    """
    for n in range(m.platforms[order.platform].lines):
        line = m.pay[order.platform, n]
        if is_on_order(line) and not line.plain and is_for(line, order.brand):
            add_line(line, order, is_new, m)


@inlined
def add_line(line: PayLine, order: Order, is_new: bool, m: Day) -> None:
    """Write down what one line of pay comes to on an order, if anybody is paid by it."""
    creator = consumer = NOBODY
    if line.by == Funder.BUYER and seller_of(order, m) < 0:
        return
    if line.to == Payee.SHARER:
        consumer = sharer_of(order, m)
    elif line.to != Payee.STAFF:
        creator = creator_paid(line, order, m)
        if creator >= 0 and not pays(line, order.brand, m.creators[creator].tier, m):
            creator = NOBODY
    fen = amount(line, order, is_new, m)
    if fen == 0 or (creator < 0 and consumer < 0 and line.to != Payee.STAFF):
        return
    made = m.lines[m.used[Used.LINES]]
    m.used[Used.LINES] += 1
    order.lines += 1
    made.payee = line.to
    made.creator = creator
    made.consumer = consumer
    made.funder = line.by
    made.fen = fen
    made.wait = line.wait
    made.claw_back = line.claw_back
    made.due = 0
    made.paid = False
    if line.by == Funder.BUYER:
        order.margin -= fen
    elif line.by == Funder.BRAND:
        order.rest -= fen
    order.others += fen if line.by != Funder.PLATFORM else 0


@inlined
def sum_of_lines(order: Order, m: Day) -> int:
    """What the lines of an order take out of its price, fen."""
    fen = 0
    for n in range(order.first_line, order.first_line + order.lines):
        if m.lines[n].funder != Funder.PLATFORM:
            fen += m.lines[n].fen
    return fen


# --- what is booked of it -------------------------------------------------------------------------------------------


@inlined
def book_lines(order: Order, m: Day) -> int:
    """Book the lines that an arrived order leaves: creators earn, brands spend marketing money.

    Returns
    -------
    int
        What of the buyer's price goes to others than the seller, fen.
    """
    passed_on = 0
    for n in range(order.first_line, order.first_line + order.lines):
        line = m.lines[n]
        if order.returned and line.claw_back:
            continue
        if line.creator >= 0:
            m.creators[line.creator].earned_today += line.fen
        if line.funder == Funder.BRAND:
            is_led = line.creator >= 0 and line.payee != Payee.RECRUITER
            tier = m.creators[line.creator].tier if is_led else Tier.KOC
            spend(order.brand, fund_of(tier), line.fen, m)
        if line.funder == Funder.BUYER:
            passed_on += line.fen
    return passed_on


# --- when it is paid ------------------------------------------------------------------------------------------------


@inlined
def move_line(line: Line, order: Order, sign: int, m: Day) -> None:
    """Pay a line (``sign`` 1), or take it back (-1): out of escrow, into which the platform puts what it funds."""
    accounts, v, fen = m.accounts, order.platform, sign * line.fen
    if line.funder == Funder.PLATFORM:
        move(accounts.revenue, (v, Revenue.PAY), accounts.escrow, v, fen)
    if line.payee == Payee.SHARER:
        move(accounts.escrow, v, accounts.consumers, 0, fen)
        consumer = m.consumers[line.consumer]
        consumer.wallet = min(consumer.wallet + fen, MOST_FEN)
    elif line.payee == Payee.STAFF:
        move(accounts.escrow, v, accounts.staff, 0, fen)
    else:
        move(accounts.escrow, v, accounts.creator_balance, line.creator, fen)
    line.paid = sign > 0


@inlined
def divide_lines(order: Order, m: Day) -> None:
    """On the day on which an order is divided its lines become due, each after its wait."""
    order.owed = order.others
    for n in range(order.first_line, order.first_line + order.lines):
        m.lines[n].due = m.day + m.lines[n].wait


@inlined
def pay_lines(order: Order, never: int, m: Day) -> int:
    """Pay the lines of a divided order that have fallen due.

    Returns
    -------
    int
        Day on which the next one does, or ``never``.
    """
    following = never
    for n in range(order.first_line, order.first_line + order.lines):
        line = m.lines[n]
        if not line.paid and line.due <= m.day:
            move_line(line, order, 1, m)
            order.owed -= line.fen if line.funder != Funder.PLATFORM else 0
        elif not line.paid:
            following = min(following, line.due)
    return following


@inlined
def end_lines(order: Order, m: Day) -> None:
    """End the lines of an order that is refunded: what is not taken back is paid now, and the brand stands for it."""
    for n in range(order.first_line, order.first_line + order.lines):
        line = m.lines[n]
        if line.claw_back:
            if line.paid:
                move_line(line, order, -1, m)
            continue
        if not line.paid:
            move_line(line, order, 1, m)
        if line.funder == Funder.BRAND:
            move(m.accounts.brand, order.brand, m.accounts.escrow, order.platform, line.fen)
    order.owed = 0
