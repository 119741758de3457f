"""The past: what people have bought before the first day, so that a market does not begin without experience."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.arrays import Double, Int16, Keys
from sim.compilation import allocating, compiled
from sim.draw_numbers import PastDay
from sim.draws import MOST_DAYS, Stream, gumbel_at_most, gumbel_of, uniform
from sim.parameters import Parameters
from sim.ranges import MOST_GROUPS
from sim.records import Table
from sim.state.people import Person
from sim.tastes import own_match, own_match_at_most, shared_match
from sim.units import FEN
from sim.world.goods import Goods, by_category_of

PURCHASES = 2  # of each category that are looked back on


class Past(NamedTuple):
    """Purchases before the first day, the older one first."""

    product: Int16  # (N, C, PURCHASES)
    age: Int16  # (N, C, PURCHASES) days before the first one


class Tastes(NamedTuple):
    """What decides what people have bought; J products."""

    quality: Double  # (J,)
    price: Double  # (J,) list price over the category's reference price
    spread: Double  # (J,) standard deviation of match
    shared: Double  # (MOST_GROUPS, J) part of the match that a group shares
    likeness: float
    known: float  # share of the match that people knew when they chose


def past_purchases(
    parameters: Parameters, goods: Goods, people: Table[Person], keys: Keys, rows: range | None = None
) -> Past:
    """What people have bought before the first day, for people and goods as they are.

    Parameters
    ----------
    rows
        Of the people asked for, one after the other; all of them where None.
    """
    rows = range(len(people)) if rows is None else rows
    categories = parameters.market.catalogue.categories
    reference = FEN * np.array([category.price for category in categories])
    likeness = parameters.market.belief.likeness
    tastes = Tastes(
        goods.quality, goods.list_price / reference[goods.category],
        parameters.market.catalogue.match_spreads[goods.category],
        shared_matches(len(goods.category), likeness, keys[Stream.MATCH]), likeness,
        parameters.market.memory.match_known,
    )  # fmt: skip
    return past_of(rows.start, rows.stop, by_category_of(goods.category, len(categories)), tastes, people, keys)


@allocating
def shared_matches(products: int, likeness: float, key: np.uint64) -> Double:
    """Part of the match with each product that each group shares, shape (MOST_GROUPS, J)."""
    shared = np.empty((MOST_GROUPS, products))
    for group in range(MOST_GROUPS):
        for j in range(products):
            shared[group, j] = shared_match(group, j, likeness, key)
    return shared


@allocating
def past_of(first: int, last: int, by_category: Int16, tastes: Tastes, people: Table[Person], keys: Keys) -> Past:
    """Draw what each of people ``first`` to ``last - 1`` bought last of each category, and when.

    People chose with the knowledge of quality and of a part of their match, as who has been in the market for a while.

    Parameters
    ----------
    by_category
        Products of each category, shape (C, n).
    """
    categories = by_category.shape[0]
    product = np.empty((last - first, categories, PURCHASES), np.int16)
    age = np.empty((last - first, categories, PURCHASES), np.int16)
    most, bound = np.empty(by_category.shape[1]), np.empty(by_category.shape[1])
    for i in range(first, last):
        for category in range(categories):
            for n in range(by_category.shape[1]):
                j = by_category[category, n]
                most[n] = _value(i, j, own_match_at_most(i, j, tastes.likeness, keys[Stream.MATCH]), people, tastes)
            days = 0.0
            for turn in range(PURCHASES - 1, -1, -1):
                for n in range(by_category.shape[1]):
                    u = uniform(keys[Stream.PAST], PastDay.SHOCK.value + turn, i, by_category[category, n])
                    bound[n] = most[n] + gumbel_at_most(u)
                product[i - first, category, turn] = _chosen(
                    i, turn, by_category[category], bound, people, tastes, keys
                )
                u = uniform(keys[Stream.PAST], PastDay.AGE.value + turn, i, category)
                days -= people[i].wait[category] * math.log(u)
                age[i - first, category, turn] = int(min(days, MOST_DAYS - 1.0))
    return Past(product, age)


@compiled
def _value(i: int, j: int, own: float, people: Table[Person], tastes: Tastes) -> float:
    """What product j was worth to person i over its price, as far as known, by the person's own part of the match."""
    matched = tastes.spread[j] * (tastes.shared[people[i].group, j] + own)
    return tastes.quality[j] + tastes.known * matched - people[i].sensitivity * tastes.price[j]


@compiled
def _chosen(
    i: int, turn: int, products: Int16, bound: Double, people: Table[Person], tastes: Tastes, keys: Keys
) -> int:  # fmt: skip
    """Which of some products person i chose: value and shock are worked out where they might win, most likely first.

    Parameters
    ----------
    bound
        What each was worth at most, with its shock; is written.
    """
    best, most = 0, -math.inf
    for _ in range(products.shape[0]):
        n = int(np.argmax(bound))
        if bound[n] < most:
            break
        bound[n] = -math.inf
        j = products[n]
        value = _value(i, j, own_match(i, j, tastes.likeness, keys[Stream.MATCH]), people, tastes)
        chosen = value + gumbel_of(uniform(keys[Stream.PAST], PastDay.SHOCK.value + turn, i, j))
        if chosen > most or (chosen == most and n < best):
            best, most = n, chosen
    return products[best]
