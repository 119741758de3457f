"""Weighing: what a consumer believes of an offer, what it costs, and what it is worth."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.agents.following import trust_in
from sim.agents.memory import may_remember, of_rivals, own_slot, word_slot
from sim.compiled import inlined
from sim.day import Day
from sim.rules.belief import Believed, Signals, claim_precision, expected_quality, knows_more
from sim.rules.choice import Buyer, Terms, utility
from sim.state import Offer


class Weighed(NamedTuple):
    """What an offer is worth to a consumer, before luck."""

    terms: Terms
    believed: Believed
    price: int  # fen, before the coupon
    coupon: int  # fen


@inlined
def weigh(i: int, offer: Offer, m: Day) -> Weighed:
    """Weigh an offer: what is believed of it, what it costs, what it is worth."""
    person, category = m.people[i], offer.category
    believed, friends = believe(i, offer, m)
    price, coupon, log_price = price_of(i, offer, m)
    needed = m.out.visit.needs >> category & 1 == 1
    buyer = Buyer(
        1.0 * person.taste[category], 1.0 * person.sensitivity, 0.0 if needed else m.p.impulse_cost[category]
    )  # fmt: skip
    return Weighed(utility(buyer, believed, log_price, friends, m.p.choice), believed, price, coupon)


@inlined
def believe(i: int, offer: Offer, m: Day) -> tuple[Believed, float]:
    """What consumer i believes of an offer, and the friends who are known to have bought it lately.

    Of most offers a consumer knows what everybody knows; that belief has been worked out for all.
    """
    product, claimed = m.products[offer.product], not math.isnan(offer.claim)
    if knows_more(claimed, may_remember(offer.product, m.consumers[i])):
        return believe_more(i, offer, claimed, m)
    return Believed(product.expected, product.precision), 0.0


@inlined
def believe_more(i: int, offer: Offer, claimed: bool, m: Day) -> tuple[Believed, float]:
    """The same for a consumer who has heard more, or may have."""
    consumer, product = m.consumers[i], m.products[offer.product]
    claim = precision = word = words = own = purchases = lately = 0.0
    if claimed:
        expert = m.profiles[offer.creator].expertise[offer.category]
        trusted = trust_in(i, offer.creator, offer.slot, m)
        claim, precision = offer.claim, claim_precision(trusted, expert, offer.incentive, m.p.belief)
    heard = word_slot(offer.product, consumer)
    if heard >= 0:
        word, words = 1.0 * consumer.word_mean[heard], 1.0 * consumer.word_count[heard]
        if m.day - consumer.word_day[heard] <= m.p.sharing.recall:
            lately = words
    used = own_slot(offer.product, consumer)
    if used >= 0:
        own, purchases = 1.0 * consumer.own_mean[used], 1.0 * consumer.own_count[used]
    rival_words, rival_purchases = of_rivals(offer.product, consumer, m)
    signals = Signals(
        product.reputation, product.rating, 1.0 * product.reviews, claim, precision, word, words, own, purchases,
        rival_words, rival_purchases,
    )  # fmt: skip
    return expected_quality(signals, m.p.belief), lately


@inlined
def price_of(i: int, offer: Offer, m: Day) -> tuple[int, int, float]:
    """Price in fen before the coupon, the coupon, and the log of what is paid over the category's mean list price."""
    home = m.people[i].home
    listing, platform = m.listings[home, offer.product], m.platforms[home]
    price, coupon, log_price, cut = listing.price, 0, listing.log_price, platform.deal_cut
    if offer.creator >= 0 and m.profiles[offer.creator].is_kol:
        cut = 1.0 - (1.0 - cut) * (1.0 - platform.live_discount)
    if cut > 0.0:
        price = max(int(listing.price * (1.0 - cut)), 1)
    if not platform.coupon_newcomers or m.consumers[i].customer_of == 0:
        coupon = int(price * platform.coupon)
    if price - coupon != listing.price:
        log_price += math.log(max(price - coupon, 1) / listing.price)
    return price, coupon, log_price


@inlined
def common_belief(product: int, m: Day) -> Believed:
    """What is believed of a product on what everybody knows."""
    known = m.products[product]
    nothing = 0.0
    signals = Signals(
        known.reputation, known.rating, 1.0 * known.reviews, nothing, nothing, nothing, nothing, nothing, nothing,
        nothing, nothing,
    )  # fmt: skip
    return expected_quality(signals, m.p.belief)
