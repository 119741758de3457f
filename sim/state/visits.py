"""Visits: what a consumer meets and weighs on a day, and what is written down of it for others."""

from __future__ import annotations

from enum import IntEnum

from sim.arrays import Double
from sim.ranges import MOST_FEN, MOST_LIST, MOST_SUM
from sim.records import NOBODY, Record, flag, real, row, whole
from sim.state.channels import Channel
from sim.state.people import FOLLOW_SLOTS

MOST_TERMS = 16  # of a utility
MOST_OFFERS = 512  # offers that one person can weigh on one day
MOST_PAGES = 24  # pages of the feed that one person can see on one day


class Word(Record):
    """A friend's word of a product, on its way to one person."""

    to: int = row("people", "who hears it")
    product: int = row("products", "of what")
    teller: int = row("people", "who tells", or_none=True)
    quality: float = real("how good it is said to be", "utility", single=True)
    order: int = whole("number of the teller's order", least=-1, most=MOST_SUM, start=NOBODY)
    creator: int = row("creators", "who sold to the teller", or_none=True)
    paid: bool = flag("whether the teller visibly earns on what it leads to")


class Question(Record):
    """A one-to-one question asked today."""

    consumer: int = row("people", "who asks")
    creator: int = row("creators", "whom")
    category: int = row("categories", "about which category")


class Unfollowing(Record):
    """Follows of a consumer that end with the day."""

    consumer: int = row("people", "whose")
    slots: int = whole("which", "set of slots", most=2**FOLLOW_SLOTS - 1)


class Visit(Record):
    """What one consumer is at today, while the day is lived."""

    online: bool = flag("whether the person is online")
    needs: int = whole("categories in which something is needed and not on its way", "set", most=MOST_LIST)
    seen: int = whole("categories in which an offer was weighed", "set", most=MOST_LIST)
    exact: int = whole("those in which buying nothing was worked out exactly", "set", most=MOST_LIST)
    chosen: int = whole("those in which something beats buying nothing", "set", most=MOST_LIST)
    unfollowing: int = whole("follow slots that end with the day", "set", most=MOST_LIST)


class Offer(Record):
    """What a page offers to a consumer: a product, where it was met, who sells it, and what is said of it."""

    product: int = row("products", "product")
    category: int = row("categories", "category")
    platform: int = row("platforms", "platform on which it was met")
    channel: int = whole("through which channel", "Channel", most=len(Channel) - 1)
    creator: int = row("creators", "who sells", or_none=True)
    slot: int = whole("follow slot of the seller", least=-1, most=MOST_LIST)
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True)
    paid: bool = flag("whether the creator earns by the page: a commission, a fee or a mark-up")
    parent: int = whole("number of the friend's order that led here", least=-1, most=MOST_SUM)


class Best(Record):
    """The best offer of a category so far, while one consumer chooses."""

    value: float = real("utility to beat: of the best, or of buying nothing", "utility")
    outside: float = real("utility of buying nothing", "utility")
    shock: float = real("random shock in the best's utility", "utility")
    systematic: float = real("the rest of it", "utility")
    liking: float = real("that rest, without what passes with the moment or shows in use", "utility")
    outside_shock: float = real("random shock of buying nothing", "utility")
    expected: float = real("worth expected", "utility")
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True)
    paid: bool = flag("whether the creator earns by the page: a commission, a fee or a mark-up")
    product: int = row("products", "product")
    platform: int = row("platforms", "platform on which it was met")
    channel: int = whole("through which channel", "Channel", most=len(Channel) - 1)
    creator: int = row("creators", "who sells", or_none=True)
    slot: int = whole("follow slot of the seller", least=-1, most=FOLLOW_SLOTS)
    parent: int = whole("number of the friend's order that led here", least=-1, most=MOST_SUM)
    price: int = whole("before the coupon", "fen", most=MOST_FEN)
    coupon: int = whole("funded by the platform", "fen", most=MOST_FEN)


class Obstacle(IntEnum):
    """What keeps an offer from being bought, whatever it is worth."""

    NONE = 0
    NEEDS_A_FOLLOW = 1
    TOO_EXPENSIVE = 2
    NOT_SOLD_HERE = 3


class Trace(Record):
    """Every term of an offer that was weighed, for an explanation."""

    channel: int = whole("channel", "Channel", most=len(Channel) - 1)
    product: int = row("products", "product")
    creator: int = row("creators", "who sells", or_none=True)
    price: int = whole("price before the coupon", "fen", most=MOST_FEN)
    coupon: int = whole("coupon", "fen", most=MOST_FEN)
    terms: Double = real("terms of the utility, in the order of sim.rules.choice.Terms", "utility", per=MOST_TERMS)
    shock: float = real("random shock", "utility")
    value: float = real("their sum", "utility")
    outside: float = real("utility of buying nothing", "utility")
    expected: float = real("worth expected", "utility")
    precision: float = real("its precision", "1/utility²")
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True)
    trust: float = real("trust in the source; NaN without a claim", may_be_nan=True)
    outcome: int = whole("obstacle", most=255)
