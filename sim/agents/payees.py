"""Payees: whom the lines of a platform pay, and how much."""

from __future__ import annotations

import numpy as np

from sim.agents.memory import memory_slot
from sim.compilation import compiled, inlined
from sim.day import Day
from sim.records import NOBODY
from sim.sets import has, set_of
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.orders import Order
from sim.state.pay import Base, Funder, Payee, PayLine
from sim.units import FEN

TIERS = len(Tier)
BILLIONTHS = 1_000_000_000  # shares of a price are kept in billionths


@compiled
def part(price: int, share: float) -> int:
    """A share of a price, rounded down to the fen.

    Shares count in whole billionths, so that 29 % of 10 yuan are 290 fen and not, by the rounding of fractions, 289.
    """
    return price * int(np.rint(share * BILLIONTHS)) // BILLIONTHS


@inlined
def pays(line: PayLine, brand: int, tier: int, m: Day) -> bool:
    """Whether a line is for creators of a tier and goods of a brand, and whoever pays it does so today."""
    pays_today = line.by != Funder.BRAND or m.brands[brand].pays[tier] == 1
    return has(line.tiers, tier) and pays_today and is_for(line, brand)


@inlined
def is_for(line: PayLine, brand: int) -> bool:
    """Whether a line is for goods of a brand."""
    return line.brands & set_of(brand) != 0


@inlined
def is_for_author(line: PayLine) -> bool:
    """Whether a line pays who posts: as the seller, or as the author of what led to a sale."""
    return line.to == Payee.SELLER or line.to == Payee.AUTHOR


@inlined
def is_on_sale(line: PayLine) -> bool:
    """Whether a line is paid on every order: by its price, its margin, or each."""
    return line.of == Base.PRICE or line.of == Base.MARGIN or line.of == Base.ORDER


@inlined
def is_on_order(line: PayLine) -> bool:
    """Whether a line is paid on orders: on every one, or on the first of a new member."""
    return is_on_sale(line) or line.of == Base.MEMBER


@inlined
def is_on_post(line: PayLine) -> bool:
    """Whether a line is paid for posts: for each, or for the followers of who posts."""
    return line.of == Base.POST or line.of == Base.FOLLOWER


@inlined
def work_out_earnings(m: Day) -> None:
    """Work out what creators of each tier earn on a sale of each product today."""
    for v in range(m.platforms.shape[0]):
        for product in range(m.products.shape[0]):
            for tier in range(TIERS):
                pay, seen = earned_on_sale(product, tier, v, m)
                m.listings[v, product].earned[tier] = pay
                m.listings[v, product].earned_seen[tier] = seen


@inlined
def earned_on_sale(product: int, tier: int, v: int, m: Day) -> tuple[float, float]:
    """What who posts and sells earns on a sale on platform v, and what of it is seen; shares of the price."""
    goods, price = m.products[product], m.listings[v, product].price
    pay = seen = 0.0
    for n in range(m.platforms[v].lines):
        line = m.pay[v, n]
        if is_for_author(line) and is_on_sale(line) and pays(line, goods.brand, tier, m):
            share = line.share
            if line.of == Base.MARGIN:
                share *= max(price - goods.cost, 0) / price
            elif line.of == Base.ORDER:
                share = FEN * line.fixed / price
            pay += share
            seen += share if line.visible else 0.0
    return pay, seen


# --- on an order ----------------------------------------------------------------------------------------------------


@inlined
def seller_of(order: Order, m: Day) -> int:
    """The creator who sold; `NOBODY` where it was a brand's own account, or nobody."""
    k = order.creator
    return k if k >= 0 and m.creators[k].brand < 0 else NOBODY


@inlined
def author_of(order: Order, m: Day) -> int:
    """The creator whose post or answer led there.

    It is who sold, on the page or over friends' words; and where nobody did, who spoke of the product last to the
    buyer, as far as the buyer remembers.
    """
    if order.creator >= 0:
        return seller_of(order, m)
    slot = memory_slot(order.consumer, order.product, m)
    k = m.memories[order.consumer, slot].source if slot >= 0 else NOBODY
    return k if k >= 0 and m.creators[k].brand < 0 and m.creators[k].active else NOBODY


@inlined
def sharer_of(order: Order, m: Day) -> int:
    """The consumer whose word of today's inbox led there."""
    if order.channel != Channel.FRIEND or order.parent < 0:
        return NOBODY
    inbox, first, end = m.inbox, 0, m.inbox.shape[0]
    while first < end:
        middle = (first + end) // 2
        if inbox[middle].to < order.consumer:
            first = middle + 1
        else:
            end = middle
    while first < inbox.shape[0] and inbox[first].to == order.consumer:
        if inbox[first].order == order.parent:
            return inbox[first].teller
        first += 1
    return NOBODY


@inlined
def recruiter_of(k: int, level: int, m: Day) -> int:
    """Who recruited creator k, or for a higher level that one's recruiter, if still in business."""
    for _ in range(level):
        k = m.creators[k].recruiter if k >= 0 else NOBODY
    return k if k >= 0 and m.creators[k].active else NOBODY


@inlined
def creator_paid(line: PayLine, order: Order, m: Day) -> int:
    """The creator whom a line pays on an order."""
    if line.to == Payee.SELLER:
        needs_page = line.by == Funder.BRAND
        return seller_of(order, m) if order.paid or not needs_page else NOBODY
    if line.to == Payee.AUTHOR:
        return author_of(order, m)
    return recruiter_of(seller_of(order, m), line.level, m)


@inlined
def amount(line: PayLine, order: Order, is_new: bool, m: Day) -> int:
    """What a line pays on an order, fen."""
    if line.of == Base.PRICE:
        raised = 1.0 + m.platforms[order.platform].mark_up if line.by == Funder.BUYER else 1.0
        return part(order.price, line.share / raised)
    if line.of == Base.MARGIN:
        mark_up = m.platforms[order.platform].mark_up if seller_of(order, m) >= 0 else 0.0
        own = order.price - part(order.price, mark_up / (1.0 + mark_up))
        return part(max(own - order.cost, 0), line.share)
    if line.of == Base.ORDER or (line.of == Base.MEMBER and is_new):
        return int(np.rint(FEN * line.fixed))
    return 0
