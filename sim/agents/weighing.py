"""Weighing and choosing: what each offer is worth, and which is the best of the day."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.compiled import inlined
from sim.draws import gumbel_at_least, gumbel_at_most, gumbel_of
from sim.parameters import Behaviour
from sim.records import (
    COUNT_UNITS,
    NOBODY,
    OWN_SLOTS,
    ROW,
    WORD_SLOTS,
    Channel,
    Consumers,
    Count,
    Events,
    Follows,
    Outcome,
    Sheet,
    Shelf,
    Today,
    Town,
)
from sim.rules.belief import Believed, Signals, claim_precision, expected_quality, knows_more
from sim.rules.choice import Buyer, Terms, total, utility
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
def of_rivals(i: int, product: int, shelf: Shelf, consumers: Consumers) -> tuple[float, float]:
    """Friends' words of the other products of the category, and own purchases of those, as far as remembered.

    A rule that reads neither pays nothing: the compiler leaves this out.
    """
    category = shelf.category[product]
    words = purchases = 0.0
    for slot in range(WORD_SLOTS):
        other = int(consumers.word_product[i, slot])
        if other >= 0 and other != product and shelf.category[other & ROW] == category:
            words += float(consumers.word_count[i, slot])
    for slot in range(OWN_SLOTS):
        other = int(consumers.own_product[i, slot])
        if other >= 0 and other != product and shelf.category[other & ROW] == category:
            purchases += float(consumers.own_count[i, slot])
    return words, purchases


@inlined
def trust_in(i: int, creator: int, slot: int, follows: Follows, sheet: Sheet) -> float:
    """Trust of consumer i in a creator, who stands in a follow slot or is a stranger (`NOBODY`)."""
    met, broken = float(follows.met[i, slot]) / COUNT_UNITS, float(follows.broken[i, slot]) / COUNT_UNITS
    strange_met, strange_broken = float(sheet.stranger_met[creator]), float(sheet.stranger_broken[creator])
    met = met if slot >= 0 else strange_met
    broken = broken if slot >= 0 else strange_broken
    return trust(met, broken, float(sheet.heard_met[creator]), float(sheet.heard_broken[creator]))


class Weighed(NamedTuple):
    """What an offer is worth to a consumer, before luck."""

    terms: Terms
    believed: Believed
    price: int  # fen, before the coupon
    coupon: int  # fen
    trust: float  # in the source; of no meaning without a claim


@inlined
def weighed(i: int, day: int, needs: int, row: int, town: Town, today: Today, rates: Behaviour, out: Events) -> Weighed:
    """Weigh an offer: what is believed of it, what it costs, what it is worth.

    Of most offers a consumer knows what everybody knows; that belief has been worked out for all. Else written without
    branches that cannot be foreseen: what is missing is looked up all the same and counts nothing.

    Parameters
    ----------
    needs
        Bit set of the categories in which something is needed.
    row
        Row of the offer in ``out.offers``.
    """
    consumers, shelf, venues, sheet, offers = town.consumers, today.shelf, today.venues, today.sheet, out.offers
    product, creator, slot = int(offers.product[row]) & ROW, int(offers.creator[row]), int(offers.slot[row])
    claim = float(offers.claim[row])
    claimed = not math.isnan(claim)
    home = int(town.people.home[i]) & ROW
    category = int(shelf.category[product]) & ROW

    own, word = own_slot(i, product, consumers), word_slot(i, product, consumers)
    trusted = lately = 0.0
    believed = Believed(float(out.common.mean[product]), float(out.common.precision[product]))
    if knows_more(claimed, word >= 0, own >= 0):
        trusted = trust_in(i, creator, slot, town.follows, sheet)
        expert = float(sheet.expertise[creator, category])
        precision = claim_precision(trusted, expert, float(offers.incentive[row]), rates.belief)
        own_mean, purchases = float(consumers.own_mean[i, own]), float(consumers.own_count[i, own])
        word_mean, friends = float(consumers.word_mean[i, word]), float(consumers.word_count[i, word])
        friends = friends if word >= 0 else 0.0
        lately = friends if float(day - consumers.word_day[i, word]) <= rates.sharing.recall else 0.0
        rival_words, rival_purchases = of_rivals(i, product, shelf, consumers)
        heard = Signals(
            float(shelf.prior[product]),
            float(shelf.rating[product]),
            float(shelf.ratings[product]),
            claim if claimed else 0.0,
            precision if claimed else 0.0,
            word_mean if word >= 0 else 0.0,
            friends,
            own_mean if own >= 0 else 0.0,
            purchases if own >= 0 else 0.0,
            rival_words,
            rival_purchases,
        )
        believed = expected_quality(heard, rates.belief)

    list_price = int(shelf.price[product])
    price = max(int(list_price * (1.0 - float(sheet.discount[creator]))), 1)
    eligible = venues.coupon_newcomers[home] == 0 or consumers.customer_of[i] == 0
    coupon = int(price * float(venues.coupon[home])) if eligible else 0
    log_price = float(shelf.log_price[product])
    if price - coupon != list_price:
        log_price += math.log(max(price - coupon, 1) / list_price)
    impulse_cost = float(shelf.impulse_cost[category])
    buyer = Buyer(
        float(town.people.taste[i, category]),
        float(town.people.sensitivity[i]),
        0.0 if needs >> category & 1 else impulse_cost,
    )
    return Weighed(utility(buyer, believed, log_price, lately, rates.choice), believed, price, coupon, trusted)


@inlined
def form_beliefs(today: Today, rates: Behaviour, out: Events) -> None:
    """Work out what is believed of each product on what everybody knows."""
    shelf, nothing = today.shelf, 0.0
    for product in range(shelf.prior.shape[0]):
        prior, rating, ratings = (
            float(shelf.prior[product]),
            float(shelf.rating[product]),
            float(shelf.ratings[product]),
        )
        heard = Signals(
            prior, rating, ratings, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing
        )  # fmt: skip
        believed = expected_quality(heard, rates.belief)
        out.common.mean[product] = believed.mean
        out.common.precision[product] = believed.precision


@inlined
def weigh(i: int, day: int, needs: int, row: int, town: Town, today: Today, rates: Behaviour, out: Events) -> None:
    """Weigh an offer, and write down what choosing and buying will ask of it."""
    offers = out.offers
    out.tally.considered[int(offers.channel[row]) & ROW] += 1
    found = weighed(i, day, needs, row, town, today, rates, out)
    offers.price[row] = found.price
    offers.coupon[row] = found.coupon
    offers.value[row] = total(found.terms)
    offers.quality[row] = found.terms.quality
    offers.risk[row] = found.terms.risk
    offers.expected[row] = found.believed.mean


@inlined
def choose(
    i: int, day: int, needs: int, first: int, end: int, town: Town, today: Today, rates: Behaviour, out: Events
) -> int:
    """Find the best offer of each category among rows ``first`` to ``end - 1``; buying nothing is one of them.

    Gumbel noise is keyed by consumer, product and day: the same product met twice is weighed with the same luck, and
    the choice among distinct products is the multinomial logit.

    Returns
    -------
    int
        Bit set of the categories in which something beats buying nothing; which, stands in ``out.basket``.
    """
    offers, basket = out.offers, out.basket
    gated = today.venues.follow_gate[town.people.home[i]] == 1
    wallet = int(town.consumers.wallet[i])
    seen = exact = chosen = 0  # bit sets of categories; until exact, the value is a lower bound of buying nothing
    for at in range(first, end):
        row = at & ROW
        category = int(offers.category[row]) & ROW
        systematic = float(offers.value[row])
        lot = float(offers.lot[row])
        bit = 1 << category
        if seen & bit == 0:
            seen |= bit
            least = gumbel_at_least(float(offers.idle[row]))
            basket.value[category] = rates.choice.outside + least
        traced = out.counts[Count.TRACES] < out.trace.shape[0]
        if systematic + gumbel_at_most(lot) <= basket.value[category] and not traced:
            continue  # most offers: even with the best luck of its kind it would not win
        if exact & bit == 0:
            exact |= bit
            outside = rates.choice.outside + gumbel_of(float(offers.idle[row]))
            basket.outside[category] = outside
            basket.value[category] = outside
        noise = gumbel_of(lot)
        value = systematic + noise
        outcome = Outcome.WEIGHED.value
        if gated and offers.slot[row] < 0 and offers.channel[row] != Channel.HABIT.value:
            outcome = Outcome.NEEDS_A_FOLLOW.value
        elif offers.price[row] - offers.coupon[row] > wallet:
            outcome = Outcome.TOO_EXPENSIVE.value
        elif value > basket.value[category]:
            chosen |= bit
            basket.value[category] = value
            basket.luck[category] = noise
            basket.row[category] = row
        if traced:
            write_trace(i, day, needs, row, noise, outcome, town, today, rates, out)
    return chosen


@inlined
def write_trace(
    i: int, day: int, needs: int, row: int, noise: float, outcome: int, town: Town, today: Today, rates: Behaviour,
    out: Events,
) -> None:  # fmt: skip
    """Write down every term of an offer, in the order of `TRACE_COLUMNS`."""
    offers = out.offers
    terms, believed, price, coupon, trusted = weighed(i, day, needs, row, town, today, rates, out)
    claim = float(offers.claim[row])
    line = out.trace[out.counts[Count.TRACES]]
    out.counts[Count.TRACES] += 1
    line[0], line[1], line[2] = offers.channel[row], offers.product[row], offers.creator[row]
    line[3], line[4] = price, coupon
    line[5], line[6], line[7], line[8] = terms.taste, terms.quality, terms.risk, terms.price
    line[9], line[10], line[11], line[12] = terms.friends, terms.impulse, noise, total(terms) + noise
    line[13], line[14], line[15] = out.basket.outside[offers.category[row]], believed.mean, believed.precision
    line[16], line[17], line[18] = claim, math.nan if math.isnan(claim) else trusted, outcome
