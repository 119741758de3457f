"""Creators: what lasts about each, what can be known of each today, and today's posts."""

from __future__ import annotations

from enum import IntEnum

from sim.arrays import Byte, Double, Int16
from sim.ranges import LAST_DAY, MOST_GROUPS, MOST_LIST, MOST_PEOPLE, MOST_SUM
from sim.records import Record, flag, real, row, whole
from sim.state.channels import Channel

MOST_POSTS = 8  # posts of a creator on one day


class Tier(IntEnum):
    """Size of a creator's audience; says nothing of the domain."""

    KOC = 0
    KOL = 1
    BRAND = 2  # a brand's own account


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
    advice_paid: Byte = flag("whether the creator earns by it: a commission, a fee or a mark-up", per="category")


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
    paid: bool = flag("whether the creator earns by it: a commission, a fee or a mark-up")
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
