"""Arrival: what is noted in the accounts, of goods, creators and promotion, when an order has been received."""

from __future__ import annotations

import numpy as np

from sim.arrays import Int64
from sim.compilation import allocating, compiled, inlined
from sim.day import Day, Used
from sim.markets.marketing import book_order, charge_marketing
from sim.markets.order_account import day_of_refund, send_back
from sim.markets.sums import add_received
from sim.state.orders import Order, Stage
from sim.units import MILLION


@allocating
def arriving(m: Day) -> Int64:
    """Rows of the orders that arrive today, in the order in which they were made."""
    used = m.used
    while used[Used.ARRIVED] < used[Used.ORDERS] and m.orders[used[Used.ARRIVED]].stage > Stage.CONFIRMED:
        used[Used.ARRIVED] += 1
    rows = np.empty(used[Used.ORDERS] - used[Used.ARRIVED], np.int64)
    count = 0
    for row in range(used[Used.ARRIVED], used[Used.ORDERS]):
        if m.orders[row].stage == Stage.CONFIRMED and m.orders[row].due <= m.day:
            rows[count] = row
            count += 1
    return rows[:count]


@compiled
def book_all(rows: Int64, contact: int, m: Day) -> None:
    """Note in the accounts, and of goods, creators and promotion, what arrived in some rows; charge for marketing.

    Parameters
    ----------
    contact
        Red packet for a consumer who joins an own account, fen.
    """
    charge_marketing(contact, m)
    for row in rows:
        order = m.orders[row]
        order.stage = Stage.RECEIVED
        order.received = m.day
        order.due = max(order.ordered + m.platforms[order.platform].settlement_days, m.day)
        if order.returned:
            order.due = min(order.due, day_of_refund(order, m))
            send_back(order, m)
        rate(order, m)
        book_order(order, m)
        add_received(order, m)


@inlined
def rate(order: Order, m: Day) -> None:
    """Add an order to what the public knows of its product; sums of integers, so that their order is irrelevant."""
    product = m.products[order.product]
    if order.reviewed:
        product.new_reviews += 1
        product.new_review_sum += int(np.rint(order.experienced * MILLION))
    product.bought += 1
    product.satisfying += order.satisfying
