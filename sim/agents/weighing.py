"""Weighing: what an offer costs a consumer, and what it is worth."""

from __future__ import annotations

from typing import NamedTuple

from sim.agents.believing import believe
from sim.compilation import inlined
from sim.day import Day
from sim.rules.belief import Believed
from sim.rules.choice import Buyer, Terms, utility
from sim.sets import has
from sim.state.channels import Channel
from sim.state.visits import Offer


class Weighed(NamedTuple):
    """What an offer is worth to a consumer, before its random shock."""

    terms: Terms
    believed: Believed
    price: int  # fen, before the coupon
    coupon: int  # fen


@inlined
def weigh(i: int, offer: Offer, m: Day) -> Weighed:
    """Weigh an offer: what is believed of it, what it costs, what it is worth."""
    person, category = m.people[i], offer.category
    believed, friends = believe(i, offer.product, m)
    price, coupon = price_of(i, offer, m)
    needed = has(m.out.visit.needs, category)
    buyer = Buyer(
        taste=person.taste[category],
        sensitivity=person.sensitivity,
        impulse_cost=0.0 if needed else m.p.impulse_cost[category],
        urgency=m.p.creators.urgency if offer.channel == Channel.LIVE else 0.0,
        noise=m.p.variance.use,
    )
    relative = (price - coupon) / m.p.reference[category]
    return Weighed(utility(buyer, believed, relative, friends, m.p.choice), believed, price, coupon)


@inlined
def price_of(i: int, offer: Offer, m: Day) -> tuple[int, int]:
    """Price in fen before the coupon, and the coupon.

    Creators who sell on their own account add a mark-up; live rooms, deals and a brand's own pool cut the price.
    """
    price, platform = m.listings[offer.platform, offer.product].price, m.platforms[offer.platform]
    factor = 1.0 - platform.deal_cut
    if offer.creator >= 0:
        if m.profiles[offer.creator].is_brand:
            factor *= 1.0 - m.p.brands.member_discount
        else:
            factor *= 1.0 + platform.mark_up
        if offer.channel == Channel.LIVE:
            factor *= 1.0 - platform.live_discount
    if factor != 1.0:
        price = max(int(price * factor), 1)
    coupon = 0
    if not platform.coupon_newcomers or m.consumers[i].customer_of == 0:
        coupon = int(price * platform.coupon)
    return price, coupon
