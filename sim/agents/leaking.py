"""Leaking: which orders buyer and seller settle outside the platform."""

from __future__ import annotations

from sim.agents.following import follow_slot
from sim.agents.trusting import trust_in
from sim.compilation import inlined
from sim.day import Day
from sim.draws import Stream, uniform
from sim.rules.leakage import chance_outside
from sim.state.channels import Channel
from sim.state.orders import Order
from sim.units import FEN


@inlined
def is_settled_outside(order: Order, m: Day) -> bool:
    """Whether buyer and seller, who know each other, settle an order outside the platform.

    They know each other where the buyer follows the creator who sells, and was told in private. An order that others
    must join, or that a coupon pays for in part, stays.
    """
    take = m.platforms[order.platform].take_rate
    told = order.channel == Channel.PRIVATE_POST or order.channel == Channel.ONE_TO_ONE
    if take <= 0.0 or not told or not order.follower or order.deal or order.coupon > 0:
        return False
    i, creator = order.consumer, order.creator
    if m.creators[creator].brand >= 0:
        return False
    trust = trust_in(i, creator, follow_slot(i, creator, m), m)
    chance = chance_outside(order.price / FEN, take, trust, m.p.leakage)
    return uniform(m.keys[Stream.LEAKAGE], m.day, i, order.product) < chance
