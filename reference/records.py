"""What agents remember and hand to each other: goods, follows, posts, offers, orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from reference.brand import Brand
    from reference.consumer import Consumer
    from reference.creator import Creator


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
    SEARCH = "search"
    PRIVATE_POST = "private post"
    ANSWER = "answer"
    FRIEND = "friend"
    HABIT = "habit"


@dataclass(eq=False)
class Product:
    """A product and what the market knows of it; money in fen."""

    number: int
    category: int
    brand: Brand
    quality: float
    rating_bias: float
    list_price: int
    price: int
    reputation: float = 0.0
    ratings: int = 0
    rating_sum: float = 0.0
    bought: int = 0
    satisfying: int = 0
    sales: float = 0.0


@dataclass
class Follow:
    """What a follower remembers of a creator: claims met and broken, and fatigue (7.3, 7.8)."""

    met: float
    broken: float
    fatigue: float = 0.0


@dataclass
class Experience:
    """Own purchases of one product."""

    count: int = 0
    mean: float = 0.0
    satisfying_in_a_row: int = 0


@dataclass
class Words:
    """What friends said of one product."""

    last_day: int
    count: int = 0
    mean: float = 0.0


class Claim(NamedTuple):
    """What a creator says of a product, and the pay that can be seen, as a share of the price."""

    product: Product
    quality: float
    visible_pay: float


class Post(NamedTuple):
    """A claim that is posted, to the private pool or in public."""

    creator: Creator
    claim: Claim
    private: bool


class Offer(NamedTuple):
    """A product that somebody looks at; claim and seller where there are any."""

    product: Product
    channel: Channel
    seller: Creator | None = None
    claim: Claim | None = None


@dataclass(eq=False)
class Order:
    """A purchase; money in fen."""

    buyer: Consumer
    offer: Offer
    day: int
    price: int
    coupon: int
    take: int
    pay: int
    new_customer: bool
    expected: float  # quality
    liking: float  # utility over buying nothing, without that of quality
    followed: bool  # whether the buyer followed the seller
    arrived: int | None = None  # day
    quality: float = 0.0
    returned: bool = False
    satisfying: bool = False
    surplus: float = 0.0
    rating: float | None = None
    claim_met: bool | None = None
    joined_own_pool: bool = False
    candidate: bool = False
    divided: bool = False

    @property
    def product(self) -> Product:
        """What was bought."""
        return self.offer.product


@dataclass
class Ranking:
    """Items with their weights, from which lots are drawn (7.22)."""

    items: list[Any]
    weights: list[float]
    cumulative: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.cumulative = list(accumulate(self.weights))

    def draw(self, random: Random, times: int = 1) -> list[Any]:
        """Items by lot, with replacement."""
        return random.choices(self.items, cum_weights=self.cumulative, k=times)
