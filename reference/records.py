"""What agents remember and hand to each other: goods, memories, follows, posts, offers, orders."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.parameters import Pay

if TYPE_CHECKING:
    from reference.brand import Brand
    from reference.consumer import Consumer
    from reference.creator import Creator
    from reference.platform import Platform

BILLIONTHS = 1_000_000_000


def part(price: int, share: float) -> int:
    """A share of a price, rounded down to the fen; shares count in whole billionths (7.23)."""
    return price * round(share * BILLIONTHS) // BILLIONTHS


class Tier(StrEnum):
    """What kind of creator."""

    KOC = "KOC"
    KOL = "KOL"
    BRAND = "brand"


class Channel(StrEnum):
    """Where a consumer met an offer."""

    LISTING = "listing"
    AD = "ad"
    PUBLIC_POST = "public post"
    LIVE = "live room"
    SEARCH = "search"
    PRIVATE_POST = "private post"
    OWN_POOL = "own pool"
    ANSWER = "answer"
    FRIEND = "friend"
    RECALL = "recall"


@dataclass(eq=False)
class Product:
    """A product and what the market knows of it; money in fen."""

    number: int
    category: int
    brand: Brand
    quality: float
    rating_bias: float
    list_price: float
    cost: int = 0
    ratings: float = 0.0  # fading
    rating_sum: float = 0.0
    new_ratings: list[float] = field(default_factory=list)
    deviation: float = 0.0  # of the mean rating from that of the category, bias included
    bought: int = 0
    satisfying: int = 0
    weight: float = 0.0  # share of the brand's recent revenue
    units: int | None = None  # left until the next delivery; None where there is no end of them


@dataclass
class Listing:
    """A product on one platform; money in fen."""

    price: int = 0
    sales: float = 0.0  # of late
    ad_views: int = 0  # today


@dataclass
class Shop:
    """A brand on one platform: whether it sells there, and the money that the platform holds for it, fen."""

    is_open: bool
    balance: int = 0
    withdrawn: int = 0
    earned: float = 0.0  # yuan, fading


@dataclass
class Visits:
    """Days on which a platform was looked at, and the surplus in yuan of what came from there; both fading."""

    days: float = 0.0
    surplus: float = 0.0

    def add(self, other: Visits) -> None:
        """Take up others."""
        self.days += other.days
        self.surplus += other.surplus


@dataclass
class Follow:
    """What a follower remembers of a creator: claims met and broken, and fatigue (7.3, 7.8)."""

    met: float
    broken: float
    fatigue: float = 0.0


@dataclass
class Memory:
    """What is remembered of one product, faded up to a day (7.6, 7.7)."""

    day: int
    goodwill: float = 0.0
    evidence: float = 0.0
    precision: float = 0.0
    friends: float = 0.0
    used: int = 0
    source: Creator | None = None


class Claim(NamedTuple):
    """What a creator says a product is worth, its variance, and the pay that can be seen, as a share of the price."""

    worth: float
    variance: float
    visible_pay: float


class Post(NamedTuple):
    """A page about a product; paid if the creator earns by it; without claim from a brand's own account."""

    creator: Creator
    product: Product
    claim: Claim | None
    paid: bool
    private: bool = False
    live: bool = False

    @property
    def channel(self) -> Channel:
        """Through which it speaks."""
        if self.creator.tier is Tier.BRAND:
            return Channel.OWN_POOL
        if self.private:
            return Channel.PRIVATE_POST
        return Channel.LIVE if self.live else Channel.PUBLIC_POST


class Offer(NamedTuple):
    """A product that somebody looks at; claim and seller where there are any."""

    product: Product
    channel: Channel
    seller: Creator | None = None
    claim: Claim | None = None
    paid: bool = False
    teller: Consumer | None = None


class Word(NamedTuple):
    """What a friend says of a product, and whether the friend visibly earns by it."""

    product: Product
    experienced: float
    teller: Consumer
    seller: Creator | None
    paid: bool = False


@dataclass(eq=False)
class Owed:
    """What a line of pay comes to on an order, for a creator, a consumer or the staff (7.12); money in fen."""

    line: Pay
    payee: Any
    fen: int
    paid: bool = False


@dataclass(eq=False)
class Order:
    """A purchase; money in fen, the rest in utility."""

    buyer: Consumer
    offer: Offer
    platform: Platform
    day: int
    price: int
    cost: int  # of the goods
    coupon: int
    take: int
    commission: int
    mark_up: int
    expected: float
    liking: float  # over buying nothing, but for what it is worth
    shock: float  # of the offer
    shock_of_nothing: float
    followed: bool  # whether the buyer followed the seller
    deal: bool  # whether it waits for others
    new_customer: bool = False
    outside: bool = False  # of the platform, whether it is settled
    cancelled: bool = False
    arrives: int = 0  # day
    arrived: int | None = None
    settles: int = 0  # day on which it is divided
    experienced: float = 0.0
    returned: bool = False
    satisfying: bool = False
    surplus: float = 0.0  # yuan
    rating: float | None = None
    claim_met: bool | None = None
    candidate: bool = False
    divided: bool = False
    divided_on: int = 0
    lines: list[Owed] = field(default_factory=list)

    @property
    def sold_by(self) -> Creator | None:
        """The creator who sold, where it was no brand's own account."""
        seller = self.offer.seller
        return seller if seller is not None and seller.tier is not Tier.BRAND else None

    @property
    def rest(self) -> int:
        """What the brand is left."""
        others = sum(owed.fen for owed in self.lines if owed.line.by != "platform")
        return self.price - self.take - self.pay - others

    @property
    def product(self) -> Product:
        """What was bought."""
        return self.offer.product

    @property
    def pay(self) -> int:
        """What the seller earns."""
        return self.commission + self.mark_up


@dataclass
class Ranking:
    """Items with their weights, from which lots are drawn (7.22)."""

    items: list[Any]
    weights: list[float]
    cumulative: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.cumulative = list(accumulate(self.weights))

    def at(self, lot: float) -> Any:
        """The item on which a lot between 0 and 1 falls."""
        return self.items[bisect_right(self.cumulative, lot * self.cumulative[-1], hi=len(self.items) - 1)]

    def draw(self, random: Random, times: int = 1) -> list[Any]:
        """Items by lot, with replacement."""
        return random.choices(self.items, cum_weights=self.cumulative, k=times)
