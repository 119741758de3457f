"""Buying in numpy: category by category, each for all its buyers at once, since nobody buys twice in a category."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.numpy_rules import (
    Ints,
    Mask,
    Reals,
    geometric_of,
    is_met,
    is_returned,
    is_satisfying,
    normal_of,
    realised_surplus,
    share_probability,
    uniform,
)
from sim.draws import Stream
from sim.parameters import Behaviour
from sim.records import (
    COUNT_UNITS,
    FOLLOW_SLOTS,
    Columns,
    Follows,
    Luck,
    Orders,
    Shares,
    Sheet,
    Tally,
    Today,
    Town,
    each,
    empty,
    join,
)


class Bargains(NamedTuple):
    """The best offers of consumers by category, a row each."""

    consumer: Ints
    category: Ints
    product: Ints
    creator: Ints
    channel: Ints
    slot: Ints
    parent: Ints
    claim: Reals
    before_quality: Reals
    expected: Reals
    outside: Reals
    price: Ints
    coupon: Ints

    def rows(self, which: Mask) -> Bargains:
        """Some of the rows."""
        return each(self, lambda column: column[which])


class Bought(NamedTuple):
    """Orders, and what the buyers felt."""

    orders: Orders
    experienced: Reals
    surprise: Reals


def schedule_needs(who: Ints, category: Ints, day: int, luck: Luck, town: Town, today: Today, rates: Behaviour) -> None:
    """Draw the next needs of some people and categories."""
    key = luck[Stream.NEED]
    wait = geometric_of(uniform(key, day, who, 2 * category), today.shelf.interval[category])
    open_for = geometric_of(uniform(key, day, who, 2 * category + 1), 1.0 / rates.need.lapse)
    due = np.minimum(day + wait, 32_000)
    town.consumers.due[who, category] = due
    town.consumers.lapse[who, category] = np.minimum(due + open_for, 32_500)


class Till:
    """Where all consumers pay on one day.

    Parameters
    ----------
    day, luck, town, today, rates, tally
        As the engine's functions take them.
    """

    def __init__(self, day: int, luck: Luck, town: Town, today: Today, rates: Behaviour, tally: Tally) -> None:
        self.day, self.luck, self.town, self.today, self.rates, self.tally = day, luck, town, today, rates, tally

    def ring_up(self, best: Bargains) -> tuple[Orders, Shares]:
        """Buy all that is affordable: orders in the order of consumers and categories, and words to friends."""
        bought = [self.buy(best.rows(best.category == c)) for c in range(len(self.today.shelf.interval))]
        orders = join([one.orders for one in bought])
        experienced = np.concatenate([one.experienced for one in bought])
        surprise = np.concatenate([one.surprise for one in bought])
        order = np.argsort(orders.consumer, kind="stable")
        orders = each(orders, lambda column: column[order])
        return orders, self.tell_friends(orders, experienced[order], surprise[order])

    def buy(self, best: Bargains) -> Bought:
        """Orders of one category: experience, memory, trust, rating."""
        consumers, people, shelf, rates = self.town.consumers, self.town.people, self.today.shelf, self.rates
        best = best.rows(best.price - best.coupon <= consumers.wallet[best.consumer])
        who, product, slot = best.consumer, best.product, best.slot
        paid = best.price - best.coupon
        consumers.wallet[who] -= paid.astype(np.int32)
        key = self.luck[Stream.EXPERIENCE]
        delivery = normal_of(uniform(key, self.day, who, 4 * product), uniform(key, self.day, who, 4 * product + 1))
        experienced = shelf.quality[product] + rates.experience.noise * delivery
        returned = is_returned(experienced, best.expected, rates.experience)
        satisfying = ~returned & is_satisfying(experienced, best.expected, rates.trust.tolerance)
        claimed, met = ~np.isnan(best.claim), is_met(experienced, best.claim, rates.trust)
        self.remember_claims(who, slot, claimed & met & (slot >= 0), claimed & ~met & (slot >= 0))
        gain = best.before_quality + rates.choice.quality * experienced - best.outside
        surplus = np.where(returned, 0.0, realised_surplus(gain, paid.astype(np.float64), people.sensitivity[who]))
        brand = np.uint64(1) << shelf.brand[product].astype(np.uint64)
        new_customer = (consumers.customer_of[who] & brand) == 0
        consumers.customer_of[who] |= brand
        consumers.bought_again[who] |= consumers.bought_from[who] & brand
        consumers.bought_from[who] |= brand
        reviewed = uniform(key, self.day, who, 4 * product + 2) < rates.experience.review
        considers = uniform(self.luck[Stream.ENTRY], self.day, who, product) < people.sociability[who]
        orders = table(
            Orders, who, product, best.creator, best.channel, best.parent, best.price, best.coupon, returned,
            np.where(claimed, np.where(met, 1, -1), 0), satisfying, np.where(reviewed, experienced, np.nan), surplus,
            new_customer, satisfying & (consumers.creator[who] < 0) & considers,
        )  # fmt: skip
        self.remember_purchases(who, product, experienced, satisfying)
        kept = ~returned
        schedule_needs(who[kept], best.category[kept], self.day, self.luck, self.town, self.today, rates)
        self.follow(who[satisfying & (slot < 0)], best.creator[satisfying & (slot < 0)])
        self.follow(who[satisfying], shelf.own_account[product[satisfying]])
        return Bought(orders, experienced, experienced - best.expected)

    def remember_claims(self, who: Ints, slot: Ints, met: Mask, broken: Mask) -> None:
        """Add met and broken claims to the Beta counts of edges."""
        follows, weight = self.town.follows, int(COUNT_UNITS * self.rates.trust.broken_weight)
        for column, which, more in ((follows.met, met, int(COUNT_UNITS)), (follows.broken, broken, weight)):
            i, s = who[which], slot[which]
            column[i, s] = np.minimum(column[i, s].astype(np.int64) + more, 255)

    def remember_purchases(self, who: Ints, product: Ints, experienced: Reals, satisfying: Mask) -> None:
        """Remember experiences, in place of the least bought products where all slots are taken."""
        consumers = self.town.consumers
        known = consumers.own_product[who] == product[:, None]
        new = ~known.any(axis=1)
        least = np.where(consumers.own_product[who] < 0, -1, consumers.own_count[who].astype(np.int64)).argmin(axis=1)
        slot = np.where(new, least, known.argmax(axis=1))
        count = np.minimum(np.where(new, 0, consumers.own_count[who, slot].astype(np.int64)) + 1, 255)
        mean = np.where(new, 0.0, consumers.own_mean[who, slot].astype(np.float64))
        run = np.where(new, 0, consumers.own_run[who, slot].astype(np.int64))
        consumers.own_product[who, slot] = product
        consumers.own_count[who, slot] = count
        consumers.own_mean[who, slot] = mean + (experienced - mean) / count
        consumers.own_run[who, slot] = np.where(satisfying, np.minimum(run + 1, 255), 0)

    def follow(self, who: Ints, creator: Ints) -> None:
        """Let satisfied buyers perhaps follow who sold."""
        who, creator = who[creator >= 0], creator[creator >= 0].astype(np.int64)
        partner = self.today.sheet.partner[creator].astype(np.int64)
        likes = uniform(self.luck[Stream.FOLLOW], self.day, who, partner) < self.rates.attention.follow
        add_follows(who[likes], creator[likes], 1.0, self.town.follows, self.today.sheet, self.tally)

    def tell_friends(self, orders: Orders, word: Reals, surprise: Reals) -> Shares:
        """Words to friends: for each order that is shared a stretch of the friends' list that starts at random."""
        graph, key, p = self.town.graph, self.luck[Stream.SHARE], self.rates.sharing
        who, product = orders.consumer.astype(np.int64), orders.product.astype(np.int64)
        degree = np.diff(graph.offsets)[who]
        chance = share_probability(self.town.people.sociability[who].astype(np.float64), surprise, p)
        shared = np.flatnonzero((degree > 0) & (uniform(key, self.day, who, 4 * product) < chance))
        who, product, degree = who[shared], product[shared], degree[shared]
        told = (p.friends_told + uniform(key, self.day, who, 4 * product + 1)).astype(np.int64)
        told = np.minimum(told, degree)
        start = (uniform(key, self.day, who, 4 * product + 2) * degree).astype(np.int64)
        row = np.repeat(np.arange(len(who)), told)
        n = np.arange(len(row)) - np.repeat(np.cumsum(told) - told, told)
        to = graph.friends[graph.offsets[who[row]] + (start[row] + n) % degree[row]]
        order = shared[row]
        return table(Shares, to, product[row], word[order], order, orders.creator[order])


def add_follows(who: Ints, creator: Ints, met: float, follows: Follows, sheet: Sheet, tally: Tally) -> None:
    """Follow creators, where slots are free; nobody may be named twice. ``met``: claims met already."""
    row = follows.creator[who]
    slot = (row >= 0).sum(axis=1)
    free = (slot < FOLLOW_SLOTS) & ~(row == creator[:, None]).any(axis=1)
    who, creator, slot = who[free], creator[free], slot[free]
    follows.creator[who, slot] = creator
    follows.fatigue[who, slot] = 0
    follows.met[who, slot] = np.minimum(((sheet.stranger_met[creator] + met) * COUNT_UNITS).astype(np.int64), 255)
    follows.broken[who, slot] = np.minimum((sheet.stranger_broken[creator] * COUNT_UNITS).astype(np.int64), 255)
    tally.creator_followers[:] += np.bincount(creator, minlength=len(tally.creator_followers))


def table(kind: type[Columns], *columns: NDArray[Any]) -> Columns:
    """Columns as records of a kind, in their declared types."""
    return kind(*(column.astype(old.dtype) for column, old in zip(columns, empty(kind, 0), strict=True)))
