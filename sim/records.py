"""Columns that travel together: the named tuples of arrays which every phase of the day reads and writes.

N consumers, K creators, C categories, J products, B brands, V platforms. A column is written by one phase only: what a
consumer's day changes stands in `Consumers` and `Follows`, and only in that consumer's own row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.graph import Graph

Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Byte = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Float = NDArray[np.float32]
Double = NDArray[np.float64]

NOBODY = -1
FOLLOW_SLOTS = 14
OWN_SLOTS = 4
WORD_SLOTS = 3
COUNT_UNITS = 8.0  # Beta counts are kept in eighths, 0 to 31.875
FATIGUE_UNITS = 8192.0  # fatigue is kept in units of 1/8192, 0 to 8
MOST_POSTS = 8  # posts of a creator on one day
MOST_PAGES = 24  # pages of the feed that one person can see on one day
MOST_OFFERS = 512  # offers that one person can see on one day
ROW = (1 << 31) - 1  # `x & ROW` is x, and tells the compiler that it is no negative index, which saves it a case
GUIDE = 64  # parts of a guide to a cumulative distribution
BLOCK = 64  # consumers who attend one after the other before any of them weighs


class Channel(IntEnum):
    """Where a consumer met an offer."""

    LISTING = 0
    AD = 1
    PUBLIC_POST = 2
    PRIVATE_POST = 3
    ONE_TO_ONE = 4
    SEARCH = 5
    FRIEND = 6
    HABIT = 7


PUBLIC_CHANNELS = (Channel.LISTING, Channel.AD, Channel.PUBLIC_POST, Channel.SEARCH)
PRIVATE_CHANNELS = (Channel.PRIVATE_POST, Channel.ONE_TO_ONE)
CREATOR_CHANNELS = (Channel.PUBLIC_POST, Channel.PRIVATE_POST, Channel.ONE_TO_ONE)


class Tier(IntEnum):
    """Size of a creator's audience; says nothing of the domain."""

    KOC = 0
    KOL = 1
    BRAND = 2  # a brand's own account


Luck = NDArray[np.uint64]
"""Keys of all streams of luck, from `sim.draws.stream_keys`."""


class People(NamedTuple):
    """What does not change about consumers."""

    taste: Float  # (N, C) taste θ for a category, utility
    pull: Float  # (N, C) odds ratio exp(i·θ) with which taste draws attention
    activity: Float  # (N,) probability to be online, per day
    sensitivity: Float  # (N,) price sensitivity α, utility per log price
    sociability: Float  # (N,) probability to tell friends of an unsurprising purchase
    income: Int32  # (N,) budget for these goods, fen per day
    group: Byte  # (N,) interest group, 0 to C - 1
    city_tier: Byte  # (N,) 1 to 6
    home: Byte  # (N,) platform


class Consumers(NamedTuple):
    """What changes about consumers."""

    due: Int16  # (N, C) day on which the next need opens
    lapse: Int16  # (N, C) day on which it will have been met outside the market
    wallet: Int32  # (N,) fen
    own_product: Int16  # (N, OWN_SLOTS) products remembered, or NOBODY
    own_count: Byte  # (N, OWN_SLOTS) purchases of it
    own_run: Byte  # (N, OWN_SLOTS) satisfying ones in a row
    own_mean: Float  # (N, OWN_SLOTS) mean experienced quality
    word_product: Int16  # (N, WORD_SLOTS) products friends spoke of, or NOBODY
    word_count: Byte  # (N, WORD_SLOTS) friends who did
    word_mean: Float  # (N, WORD_SLOTS) mean of what they said
    word_day: Int16  # (N, WORD_SLOTS) last day
    adviser: Int32  # (N,) creator who answers a question today, or NOBODY
    question: Byte  # (N,) category of that question
    reached: Byte  # (N,) by creators' paid pages: 1 this week, 2 since measuring began
    customer_of: NDArray[np.uint64]  # (N,) bit set of brands ever bought
    bought_from: NDArray[np.uint64]  # (N,) bit set of brands bought since measuring began
    bought_again: NDArray[np.uint64]  # (N,) bit set of brands bought twice since then
    creator: Int32  # (N,) row among creators, or NOBODY


class Follows(NamedTuple):
    """Follow edges by follower, eight bytes each; a row is filled from the left."""

    creator: Int32  # (N, FOLLOW_SLOTS) creator followed, or NOBODY
    fatigue: NDArray[np.uint16]  # (N, FOLLOW_SLOTS) in 1 / FATIGUE_UNITS
    met: Byte  # (N, FOLLOW_SLOTS) claims met, in 1 / COUNT_UNITS
    broken: Byte  # (N, FOLLOW_SLOTS) claims broken, in 1 / COUNT_UNITS


class Town(NamedTuple):
    """All that concerns consumers."""

    people: People
    consumers: Consumers
    follows: Follows
    graph: Graph


class Creators(NamedTuple):
    """Creators; a KOC or KOL is also a consumer and has a row there."""

    consumer: Int32  # (K,) row among consumers, or NOBODY for a brand's own account
    brand: Int16  # (K,) brand of an own account, or NOBODY
    home: Byte  # (K,) platform
    tier: Byte  # (K,) Tier
    active: Byte  # (K,) 1 while in business
    since: Int16  # (K,) day of entry
    integrity: Double  # (K,)
    reservation: Double  # (K,) yuan per day
    audience: Int64  # (K,) followers
    content: Double  # (K, C) posts by category, fading
    fit: Double  # (K, C) mean taste of the followers
    pool_met: Double  # (K,) claims met, fading, per hundred followers
    pool_broken: Double  # (K,) the same, broken
    sold: Double  # (K, C) orders by category, fading
    week_posts: Double  # (K,) posts this week
    week_income: Double  # (K,) yuan this week
    posts_mean: Double  # (K,) learnt mean of posts per week
    income_mean: Double  # (K,) learnt mean of income, yuan per week
    posts_square: Double  # (K,) learnt mean of squared weekly posts
    posts_income: Double  # (K,) learnt mean of weekly posts times income
    effort_mean: Double  # (K,) learnt mean of effort, yuan per week
    rate: Double  # (K,) intended posts per day
    earned: Int64  # (K,) income since measuring began, fen
    effort: Double  # (K,) effort since measuring began, yuan


class Shelf(NamedTuple):
    """Products as consumers meet them today."""

    category: Int8  # (J,)
    brand: Int16  # (J,)
    quality: Double  # (J,) true quality: only experience and creators' judgement read it
    prior: Double  # (J,) reputation of the brand
    rating: Double  # (J,) mean public rating
    ratings: Double  # (J,) how many
    price: Int64  # (J,) fen
    log_price: Double  # (J,) log of price over the category's mean list price
    impulse_cost: Double  # (C,)
    interval: Double  # (C,) mean days between needs
    own_account: Int32  # (J,) the brand's own account where it takes new contacts today, or NOBODY


class Posts(NamedTuple):
    """Today's posts, sorted by creator."""

    first: Int64  # (K + 1,) posts first[k] to first[k + 1] are creator k's
    creator: Int32  # (P,)
    product: Int16  # (P,)
    claim: Double  # (P,) quality claimed
    incentive: Double  # (P,) visible pay over price
    private: Byte  # (P,) 1 where it goes to the private pool
    paid: Byte  # (P,) 1 where a brand pays for it, visibly or not
    slot: Byte  # (P,) 1 where the fixed fee is due
    platform: Byte  # (P,)


class Sheet(NamedTuple):
    """What consumers can know of creators today.

    Below the K creators stands a last row for nobody, which index `NOBODY` finds.
    """

    active: Byte  # (K,)
    private: Byte  # (K,) 1 where contacts can ask one-to-one
    partner: Int32  # (K,) who the creator is in draws with others, whatever the row
    expertise: Double  # (K, C)
    heard_met: Double  # (K,) pool reputation as one follower hears of it, claims
    heard_broken: Double  # (K,)
    stranger_met: Double  # (K,) prior counts of someone who does not follow
    stranger_broken: Double  # (K,)
    discount: Double  # (K,) on what this creator sells, share of price
    advice: Int16  # (K, C) product recommended one-to-one, or NOBODY
    advice_claim: Double  # (K, C)
    advice_incentive: Double  # (K, C)
    advice_paid: Byte  # (K, C) 1 where a brand pays for it


class Feeds(NamedTuple):
    """Today's ranking tables by platform and category; cumulative weights end in 1."""

    product: Int16  # (C, n) products of a category
    goods: Double  # (2, V, C, n) cumulative weight in the feed: of listings, then of ads
    search: Double  # (V, C, n) cumulative weight in search
    paid: Byte  # (V, C) 1 where somebody pays for ads
    post_first: Int64  # (V * C + 1,) public posts of a platform and category
    post: Int32  # (Q,) index into `Posts`
    post_weight: Double  # (Q,) cumulative weight


class Venues(NamedTuple):
    """Platforms' rules as consumers meet them."""

    follow_gate: Byte  # (V,)
    content_share: Double  # (V,)
    ad_load: Double  # (V,)
    organic_reach: Double  # (V,)
    coupon: Double  # (V,) share of price
    coupon_newcomers: Byte  # (V,)
    pages: Double  # (24,) cumulative distribution of public pages seen on an active day


class Inbox(NamedTuple):
    """Friends' words of yesterday, sorted by recipient."""

    to: Int32
    product: Int16
    word: Float
    order: Int32
    creator: Int32


class Today(NamedTuple):
    """Everything the day's earlier phases prepared for consumers."""

    shelf: Shelf
    posts: Posts
    sheet: Sheet
    feeds: Feeds
    venues: Venues
    inbox: Inbox


class Orders(NamedTuple):
    """Orders, a row each."""

    consumer: Int32
    product: Int16
    creator: Int32  # who sold it, or NOBODY
    channel: Int8
    parent: Int32  # the friend's order that led to it, or NOBODY
    price: Int32  # fen, before the coupon
    coupon: Int32  # fen, funded by the platform
    returned: Byte
    met: Int8  # claim met 1, broken -1, no claim 0
    satisfying: Byte
    review: Float  # public rating given, or NaN
    surplus: Int32  # consumer's realised surplus, fen
    new_customer: Byte  # first purchase of the brand
    candidate: Byte  # 1 where the buyer considers to become a KOC


class Shares(NamedTuple):
    """Words to friends; ``order`` counts from the chunk's first order."""

    to: Int32
    product: Int16
    word: Float
    order: Int32
    creator: Int32


class Questions(NamedTuple):
    """One-to-one questions asked today."""

    consumer: Int32
    creator: Int32
    category: Byte


class Tally(NamedTuple):
    """Counts of the day; integers, so that the order of summing is irrelevant."""

    creator_delivered: Int64  # (K,)
    creator_viewed: Int64  # (K,)
    creator_followers: Int64  # (K,) net change
    delivered: Int64  # (channels,)
    viewed: Int64  # (channels,)
    considered: Int64  # (channels,)
    product_viewed: Int64  # (J,)
    ads_viewed: Int64  # (V, J)
    paid_viewed: Int64  # (1,) pages of creators whom a brand pays
    trust: Int64  # (2,) sum of trust in opened posts in millionths, and their number


class Offers(NamedTuple):
    """What a block of consumers has seen today, one consumer after the other, and how it was weighed."""

    consumer: Int64  # who saw it
    product: Int64
    channel: Int64
    creator: Int64  # who sells, or NOBODY
    slot: Int64  # follow slot of the creator, or NOBODY
    claim: Double  # quality claimed, NaN without a claim
    incentive: Double  # visible pay of the source over price
    parent: Int64  # the friend's order that led here, or NOBODY
    category: Int64
    price: Int64  # fen, before the coupon
    coupon: Int64  # fen
    value: Double  # utility without luck
    quality: Double  # the term of it that stands for quality
    risk: Double  # the term of it that stands for risk
    expected: Double  # quality expected
    lot: Double  # uniform draw behind the luck of this product with this consumer today
    idle: Double  # uniform draw behind the luck of buying nothing of its category


class Block(NamedTuple):
    """A block of consumers between attending and buying; BLOCK rows."""

    lot: Double  # uniform draw that is used next
    active: Int64  # 1 where online today
    first_page: Int64  # first row in `Pages`
    end_page: Int64  # first row of somebody else
    first: Int64  # first row in `Offers`
    end: Int64  # first row of somebody else
    needs: Int64  # bit set of the categories in which something is needed
    weight: Double  # (BLOCK, C) weights of categories in the feed, summed
    leaving: Int64  # bit set of follow slots that end with the day


class Pages(NamedTuple):
    """Pages of the feed that a block of consumers sees today; BLOCK * MOST_PAGES rows."""

    at: Int64  # who sees it, counted from the first of the block
    second: Int64  # of the keys of its draws
    pick: Double  # uniform draw that decides the category
    kind: Double  # uniform draw that decides between ad, post and listing
    which: Double  # uniform draw that decides which of them
    category: Int64
    channel: Int64
    product: Int64  # where it is an ad or a listing


class Common(NamedTuple):
    """What all consumers of a day have in common, worked out before the first of them attends.

    A guide tells for each of GUIDE equal parts of (0, 1) where to begin in a cumulative distribution (Chen & Asau
    1974).
    """

    mean: Double  # (J,) quality that is believed of a product on what everybody knows
    precision: Double  # (J,) precision of that belief
    wanted: Double  # (1,) odds ratio with which a need draws attention
    pages: Int16  # (GUIDE,) into `Venues.pages`
    goods: Int16  # (2, V, C, GUIDE) into `Feeds.goods`
    search: Int16  # (V, C, GUIDE) into `Feeds.search`


class Basket(NamedTuple):
    """The best offer so far in each category, while one consumer chooses; C rows."""

    value: Double  # utility of the best, luck included
    outside: Double  # utility of buying nothing, luck included
    luck: Double  # of the best
    row: Int64  # of the best in `Offers`, or NOBODY where nothing beats buying nothing


TRACE_COLUMNS = (
    "channel", "product", "creator", "price", "coupon", "taste", "quality", "risk", "price_term", "friends", "impulse",
    "luck", "value", "outside", "expected", "precision", "claim", "trust", "outcome",
)  # fmt: skip


class Outcome(IntEnum):
    """What became of an offer."""

    WEIGHED = 0
    NEEDS_A_FOLLOW = 1
    TOO_EXPENSIVE = 2


class Count(IntEnum):
    """Lists whose rows are counted."""

    ORDERS = 0
    SHARES = 1
    QUESTIONS = 2
    TRACES = 3
    OFFERS = 4
    MOST = 5  # rows of offers that the consumer who attends may fill
    LEAVING = 6  # bit set of follow slots that the consumer who attends leaves today


class Events(NamedTuple):
    """What a chunk of consumers does in a day; ``counts`` holds the rows used of each list, by `Count`."""

    counts: Int64  # (len(Count),)
    orders: Orders
    shares: Shares
    questions: Questions
    tally: Tally
    offers: Offers
    pages: Pages
    block: Block
    basket: Basket
    common: Common
    trace: Double  # (T, len(TRACE_COLUMNS)); T is 0 unless a decision is to be explained


Columns = TypeVar("Columns", bound=tuple[Any, ...])


def each(columns: Columns, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Columns:
    """The same named columns, each changed alike."""
    return type(columns)(*(change(column) for column in columns))


def join(parts: Sequence[Columns]) -> Columns:
    """Named columns of several parts, one below the other."""
    if len(parts) == 1:
        return parts[0]
    return type(parts[0])(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def empty(kind: type[Columns], rows: int) -> Columns:
    """Columns of zeros.

    Parameters
    ----------
    kind
        A named tuple of one-dimensional columns, for instance `Orders`.
    rows
        How many.
    """
    types = [_DTYPES[kind.__annotations__[name].__forward_arg__] for name in kind._fields]  # type: ignore[attr-defined]
    return kind(*(np.zeros(rows, dtype) for dtype in types))


_DTYPES = {
    "Int8": np.int8, "Int16": np.int16, "Int32": np.int32, "Int64": np.int64,
    "Byte": np.uint8, "Bool": np.bool_, "Float": np.float32, "Double": np.float64,
}  # fmt: skip
