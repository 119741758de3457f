"""State: every column that a market keeps from one day to the next, and what the day's tables say, each in a line.

N consumers, K creators, J products, B brands, V platforms. A column is written by one phase of the day only.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.ranges import (
    LAST_DAY,
    MOST_CHOSEN,
    MOST_CITY_TIERS,
    MOST_FEN,
    MOST_GROUPS,
    MOST_INCOME,
    MOST_LEVELS,
    MOST_LIST,
    MOST_PAY,
    MOST_PEOPLE,
    MOST_SUM,
)
from sim.records import Record, bits, flag, real, row, whole

Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Byte = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Float = NDArray[np.float32]
Double = NDArray[np.float64]
Keys = NDArray[np.uint64]
"""Keys of all streams of random shocks, from `sim.draws.stream_keys`."""

NOBODY = -1
FEN = 100
DAYS_A_WEEK = 7
FOLLOW_SLOTS = 14
MEMORY_SLOTS = 16
MOST_TERMS = 16  # of a utility
MOST_POSTS = 8  # posts of a creator on one day
MOST_OFFERS = 512  # offers that one person can weigh on one day
MOST_PAGES = 24  # pages of the feed that one person can see on one day


class Channel(IntEnum):
    """Where a consumer met an offer."""

    LISTING = 0
    AD = 1
    PUBLIC_POST = 2
    PRIVATE_POST = 3
    ONE_TO_ONE = 4
    SEARCH = 5
    FRIEND = 6
    RECALL = 7
    LIVE = 8
    OWN_POOL = 9


PUBLIC_CHANNELS = (Channel.LISTING, Channel.AD, Channel.PUBLIC_POST, Channel.SEARCH, Channel.LIVE)
PRIVATE_CHANNELS = (Channel.PRIVATE_POST, Channel.ONE_TO_ONE, Channel.OWN_POOL)
CREATOR_CHANNELS = (Channel.PUBLIC_POST, Channel.LIVE, Channel.PRIVATE_POST, Channel.ONE_TO_ONE)


class Tier(IntEnum):
    """Size of a creator's audience; says nothing of the domain."""

    KOC = 0
    KOL = 1
    BRAND = 2  # a brand's own account


class Stage(IntEnum):
    """How far an order has come."""

    ORDERED = 0  # the buyer's money is in escrow
    CONFIRMED = 1  # and the goods are on their way
    RECEIVED = 2  # and kept, or on their way back
    DIVIDED = 3  # the price has been paid out of escrow, line by line
    REFUNDED = 4  # the buyer has the money back after a return
    CANCELLED = 5  # the buyer has the money back, and nothing was sent


class Spending(IntEnum):
    """What marketing money is spent on."""

    ADS = 0
    KOL = 1
    KOC = 2
    OWN = 3
    FEES = 4  # the platform's take and annual fees, which are no marketing


class Payee(IntEnum):
    """Who is paid by a line of pay."""

    SELLER = 0
    AUTHOR = 1
    SHARER = 2
    RECRUITER = 3
    STAFF = 4


class Base(IntEnum):
    """What a line of pay is for: the first four are paid on orders."""

    PRICE = 0
    MARGIN = 1
    ORDER = 2
    MEMBER = 3
    POST = 4
    FOLLOWER = 5
    DAY = 6


class Funder(IntEnum):
    """Who pays a line of pay."""

    BRAND = 0
    PLATFORM = 1
    BUYER = 2


CHANNELS = 4  # that a budget is split over: the first of `Spending`
REACHED = 3  # this week, and since measuring began


# --- what lasts -----------------------------------------------------------------------------------------------------


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
        "day on which it will have been met elsewhere", "day", least=-1, most=LAST_DAY + 500, per="category"
    )
    needs: int = bits("categories in which something is needed", "categories")
    coming: int = bits("categories in which an order is on its way", "categories")
    next_change: int = whole("day on which they change next", "day", least=-1, most=LAST_DAY + 500)
    wallet: int = whole("money at hand", "fen", least=-MOST_FEN, most=MOST_FEN)
    known: int = whole("products remembered, folded", "set of products", most=2**63 - 1)
    adviser: int = row("creators", "creator who answers a question today", or_none=True)
    question: int = row("categories", "category of that question")
    reached: int = whole("by paid pages: 1 this week, 2 since measuring began", "set", most=3)
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
    held: np.uint8 = bits("platforms of which the person is a member, where people choose", "platforms", MOST_CHOSEN)


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


class Creator(Record):
    """A creator: a KOC or KOL, who is a consumer too, or a brand's own account."""

    consumer: int = row("people", "row among consumers; none for a brand's own account", or_none=True)
    brand: int = row("brands", "brand of an own account", or_none=True)
    home: int = row("platforms", "platform of contracts and public posts")
    platforms: int = whole(
        "platforms where the posts are seen, as bits; all where nobody chooses", "set", most=255, start=255
    )
    tier: int = whole("KOC 0, KOL 1, own account 2", most=2)
    recruiter: int = row("creators", "who won them as a creator", or_none=True)
    active: bool = flag("in business", start=True)
    since: int = whole("day of entry", "day", most=LAST_DAY)
    posted: int = whole("day of the last post", "day", most=LAST_DAY)
    integrity: float = real("1 never inflates a claim for pay", least=0, most=1)
    reservation: float = real("net income below which the creator thinks of leaving", "yuan/day", least=0)
    audience: int = whole("followers", "people", least=-MOST_PEOPLE, most=MOST_PEOPLE)
    content: Double = real("posts, fading", "posts", per="category")
    fit: Double = real("mean taste of the followers", "utility", per="category")
    sold: Double = real("orders, fading", "orders", per="category")
    pool_met: float = real("claims met, fading", "claims/100 followers")
    pool_broken: float = real("claims broken, fading", "claims/100 followers")
    met_today: int = whole("claims met today", "claims", most=MOST_LIST)
    broken_today: int = whole("claims broken today", "claims", most=MOST_LIST)
    week_posts: float = real("posts this week", "posts")
    week_income: float = real("income this week", "yuan")
    posts_mean: float = real("learnt mean of posts", "posts/week")
    income_mean: float = real("learnt mean of income", "yuan/week")
    posts_square: float = real("learnt mean of squared posts", "posts²/week²")
    posts_income: float = real("learnt mean of posts times income", "posts yuan/week²")
    effort_mean: float = real("learnt mean of effort", "yuan/week")
    rate: float = real("intended posts", "posts/day")
    earned_today: int = whole("earned today", "fen", least=-MOST_SUM, most=MOST_SUM)
    earned: int = whole("income since measuring began", "fen", least=-MOST_SUM, most=MOST_SUM)
    effort: float = real("effort since measuring began", "yuan")
    withdrawn: int = whole("withdrawn in a lifetime", "fen", most=MOST_SUM)


class Product(Record):
    """A product, and what the public knows of it."""

    category: int = row("categories", "category")
    brand: int = row("brands", "brand")
    quality: float = real("true quality: only use, and what a brand tells creators, read it", "utility")
    rating_bias: float = real("bias of the public rating", "utility")
    cost: int = whole("what the brand pays for it", "fen", most=MOST_SUM)
    units: int = whole("units that a delivery of stock brings", "units", most=MOST_SUM, start=MOST_SUM)
    stock: int = whole("units left until the next delivery", "units", most=MOST_SUM, start=MOST_SUM)
    new_reviews: int = whole("public ratings of today", "ratings", most=MOST_SUM)
    new_review_sum: int = whole("their sum", "utility/1,000,000", least=-MOST_SUM, most=MOST_SUM)
    reviews: float = real("public ratings, fading", "ratings", least=0)
    review_sum: float = real("their sum, fading", "utility")
    bought: int = whole("purchases received", "purchases", most=MOST_SUM)
    satisfying: int = whole("satisfying ones", "purchases", most=MOST_SUM)
    rating: float = real("mean public rating over the category's mean, as a signal of what one gets oneself", "utility")
    rating_precision: float = real("precision of that signal", "1/utility²", least=0)
    expected: float = real("worth expected on what everybody knows", "utility")
    precision: float = real("precision of that belief", "1/utility²")
    weight: float = real("share of its brand's recent revenue", least=0, most=1)
    engaged: int = whole("posts about it that were opened, since the first day", "posts", most=MOST_SUM)
    bid: float = real("ad money behind it today", "fen")


class Listing(Record):
    """A product on a platform."""

    price: int = whole("price before discount and coupon", "fen", least=1, most=MOST_FEN, start=1)
    waiting: int = whole("orders that wait for others", "orders", most=MOST_SUM)
    sold: int = whole("orders today", "orders", most=MOST_SUM)
    popularity: float = real("orders, fading", "orders")
    earned: Double = real("what a tier earns on a sale today", "share of price", least=0, per=len(Tier))
    earned_seen: Double = real("what people see of it", "share of price", least=0, per=len(Tier))


class Shop(Record):
    """A brand on a platform."""

    open: bool = flag("whether it sells there", start=True)
    margin: float = real("gross margin of what arrived from there, less the platform's take, fading", "yuan")


class Brand(Record):
    """A brand: its marketing money, and what it pays today to be promoted."""

    budget: int = whole("marketing budget", "fen/week", most=MOST_SUM)
    split: Double = real("shares for ads, KOLs, KOCs and the own pool", per=CHANNELS)
    spent: Int64 = whole("spent this week", "fen", least=-MOST_SUM, most=MOST_SUM, per=len(Spending))
    outlay: Int64 = whole(
        "marketing money spent since the first day", "fen", least=-MOST_SUM, most=MOST_SUM, per=CHANNELS
    )
    earned: Int64 = whole(
        "gross margin that each channel led to", "fen/week", least=-MOST_SUM, most=MOST_SUM, per=CHANNELS
    )
    fund: Double = real("marketing money at hand for ads, KOLs, KOCs and the own pool", "fen", per=CHANNELS)
    pays: Byte = flag("whether each tier is paid a commission today", per=len(Tier))
    account: int = row("creators", "own account", or_none=True)
    welcomes: bool = flag("whether the own account takes new contacts today")


class Platform(Record):
    """A platform's policy, as the day's phases read it."""

    take_rate: float = real("platform's share", "share of price", least=0, most=1)
    lines: int = whole("lines of pay in use", "lines", most=MOST_PAY)
    has_further: bool = flag("whether any but commission and mark-up is paid on orders")
    rewards: bool = flag("whether who tells friends may be paid for it")
    recruiting: Double = real("what recruiters earn of a sale by level", "share of price", least=0, per=MOST_LEVELS)
    sale_pay: float = real("what KOCs earn by the price of what they sell", "share of price", least=0)
    mark_up: float = real("what buyers pay on top where a creator sells", "share of price", least=0)
    sells_on: Byte = flag("whether a tier earns on sales without a brand's contract", per=len(Tier))
    post_pay: Double = real("usual fee of a tier for a post", "yuan", per=len(Tier))
    follower_pay: Double = real("the same for each follower", "yuan/follower", per=len(Tier))
    live_discount: float = real("in live rooms", "share of price", least=0, most=1)
    deal_needs: int = whole("other buyers that an order needs; 0 where there is no deal", "people", most=99)
    deal_days: int = whole("days for which it waits for them", "days", most=255)
    deal_cut: float = real("cut in price", "share of price", least=0, most=1)
    delivery_days: int = whole("from confirmation to arrival", "days", most=255)
    settlement_days: int = whole("from purchase to payout", "days", most=255)
    return_days: int = whole("from arrival to refund", "days", most=255)
    annual_fee: int = whole("of a brand", "fen/year", most=MOST_SUM)
    deposit: int = whole("of a brand", "fen", most=MOST_SUM)
    ad_price: float = real("least price of an ad", "fen/view", least=0)
    ad_cost: float = real("today's price of an ad", "fen/view", least=0)
    ad_share: float = real("share of today's pages given to ads", least=0, most=1)
    sold: int = whole("GMV since the first day", "fen", most=MOST_SUM)
    pages: float = real("pages that could be ads, a day, of late", "pages/day", least=0)
    weight: float = real("share of the market's people who are at home here", least=0, most=1)
    join_cost: float = real("cost of joining, as people feel it", "yuan", least=0)
    withdrawal_habit: float = real("probability that a party withdraws", "1/day", least=0, most=1)
    withdrawal_fee: float = real("fee on withdrawals", "share of amount", least=0, most=1)
    withdrawal_fee_least: int = whole("smallest fee", "fen", most=MOST_SUM)
    withdrawal_free: int = whole("free of fee in a lifetime", "fen", most=MOST_SUM)
    follow_gate: bool = flag("whether trade needs a follow")
    coupon: float = real("coupon", "share of price", least=0, most=1)
    coupon_newcomers: bool = flag("whether it is for people who have not bought yet")
    organic_reach: float = real("share of followers whom a public post of a small audience reaches")
    mass_audience: float = real("audience at large of a KOL of median audience", "people", least=1, start=1.0)
    reach_fall: float = real("elasticity of that share to the audience, with a minus sign", least=0)
    ad_load: float = real("largest share of pages given to ads")
    displacement: float = real("pages that an ad in the feed takes the place of", least=0, most=1)
    shelf: bool = flag("whether goods are shown that no creator tells of")
    content_most: float = real("largest share of feed pages given to public posts")
    content_half: float = real("public posts at which half of it is filled", "posts/1,000 people/day")
    content_share: float = real("share of today's feed pages given to them")
    popularity: float = real("weight of popularity in ranking")
    merit: float = real("weight of merit")
    paid: float = real("weight of paid bids")
    exponent: float = real("exponent of popularity")
    popularity_decay: float = real("share of recent sales that no longer counts", "1/day")
    satisfaction: float = real("share of satisfied buyers assumed of new goods")
    satisfaction_weight: float = real("weight of that assumption", "purchases")
    truth: float = real("share of claims met that is assumed of new creators")
    truth_weight: float = real("weight of that assumption", "claims")
    days: float = real("person-days on which it was looked at, fading", "days", least=0)
    surplus: float = real("surplus of orders that arrived from there, fading", "yuan")
    by_creators: float = real("part of it that creators sold", "yuan")
    spending: float = real("prices of orders that arrived from there, fading", "yuan", least=0)
    growth_cost: float = real("spent on growth and upkeep since the first day", "yuan", least=0)
    growth_budget: float = real("for advertising to people who are no members", "yuan/week", least=0)
    upkeep: float = real("running cost", "yuan/week", least=0)
    cash: float = real("money at hand on the first day", "yuan", least=0)
    exclusive: bool = flag("whether creators and brands here may be on no other platform")


class PayLine(Record):
    """A line of a platform's pay, as the day's phases read it."""

    to: int = whole("who is paid", "Payee", most=len(Payee) - 1)
    of: int = whole("what for", "Base", most=len(Base) - 1)
    by: int = whole("who pays", "Funder", most=len(Funder) - 1)
    share: float = real("how much of the price or the margin", "1", least=0, most=1)
    fixed: float = real("how much for each of the others", "yuan", least=0)
    level: int = whole("which recruiter", "level", most=MOST_LEVELS)
    tiers: int = whole("tiers that are paid", "set of tiers", most=7)
    brands: np.uint64 = bits("brands on whose goods it is paid", "brands")
    visible: bool = flag("whether people see it")
    wait: int = whole("from the division of an order until it is paid", "days", most=365)
    claw_back: bool = flag("whether it is taken back where goods are sent back")
    plain: bool = flag("whether it is paid to the seller out of the price, with the order itself")


class Order(Record, packed=True):
    """An order, from the moment of choice until its money has arrived."""

    number: int = whole("number, from the first day on", most=MOST_SUM)
    stage: int = whole("how far it has come", "Stage", most=len(Stage) - 1)
    ordered: int = whole("day of purchase", "day", most=LAST_DAY)
    received: int = whole("day of arrival, -1 before", "day", least=-1, most=LAST_DAY, start=-1)
    deal: bool = flag("whether it needs other buyers")
    sold_out: bool = flag("whether the lot left none for it")
    due: int = whole("day on which something happens to it next", "day", most=MOST_LIST)
    consumer: int = row("people", "who bought")
    product: int = row("products", "what")
    category: int = row("categories", "of which category")
    brand: int = row("brands", "of which brand")
    platform: int = row("platforms", "where")
    channel: int = whole("through which channel", "Channel", most=len(Channel) - 1)
    creator: int = row("creators", "who sold it", or_none=True)
    follower: bool = flag("whether the buyer followed the seller")
    parent: int = whole("number of the friend's order that led to it", least=-1, most=MOST_SUM, start=NOBODY)
    price: int = whole("before the coupon", "fen", most=MOST_FEN)
    coupon: int = whole("funded by the platform", "fen", most=MOST_FEN)
    cost: int = whole("what the brand pays for the goods", "fen", most=MOST_FEN)
    fee: int = whole("line of the price: platform", "fen", most=MOST_FEN)
    commission: int = whole("line of the price: creator, seen by the buyer", "fen", most=MOST_FEN)
    margin: int = whole("line of the price: the seller's own mark-up", "fen", most=MOST_FEN)
    others: int = whole("lines of the price: everybody else", "fen", most=MOST_FEN)
    rest: int = whole("line of the price: brand", "fen", least=-MOST_FEN, most=MOST_FEN)
    first_line: int = whole("first of its further lines", "row of lines", most=MOST_LIST)
    lines: int = whole("further lines", "lines", most=MOST_PAY)
    owed: int = whole("of these, still to be paid out of escrow after division", "fen", most=MOST_FEN)
    paid: bool = flag("whether the brand pays the creator who sold, in whatever form")
    new_customer: bool = flag("first purchase of the brand")
    needed: bool = flag("whether there was a need for it")
    live: bool = flag("whether it was bought in a live room")
    outside: bool = flag("whether it was settled outside the platform")
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True, single=True)
    expected: float = real("worth that was expected", "utility", single=True)
    liking: float = real("utility of having it over buying nothing, but for what it is worth", "utility", single=True)
    mood: float = real("shock that spoke for it", "utility", single=True)
    alternative: float = real("shock that spoke for buying nothing", "utility", single=True)
    experienced: float = real("worth experienced", "utility", single=True)
    returned: bool = flag("sent back")
    satisfying: bool = flag("kept, and as good as expected")
    reviewed: bool = flag("rated in public")
    candidate: bool = flag("whether the buyer considers to become a KOC")
    met: int = whole("claim met 1, broken -1, no claim 0", least=-1, most=1)
    surplus: int = whole("consumer's realised surplus", "fen", least=-MOST_FEN, most=MOST_FEN)


class Line(Record):
    """What is paid on an order beside take, commission, mark-up and rest; the lines of an order stand together."""

    payee: int = whole("who is paid", "Payee", most=len(Payee) - 1)
    creator: int = row("creators", "the creator who is paid", or_none=True)
    consumer: int = row("people", "the person who is paid", or_none=True)
    funder: int = whole("who pays", "Funder", most=len(Funder) - 1)
    fen: int = whole("how much", "fen", most=MOST_FEN)
    wait: int = whole("from the division of the order until it is paid", "days", most=365)
    due: int = whole("day on which it is paid", "day", most=MOST_LIST)
    claw_back: bool = flag("whether it is taken back where goods are sent back")
    paid: bool = flag("whether it has been paid")


class Word(Record):
    """A friend's word of a product, on its way to one person."""

    to: int = row("people", "who hears it")
    product: int = row("products", "of what")
    teller: int = row("people", "who tells", or_none=True)
    quality: float = real("how good it is said to be", "utility", single=True)
    order: int = whole("number of the teller's order", least=-1, most=MOST_SUM, start=NOBODY)
    creator: int = row("creators", "who sold to the teller", or_none=True)
    paid: bool = flag("whether the teller visibly earns on what it leads to")


# --- what a day prepares --------------------------------------------------------------------------------------------


class Profile(Record):
    """What consumers can know of a creator today; below the K creators stands a row for nobody."""

    active: bool = flag("in business")
    private: bool = flag("whether contacts can ask one-to-one")
    partner: int = whole("who the creator is in draws with others, whatever the row", most=MOST_LIST)
    group: int = whole("group of people whose tastes are alike; -1 for a brand", least=-1, most=MOST_GROUPS - 1)
    specialty: Double = real("share of each category in the creator's posts", per="category")
    heard_met: float = real("pool's claims met, as one follower hears of them", "claims")
    heard_broken: float = real("the same, broken", "claims")
    stranger_met: float = real("prior claims met of who does not follow", "claims", start=1.0)
    stranger_broken: float = real("the same, broken", "claims", start=1.0)
    is_brand: bool = flag("whether a brand speaks to its own contacts")
    tier: int = whole("KOC 0, KOL 1, own account 2, nobody 3", most=len(Tier), start=len(Tier))
    advice: Int16 = row("products", "product recommended", or_none=True, per="category")
    advice_claim: Double = real("worth claimed of it; NaN without a claim", "utility", per="category", may_be_nan=True)
    advice_noise: Double = real("variance of that claim", "utility²", per="category")
    advice_incentive: Double = real("visible pay for it", "share of price", per="category")
    advice_paid: Byte = flag("whether a brand pays for it", per="category")


class Post(Record):
    """A post of today; all of a creator's stand together."""

    creator: int = row("creators", "author")
    product: int = row("products", "of what")
    category: int = row("categories", "of which category")
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True)
    noise: float = real("variance of the claim", "utility²")
    incentive: float = real("visible pay", "share of price")
    private: bool = flag("whether it goes to the private pool")
    live: bool = flag("whether it is a live room")
    paid: bool = flag("whether the creator earns by it")
    fee: int = whole("fixed fee", "fen", most=MOST_SUM)
    platform: int = row("platforms", "where")


class Card(Record):
    """What a follower's look at a creator needs today, in one short row."""

    first: int = row("posts", "first post")
    posts: int = whole("posts", "posts", most=MOST_POSTS)
    active: bool = flag("in business")
    platforms: int = whole("platforms where the posts are seen, as bits", "set", most=255)
    forgotten: bool = flag("silent for so long that followers may leave")
    partner: int = whole("who the creator is in draws with others", most=MOST_LIST)
    reach: float = real("share of followers whom a public post reaches", least=0, most=1, single=True)
    category: Byte = row("categories", "category of each post", per=MOST_POSTS)
    channel: Byte = whole("channel of each", "Channel", most=len(Channel) - 1, per=MOST_POSTS)


class Question(Record):
    """A one-to-one question asked today."""

    consumer: int = row("people", "who asks")
    creator: int = row("creators", "whom")
    category: int = row("categories", "about which category")


class Leaving(Record):
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
    leaving: int = whole("follow slots that end with the day", "set", most=MOST_LIST)


class Offer(Record):
    """What a page offers to a consumer: a product, where it was met, who sells it, and what is said of it."""

    product: int = row("products", "product")
    category: int = row("categories", "category")
    channel: int = whole("where it was met", "Channel", most=len(Channel) - 1)
    creator: int = row("creators", "who sells", or_none=True)
    slot: int = whole("follow slot of the seller", least=-1, most=MOST_LIST)
    claim: float = real("worth claimed; NaN without a claim", "utility", may_be_nan=True)
    paid: bool = flag("whether the creator earns by the page")
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
    paid: bool = flag("whether the creator earns by the page")
    product: int = row("products", "product")
    channel: int = whole("where it was met", "Channel", most=len(Channel) - 1)
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
