"""Receiving: the goods arrive, are experienced, remembered, perhaps returned and rated, and told of."""

from __future__ import annotations

from sim.agents.following import follow_after_purchase
from sim.agents.match import use, worth
from sim.agents.memory import remember_use
from sim.agents.needs import meet_need
from sim.agents.trusting import judge_claim
from sim.agents.word_of_mouth import tell_friends
from sim.compilation import inlined
from sim.day import Day
from sim.draw_numbers import PER_PRODUCT, EntryDraw, ExperienceDraw
from sim.draws import Stream, uniform
from sim.ranges import MOST_FEN
from sim.rules.choice import money_of
from sim.rules.experience import is_returned, is_satisfying
from sim.state.orders import Order


@inlined
def receive(order: Order, m: Day) -> None:
    """Receive what was ordered: experience, memory, trust, rating, follows, words to friends."""
    i, consumer = order.consumer, m.consumers[order.consumer]
    consumer.coming &= ~(1 << order.category)
    experience(order, m)
    judge_claim(order, m)
    remember_use(i, order.product, order.experienced, order.satisfying, m)
    if not order.returned:
        meet_need(i, order.category, m)
    u = uniform(m.keys[Stream.ENTRY], order.ordered, i, EntryDraw.CONSIDERS + order.product)
    order.candidate = order.satisfying and consumer.creator < 0 and u < m.people[i].sociability
    if order.satisfying:
        if order.creator >= 0 and not order.follower:
            follow_after_purchase(i, order.ordered, order.creator, m.p.attention.follow, m)
        brand = m.brands[order.brand]
        if brand.welcomes:
            follow_after_purchase(i, order.ordered, brand.account, m.p.brands.join, m)
    tell_friends(order, m)


@inlined
def experience(order: Order, m: Day) -> None:
    """What was delivered against what was expected: kept or not, satisfying or not, rated or not."""
    i, p = order.consumer, m.p.experience
    experienced = use(i, order.product, order.ordered, m)
    order.experienced = experienced
    regretted = is_returned(order.liking, experienced, order.mood, p)
    order.returned = regretted and not order.outside
    order.satisfying = not order.returned and is_satisfying(experienced, order.expected, p)
    draw = ExperienceDraw.REVIEW + PER_PRODUCT * order.product
    order.reviewed = uniform(m.keys[Stream.EXPERIENCE], order.ordered, i, draw) < p.review
    order.surplus = surplus_of(order, m)


@inlined
def surplus_of(order: Order, m: Day) -> int:
    """Surplus of an order, fen: what is enjoyed over having nothing, or the trouble of sending it back."""
    surplus = -m.p.experience.hassle * (order.price - order.coupon)
    if not order.returned:
        gain = order.liking + order.mood - order.alternative + worth(order.consumer, order.product, m)
        surplus = money_of(gain, m.p.reference[order.category], m.people[order.consumer].sensitivity)
    return int(min(max(surplus, -MOST_FEN), MOST_FEN))  # who hardly minds a price may have any surplus at it
