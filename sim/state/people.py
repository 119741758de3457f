"""People: what lasts about each person, what is remembered, whom each follows and on which platforms each is."""

from __future__ import annotations

import numpy as np

from sim.arrays import Float, Int16
from sim.ranges import LAST_DAY, LAST_LAPSE, MOST_CHOSEN, MOST_CITY_TIERS, MOST_FEN, MOST_GROUPS, MOST_INCOME
from sim.records import Record, bits, real, row, whole

FOLLOW_SLOTS = 14
MEMORY_SLOTS = 16
REACHED = 3  # this week, and since measuring began


class Person(Record):
    """What does not change about a consumer."""

    taste: Float = real("taste θ for a category", "utility", per="category", single=True)
    pull: Float = real("odds ratio exp(i·θ) with which taste draws attention", per="category", single=True)
    activity: float = real("probability to be online", "1/day", single=True)
    wait: Float = real("mean wait from one purchase to the next need", "days", per="category", single=True)
    sensitivity: float = real("price sensitivity α", "utility/reference price", single=True)
    sociability: float = real("probability to tell friends of an unsurprising purchase", single=True)
    income: int = whole("budget for these goods", "fen/day", most=MOST_INCOME)
    group: int = whole("group of people whose tastes are alike", most=MOST_GROUPS - 1)
    city_tier: int = whole("tier of the home city", most=MOST_CITY_TIERS)
    home: int = row("platforms", "platform looked at on the first day")


class Consumer(Record):
    """What changes about a consumer."""

    due: Int16 = whole("day on which the next need opens", "day", least=-1, most=LAST_DAY, per="category")
    lapse: Int16 = whole(
        "day on which it will have been met elsewhere", "day", least=-1, most=LAST_LAPSE, per="category"
    )
    needs: int = bits("categories in which something is needed", "categories")
    coming: int = bits("categories in which an order is on its way", "categories")
    next_change: int = whole("day on which they change next", "day", least=-1, most=LAST_LAPSE)
    wallet: int = whole("money at hand", "fen", least=-MOST_FEN, most=MOST_FEN)
    known: int = whole("products remembered, folded", "set of products", most=2**63 - 1)
    adviser: int = row("creators", "creator who answers a question today", or_none=True)
    question: int = row("categories", "category of that question")
    reached: int = whole("by pages by which creators earn: 1 this week, 2 since measuring began", "set", most=3)
    customer_of: np.uint64 = bits("brands ever bought", "brands")
    bought_from: np.uint64 = bits("brands bought since measuring began", "brands")
    bought_again: np.uint64 = bits("brands bought twice since then", "brands")
    creator: int = row("creators", "row among creators", or_none=True)


class Member(Record):
    """On which platforms one person is, in a row so short that all are at hand when friends are asked."""

    platform: int = row("platforms", "platform looked at today")
    looks: int = whole(
        "the same as a set of bits; all where nobody chooses, none for who is nowhere", "set", most=255, start=255
    )
    held: int = bits("platforms of which the person is a member, where people choose", "platforms", MOST_CHOSEN)


class Membership(Record):
    """What looking at one platform has brought to one person."""

    days: float = real("days on which the person looked there, fading", "days", least=0, single=True)
    surplus: float = real("surplus of orders that arrived from there, fading", "yuan", single=True)
    expected: float = real("surplus expected of it this week by who is on several", "yuan/week", single=True)


class Memory(Record, packed=True):
    """One product that a consumer remembers: how much it comes to mind, and what is believed of it."""

    product: int = row("products", "product remembered", or_none=True)
    day: int = whole("day up to which the rest has faded", "day", most=LAST_DAY)
    goodwill: float = real("goodwill A, with which the product comes to mind", least=0, single=True)
    evidence: float = real("signals of what it is worth, each times its precision", "1/utility", single=True)
    precision: float = real("their precision", "1/utility²", least=0, single=True)
    friends: float = real("friends known to have bought it, fading", "friends", least=0, single=True)
    used: int = whole("purchases of it", "purchases", most=255)
    source: int = row("creators", "creator who spoke of it last", or_none=True)


class Follow(Record):
    """One place for a creator whom a consumer follows; a consumer's places are filled from the left."""

    creator: int = row("creators", "creator followed", or_none=True)
    fatigue: int = whole("fatigue with the creator's posts", "1/8192", most=2**16 - 1)
    met: int = whole("claims met", "1/8 claim", most=255)
    broken: int = whole("claims broken", "1/8 claim", most=255)
