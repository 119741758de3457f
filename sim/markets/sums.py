"""What orders add up to: by channel, product, creator and party."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.markets.account import Books
from sim.records import Channel, Int64, Orders


class Total(IntEnum):
    """What is summed over all orders."""

    GMV = 0  # fen
    GMV_KEPT = 1  # fen
    KEPT = 2  # orders
    BUYERS = 3  # people who bought, each day anew
    NEW_CUSTOMERS = 4  # first purchases of a brand
    PAID = 5  # orders from creators whom the brand pays
    SURPLUS = 6  # fen


class Party(IntEnum):
    """Who gets the money of kept orders; the brand's part is net of goods and shipping."""

    GOODS = 0
    BRAND = 1
    CREATOR = 2
    PLATFORM = 3
    SHIPPING = 4


class Sums(NamedTuple):
    """Sums over orders; K creators, J products."""

    ordered: Int64  # (channels,)
    kept: Int64  # (channels,)
    gmv: Int64  # (channels,) fen
    products: Int64  # (J,) orders
    sold_by: Int64  # (K,) kept sales of each creator, fen
    split: Int64  # (len(Party),) fen
    total: Int64  # (len(Total),)


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


@compiled
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
def add_order(n: int, order: int, shipping: int, orders: Orders, books: Books, sums: Sums) -> None:
    """Add one of the day's orders, billed in row n; shipping in fen a trip."""
    total, channel, price = sums.total, orders.channel[order], orders.price[order]
    sums.ordered[channel] += 1
    sums.gmv[channel] += price
    sums.products[orders.product[order]] += 1
    total[Total.GMV] += price
    total[Total.NEW_CUSTOMERS] += orders.new_customer[order]
    total[Total.PAID] += books.bills.paid[n]
    total[Total.SURPLUS] += orders.surplus[order]
    if order == 0 or orders.consumer[order] != orders.consumer[order - 1]:  # who buys twice does it in a row
        total[Total.BUYERS] += 1
    if not books.bills.returned[n]:
        sums.kept[channel] += 1
        add_kept(n, shipping, books, sums)


@compiled
def add_kept(n: int, shipping: int, books: Books, sums: Sums) -> None:
    """Add who sold a kept order, and who gets its money."""
    bills, lines, split = books.bills, books.lines, sums.split
    sums.total[Total.KEPT] += 1
    sums.total[Total.GMV_KEPT] += bills.price[n]
    if bills.creator[n] >= 0:
        sums.sold_by[bills.creator[n]] += bills.price[n]
    split[Party.GOODS] += bills.goods[n]
    split[Party.BRAND] += lines.brand[n] - bills.goods[n] - shipping
    split[Party.CREATOR] += lines.commission[n] + lines.margin[n]
    split[Party.PLATFORM] += lines.platform[n]
    split[Party.SHIPPING] += shipping
