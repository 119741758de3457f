"""Group deals: orders wait until whole groups of buyers have come together, or too long."""

from __future__ import annotations

from sim.compilation import inlined
from sim.day import Day, Used
from sim.state.orders import Order, Stage


@inlined
def first_undecided(m: Day) -> int:
    """Row of the first order that may not have been decided on yet: one of today, where none has waited for others."""
    return 0 if m.used[Used.WAITING] > 0 else m.used[Used.BEFORE_TODAY]


@inlined
def count_waiting(first: int, m: Day) -> None:
    """Count how many of the orders that need others find them: whole groups, of each product on each platform."""
    for v in range(m.platforms.shape[0]):
        for j in range(m.products.shape[0]):
            m.listings[v, j].waiting = 0
    for row in range(first, m.used[Used.ORDERS]):
        order = m.orders[row]
        if order.deal and order.stage == Stage.ORDERED and not order.sold_out:
            m.listings[order.platform, order.product].waiting += 1
    for v in range(m.platforms.shape[0]):
        group = m.platforms[v].deal_needs + 1
        for j in range(m.products.shape[0]):
            listing = m.listings[v, j]
            listing.waiting = listing.waiting // group * group


@inlined
def joins_group(order: Order, m: Day) -> bool:
    """Whether there is a place for an order in a whole group; the place is taken."""
    listing = m.listings[order.platform, order.product]
    if listing.waiting <= 0:
        return False
    listing.waiting -= 1
    return True


@inlined
def has_waited_enough(order: Order, m: Day) -> bool:
    """Whether an order has waited for others as long as the platform lets it."""
    return m.day - order.ordered >= m.platforms[order.platform].deal_days
