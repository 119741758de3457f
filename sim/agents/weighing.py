"""Weighing: one offer, from what is known of it to its place among the day's best."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.compiled import compiled, inlined
from sim.draws import Stream, gumbel_of, uniform
from sim.parameters import Behaviour
from sim.records import (
    COUNT_UNITS,
    NOBODY,
    OWN_SLOTS,
    WORD_SLOTS,
    Channel,
    Consumers,
    Events,
    Follows,
    Luck,
    Outcome,
    Sheet,
    Today,
    Town,
)
from sim.rules.belief import Signals, claim_precision, expected_quality
from sim.rules.choice import Buyer, total, utility
from sim.rules.trust import trust

MILLION = 1_000_000.0


class Offer(NamedTuple):
    """A product, where it was met, who sells it (or `NOBODY`) and in which follow slot that creator stands."""

    product: int
    channel: int
    creator: int
    slot: int


class Claim(NamedTuple):
    """A source's claim: quality, visible incentive, and whether one is made at all."""

    quality: float
    incentive: float
    made: bool


@compiled
def follow_slot(i: int, creator: int, follows: Follows) -> int:
    """Slot in which consumer i follows a creator, or `NOBODY`."""
    for slot in range(follows.creator.shape[1]):
        followed = follows.creator[i, slot]
        if followed == creator:
            return slot
        if followed < 0:
            return NOBODY
    return NOBODY


@compiled
def own_slot(i: int, product: int, consumers: Consumers) -> int:
    """Slot in which consumer i remembers having bought a product, or `NOBODY`."""
    for slot in range(OWN_SLOTS):
        if consumers.own_product[i, slot] == product:
            return slot
    return NOBODY


@compiled
def word_slot(i: int, product: int, consumers: Consumers) -> int:
    """Slot in which consumer i remembers friends' words of a product, or `NOBODY`."""
    for slot in range(WORD_SLOTS):
        if consumers.word_product[i, slot] == product:
            return slot
    return NOBODY


@compiled
def is_needed(i: int, category: int, day: int, consumers: Consumers) -> bool:
    """Whether consumer i needs something of a category today."""
    return consumers.due[i, category] <= day


@compiled
def trust_in(i: int, creator: int, slot: int, follows: Follows, sheet: Sheet) -> float:
    """Trust of consumer i in a creator, who stands in a follow slot or is a stranger (`NOBODY`)."""
    if slot >= 0:
        met = float(follows.met[i, slot]) / COUNT_UNITS
        broken = float(follows.broken[i, slot]) / COUNT_UNITS
    else:
        met = float(sheet.stranger_met[creator])
        broken = float(sheet.stranger_broken[creator])
    return trust(met, broken, float(sheet.heard_met[creator]), float(sheet.heard_broken[creator]))


@inlined
def consider(
    i: int, day: int, offer: Offer, claim: Claim, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Weigh an offer and keep it if it is the best of its category so far today.

    Gumbel noise is keyed by consumer, product and day: the same product met twice is weighed with the same luck, and
    the choice among distinct products is the multinomial logit.
    """
    consumers, shelf, venues = town.consumers, today.shelf, today.venues
    product, creator, slot = offer.product, offer.creator, offer.slot
    home = town.people.home[i]
    category = int(shelf.category[product])
    out.tally.considered[offer.channel] += 1

    needed = is_needed(i, category, day, consumers)
    precision = 0.0
    trusted = math.nan
    discount = 0.0
    if creator >= 0:
        discount = float(today.sheet.discount[creator])
        if claim.made:
            trusted = trust_in(i, creator, slot, town.follows, today.sheet)
            expert = float(today.sheet.expertise[creator, category])
            precision = claim_precision(trusted, expert, claim.incentive, rates.belief)
    own = own_slot(i, product, consumers)
    word = word_slot(i, product, consumers)
    friends = 0.0
    word_mean = 0.0
    if word >= 0:
        word_mean = float(consumers.word_mean[i, word])
        friends = float(consumers.word_count[i, word])
    lately = friends if friends > 0.0 and day - consumers.word_day[i, word] <= rates.sharing.recall else 0.0
    believed = expected_quality(
        Signals(
            float(shelf.prior[product]),
            float(shelf.rating[product]),
            float(shelf.ratings[product]),
            claim.quality,
            precision,
            word_mean,
            friends,
            float(consumers.own_mean[i, own]) if own >= 0 else 0.0,
            float(consumers.own_count[i, own]) if own >= 0 else 0.0,
        ),
        rates.belief,
    )

    price = int(float(shelf.price[product]) * (1.0 - discount))
    coupon = 0
    if venues.coupon[home] > 0.0 and (venues.coupon_newcomers[home] == 0 or consumers.customer_of[i] == 0):
        coupon = int(price * float(venues.coupon[home]))
    log_price = float(shelf.log_price[product])
    if discount > 0.0 or coupon > 0:
        log_price += math.log((price - coupon) / float(shelf.price[product]))
    sensitivity = float(town.people.sensitivity[i])
    impulse_cost = 0.0 if needed else float(shelf.impulse_cost[category])
    terms = utility(
        Buyer(float(town.people.taste[i, category]), sensitivity, impulse_cost),
        believed,
        log_price,
        lately,
        rates.choice,
    )
    systematic = total(terms)
    noise = gumbel_of(uniform(luck[Stream.CHOICE], day, i, product))
    value = systematic + noise

    basket = out.basket
    if basket.mask[0] & (1 << category) == 0:
        basket.mask[0] |= 1 << category
        outside = rates.choice.outside + gumbel_of(uniform(luck[Stream.OUTSIDE], day, i, category))
        basket.outside[category] = outside
        basket.value[category] = outside
        basket.product[category] = NOBODY

    outcome = int(Outcome.WEIGHED)
    if venues.follow_gate[home] == 1 and slot < 0 and offer.channel != int(Channel.HABIT):
        outcome = int(Outcome.NEEDS_A_FOLLOW)
    elif price - coupon > consumers.wallet[i]:
        outcome = int(Outcome.TOO_EXPENSIVE)
    elif value > basket.value[category]:
        basket.value[category] = value
        basket.systematic[category] = systematic - terms.quality - terms.risk + noise
        basket.expected[category] = believed.mean
        basket.claim[category] = claim.quality if claim.made else math.nan
        basket.product[category] = product
        basket.channel[category] = offer.channel
        basket.creator[category] = creator
        basket.slot[category] = slot
        basket.word[category] = word
        basket.price[category] = price
        basket.coupon[category] = coupon

    if out.counts[3] < out.trace.shape[0]:
        row = out.trace[out.counts[3]]
        out.counts[3] += 1
        row[0], row[1], row[2], row[3], row[4] = offer.channel, product, creator, price, coupon
        row[5], row[6], row[7], row[8] = terms.taste, terms.quality, terms.risk, terms.price
        row[9], row[10], row[11], row[12] = terms.friends, terms.impulse, noise, value
        row[13], row[14], row[15] = basket.outside[category], believed.mean, believed.precision
        row[16] = claim.quality if claim.made else math.nan
        row[17], row[18] = trusted, outcome
