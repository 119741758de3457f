"""What orders add up to: by channel, product, creator and party."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from sim.arrays import Int64
from sim.compilation import compiled, inlined
from sim.day import Day, Sums
from sim.state.channels import Channel
from sim.state.orders import Order
from sim.state.pay import Funder, Line, Payee


class Total(IntEnum):
    """What is summed over all orders."""

    GMV = 0  # fen
    GMV_KEPT = 1  # fen
    KEPT = 2  # orders
    BUYERS = 3  # people who bought, each day anew
    NEW_CUSTOMERS = 4  # first purchases of a brand
    PAID = 5  # orders from pages by which their creators earn
    SURPLUS = 6  # fen
    RETURNED = 7  # orders
    CANCELLED = 8  # orders


class Party(IntEnum):
    """Who gets the money of kept orders; the brand's part is net of goods and shipping."""

    GOODS = 0
    BRAND = 1
    CREATOR = 2
    PLATFORM = 3
    SHIPPING = 4
    SHARER = 5
    STAFF = 6


def no_sums(products: int, creators: int) -> Sums:
    """Sums at zero."""
    return Sums(
        ordered=np.zeros(len(Channel), np.int64),
        kept=np.zeros(len(Channel), np.int64),
        gmv=np.zeros(len(Channel), np.int64),
        products=np.zeros(products, np.int64),
        sold_by=np.zeros(creators, np.int64),
        split=np.zeros(len(Party), np.int64),
        total=np.zeros(len(Total), np.int64),
    )


@inlined
def clear_sums(sums: Sums) -> None:
    """Set all sums to zero."""
    sums.ordered[:] = 0
    sums.kept[:] = 0
    sums.gmv[:] = 0
    sums.products[:] = 0
    sums.sold_by[:] = 0
    sums.split[:] = 0
    sums.total[:] = 0


@compiled
def add_sums(sums: Sums, more: Sums) -> None:
    """Add other sums of as many products and creators to some."""
    add_column(sums.ordered, more.ordered)
    add_column(sums.kept, more.kept)
    add_column(sums.gmv, more.gmv)
    add_column(sums.products, more.products)
    add_column(sums.sold_by, more.sold_by)
    add_column(sums.split, more.split)
    add_column(sums.total, more.total)


@inlined
def add_column(column: Int64, more: Int64) -> None:
    """Add one column of sums to another."""
    for n in range(column.shape[0]):
        column[n] += more[n]


@inlined
def add_confirmed(order: Order, m: Day) -> None:
    """Add an order that has been confirmed."""
    sums, total = m.sums, m.sums.total
    sums.ordered[order.channel] += 1
    sums.gmv[order.channel] += order.price
    sums.products[order.product] += 1
    if not order.outside:
        m.platforms[order.platform].sold += order.price
    total[Total.GMV] += order.price
    total[Total.NEW_CUSTOMERS] += order.new_customer
    total[Total.PAID] += order.paid


@inlined
def add_received(order: Order, m: Day) -> None:
    """Add an order that has arrived: what it was worth to the buyer, and if kept, who gets its money."""
    sums, total, split = m.sums, m.sums.total, m.sums.split
    total[Total.SURPLUS] += order.surplus
    total[Total.RETURNED] += order.returned
    if order.returned:
        return
    sums.kept[order.channel] += 1
    total[Total.KEPT] += 1
    total[Total.GMV_KEPT] += order.price
    if order.creator >= 0:
        sums.sold_by[order.creator] += order.price
    split[Party.GOODS] += order.cost
    split[Party.BRAND] += order.rest - order.cost - m.shipping
    split[Party.CREATOR] += order.commission + order.margin
    split[Party.PLATFORM] += order.fee
    split[Party.SHIPPING] += m.shipping
    for n in range(order.first_line, order.first_line + order.lines):
        add_line(m.lines[n], split)


@inlined
def add_line(line: Line, split: Int64) -> None:
    """Add a line of a kept order."""
    party = Party.CREATOR
    if line.payee == Payee.SHARER:
        party = Party.SHARER
    elif line.payee == Payee.STAFF:
        party = Party.STAFF
    split[party] += line.fen
    if line.funder == Funder.PLATFORM:
        split[Party.PLATFORM] -= line.fen
