"""The day's context: all that the phases of one day read and write, handed on as ``m``."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from sim.arrays import Byte, Double, Int16, Int32, Int64, Keys
from sim.compilation.context import Context
from sim.ledger import Accounts
from sim.records import Table
from sim.state.brands import Brand, Shop
from sim.state.creators import Card, Creator, Post, Profile
from sim.state.goods import Listing, Product
from sim.state.orders import Order
from sim.state.pay import Line, PayLine
from sim.state.people import Consumer, Follow, Member, Membership, Memory, Person
from sim.state.platforms import Platform
from sim.state.visits import Best, Offer, Question, Trace, Unfollowing, Visit, Word

GUIDE = 64  # parts of a guide to a cumulative distribution


class Feeds(Context):
    """Today's ranking tables by platform and category; cumulative weights end in 1.

    A guide tells for each of GUIDE equal parts of (0, 1) where to begin in a cumulative distribution (Chen & Asau
    1974).
    """

    product: Int16  # (C, n) products of a category
    goods: Double  # (2, V, C, n) cumulative weight: of listings and in search, then of ads
    goods_guide: Int16  # (2, V, C, GUIDE)
    paid: Byte  # (V, C) 1 where somebody pays for ads
    pages: Double  # (V, MOST_PAGES) cumulative distribution of public pages seen on an active day
    pages_guide: Int16  # (V, GUIDE)
    post_first: Int64  # (V * C + 1,) public posts of a platform and category
    post: Int32  # (Q,) row among posts
    post_weight: Double  # (Q,) cumulative weight
    room: Double  # (3, n) where ranking works


class Count(IntEnum):
    """Lists whose rows are counted, and bounds of the day."""

    ORDERS = 0
    WORDS = 1
    QUESTIONS = 2
    UNFOLLOWING = 3
    TRACES = 4
    OFFERS = 5
    NEXT_WORD = 6  # row of the inbox that is for the consumer who lives next


class Used(IntEnum):
    """Tables of which only the first rows are in use."""

    POSTS = 0
    ORDERS = 1
    BEFORE_TODAY = 2  # orders that stood in the table this morning
    LINES = 3
    OVER = 4  # orders at the head of the table that are over
    ARRIVED = 5  # orders at the head of the table that have arrived, or never will
    WAITING = 6  # orders that waited for others last evening, which may stand anywhere


class Tally(Context):
    """Counts of the day; integers, so that the order of summing is irrelevant."""

    followers: Int64  # (K,) net change
    delivered: Int64  # (channels,)
    viewed: Int64  # (channels, len(Tier) + 1, V, C), the last tier for pages of nobody
    shown: Int64  # (K,) pages of each creator
    considered: Int64  # (channels,)
    ads_viewed: Int64  # (V, J)
    engaged: Int64  # (J,) opened posts about each product
    pages: Int64  # (V,) pages of the feed and of search, ads among them
    paid_viewed: Int64  # (1,) pages by which their creators earn
    trust: Int64  # (2,) sum of trust in opened posts in millionths, and their number


class Events(Context):
    """What a stretch of consumers does in a day; ``counts`` holds the rows used of each list, by `Count`."""

    counts: Int64  # (len(Count),)
    orders: Table[Order]
    words: Table[Word]
    questions: Table[Question]
    unfollowing: Table[Unfollowing]
    offers: Table[Offer]  # that the consumer who lives has seen
    trace: Table[Trace]  # without rows unless a decision is to be explained
    tally: Tally
    visit: Visit
    best: Table[Best]  # (C,)
    weight: Double  # (C,) weights of categories in the feed, summed


class Fading(Context):
    """What is left after so many days, of goodwill, of knowledge and of a public rating; shape (days,)."""

    goodwill: Double
    knowledge: Double
    rating: Double


class Sums(Context):
    """Sums over orders; K creators, J products."""

    ordered: Int64  # (channels,)
    kept: Int64  # (channels,)
    gmv: Int64  # (channels,) fen
    products: Int64  # (J,) orders
    sold_by: Int64  # (K,) kept sales of each creator, fen
    split: Int64  # (len(Party),) fen
    total: Int64  # (len(Total),)


class Day(Context):
    """The context of a day; a new one is made where a table has grown."""

    day: int
    population: int  # people with any activity
    categories: int
    shipping: int  # fen a trip
    wanted: float  # odds ratio with which a need draws attention
    trusted_most: float  # odds ratio with which full trust opens a post
    fading: Fading
    keys: Keys
    p: Any  # numbers of all parameters, by group; from `sim.parameters.numbers_of`
    people: Table[Person]
    consumers: Table[Consumer]
    memories: Table[Memory]  # (N, MEMORY_SLOTS)
    follows: Table[Follow]
    members: Table[Member]
    memberships: Table[Membership]  # (N, V) where people choose; else without rows
    friends: Int32
    offsets: Int64  # friends of i are ``friends[offsets[i]:offsets[i + 1]]``
    creators: Table[Creator]
    shared: Double  # (groups, J) part of the match with a product that a group shares, standard deviations
    products: Table[Product]
    listings: Table[Listing]  # (V, J)
    shops: Table[Shop]  # (B, V)
    pay: Table[PayLine]  # (V, MOST_PAY)
    brands: Table[Brand]
    platforms: Table[Platform]
    profiles: Table[Profile]
    cards: Table[Card]
    posts: Table[Post]
    turns: Int64  # (K,) rows of creators, in the order in which they are asked today
    feeds: Feeds
    contracts: Double  # (len(Tier), J) cumulative chances of what brands offer to creators of a tier today
    contracted: Int64  # (len(Tier),) 1 where anything is offered
    fee_level: Double  # (len(Tier),) fees over the usual ones
    inbox: Table[Word]
    orders: Table[Order]
    lines: Table[Line]
    used: Int64  # (len(Used),) rows in use
    accounts: Accounts
    brand_withdrawn: Int64  # (V, B) by brands in their lives, fen
    sums: Sums
    out: Events
