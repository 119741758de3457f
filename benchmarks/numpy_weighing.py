"""Weighing in numpy: all offers that all consumers have seen today, at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.numpy_buying import Bargains
from benchmarks.numpy_rules import (
    Ints,
    Mask,
    Reals,
    claim_precision,
    expected_quality,
    gumbel_of,
    total,
    trust_of,
    uniform,
    utility,
)
from sim.draws import Stream
from sim.parameters import Behaviour
from sim.records import COUNT_UNITS, NOBODY, Channel, Follows, Luck, Sheet, Today, Town
from sim.rules.belief import Signals
from sim.rules.choice import Buyer


class Offers(NamedTuple):
    """Item pages seen by all consumers, a row each."""

    consumer: Ints
    place: Ints  # in the order in which the consumer met them
    product: Ints
    channel: Ints
    creator: Ints
    slot: Ints
    claim: Reals
    incentive: Reals
    paid: Mask
    parent: Ints


def trust_in(who: Ints, creator: Ints, slot: Ints, follows: Follows, sheet: Sheet) -> Reals:
    """Trust in creators, who stand in a follow slot or are strangers."""
    met = np.where(slot >= 0, follows.met[who, slot] / COUNT_UNITS, sheet.stranger_met[creator])
    broken = np.where(slot >= 0, follows.broken[who, slot] / COUNT_UNITS, sheet.stranger_broken[creator])
    return trust_of(met, broken, sheet.heard_met[creator], sheet.heard_broken[creator])


def weigh(
    offers: Offers, needs: Mask, day: int, luck: Luck, town: Town, today: Today, rates: Behaviour
) -> Bargains:
    """The best offer of each consumer and category that beats buying nothing."""
    shelf, sheet, consumers, people = today.shelf, today.sheet, town.consumers, town.people
    who, product, creator, slot = offers.consumer, offers.product, offers.creator, offers.slot
    category = shelf.category[product].astype(np.int64)
    precision = np.zeros(len(who))
    claimed = np.flatnonzero(~np.isnan(offers.claim))
    trusted = trust_in(who[claimed], creator[claimed], slot[claimed], town.follows, sheet)
    expert = sheet.expertise[creator[claimed], category[claimed]]
    precision[claimed] = claim_precision(trusted, expert, offers.incentive[claimed], rates.belief)
    columns = (consumers.word_product, consumers.word_mean, consumers.word_count)
    word, word_mean, friends = recalled(who, product, *columns)
    columns = (consumers.own_product, consumers.own_mean, consumers.own_count)
    _, own_mean, purchases = recalled(who, product, *columns)
    recent = day - consumers.word_day[who, word] <= rates.sharing.recall
    signals: tuple[Any, ...] = (
        shelf.prior[product], shelf.rating[product], shelf.ratings[product],
        np.where(np.isnan(offers.claim), 0.0, offers.claim), precision, word_mean, friends, own_mean, purchases,
    )  # fmt: skip
    believed: Any = expected_quality(Signals(*signals), rates.belief)
    price, coupon, log_price = terms_of_sale(offers, town, today)
    buyer: tuple[Any, ...] = (
        people.taste[who, category].astype(np.float64), people.sensitivity[who].astype(np.float64),
        np.where(needs[who, category], 0.0, shelf.impulse_cost[category]),
    )  # fmt: skip
    lately = np.where(recent, friends, 0.0)
    terms: Any = utility(Buyer(*buyer), believed, log_price, lately, rates.choice)
    noise = gumbel_of(uniform(luck[Stream.CHOICE], day, who, product))
    value = total(terms) + noise
    outside = rates.choice.outside + gumbel_of(uniform(luck[Stream.OUTSIDE], day, who, category))
    gated = (today.venues.follow_gate[people.home[who]] == 1) & (slot < 0)
    gated &= offers.channel != Channel.HABIT
    good = np.flatnonzero(~gated & (price - coupon <= consumers.wallet[who]) & (value > outside))
    good = good[np.lexsort((offers.place[good], -value[good], category[good], who[good]))]
    same = (np.diff(who[good], prepend=-1) == 0) & (np.diff(category[good], prepend=-1) == 0)
    best = good[~same]
    before_quality = (total(terms) - terms.quality - terms.risk + noise)[best]
    return Bargains(
        who[best], category[best], product[best], creator[best], offers.channel[best], slot[best],
        offers.parent[best], offers.claim[best], before_quality, believed.mean[best], outside[best],
        price[best], coupon[best],
    )  # fmt: skip


def terms_of_sale(offers: Offers, town: Town, today: Today) -> tuple[Ints, Ints, Reals]:
    """Price and coupon in fen, and the log of what is to pay over the category's mean price."""
    shelf, venues, sheet = today.shelf, today.venues, today.sheet
    list_price = shelf.price[offers.product]
    discount = np.where(offers.creator >= 0, sheet.discount[offers.creator], 0.0)
    price = np.where(discount > 0.0, (list_price * (1.0 - discount)).astype(np.int64), list_price)
    home = town.people.home[offers.consumer]
    entitled = (venues.coupon_newcomers[home] == 0) | (town.consumers.customer_of[offers.consumer] == 0)
    coupon = np.where(entitled, (price * venues.coupon[home]).astype(np.int64), 0)
    log_price = shelf.log_price[offers.product]
    changed = np.flatnonzero(price - coupon != list_price)
    paid = np.maximum((price - coupon)[changed], 1)
    log_price[changed] += np.log(paid / list_price[changed])
    return price, coupon, log_price


def recalled(
    who: Ints, product: Ints, products: NDArray[np.int16], mean: NDArray[np.float32], count: NDArray[np.uint8]
) -> tuple[Ints, Reals, Reals]:
    """What people remember of products: slot (or `NOBODY`), mean, and of how many; zeros without a memory."""
    row, column = np.nonzero(products[who] == product[:, None])
    slot, means, counts = np.full(len(who), NOBODY), np.zeros(len(who)), np.zeros(len(who))
    slot[row], means[row], counts[row] = column, mean[who[row], column], count[who[row], column]
    return slot, means, counts
