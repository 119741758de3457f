"""Which orders are confirmed: goods may be few, and a deal needs others (7.23)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reference.records import Order, Product

if TYPE_CHECKING:
    from reference.market import PlainMarket
    from reference.platform import Platform


def decide(model: PlainMarket) -> None:
    """Confirm or cancel what was ordered, today and before; some orders wait on."""
    deliver_goods(model)
    without = going_without(model)
    together = in_groups([order for order in model.waiting if order not in without])
    undecided = []
    for order in model.waiting:
        if order in without:
            order.platform.cancel(order)
        elif not order.deal or order in together:
            order.platform.confirm(order)
        elif model.day - order.day >= order.platform.policy.deal.days:
            order.platform.cancel(order)
        else:
            undecided.append(order)
    model.waiting = undecided


def deliver_goods(model: PlainMarket) -> None:
    """Now and then there are so many units of each product again, where goods are few."""
    catalogue = model.parameters.market.catalogue
    if catalogue.stock and model.day % catalogue.stock_days == 0:
        for product in model.goods:
            product.units = max(round(model.by_size(catalogue.stock)), 1)


def going_without(model: PlainMarket) -> set[Order]:
    """Of each product as many orders as there are more than units, by lot."""
    wanted: dict[Product, list[Order]] = defaultdict(list)
    for order in model.waiting:
        wanted[order.product].append(order)
    without: set[Order] = set()
    for product, orders in wanted.items():
        if product.units is not None:
            without.update(model.random.sample(orders, max(len(orders) - product.units, 0)))
    return without


def in_groups(orders: list[Order]) -> set[Order]:
    """Orders that find the others whom they need on their platform: whole groups, the earliest first."""
    found: dict[tuple[Platform, Product], list[Order]] = defaultdict(list)
    for order in orders:
        if order.deal:
            found[order.platform, order.product].append(order)
    together: set[Order] = set()
    for (platform, _), waiting in found.items():
        group = platform.policy.deal.needs + 1
        together.update(waiting[: len(waiting) // group * group])
    return together
