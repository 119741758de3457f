"""Who and what there is (section 2), and how it comes to be (section 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, sqrt

import numpy as np

from sim.parameters import Parameters

from . import rules

KOC, KOL, BRAND = "KOC", "KOL", "brand"
PAST_POSTS = 20.0
MOST_FOLLOWS = 14


@dataclass
class Edge:
    """A follow, with the claims that the follower saw met and broken, and fatigue."""

    creator: Creator
    met: float
    broken: float
    fatigue: float = 0.0


@dataclass
class Bought:
    count: int = 0
    mean: float = 0.0
    satisfying_in_a_row: int = 0


@dataclass
class Words:
    """What friends said of a product."""

    count: int
    mean: float
    last: int


@dataclass(eq=False)
class Person:
    row: int
    group: int
    taste: list[float]
    activity: float
    sensitivity: float
    sociability: float
    income: int
    wallet: int
    independence: float
    friends: list[int]
    due: list[int] = field(default_factory=list)
    lapse: list[int] = field(default_factory=list)
    bought: dict[int, Bought] = field(default_factory=dict)
    heard: dict[int, Words] = field(default_factory=dict)
    inbox: list[tuple[int, float, Creator | None]] = field(default_factory=list)
    follows: list[Edge] = field(default_factory=list)
    answer: tuple[Creator, int] | None = None
    customer_of: set[int] = field(default_factory=set)
    leaving: list[Edge] = field(default_factory=list)
    orders: int = 0
    creator: Creator | None = None

    def edge_to(self, creator: Creator | None) -> Edge | None:
        return next((edge for edge in self.follows if edge.creator is creator), None)


def has_room(person: Person) -> bool:
    """Whether one can follow one more creator."""
    return len(person.follows) < MOST_FOLLOWS


@dataclass
class Product:
    number: int
    category: int
    brand: Brand
    quality: float
    bias: float
    list_price: int
    price: int = 0
    reputation: float = 0.0
    ratings: int = 0
    rating_sum: float = 0.0
    bought: int = 0
    satisfying: int = 0
    sales: float = 0.0


@dataclass(eq=False)
class Brand:
    number: int
    goods: list[Product] = field(default_factory=list)
    split: dict[str, float] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    earned: dict[str, float] = field(default_factory=dict)
    promotes: dict[str, bool] = field(default_factory=dict)
    account: Creator | None = None
    marketing_cost: float = 0.0

    def spend(self, channel: str, fen: float) -> None:
        """Marketing cost, booked to a channel of this week's budget."""
        self.spent[channel] += fen
        self.marketing_cost += fen


@dataclass(eq=False)
class Creator:
    tier: str
    person: Person | None
    brand: Brand | None
    integrity: float
    reservation: float
    posts: list[float]
    orders: list[float]
    rate: float
    since: int = 0
    active: bool = True
    audience: int = 0
    fit: list[float] = field(default_factory=list)
    pool_met: float = 0.0
    pool_broken: float = 0.0
    weekday: int = 0
    sign: float = 1.0
    luck: list[float] = field(default_factory=list)
    advice: list[list[tuple[Product, float, float]]] = field(default_factory=list)
    mastery: list[float] = field(default_factory=list)
    week_posts: int = 0
    week_income: float = 0.0
    effort_today: float = 0.0
    learnt: dict[str, float] = field(default_factory=dict)
    balance: int = 0
    withdrawn: int = 0
    claims_met: float = 0.0
    claims_broken: float = 0.0
    sold_today: list[int] = field(default_factory=list)


class Town:
    """People, goods and creators of a market, and the random numbers of its life."""

    def __init__(self, parameters: Parameters, ties: list[tuple[int, int]], seed: int) -> None:
        self.p = parameters
        self.rng = np.random.default_rng(seed)
        self.categories = parameters.market.catalogue.categories
        self.people = self._people(ties)
        self.brands, self.products = self._goods()
        self.goods_of = [[g for g in self.products if g.category == c] for c in range(len(self.categories))]
        self.creators: list[Creator] = []
        self._price()

    def next_need(self, category: int, today: int) -> tuple[int, int]:
        """7.1: when the next need opens, and when it will have been met elsewhere."""
        due = today + int(self.rng.geometric(1.0 / self.categories[category].interval))
        return due, due + int(self.rng.geometric(self.p.market.need.lapse))

    def _logit_normal(self, median: float, spread: float) -> float:
        luck = self.rng.standard_normal()
        return median if median in (0.0, 1.0) else rules.logistic(rules.logit(median) + spread * luck)

    def _people(self, ties: list[tuple[int, int]]) -> list[Person]:
        m, rng = self.p.market.people, self.rng
        friends: dict[int, set[int]] = {}
        for one, other in ties:
            friends.setdefault(one, set()).add(other)
            friends.setdefault(other, set()).add(one)
        count = len(self.categories)
        people = []
        for row in range(len(friends)):
            group = int(rng.integers(count))
            common = sqrt(m.taste_grouping * count)
            own = sqrt(1.0 - m.taste_grouping)
            taste = [
                m.taste_spread * (own * rng.standard_normal() + common * ((c == group) - 1.0 / count))
                for c in range(count)
            ]
            budget = m.budget * 100.0 * exp(m.budget_spread * rng.standard_normal())
            person = Person(
                row, group, taste,
                self._logit_normal(m.activity, m.activity_spread),
                m.price_sensitivity * exp(m.price_sensitivity_spread * rng.standard_normal()),
                self._logit_normal(m.sociability, m.sociability_spread),
                round(budget / 30.0), int(rng.random() * budget), rng.standard_normal(), sorted(friends[row]),
            )  # fmt: skip
            needs = [self.next_need(c, 0) for c in range(count)]
            person.due, person.lapse = [due for due, _ in needs], [lapse for _, lapse in needs]
            people.append(person)
        return people

    def _goods(self) -> tuple[list[Brand], list[Product]]:
        m, rng = self.p.market.catalogue, self.rng
        brands = [Brand(number) for number in range(self.p.brands.count)]
        products: list[Product] = []
        for category, about in enumerate(self.categories):
            for _ in range(m.products_per_category):
                quality = m.quality_spread * rng.standard_normal()
                mean = about.price * exp(m.quality_premium * quality + m.price_spread * rng.standard_normal())
                brand = brands[len(products) % len(brands)]
                bias = m.rating_bias * rng.standard_normal()
                product = Product(len(products), category, brand, quality, bias, round(100.0 * mean))
                brand.goods.append(product)
                products.append(product)
        for brand in brands:
            for product in brand.goods:
                product.reputation = 0.5 * sum(g.quality for g in brand.goods) / len(brand.goods)
        return brands, products

    def _price(self) -> None:
        """7.21: prices are set once."""
        p = self.p
        fees = p.platform.take_rate + p.creators.commission + p.creators.resale_margin
        for product in self.products:
            product.price = round(product.list_price * (1.0 + p.brands.pass_through * fees))

    # --- creators ---------------------------------------------------------------------------------------------------

    def new_creator(self, tier: str, person: Person | None, brand: Brand | None, today: int) -> Creator:
        c, rng = self.p.creators, self.rng
        if person is not None:
            weights = [exp(2.0 * theta) for theta in person.taste]
            posts = [PAST_POSTS * weight / sum(weights) for weight in weights]
        else:
            assert brand is not None
            posts = [float(sum(g.category == n for g in brand.goods)) for n in range(len(self.categories))]
        creator = Creator(
            tier, person, brand,
            integrity=self._logit_normal(c.integrity, c.integrity_spread) if person is not None else 1.0,
            reservation=self.reservation_income(person) if person is not None else 0.0,
            posts=posts, orders=[0.0] * len(posts), rate=c.posts_start, since=today,
            fit=list(person.taste) if person is not None else [0.0] * len(posts),
            weekday=int(rng.integers(7)),
            sign=1.0 if rng.random() < 0.5 else -1.0,
            luck=[rng.standard_normal() for _ in self.products],
        )  # fmt: skip
        n = 7.0 * c.posts_start
        creator.learnt = {"n": n, "y": 0.0, "nn": n * n + n, "ny": 0.0, "effort": 0.0}
        self.creators.append(creator)
        if person is not None:
            person.creator = creator
        return creator

    def reservation_income(self, person: Person) -> float:
        c = self.p.creators
        return c.reservation * exp(c.reservation_spread * person.independence)

    def first_creators(self) -> None:
        c, rng = self.p.creators, self.rng
        for person in self.people:
            if person.friends and person.activity > 0.0 and rng.random() < c.koc_share:
                self.new_creator(KOC, person, None, 0)
        others = [one for one in self.people if one.creator is None and one.friends and one.activity > 0.0]
        for n in rng.permutation(len(others))[: c.kol_count]:
            self.new_creator(KOL, others[n], None, 0)
        if self.p.brands.own > 0.0:
            for brand in self.brands:
                brand.account = self.new_creator(BRAND, None, brand, 0)

    # --- follows ----------------------------------------------------------------------------------------------------

    def follow(self, person: Person, creator: Creator, met: float, broken: float) -> bool:
        """A new edge, unless there is one, the row is full, or it would be oneself; returns whether there is."""
        if creator.person is person or person.edge_to(creator) or not has_room(person):
            return False
        person.follows.append(Edge(creator, met, broken))
        creator.audience += 1
        return True

    def unfollow(self, person: Person, edge: Edge) -> None:
        person.follows.remove(edge)
        edge.creator.audience -= 1

    def survey_followers(self) -> None:
        """Mean taste of each creator's followers, by category."""
        for creator in self.creators:
            creator.fit = [0.0] * len(self.categories)
        for person in self.people:
            for edge in person.follows:
                fit, audience = edge.creator.fit, edge.creator.audience
                for c, theta in enumerate(person.taste):
                    fit[c] += theta / audience
