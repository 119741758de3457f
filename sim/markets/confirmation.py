"""Confirmation: the day's orders are billed and paid for, and the goods are sent."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, inlined
from sim.day import Day, Used
from sim.markets.account import bill, missing, pay, ship
from sim.markets.ranking import count_sales
from sim.markets.sums import Total, add_confirmed, clear_sums
from sim.state import NOBODY, Order, Stage


@compiled
def confirm_all(first_number: int, m: Day) -> int:
    """Confirm the orders of today.

    Parameters
    ----------
    first_number
        Number of the day's first order.

    Returns
    -------
    int
        Row of the first order whose lines miss its price, which ends the pass; `NOBODY` without any.
    """
    clear_sums(m.sums)
    first, last_buyer = m.used[Used.BEFORE_TODAY], NOBODY
    for row in range(first, m.used[Used.ORDERS]):
        order = m.orders[row]
        order.number = first_number + row - first
        bill(order, m)
        if missing(order) != 0:
            return row
        pay(order, m)
        confirm(order, m)
        if order.consumer != last_buyer:  # who buys twice does it in a row
            m.sums.total[Total.BUYERS] += 1
        last_buyer = order.consumer
    count_sales(m)
    return NOBODY


@inlined
def confirm(order: Order, m: Day) -> None:
    """Confirm an order: the goods are sent, and the buyer is a customer of the brand."""
    order.stage = Stage.CONFIRMED.value
    order.due = m.day
    ship(order, m)
    become_customer(order, m)
    m.listings[order.platform, order.product].sold += 1
    add_confirmed(order, m)


@inlined
def become_customer(order: Order, m: Day) -> None:
    """Be a customer of the brand from now on, and one who came back where it is not the first order."""
    consumer, bit = m.consumers[order.consumer], np.uint64(1) << np.uint64(order.brand)
    order.new_customer = (consumer.customer_of & bit) == 0
    consumer.customer_of |= bit
    consumer.bought_again |= consumer.bought_from & bit
    consumer.bought_from |= bit
