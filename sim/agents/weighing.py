"""Weighing: one offer, from what is known of it to its place among the day's best."""

from __future__ import annotations

import math

from sim.compiled import inlined
from sim.draws import Stream, gumbel_at_least, gumbel_at_most, gumbel_of, uniform
from sim.parameters import Behaviour
from sim.records import (
    COUNT_UNITS,
    NOBODY,
    OWN_SLOTS,
    WORD_SLOTS,
    Channel,
    Consumers,
    Count,
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


@inlined
def follow_slot(i: int, creator: int, follows: Follows) -> int:
    """Slot in which consumer i follows a creator, or `NOBODY`."""
    for slot in range(follows.creator.shape[1]):
        followed = follows.creator[i, slot]
        if followed == creator:
            return slot
        if followed < 0:
            return NOBODY
    return NOBODY


@inlined
def own_slot(i: int, product: int, consumers: Consumers) -> int:
    """Slot in which consumer i remembers having bought a product, or `NOBODY`."""
    found = NOBODY
    for slot in range(OWN_SLOTS):  # no early exit: a branch that cannot be foreseen costs more than the loop
        if consumers.own_product[i, slot] == product:
            found = slot
    return found


@inlined
def word_slot(i: int, product: int, consumers: Consumers) -> int:
    """Slot in which consumer i remembers friends' words of a product, or `NOBODY`."""
    found = NOBODY
    for slot in range(WORD_SLOTS):
        if consumers.word_product[i, slot] == product:
            found = slot
    return found


@inlined
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
def weigh(
    i: int, day: int, needs: int, row: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Weigh an offer and keep it if it is the best of its category so far today.

    Gumbel noise is keyed by consumer, product and day: the same product met twice is weighed with the same luck, and
    the choice among distinct products is the multinomial logit.

    Parameters
    ----------
    needs
        Bit set of the categories in which something is needed.
    row
        Row of the offer in ``out.offers``.
    """
    consumers, shelf, venues, offers = town.consumers, today.shelf, today.venues, out.offers
    product, channel = int(offers.product[row]), int(offers.channel[row])
    creator, slot = int(offers.creator[row]), int(offers.slot[row])
    claim = float(offers.claim[row])
    claimed = not math.isnan(claim)
    home = int(town.people.home[i])
    category = int(shelf.category[product])
    out.tally.considered[channel] += 1

    precision = 0.0
    trusted = math.nan
    if claimed:
        trusted = trust_in(i, creator, slot, town.follows, today.sheet)
        expert = float(today.sheet.expertise[creator, category])
        precision = claim_precision(trusted, expert, float(offers.incentive[row]), rates.belief)
    own = own_slot(i, product, consumers)
    word = word_slot(i, product, consumers)
    word_mean = 0.0
    friends = 0.0
    lately = 0.0
    if word >= 0:
        word_mean = float(consumers.word_mean[i, word])
        friends = float(consumers.word_count[i, word])
        if float(day - consumers.word_day[i, word]) <= rates.sharing.recall:
            lately = friends
    heard = Signals(
        float(shelf.prior[product]),
        float(shelf.rating[product]),
        float(shelf.ratings[product]),
        claim if claimed else 0.0,
        precision,
        word_mean,
        friends,
        float(consumers.own_mean[i, own]) if own >= 0 else 0.0,
        float(consumers.own_count[i, own]) if own >= 0 else 0.0,
    )
    believed = expected_quality(heard, rates.belief)

    list_price = int(shelf.price[product])
    price = list_price
    if creator >= 0 and today.sheet.discount[creator] > 0.0:
        price = int(list_price * (1.0 - float(today.sheet.discount[creator])))
    coupon = 0
    if venues.coupon[home] > 0.0 and (venues.coupon_newcomers[home] == 0 or consumers.customer_of[i] == 0):
        coupon = int(price * float(venues.coupon[home]))
    log_price = float(shelf.log_price[product])
    if price - coupon != list_price:
        log_price += math.log(max(price - coupon, 1) / list_price)
    buyer = Buyer(
        float(town.people.taste[i, category]),
        float(town.people.sensitivity[i]),
        0.0 if needs >> category & 1 else float(shelf.impulse_cost[category]),
    )
    terms = utility(buyer, believed, log_price, lately, rates.choice)
    systematic = total(terms)

    basket = out.basket
    bit = 1 << category
    if basket.mask[0] & bit == 0:
        basket.mask[0] |= bit
        basket.rough[0] |= bit
        lot = uniform(luck[Stream.OUTSIDE], day, i, category)
        basket.value[category] = rates.choice.outside + gumbel_at_least(lot)
        basket.product[category] = NOBODY
    lot = uniform(luck[Stream.CHOICE], day, i, product)
    traced = out.counts[Count.TRACES] < out.trace.shape[0]
    if systematic + gumbel_at_most(lot) <= basket.value[category] and not traced:
        return  # most offers: even with the best luck of its kind it would not win
    noise = gumbel_of(lot)
    value = systematic + noise
    if basket.rough[0] & bit:
        basket.rough[0] &= ~bit
        outside = rates.choice.outside + gumbel_of(uniform(luck[Stream.OUTSIDE], day, i, category))
        basket.outside[category] = outside
        basket.value[category] = outside

    outcome = Outcome.WEIGHED.value
    if venues.follow_gate[home] == 1 and slot < 0 and channel != Channel.HABIT.value:
        outcome = Outcome.NEEDS_A_FOLLOW.value
    elif price - coupon > consumers.wallet[i]:
        outcome = Outcome.TOO_EXPENSIVE.value
    elif value > basket.value[category]:
        basket.value[category] = value
        basket.systematic[category] = systematic - terms.quality - terms.risk + noise
        basket.expected[category] = believed.mean
        basket.claim[category] = claim
        basket.product[category] = product
        basket.channel[category] = channel
        basket.creator[category] = creator
        basket.slot[category] = slot
        basket.parent[category] = offers.parent[row]
        basket.price[category] = price
        basket.coupon[category] = coupon

    if traced:
        line = out.trace[out.counts[Count.TRACES]]
        out.counts[Count.TRACES] += 1
        line[0], line[1], line[2], line[3], line[4] = channel, product, creator, price, coupon
        line[5], line[6], line[7], line[8] = terms.taste, terms.quality, terms.risk, terms.price
        line[9], line[10], line[11], line[12] = terms.friends, terms.impulse, noise, value
        line[13], line[14], line[15] = basket.outside[category], believed.mean, believed.precision
        line[16], line[17], line[18] = claim, trusted, outcome
