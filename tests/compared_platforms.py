"""What is compared of platforms between the plain Mesa market and the engine, by name; money in yuan."""

from __future__ import annotations

from compared_outcomes import measured

from reference.market import PlainMarket
from sim.agents.advertising import cash
from sim.market import Market
from sim.state import Stage


def with_platforms(one: Market | PlainMarket) -> dict[str, float]:
    """All outcomes, and those of platforms."""
    return measured(one) | (platforms_of_plain(one) if isinstance(one, PlainMarket) else platforms_of_engine(one))


def platforms_of_plain(one: PlainMarket) -> dict[str, float]:
    """Of a market in plain Mesa."""
    phases = range(len(one.timeline.configured.phases))
    found = {f"phase {n} begins": float(one.timeline.begun.get(n, one.day)) for n in phases}
    found |= {
        "cancelled": float(sum(order.cancelled for order in one.orders)),
        "waiting": float(len(one.waiting)),
        "popularity": sum(product.sales for product in one.goods),
    }
    return found | {"cash": one.platform.cash()}


def platforms_of_engine(one: Market) -> dict[str, float]:
    """Of a market of the engine."""
    found = {f"phase {n} begins": float(day if day >= 0 else one.day) for n, day in enumerate(one.timeline.begun)}
    orders = one.orders()
    found |= {
        "cancelled": float((orders.stage == Stage.CANCELLED).sum()),
        "waiting": float((orders.stage == Stage.ORDERED).sum()),
        "popularity": float(one.m.listings["popularity"].sum()),
    }
    return found | {"cash": cash(0, one.m)}
