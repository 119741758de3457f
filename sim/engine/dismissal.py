"""Dismissal: most offers cannot win whatever their shock, and are put aside on a cheap bound of it."""

from __future__ import annotations

from sim.agents.choosing import hold_against_nothing, keep_if_best
from sim.agents.weighing import weigh
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draws import Stream, uniform
from sim.rules.choice import shock_at_most, total
from sim.state.visits import Offer


@inlined
def consider(i: int, offer: Offer, m: Day) -> None:
    """Weigh an offer, and look closer unless even the largest shock would not make it win."""
    m.out.tally.considered[offer.channel] += 1
    best = m.out.best[offer.category]
    if not m.out.visit.seen >> offer.category & 1:
        hold_against_nothing(i, offer.category, m)
    u = uniform(m.keys[Stream.CHOICE], m.day, i, offer.product)
    weighed = weigh(i, offer, m)
    traced = m.out.counts[Count.TRACES] < m.out.trace.shape[0]
    if traced or total(weighed.terms) + shock_at_most(u) > best.value:
        keep_if_best(i, offer, weighed, u, m)
