"""Stock: how many units of goods there are, and the lottery among orders where they do not suffice."""

from __future__ import annotations

import numpy as np

from sim.compilation import allocating, compiled
from sim.day import Day, Used
from sim.draws import Stream, uniform
from sim.markets.group_deals import first_undecided
from sim.ranges import MOST_SUM
from sim.records import Table
from sim.state.goods import Product
from sim.state.orders import Stage


def supply(stock_days: int, m: Day) -> None:
    """Where units are limited, fill the stock up once in so many days, and draw who of today's buyers goes without."""
    if are_limited(m.products):
        if m.day % stock_days == 0:
            m.products["stock"] = m.products["units"]
        draw_lots(m)


@compiled
def are_limited(products: Table[Product]) -> bool:
    """Whether there are only so many units of any product."""
    limited = 0
    for j in range(products.shape[0]):
        limited += products[j].units < MOST_SUM
    return limited > 0


@allocating
def draw_lots(m: Day) -> None:
    """Draw who goes without where a product has fewer units than undecided orders."""
    first = first_undecided(m)
    left, demand = np.zeros(m.products.shape[0], np.int64), np.zeros(m.products.shape[0], np.int64)
    lots = np.empty(m.used[Used.ORDERS] - first)
    for j in range(m.products.shape[0]):
        left[j] = m.products[j].stock
    for n in range(lots.shape[0]):
        order = m.orders[first + n]
        is_open = order.stage == Stage.ORDERED
        demand[order.product] += is_open
        lots[n] = uniform(m.keys[Stream.STOCK], m.day, order.consumer, order.product) if is_open else 2.0
    for n in np.argsort(lots, kind="mergesort"):
        order = m.orders[first + n]
        if lots[n] < 1.0 and demand[order.product] > m.products[order.product].stock:
            order.sold_out = left[order.product] <= 0
            left[order.product] -= 1
