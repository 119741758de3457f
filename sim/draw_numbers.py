"""Numbers of draws: what a stream that is drawn from for more than one thing is drawn for.

A draw is keyed by a stream, a day, whom it concerns, and a second number: with whom, of what, or which draw. Of streams
that are drawn from for one thing, `sim.draws.Stream` tells the second number. Of each of the others, a class here names
all of them; where no day matters, another class names what stands in the place of the day. A test finds functions that
read one draw, and names those that do, with the reason.

A new mechanism takes a stream of its own, at the end of `Stream`; one more draw of a mechanism takes a number that is
free here. A number that is in use stays as it is: it is part of every result.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from sim.draws import PARTNERS
from sim.ranges import MOST_CATEGORIES, MOST_CHOSEN, MOST_PLATFORMS, MOST_PRODUCTS

# room for as many as there can be of what has its limit elsewhere
_POSTS, _CANDIDATES, _SLOTS = 8, 64, 16
_PAGES, _RESULTS = 24, 20
_PURCHASES = 2
_ATTEMPTS, _PARTS = 200, 94  # to make a tie; of as many ties as a draw has room for


class Numbers(IntEnum):
    """Numbers by what they are for: the first one, how many there are, and how far it is from one to the next."""

    _value_: int
    count: int
    step: int

    def __new__(cls, first: int, count: int = 1, step: int = 1) -> Self:
        """A number that says more than its value."""
        number = int.__new__(cls, first)
        number._value_ = first
        number.count, number.step = count, step
        return number

    @property
    def taken(self) -> range:
        """All numbers of one thing."""
        return range(self.value, self.value + self.count * self.step, self.step)


# --- people ---------------------------------------------------------------------------------------------------------

PER_CATEGORY = 2


class NeedDraw(Numbers):
    """Of a person on a day, by category: how long until the next need."""

    OPENS = 0, MOST_CATEGORIES, PER_CATEGORY
    LAPSES = 1, MOST_CATEGORIES, PER_CATEGORY  # is met outside the market, once it has opened


PER_PAGE = 4


class FeedDraw(Numbers):
    """Of a person on a day, by page: what is seen in the feed."""

    PAGES = 0  # how many
    CATEGORY = 1, _PAGES, PER_PAGE
    KIND = 2, _PAGES, PER_PAGE  # ad, post or listing
    WHICH = 3, _PAGES, PER_PAGE  # of these


PER_RESULT = 2


class SearchDraw(Numbers):
    """Of a person on a day, by result: what is searched for and found."""

    SEARCHES = 0  # whether
    CATEGORY = 1
    WHICH = 2, _RESULTS, PER_RESULT  # ad or product
    IS_AD = 3, _RESULTS, PER_RESULT


class AskDraw(Numbers):
    """Of a person on a day: a question to an expert."""

    ASKS = 0  # whether
    CATEGORY = 1
    LOT = 2, MOST_CATEGORIES  # that finds an answer, by category


PER_PRODUCT = 4


class ExperienceDraw(Numbers):
    """Of a person on the day of an order or a sample, by product."""

    USE = 0, MOST_PRODUCTS, PER_PRODUCT  # the chance of one use, a normal draw out of two
    USE_TOO = 1, MOST_PRODUCTS, PER_PRODUCT
    REVIEW = 2, MOST_PRODUCTS, PER_PRODUCT  # whether it is rated


class ShareDraw(Numbers):
    """Of a person on the day of an order, by product: what friends are told."""

    TELLS = 0, MOST_PRODUCTS, PER_PRODUCT  # whether
    FRIENDS = 1, MOST_PRODUCTS, PER_PRODUCT  # how many
    FIRST = 2, MOST_PRODUCTS, PER_PRODUCT  # who comes first in the list of friends


# --- creators -------------------------------------------------------------------------------------------------------

PER_CANDIDATE = 2


class PostDraw(Numbers):
    """Of a creator (`sim.agents.knowing.key_of`) on a day, by post; candidates are counted on from post to post."""

    POSTS = 0  # how many
    CANDIDATE = 1, _POSTS * _CANDIDATES, PER_CANDIDATE  # a product considered
    SHOCK = 2, _POSTS * _CANDIDATES, PER_CANDIDATE  # in how much it is liked
    EXPERIMENT = 1 << 20  # whether more is posted than intended, with the week in the place of the day
    PRIVATE = 1 << 21, _POSTS  # whether a post goes to the private pool
    LIVE = (1 << 21) + _POSTS, _POSTS  # whether it is a live room
    UNPAID = (1 << 21) + 2 * _POSTS, _POSTS  # whether it is made though nobody pays
    DECLINES = (1 << 21) + 3 * _POSTS, _POSTS  # whether a contract for what disappoints is declined
    LIKING = (1 << 21) + 4 * _POSTS, _POSTS * _SLOTS  # between products liked nearly alike, by post and memory
    TURN = (1 << 21) + (1 << 10)  # who is asked first
    RETAINER = (1 << 21) + (1 << 11)  # which brand pays by the day; on day 0, for all days


class OwnPostDraw(Numbers):
    """Of a brand's own account, which considers no candidates, beside the other numbers of `PostDraw`."""

    PRODUCT = 1, _POSTS  # of a post


class EntryDraw(Numbers):
    """Of a buyer: who becomes a creator."""

    CONSIDERS = 0, MOST_PRODUCTS  # whether, by product, on the day of the order
    COMES = 1 << 20  # whether, today
    POOL = (1 << 20) + 1  # how large the first pool is


PER_NORMAL = 2


class ClaimDraw(Numbers):
    """Of a creator on day 0, for all days, by product: what is told of goods not used, a normal draw out of two."""

    HEARSAY = 0, MOST_PRODUCTS, PER_NORMAL
    HEARSAY_TOO = 1, MOST_PRODUCTS, PER_NORMAL


# --- platforms ------------------------------------------------------------------------------------------------------


class MembershipDraw(Numbers):
    """Of a person, of a creator as a person, or of a brand, whose row may be a person's, on a day."""

    START = 0  # whether a person is a member, on day 0
    REVIEW = 1  # whether a person reconsiders, and then gives up, a membership
    JOIN = 2  # whether a person joins
    CONTACT = 16, MOST_CHOSEN  # whether a person hears of a platform
    LOOK = 32, MOST_CHOSEN  # the shock with which a platform draws a person today
    CREATOR_REVIEWS = 48  # whether a creator thinks of one more platform
    CREATOR_OPENS = 49
    CREATOR_CLOSES = 50  # whether a creator thinks of one less, and then leaves it
    INVITES = 51  # how many followers a creator invites to come along
    BRAND_REVIEWS = 96
    BRAND_OPENS = 97
    BRAND_CLOSES = 98
    LOT = 128, MOST_CHOSEN  # of a person, between platforms of equal worth
    CREATOR_LOT = 144, MOST_CHOSEN
    BRAND_LOT = 160, MOST_CHOSEN
    INVITED = 1 << 10, PARTNERS  # lot of a follower, by creator, to be invited


class FirstShopDraw(Numbers):
    """Of a brand on day 0, on which `MembershipDraw` has no other number of brands, in its stream."""

    OPEN = 80, MOST_PLATFORMS  # whether it sells on a platform


# --- before the first day -------------------------------------------------------------------------------------------


class PersonDay(Numbers):
    """In the place of the day: what people are like."""

    ORIGIN = 0  # `OriginDraw`
    TRAIT = 1  # `TraitNormal`


class OriginDraw(Numbers):
    """Of a person: where people belong."""

    GROUP = 0
    CITY_TIER = 1
    HOME = 2


class TraitNormal(Numbers):
    """Of a person: normal draws, each out of two."""

    INCOME = 0
    ACTIVITY = 1
    SENSITIVITY = 2
    SOCIABILITY = 3


class FirstNeedDay(Numbers):
    """In the place of the day: what people need first."""

    NEED = 0  # `NeedDraw`
    WALLET = 1  # money at hand; the second number is 0
    FREQUENCY = 2  # how often something of a category is needed; the second number is the category


class GoodsNormal(Numbers):
    """Of a product: normal draws, each out of two."""

    QUALITY = 0
    RATING_BIAS = 1
    PRICE = 2


class CreatorDay(Numbers):
    """In the place of the day: who is a creator, and what creators are like."""

    CHOICE = 0  # `FirstCreatorDraw`
    AUDIENCE = 1  # `CreatorNormal`
    TRAIT = 2  # `CreatorNormal`; a KOL has the integrity of a KOC, raised or lowered


class FirstCreatorDraw(Numbers):
    """Of a person."""

    IS_KOC = 0
    KOL_LOT = 1
    POOL = 2  # how large a KOC's pool is


class CreatorNormal(Numbers):
    """Of a person: normal draws, each out of two."""

    INTEGRITY = 0
    RESERVATION = 1
    AUDIENCE = 2  # size of a KOL's


PLACES = 1000


class AudienceDay(Numbers):
    """In the place of the day: who follows a creator; the second number is the creator but for `OTHER`."""

    NEIGHBOUR = 0  # whether one of too many friends of friends comes
    OTHER = 1, PLACES  # somebody else, of the creator, by place; the second number is the attempt, 80 more each round
    MASS = 2000  # whether somebody follows a KOL


class MatchDay(Numbers):
    """In the place of the day: two numbers of each product are a normal draw."""

    PERSON = 0
    GROUP = 1


class PastDay(Numbers):
    """In the place of the day, by purchase: what a person has bought before the first day."""

    SHOCK = 0, _PURCHASES  # in the choice; the second number is the product
    AGE = 64, _PURCHASES  # days since then; the category
    USE = 128, _PURCHASES  # the chance of its use; two numbers of each product
    RATED = 256, _PURCHASES  # whether it was rated; the product


# --- graphs ---------------------------------------------------------------------------------------------------------

PER_PART = 8


class GraphDay(Numbers):
    """In the place of the day: steps of a generator."""

    MIXED = 0  # whether a person stands anywhere on the ring; the second number is 0, as in all but two
    PLACE = 1  # where on the ring
    REWIRED = 2  # `RewiredDraw`
    DRAWN = 3, _PARTS, PER_PART  # `TieDraw`, of a tie; a large market has more ties than a draw has room for
    WEIGHT = 4
    ROUNDING = 5  # of a weight to a whole number


PER_STEP = 400


class RewiredDraw(Numbers):
    """Of a person, counted on from step to step on the ring, the first of which is 1."""

    IS_REWIRED = 0
    ALIKE = 1  # whether the new friend is of the same group
    FRIEND = 2, _ATTEMPTS


PER_ATTEMPT = 2


class TieDraw(Numbers):
    """Of a tie, by attempt."""

    ALIKE = 0  # whether its ends are of the same group
    SAME_TIER = 1
    ONE = 2, _ATTEMPTS, PER_ATTEMPT
    OTHER = 3, _ATTEMPTS, PER_ATTEMPT
