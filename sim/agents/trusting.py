"""Trust in creators: how far each is trusted, and what met and broken claims do to it on the edge."""

from __future__ import annotations

import math

from sim.agents.following import follow_slot
from sim.compilation import inlined
from sim.day import Day
from sim.ranges import COUNT_UNITS
from sim.records import NOBODY
from sim.rules.trust import is_met, trust
from sim.state.orders import Order
from sim.world.audience import COUNT_MOST


@inlined
def trust_in(i: int, creator: int, slot: int, m: Day) -> float:
    """Trust of consumer i in a creator, who stands in a follow slot or is a stranger (`NOBODY`)."""
    profile = m.profiles[creator]
    if slot >= 0:
        edge = m.follows[i, slot]
        met, broken = edge.met / COUNT_UNITS, edge.broken / COUNT_UNITS
    else:
        met, broken = profile.stranger_met, profile.stranger_broken
    return trust(met, broken, profile.heard_met, profile.heard_broken)


@inlined
def judge_claim(order: Order, m: Day) -> None:
    """Tell whether the claim that sold was met; a follower remembers it of the creator."""
    order.met = 0
    if not math.isnan(order.claim):
        met = is_met(order.experienced, order.claim, m.p.trust)
        order.met = 1 if met else -1
        slot = follow_slot(order.consumer, order.creator, m) if order.follower else NOBODY
        if slot >= 0:
            remember_claim(order.consumer, slot, met, m)


@inlined
def remember_claim(i: int, slot: int, met: bool, m: Day) -> None:
    """Add a met or broken claim to the Beta counts of an edge."""
    edge = m.follows[i, slot]
    if met:
        edge.met = min(edge.met + COUNT_UNITS, COUNT_MOST)
    else:
        edge.broken = min(edge.broken + int(COUNT_UNITS * m.p.trust.broken_weight), COUNT_MOST)
