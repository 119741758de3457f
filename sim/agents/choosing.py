"""Choosing: offers that cannot win are put aside, and the best of each category is held against buying nothing."""

from __future__ import annotations

import math

from sim.agents.trusting import trust_in
from sim.agents.weighing import Weighed, weigh
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draws import Stream, uniform
from sim.rules.choice import lasting, shock, shock_at_least, shock_at_most, total
from sim.sets import has
from sim.state.channels import Channel
from sim.state.visits import Obstacle, Offer


@inlined
def consider(i: int, offer: Offer, m: Day) -> None:
    """Weigh an offer, and keep it if it is the best; put it aside if not even the largest shock would make it win.

    Most offers cannot win: of their shock, the only thing that takes long, a bound is worked out and no more.
    """
    m.out.tally.considered[offer.channel] += 1
    best = m.out.best[offer.category]
    if not has(m.out.visit.seen, offer.category):
        begin_choice(i, offer.category, m)
    u = uniform(m.keys[Stream.CHOICE], m.day, i, offer.product)
    weighed = weigh(i, offer, m)
    traced = m.out.counts[Count.TRACES] < m.out.trace.shape[0]
    if traced or total(weighed.terms) + shock_at_most(u) > best.value:
        keep_if_best(i, offer, weighed, u, m)


@inlined
def begin_choice(i: int, category: int, m: Day) -> None:
    """Begin to choose in a category: buying nothing is the best so far, and worth at least so much."""
    best = m.out.best[category]
    m.out.visit.seen |= 1 << category
    best.value = m.p.choice.outside + shock_at_least(uniform(m.keys[Stream.OUTSIDE], m.day, i, category))


@inlined
def draw_outside(i: int, category: int, m: Day) -> None:
    """Work out what buying nothing of a category is worth, in the place of its bound."""
    best = m.out.best[category]
    m.out.visit.exact |= 1 << category
    best.outside_shock = shock(uniform(m.keys[Stream.OUTSIDE], m.day, i, category))
    best.outside = m.p.choice.outside + best.outside_shock
    best.value = best.outside


@inlined
def keep_if_best(i: int, offer: Offer, weighed: Weighed, u: float, m: Day) -> None:
    """Keep an offer that can be bought and beats all others of its category, and buying nothing.

    The shock of its draw ``u`` is keyed by consumer, product and day: the same product met twice is weighed with the
    same shock, and choice among distinct products is the multinomial logit.
    """
    visit, best, bit = m.out.visit, m.out.best[offer.category], 1 << offer.category
    if not visit.exact & bit:
        draw_outside(i, offer.category, m)
    systematic, drawn = total(weighed.terms), shock(u)
    value = systematic + drawn
    obstacle = obstacle_to(i, offer, weighed.price - weighed.coupon, m)
    if obstacle == Obstacle.NONE and value > best.value:
        visit.chosen |= bit
        best.value = value
        best.shock = drawn
        best.systematic = systematic
        best.liking = lasting(weighed.terms) - m.p.choice.outside
        best.expected = weighed.believed.mean
        best.claim = offer.claim
        best.paid = offer.paid
        best.product = offer.product
        best.platform = offer.platform
        best.channel = offer.channel
        best.creator = offer.creator
        best.slot = offer.slot
        best.parent = offer.parent
        best.price = weighed.price
        best.coupon = weighed.coupon
    if m.out.counts[Count.TRACES] < m.out.trace.shape[0]:
        write_trace(i, offer, weighed, drawn, m)


@inlined
def obstacle_to(i: int, offer: Offer, to_pay: int, m: Day) -> int:
    """What keeps consumer i from buying an offer for so many fen."""
    if not m.shops[m.products[offer.product].brand, offer.platform].open:
        return Obstacle.NOT_SOLD_HERE
    if m.platforms[offer.platform].follow_gate and offer.slot < 0 and offer.channel != Channel.RECALL:
        return Obstacle.NEEDS_A_FOLLOW
    return Obstacle.TOO_EXPENSIVE if to_pay > m.consumers[i].wallet else Obstacle.NONE


@inlined
def write_trace(i: int, offer: Offer, weighed: Weighed, drawn: float, m: Day) -> None:
    """Write down every term of an offer."""
    line, terms = m.out.trace[m.out.counts[Count.TRACES]], weighed.terms
    m.out.counts[Count.TRACES] += 1
    line.channel = offer.channel
    line.product = offer.product
    line.creator = offer.creator
    line.price = weighed.price
    line.coupon = weighed.coupon
    for n in range(len(terms)):
        line.terms[n] = terms[n]
    line.shock = drawn
    line.value = total(terms) + drawn
    line.outside = m.out.best[offer.category].outside
    line.expected = weighed.believed.mean
    line.precision = weighed.believed.precision
    line.claim = offer.claim
    line.trust = math.nan if math.isnan(offer.claim) else trust_in(i, offer.creator, offer.slot, m)
    line.outcome = obstacle_to(i, offer, weighed.price - weighed.coupon, m)
