"""Commission: what a brand pays the creator who sold, out of the price, with the order itself."""

from __future__ import annotations

from sim.agents.payees import pays
from sim.compilation import inlined
from sim.day import Day
from sim.state.orders import Order
from sim.state.pay import Funder


@inlined
def commission_on(order: Order, m: Day) -> float:
    """What the brand pays the creator who sold with the order itself, share of the price."""
    share, tier = 0.0, m.creators[order.creator].tier
    for n in range(m.platforms[order.platform].lines):
        line = m.pay[order.platform, n]
        if line.plain and line.by == Funder.BRAND and pays(line, order.brand, tier, m):
            share += line.share
    return share
