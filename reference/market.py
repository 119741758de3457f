"""The market: what there is at the start (section 5), and a day in its phases (section 3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import exp
from typing import Self

import mesa
from mesa.agent import AgentSet

from reference import equations
from reference.audience import gather_audiences, gather_pool, pool_sizes
from reference.brand import Brand
from reference.buying import receive
from reference.consumer import Consumer
from reference.creator import Creator
from reference.platform import Platform
from reference.records import Channel, Order, Product, Tier
from sim.parameters import Parameters


class PlainMarket(mesa.Model):
    """A market whose agents are plain objects.

    Parameters
    ----------
    parameters
        The same that the engine takes, without ``rivals``; the graph is given by ``friends`` instead.
    friends
        Of each consumer, the numbers of the friends, from 0.
    seed
        Of the random numbers.

    Raises
    ------
    ValueError
        Where the parameters have rivals, a deal or a stock.

    Examples
    --------
    >>> ring = [[(i - 1) % 100, (i + 1) % 100] for i in range(100)]
    >>> market = PlainMarket(Parameters(), ring, seed=1).run(3)
    >>> market.day, len(market.consumers)
    (3, 100)
    """

    def __init__(self, parameters: Parameters, friends: Sequence[Sequence[int]], seed: int) -> None:
        super().__init__(seed=seed)
        if parameters.rivals:
            raise ValueError("rivals: the plain Mesa market has one platform")
        if parameters.platform.deal.needs or parameters.market.catalogue.stock:
            raise ValueError("platform.deal and catalogue.stock: the plain Mesa market has neither deals nor stock")
        self.parameters = parameters
        self.categories = parameters.market.catalogue.categories
        self.day = 0
        consumers = [Consumer(self) for _ in friends]
        for consumer, numbers in zip(consumers, friends, strict=True):
            consumer.friends = [consumers[number] for number in numbers]
        self.consumers = AgentSet(consumers, random=self.random)
        self.people_with_friends = [consumer for consumer in consumers if consumer.friends]
        self.brands = [Brand(self, number) for number in range(parameters.brands.count)]
        self.goods = self.make_goods()
        self.goods_of = [[g for g in self.goods if g.category == c] for c in range(len(self.categories))]
        self.platform = Platform(self)
        self.creators = AgentSet([], random=self.random)
        self.first_creators()
        gather_audiences(self)
        self.survey_followers()
        c, largest_pool = parameters.creators, pool_sizes(self)[1]
        share = min(c.kol_threshold * len(consumers), float(c.kol_threshold_most))
        self.kol_threshold = max(share, largest_pool + 1.0)
        self.orders: list[Order] = []
        self.on_the_way: list[Order] = []
        self.views: Counter[Channel] = Counter()
        self.private_posts_delivered = 0
        self.begin_day()
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "posts": lambda m: sum(len(creator.posts_today) for creator in m.creators),
                "questions": "questions_today",
                "answers": "answers_today",
                "orders": lambda m: len(m.orders_today),
                "gmv": lambda m: sum(order.price for order in m.orders_today) / 100.0,
                "creator_income": lambda m: m.creator_income / 100.0,
            }
        )

    def logit_normal(self, median: float, spread: float) -> float:
        """Draw of a probability with this median; 0 and 1 leave no spread."""
        luck = float(self.rng.standard_normal())
        return median if median in (0.0, 1.0) else equations.logistic(equations.logit(median) + spread * luck)

    def by_size(self, stated: float) -> float:
        """What is stated for a market of 10,000 people, for this one (7.24)."""
        return stated * sum(consumer.activity > 0.0 for consumer in self.consumers) / 10_000

    def prior_counts(self, relation: str) -> tuple[float, float]:
        """Claims met and broken that a follower begins with, by how the follow came about (7.8)."""
        t = self.parameters.market.trust
        return getattr(t, f"{relation}_met"), getattr(t, f"{relation}_broken")

    # --- the start --------------------------------------------------------------------------------------------------

    def make_goods(self) -> list[Product]:
        """Products of each category, dealt to the brands in turn; prices are set once (7.21)."""
        p, normal = self.parameters, self.rng.standard_normal
        m = p.market.catalogue
        goods: list[Product] = []
        markup = p.brands.pass_through * (
            p.platform.take_rate + p.platform.commission_of(p.creators) + p.creators.resale_margin
        )
        for category, about in enumerate(self.categories):
            for _ in range(m.products_per_category):
                quality = m.quality_spread * float(normal())
                yuan = about.price * exp(m.quality_premium * quality + m.price_spread * float(normal()))
                list_price = round(100.0 * yuan)
                brand, bias = self.brands[len(goods) % len(self.brands)], m.rating_bias * float(normal())
                price = int(list_price * (1.0 + markup))
                product = Product(len(goods), category, brand, quality, bias, list_price, price)
                brand.goods.append(product)
                goods.append(product)
        for product in goods:
            siblings = product.brand.goods
            product.reputation = m.reputation * sum(one.quality for one in siblings) / len(siblings)
        return goods

    def first_creators(self) -> None:
        """KOCs and KOLs among those who have friends and are ever online, and brands' own accounts."""
        c = self.parameters.creators
        able = [consumer for consumer in self.people_with_friends if consumer.activity > 0.0]
        kocs = [consumer for consumer in able if self.random.random() < c.koc_share]
        for consumer in kocs:
            self.creators.add(Creator(self, Tier.KOC, consumer))
        others = [consumer for consumer in able if consumer.creator is None]
        for consumer in self.random.sample(others, min(c.kol_count, len(others))):
            self.creators.add(Creator(self, Tier.KOL, consumer))
        if self.parameters.brands.own > 0.0:
            for brand in self.brands:
                brand.account = Creator(self, Tier.BRAND, brand=brand)
                self.creators.add(brand.account)

    def survey_followers(self) -> None:
        """Mean taste of each creator's followers, by category (7.13)."""
        for creator in self.creators:
            creator.mean_taste = [0.0] * len(self.categories)
        for consumer in self.consumers:
            for creator in consumer.follows:
                for category, taste in enumerate(consumer.taste):
                    creator.mean_taste[category] += taste / creator.audience

    # --- the day ----------------------------------------------------------------------------------------------------

    def run(self, days: int) -> Self:
        """Live some days."""
        for _ in range(days):
            self.step()
        return self

    def step(self) -> None:
        """One day."""
        self.begin_day()
        for brand in self.brands:
            brand.plan()
        self.creators.do("post")
        self.platform.rank()
        self.consumers.do("step")
        self.goods_arrive()
        self.check_out()
        self.platform.settle()
        self.deliver_words()
        self.creators_learn()
        self.datacollector.collect(self)
        self.orders += self.orders_today
        self.day += 1

    def begin_day(self) -> None:
        """Nothing has happened yet today."""
        self.orders_today: list[Order] = []
        self.received_today: list[Order] = []
        self.words_today: list[tuple[Consumer, Product, float, Creator | None]] = []
        self.questions_today = self.answers_today = 0
        self.creator_income = 0

    def goods_arrive(self) -> None:
        """What was ordered some days ago is received."""
        self.on_the_way += self.orders_today
        waited = self.parameters.platform.delivery_days
        self.received_today = [order for order in self.on_the_way if self.day - order.day >= waited]
        self.on_the_way = [order for order in self.on_the_way if self.day - order.day < waited]
        for order in self.received_today:
            receive(order)

    def check_out(self) -> None:
        """Fees of the day, its orders, and what was received."""
        for brand in self.brands:
            brand.book_fees()
        for product in self.goods:
            product.sales *= 1.0 - self.parameters.platform.feed.popularity_decay
        for order in self.orders_today:
            self.platform.take_order(order)
        for order in self.received_today:
            self.platform.note_arrival(order)

    def deliver_words(self) -> None:
        """Friends hear tomorrow what was told today; creators take up questions."""
        for friend, product, quality, seller in self.words_today:
            friend.inbox.append((product, quality, seller))
        self.questions_today = sum(len(creator.questions) for creator in self.creators)
        self.answers_today = sum(self.creators.map("answer_questions"))

    def creators_learn(self) -> None:
        """What creators learn, who leaves, grows and enters."""
        sold: dict[Creator | None, list[Product]] = defaultdict(list)
        for order in self.received_today:
            sold[order.offer.seller].append(order.product)
        for creator in self.creators:
            creator.learn(sold[creator])
        self.let_enter()
        if self.day % 7 == 6:
            self.survey_followers()

    def let_enter(self) -> None:
        """Satisfied buyers who consider it become KOCs where that pays (7.19)."""
        settled = [k.net_income() for k in self.creators if k.tier is Tier.KOC and k.active and k.is_settled()]
        usual = sum(settled) / len(settled) if settled else 0.0
        for consumer in dict.fromkeys(order.buyer for order in self.received_today if order.candidate):
            able = consumer.creator is None and consumer.friends and usual > consumer.reservation
            if able and self.random.random() < self.parameters.creators.entry:
                newcomer = Creator(self, Tier.KOC, consumer)
                self.creators.add(newcomer)
                gather_pool(self, consumer, newcomer)
