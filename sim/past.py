"""The past: what people have bought before the first day, so that a market does not begin without experience."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import allocating
from sim.draws import MOST_DAYS, Stream, gumbel_of, uniform
from sim.records import Table
from sim.state import Double, Int16, Luck, Person
from sim.tastes import standard_match

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
def past_of(by_category: Int16, tastes: Tastes, people: Table[Person], luck: Luck) -> Past:
    """Draw what everybody bought last of each category, and when.

    People chose with the knowledge of quality and of a part of their match, as who has been in the market for a while.

    Parameters
    ----------
    by_category
        Products of each category, shape (C, n).
    """
    categories = by_category.shape[0]
    product = np.empty((people.shape[0], categories, PURCHASES), np.int16)
    age = np.empty((people.shape[0], categories, PURCHASES), np.int16)
    value = np.empty(by_category.shape[1])
    key = luck[Stream.PAST]
    for i in range(people.shape[0]):
        for category in range(categories):
            for n in range(by_category.shape[1]):
                j = by_category[category, n]
                matched = tastes.spread[category] * standard_match(
                    i, people[i].group, j, tastes.likeness, luck[Stream.MATCH]
                )
                value[n] = tastes.quality[j] + tastes.known * matched - people[i].sensitivity * tastes.price[j]
            days = 0.0
            for turn in range(PURCHASES - 1, -1, -1):
                best, most = 0, -math.inf
                for n in range(by_category.shape[1]):
                    chosen = value[n] + gumbel_of(uniform(key, turn, i, by_category[category, n]))
                    if chosen > most:
                        best, most = n, chosen
                days -= people[i].wait[category] * math.log(uniform(key, AGE + turn, i, category))
                product[i, category, turn] = by_category[category, best]
                age[i, category, turn] = int(min(days, MOST_DAYS - 1.0))
    return Past(product, age)
