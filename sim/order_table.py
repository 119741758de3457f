"""The table of orders: room for those of today, in the place of those that are over."""

from __future__ import annotations

import numpy as np

from sim.compilation import compiled
from sim.day import Day, Used
from sim.engine.threads import Threads, stretches
from sim.markets.order_account import NEVER
from sim.ranges import MOST_PAY
from sim.records import Table, as_bytes, at
from sim.state.orders import Order
from sim.state.pay import Line

ROOM = 1.5  # rows for each order that is not over
ROWS = 1 << 13  # of one task


def with_orders(m: Day, orders: Table[Order], keep_all: bool, threads: Threads) -> Day:
    """The context with today's orders in its table.

    Parameters
    ----------
    orders
        Of today, by consumer.
    keep_all
        Whether orders that are over stay in the table; else their rows are used again.
    threads
        Who share the work.
    """
    used, table, lines = int(m.used[Used.ORDERS]), m.orders, m.lines
    if used + len(orders) > len(table):
        if not keep_all:
            used = close_ranks(table, used, NEVER)
            lines = _lines_of(table[:used], m)
            m.used[Used.OVER] = m.used[Used.ARRIVED] = 0
        if ROOM * (used + len(orders)) > len(table):
            table = Order.room(round(ROOM * (used + len(orders))) + len(table) // 4)
            copy_rows(m.orders[:used], table[:used], threads)
    m.used[Used.BEFORE_TODAY] = used
    m.used[Used.ORDERS] = used + len(orders)
    copy_rows(orders, table[used : used + len(orders)], threads)
    if m.platforms["has_further"].any():
        room = int(m.used[Used.LINES]) + MOST_PAY * len(orders)
        lines = lines if room <= len(lines) else Line.grown(lines, 2 * room)
    return m if table is m.orders and lines is m.lines else m._replace(orders=table, lines=lines)


def copy_rows(orders: Table[Order], to: Table[Order], threads: Threads) -> None:
    """Write orders over as many rows: the first time that memory is written it takes its time, which is shared."""

    def copy(first: int, last: int) -> None:
        as_bytes(to)[first:last] = as_bytes(orders)[first:last]

    threads.over(stretches(0, len(orders), ROWS), copy)


@compiled
def close_ranks(orders: Table[Order], used: int, unfinished: int) -> int:
    """Move the orders of which the ``due`` is below a number to the head of the table; returns how many they are."""
    kept = 0
    for row in range(used):
        if orders[row].due < unfinished:
            if kept < row:
                orders[kept] = orders[row]
            kept += 1
    return kept


def _lines_of(kept: Table[Order], m: Day) -> Table[Line]:
    """The lines of these orders, which are told where theirs stand now."""
    if m.used[Used.LINES] == 0:
        return m.lines
    count = kept["lines"].astype(np.int64)
    first = np.cumsum(count) - count
    rows = np.repeat(kept["first_line"].astype(np.int64) - first, count) + np.arange(count.sum())
    kept["first_line"] = first
    m.used[Used.LINES] = len(rows)
    return at(m.lines, rows)
