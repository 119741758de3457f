"""Confirmation: orders are billed and paid for; then each is confirmed and sent, cancelled, or left to wait."""

from __future__ import annotations

from sim.compilation import compiled, inlined
from sim.compilation.prefetch import prefetch
from sim.day import Day, Used
from sim.engine.threads import Threads, stretches
from sim.markets.group_deals import count_waiting, first_undecided, has_waited_enough, joins_group
from sim.markets.order_account import NEVER, bill, missing, pay, refund, ship
from sim.markets.ranking import count_sales
from sim.markets.sums import Total, add_confirmed, clear_sums
from sim.prefetching import AHEAD
from sim.records import NOBODY
from sim.sets import set_of
from sim.state.orders import Order, Stage
from sim.state.pay import Funder

ORDERS = 1 << 12  # of one task


def bill_today(first_number: int, threads: Threads, m: Day) -> int:
    """Number and bill the orders of today; more than one at a time, where no two share a list of lines or a wallet.

    Parameters
    ----------
    first_number
        Number of the day's first order.

    Returns
    -------
    int
        Row of the first order whose lines miss its price; `NOBODY` without any.
    """
    first, end = int(m.used[Used.BEFORE_TODAY]), int(m.used[Used.ORDERS])
    cuts = stretches(first, end, ORDERS)
    if len(cuts) > 2 and (m.p.leakage.possible or m.platforms["has_further"].any()):
        cuts = [first, end]
    wrong = threads.over(cuts, lambda begin, last: bill_all(begin, last, first_number - first, m))
    return next((row for row in wrong if row >= 0), NOBODY)


@compiled
def bill_all(begin: int, last: int, before: int, m: Day) -> int:
    """Bill the orders of today in rows ``begin`` to ``last - 1``.

    Parameters
    ----------
    before
        What an order's number has over its row.

    Returns
    -------
    int
        Row of the first order whose lines miss its price, which ends the pass; `NOBODY` without any.
    """
    for row in range(begin, last):
        if row + AHEAD < last:
            prefetch(m.consumers[m.orders[row + AHEAD].consumer])
        order = m.orders[row]
        order.number = before + row
        bill(order, is_first(row, m) and m.consumers[order.consumer].customer_of == 0, m)
        if missing(order, m) != 0:
            return row
    return NOBODY


@inlined
def is_first(row: int, m: Day) -> bool:
    """Whether the order in a row is its buyer's first of today: who buys twice does it in a row."""
    return row == m.used[Used.BEFORE_TODAY] or m.orders[row - 1].consumer != m.orders[row].consumer


@compiled
def confirm_all(m: Day) -> None:
    """Take the orders of today into the accounts, and confirm or cancel what can be decided."""
    clear_sums(m.sums)
    for row in range(m.used[Used.BEFORE_TODAY], m.used[Used.ORDERS]):
        pay(m.orders[row], m)
        m.sums.total[Total.BUYERS] += is_first(row, m)
    first = first_undecided(m)
    count_waiting(first, m)
    m.used[Used.WAITING] = 0
    for row in range(first, m.used[Used.ORDERS]):
        if row + AHEAD < m.used[Used.ORDERS]:
            prefetch(m.consumers[m.orders[row + AHEAD].consumer])
        order = m.orders[row]
        if order.stage == Stage.ORDERED:
            decide(order, m)
            m.used[Used.WAITING] += order.stage == Stage.ORDERED
    count_sales(m)


def why_missing(row: int, m: Day) -> str:
    """What the lines of an order come to that miss its price, in words."""
    order = m.orders[row]
    lines = m.lines[order.first_line : order.first_line + order.lines]
    others = int(lines["fen"][lines["funder"] != Funder.PLATFORM].sum())
    short = order.price - order.fee - order.commission - order.margin - others - order.rest
    return (
        f"day {m.day}: order {order.number} of {order.price} fen is divided into lines that miss it by "
        f"{short} fen: fee {order.fee}, commission {order.commission}, margin {order.margin}, "
        f"others {others}, rest {order.rest}"
    )


@inlined
def decide(order: Order, m: Day) -> None:
    """Confirm an order, cancel it, or let it wait for others; who ordered first is served first."""
    if order.sold_out:
        cancel(order, m)
    elif not order.deal or joins_group(order, m):
        confirm(order, m)
    elif has_waited_enough(order, m):
        cancel(order, m)


@inlined
def confirm(order: Order, m: Day) -> None:
    """Confirm an order: the goods are sent, and the buyer is a customer of the brand."""
    order.stage = Stage.CONFIRMED
    order.due = m.day + m.platforms[order.platform].delivery_days
    ship(order, m)
    become_customer(order, m)
    m.products[order.product].stock -= 1
    m.listings[order.platform, order.product].sold += 1
    add_confirmed(order, m)


@inlined
def cancel(order: Order, m: Day) -> None:
    """Cancel an order: the buyer has the money back, and the need again."""
    order.stage = Stage.CANCELLED
    order.due = NEVER
    refund(order, m)
    m.sums.total[Total.CANCELLED] += 1
    m.consumers[order.consumer].coming &= ~(1 << order.category)


@inlined
def become_customer(order: Order, m: Day) -> None:
    """Be a customer of the brand from now on, and one who came back where it is not the first order."""
    consumer, bit = m.consumers[order.consumer], set_of(order.brand)
    order.new_customer = (consumer.customer_of & bit) == 0
    consumer.customer_of |= bit
    consumer.bought_again |= consumer.bought_from & bit
    consumer.bought_from |= bit
