"""The past: what people have bought before the first day, so that a market does not begin without experience."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import allocating, compiled
from sim.draws import MOST_DAYS, Stream, gumbel_at_most, gumbel_of, uniform
from sim.ranges import MOST_GROUPS
from sim.records import Table
from sim.state import Double, Int16, Keys, Person
from sim.tastes import own_match, shared_match

PURCHASES = 2  # of each category that are looked back on
AGE, USE, RATED = 64, 128, 256  # keep the draws of a purchase apart


class Past(NamedTuple):
    """Purchases before the first day, the older one first."""

    product: Int16  # (N, C, PURCHASES)
    age: Int16  # (N, C, PURCHASES) days before the first one


class Tastes(NamedTuple):
    """What decides what people have bought."""

    quality: Double  # (J,)
    price: Double  # (J,) list price over the category's reference price
    spread: Double  # (C,) standard deviation of match
    likeness: float
    known: float  # share of the match that people knew when they chose


@allocating
def past_of(by_category: Int16, tastes: Tastes, people: Table[Person], keys: Keys) -> Past:
    """Draw what everybody bought last of each category, and when.

    People chose with the knowledge of quality and of a part of their match, as who has been in the market for a while.

    Parameters
    ----------
    by_category
        Products of each category, shape (C, n).
    """
    categories, matches = by_category.shape[0], keys[Stream.MATCH]
    product = np.empty((people.shape[0], categories, PURCHASES), np.int16)
    age = np.empty((people.shape[0], categories, PURCHASES), np.int16)
    value = np.empty(by_category.shape[1])
    shared = np.empty((MOST_GROUPS, tastes.quality.shape[0]))
    for group in range(MOST_GROUPS):
        for j in range(shared.shape[1]):
            shared[group, j] = shared_match(group, j, tastes.likeness, matches)
    for i in range(people.shape[0]):
        for category in range(categories):
            for n in range(by_category.shape[1]):
                j = by_category[category, n]
                matched = tastes.spread[category] * (
                    shared[people[i].group, j] + own_match(i, j, tastes.likeness, matches)
                )
                value[n] = tastes.quality[j] + tastes.known * matched - people[i].sensitivity * tastes.price[j]
            days = 0.0
            for turn in range(PURCHASES - 1, -1, -1):
                best = _chosen(i, by_category[category], turn, value, keys[Stream.PAST])
                days -= people[i].wait[category] * math.log(uniform(keys[Stream.PAST], AGE + turn, i, category))
                product[i, category, turn] = by_category[category, best]
                age[i, category, turn] = int(min(days, MOST_DAYS - 1.0))
    return Past(product, age)


@compiled
def _chosen(i: int, products: Int16, turn: int, value: Double, key: np.uint64) -> int:
    """Which of some products person i chose: the logarithms of draws are worked out only where it might win."""
    best, most = 0, -math.inf
    for n in range(products.shape[0]):
        u = uniform(key, turn, i, products[n])
        if value[n] + gumbel_at_most(u) > most:
            chosen = value[n] + gumbel_of(u)
            if chosen > most:
                best, most = n, chosen
    return best
