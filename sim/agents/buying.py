"""Buying: from the chosen offer to the order, the experience, and what is told to friends."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.needs import schedule_need
from sim.agents.weighing import own_slot
from sim.audience import add_follow
from sim.compiled import inlined
from sim.draws import Stream, normal_of, uniform
from sim.parameters import Behaviour
from sim.records import (
    COUNT_UNITS,
    OWN_SLOTS,
    Consumers,
    Count,
    Events,
    Follows,
    Luck,
    Sheet,
    Today,
    Town,
)
from sim.rules.choice import realised_surplus
from sim.rules.experience import is_returned, is_satisfying
from sim.rules.sharing import share_probability
from sim.rules.trust import is_met

COUNT_MOST = 255
MOST_FEN = float((1 << 31) - 1)


@inlined
def remember_claim(i: int, slot: int, met: bool, weight: float, follows: Follows) -> None:
    """Add a met or broken claim to the Beta counts of an edge."""
    if met:
        follows.met[i, slot] = min(int(follows.met[i, slot]) + int(COUNT_UNITS), COUNT_MOST)
    else:
        follows.broken[i, slot] = min(int(follows.broken[i, slot]) + int(COUNT_UNITS * weight), COUNT_MOST)


@inlined
def remember_purchase(i: int, product: int, experienced: float, satisfying: bool, consumers: Consumers) -> None:
    """Add an experience to memory, in place of the least bought product where all slots are taken."""
    slot = own_slot(i, product, consumers)
    if slot < 0:
        slot = 0
        for other in range(OWN_SLOTS):
            if consumers.own_product[i, other] < 0:
                slot = other
                break
            if consumers.own_count[i, other] < consumers.own_count[i, slot]:
                slot = other
        consumers.own_product[i, slot] = product
        consumers.own_count[i, slot] = 0
        consumers.own_run[i, slot] = 0
        consumers.own_mean[i, slot] = 0.0
    count = min(int(consumers.own_count[i, slot]) + 1, 255)
    mean = float(consumers.own_mean[i, slot])
    consumers.own_count[i, slot] = count
    consumers.own_mean[i, slot] = mean + (experienced - mean) / count
    consumers.own_run[i, slot] = min(int(consumers.own_run[i, slot]) + 1, 255) if satisfying else 0


@inlined
def buy(i: int, day: int, category: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events) -> None:
    """Buy the best offer of a category: order, experience, memory, trust, rating, words to friends."""
    consumers, offers, orders = town.consumers, out.offers, out.orders
    best = int(out.basket.row[category])
    product, creator, slot = int(offers.product[best]), int(offers.creator[best]), int(offers.slot[best])
    consumers.wallet[i] -= int(offers.price[best]) - int(offers.coupon[best])

    experienced = delivered_quality(i, day, product, luck, today, rates)
    expected = float(offers.expected[best])
    returned = is_returned(experienced, expected, rates.experience)
    satisfying = not returned and is_satisfying(experienced, expected, rates.trust.tolerance)

    row = write_order(i, best, returned, satisfying, out)
    judge_claim(i, row, float(offers.claim[best]), experienced, slot, town.follows, rates, out)
    orders.surplus[row] = 0 if returned else surplus_of(i, category, experienced, town, rates, out)
    become_customer(i, row, int(today.shelf.brand[product]), consumers, out)
    reviewed = uniform(luck[Stream.EXPERIENCE], day, i, 4 * product + 2) < rates.experience.review
    orders.review[row] = experienced if reviewed else math.nan
    considers = uniform(luck[Stream.ENTRY], day, i, product) < float(town.people.sociability[i])
    orders.candidate[row] = satisfying and consumers.creator[i] < 0 and considers

    remember_purchase(i, product, experienced, satisfying, consumers)
    if not returned:
        schedule_need(i, category, day, consumers, today.shelf, luck, rates)
    if creator >= 0 and slot < 0 and satisfying:
        follow_after_purchase(i, day, creator, luck, town.follows, today.sheet, rates, out)
    account = int(today.shelf.own_account[product])
    if account >= 0 and satisfying:
        follow_after_purchase(i, day, account, luck, town.follows, today.sheet, rates, out)
    tell_friends(i, day, row, experienced, experienced - expected, luck, town, rates, out)


@inlined
def delivered_quality(i: int, day: int, product: int, luck: Luck, today: Today, rates: Behaviour) -> float:
    """Quality of the one item that was delivered: the product's with some luck."""
    first = uniform(luck[Stream.EXPERIENCE], day, i, 4 * product)
    second = uniform(luck[Stream.EXPERIENCE], day, i, 4 * product + 1)
    return float(today.shelf.quality[product]) + rates.experience.noise * normal_of(first, second)


@inlined
def write_order(i: int, best: int, returned: bool, satisfying: bool, out: Events) -> int:
    """Write the order for an offer; returns its row."""
    offers, orders = out.offers, out.orders
    row = out.counts[Count.ORDERS]
    out.counts[Count.ORDERS] += 1
    orders.consumer[row] = i
    orders.product[row] = offers.product[best]
    orders.creator[row] = offers.creator[best]
    orders.channel[row] = offers.channel[best]
    orders.parent[row] = offers.parent[best]
    orders.price[row] = offers.price[best]
    orders.coupon[row] = offers.coupon[best]
    orders.returned[row] = returned
    orders.satisfying[row] = satisfying
    return row


@inlined
def judge_claim(
    i: int, row: int, claim: float, experienced: float, slot: int, follows: Follows, rates: Behaviour, out: Events
) -> None:
    """Tell whether the claim that sold was met; a follower remembers it of the creator."""
    out.orders.met[row] = 0
    if not math.isnan(claim):
        met = is_met(experienced, claim, rates.trust)
        out.orders.met[row] = 1 if met else -1
        if slot >= 0:
            remember_claim(i, slot, met, rates.trust.broken_weight, follows)


@inlined
def surplus_of(i: int, category: int, experienced: float, town: Town, rates: Behaviour, out: Events) -> int:
    """Surplus of the best offer of a category, fen: at the quality experienced, not the one expected."""
    offers, best = out.offers, int(out.basket.row[category])
    enjoyed = float(offers.value[best]) - float(offers.quality[best]) - float(offers.risk[best])
    enjoyed += float(out.basket.luck[category])
    gain = enjoyed + rates.choice.quality * experienced - float(out.basket.outside[category])
    paid = float(int(offers.price[best]) - int(offers.coupon[best]))
    surplus = realised_surplus(gain, paid, float(town.people.sensitivity[i]))
    return int(min(max(surplus, -MOST_FEN), MOST_FEN))  # who hardly minds a price may have any surplus at it


@inlined
def become_customer(i: int, row: int, brand: int, consumers: Consumers, out: Events) -> None:
    """Be a customer of the brand from now on, and one who came back where it is not the first order."""
    bit = np.uint64(1) << np.uint64(brand)
    out.orders.new_customer[row] = (consumers.customer_of[i] & bit) == 0
    consumers.customer_of[i] |= bit
    consumers.bought_again[i] |= consumers.bought_from[i] & bit
    consumers.bought_from[i] |= bit


@inlined
def follow_after_purchase(
    i: int, day: int, creator: int, luck: Luck, follows: Follows, sheet: Sheet, rates: Behaviour, out: Events
) -> None:
    """A satisfied buyer may follow the creator who sold."""
    if uniform(luck[Stream.FOLLOW], day, i, int(sheet.partner[creator])) < rates.attention.follow:
        met, broken = float(sheet.stranger_met[creator]), float(sheet.stranger_broken[creator])
        if add_follow(i, creator, met + 1.0, broken, follows):
            out.tally.creator_followers[creator] += 1


@inlined
def tell_friends(
    i: int, day: int, row: int, word: float, surprise: float, luck: Luck, town: Town, rates: Behaviour, out: Events
) -> None:
    """Tell some friends of a purchase: a stretch of the friends' list that starts at random."""
    product = int(out.orders.product[row])
    p_share = share_probability(float(town.people.sociability[i]), surprise, rates.sharing)
    first = int(town.graph.offsets[i])
    degree = int(town.graph.offsets[i + 1]) - first
    if degree == 0 or uniform(luck[Stream.SHARE], day, i, 4 * product) >= p_share:
        return
    told = int(rates.sharing.friends_told + uniform(luck[Stream.SHARE], day, i, 4 * product + 1))
    told = min(told, degree)
    start = int(uniform(luck[Stream.SHARE], day, i, 4 * product + 2) * degree)
    for n in range(told):
        message = out.counts[Count.SHARES]
        out.counts[Count.SHARES] += 1
        out.shares.to[message] = town.graph.friends[first + (start + n) % degree]
        out.shares.product[message] = product
        out.shares.word[message] = word
        out.shares.order[message] = row
        out.shares.creator[message] = out.orders.creator[row]
