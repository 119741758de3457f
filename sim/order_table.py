"""The table of orders: room for those of today, in the place of those that are over."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.day import Day, Used
from sim.ranges import MOST_PAY
from sim.records import Table, as_bytes
from sim.state import Line, Order

ROOM = 1.5  # rows for each order that is not over


def with_orders(m: Day, orders: Table[Order], unfinished: int, keep_all: bool) -> Day:
    """The context with today's orders in its table.

    Parameters
    ----------
    orders
        Of today, by consumer.
    unfinished
        Orders of which the ``due`` is below this number are not over.
    keep_all
        Whether orders that are over stay in the table; else their rows are used again.
    """
    used, table, lines = int(m.used[Used.ORDERS]), m.orders, m.lines
    if used + len(orders) > len(table):
        if not keep_all:
            used = close_ranks(table, used, unfinished)
            lines = _lines_of(table[:used], m)
            m.used[Used.OVER] = 0
        if ROOM * (used + len(orders)) > len(table):
            table = Order.room(round(ROOM * (used + len(orders))) + len(table) // 4)
            as_bytes(table)[:used] = as_bytes(m.orders[:used])
    m.used[Used.BEFORE_TODAY] = used
    m.used[Used.ORDERS] = used + len(orders)
    as_bytes(table)[used : used + len(orders)] = as_bytes(orders)
    if m.platforms["has_further"].any():
        room = int(m.used[Used.LINES]) + MOST_PAY * len(orders)
        lines = lines if room <= len(lines) else Line.grown(lines, 2 * room)
    return m._replace(orders=table, lines=lines)


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
    return m.lines[rows]
