"""The past: what people have bought before the first day, so that a market does not begin without experience."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.arrays import Double, Int16, Keys
from sim.compilation import allocating, compiled
from sim.compilation.context import Context
from sim.draw_numbers import PastDay
from sim.draws import MOST_DAYS, Stream, gumbel_at_most, gumbel_of, uniform
from sim.parameters import Parameters
from sim.records import Table
from sim.state.people import Person
from sim.tastes import own_draws, own_match, own_match_at_most
from sim.units import FEN
from sim.world.goods import Goods, by_category_of

PURCHASES = 2  # of each category that are looked back on


class Past(NamedTuple):
    """Purchases before the first day, the older one first."""

    product: Int16  # (N, C, PURCHASES)
    age: Int16  # (N, C, PURCHASES) days before the first one


class Tastes(Context):
    """What decides what people have bought; J products."""

    quality: Double  # (J,)
    price: Double  # (J,) list price over the category's reference price
    spread: Double  # (J,) standard deviation of match
    shared: Double  # (groups, J) part of the match that a group shares
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
    tastes = Tastes(
        goods.quality, goods.list_price / reference[goods.category],
        parameters.market.catalogue.match_spreads[goods.category],
        goods.shared, parameters.market.belief.likeness, parameters.market.memory.match_known,
    )  # fmt: skip
    return past_of(rows.start, rows.stop, by_category_of(goods.category, len(categories)), tastes, people, keys)


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
    most, bound, own_u, own_v = np.empty((4, by_category.shape[1]))
    for i in range(first, last):
        group, sensitivity = people[i].group, people[i].sensitivity
        for category in range(categories):
            for n in range(by_category.shape[1]):  # draws apart, since a processor makes several at a time
                j = by_category[category, n]
                own_u[n], own_v[n] = own_draws(i, j, keys[Stream.MATCH])
            for n in range(by_category.shape[1]):
                own = own_match_at_most(own_u[n], own_v[n], tastes.likeness)
                most[n] = _value(by_category[category, n], own, group, sensitivity, tastes)
            days = 0.0
            for turn in range(PURCHASES - 1, -1, -1):
                for n in range(by_category.shape[1]):
                    u = uniform(keys[Stream.PAST], PastDay.SHOCK + turn, i, by_category[category, n])
                    bound[n] = most[n] + gumbel_at_most(u)
                product[i - first, category, turn] = _chosen(
                    i, turn, by_category[category], bound, people, tastes, keys
                )
                u = uniform(keys[Stream.PAST], PastDay.AGE + turn, i, category)
                days -= people[i].wait[category] * math.log(u)
                age[i - first, category, turn] = int(min(days, MOST_DAYS - 1.0))
    return Past(product, age)


@compiled
def _value(j: int, own: float, group: int, sensitivity: float, tastes: Tastes) -> float:
    """What product j was worth to somebody over its price, as far as known, by the own part of the match."""
    matched = tastes.spread[j] * (tastes.shared[group, j] + own)
    return tastes.quality[j] + tastes.known * matched - sensitivity * tastes.price[j]


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
        own = own_match(i, j, tastes.likeness, keys[Stream.MATCH])
        value = _value(j, own, people[i].group, people[i].sensitivity, tastes)
        chosen = value + gumbel_of(uniform(keys[Stream.PAST], PastDay.SHOCK + turn, i, j))
        if chosen > most or (chosen == most and n < best):
            best, most = n, chosen
    return products[best]
