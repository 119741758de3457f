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
from reference.confirming import decide
from reference.consumer import Consumer
from reference.creator import Creator
from reference.equations import World
from reference.memory import remember_use
from reference.pay import fee_lines, is_for, pay_standing, raised_by, recruits_bring
from reference.phases import Timeline
from reference.platform import Platform
from reference.records import Channel, Order, Product, Ranking, Tier, Word
from sim.parameters import Parameters

LONGEST_PAST = 4_095  # days


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
        Where the parameters have rivals, membership or leakage.

    Examples
    --------
    >>> ring = [[(i - 1) % 100, (i + 1) % 100] for i in range(100)]
    >>> market = PlainMarket(Parameters(), ring, seed=1).run(3)
    >>> market.day, len(market.consumers)
    (3, 100)
    """

    def __init__(self, parameters: Parameters, friends: Sequence[Sequence[int]], seed: int) -> None:
        super().__init__(seed=seed)
        if parameters.membership.choice:
            raise ValueError("membership.choice: in the plain Mesa market everybody stays on the one platform")
        if parameters.market.leakage.possible:
            raise ValueError("market.leakage: in the plain Mesa market every sale is settled on the platform")
        if parameters.rivals:
            raise ValueError("rivals: the plain Mesa market has one platform")
        self.parameters = parameters
        self.read_lines()
        self.categories = parameters.market.catalogue.categories
        self.day = 0
        consumers = [Consumer(self) for _ in friends]
        for consumer, numbers in zip(consumers, friends, strict=True):
            consumer.friends = [consumers[number] for number in numbers]
        self.consumers = AgentSet(consumers, random=self.random)
        self.population = sum(consumer.activity > 0.0 for consumer in consumers)
        self.people_with_friends = [consumer for consumer in consumers if consumer.friends]
        self.brands = [Brand(self, number) for number in range(parameters.brands.count)]
        self.goods = self.make_goods()
        self.set_prices()
        self.goods_of = [[g for g in self.goods if g.category == c] for c in range(len(self.categories))]
        self.draw_matches()
        for consumer in consumers:
            if consumer.activity > 0.0:
                self.look_back(consumer)
        self.platform = Platform(self)
        self.creators = AgentSet([], random=self.random)
        self.first_creators()
        gather_audiences(self)
        self.survey_followers()
        c, largest_pool = parameters.creators, pool_sizes(self)[1]
        share = min(int(c.kol_threshold * self.population), c.kol_threshold_most)
        self.kol_threshold = max(share, largest_pool + 1)
        self.offers: dict[Tier, Ranking | None] = {}
        self.fee_levels = dict.fromkeys(Tier, 1.0)
        self.orders: list[Order] = []
        self.waiting: list[Order] = []
        self.on_the_way: list[Order] = []
        self.views: Counter[Channel] = Counter()
        self.private_posts_delivered = 0
        self.timeline = Timeline(self)
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

    def read_lines(self) -> None:
        """Take up the lines of pay that are in force."""
        self.lines = list(self.parameters.platform.lines_of_pay(self.parameters.creators))
        self.mark_up = sum(line.share for line in self.lines if line.by == "buyer")

    def put_in_force(self, parameters: Parameters) -> None:
        """Let policy and behaviour be others from today on (7.30)."""
        before, self.parameters = self.parameters.brands, parameters
        self.read_lines()
        self.set_prices()
        for brand in self.brands:
            brand.read_budget(before)

    def logit_normal(self, median: float, spread: float) -> float:
        """Draw of a probability with this median; 0 and 1 leave no spread."""
        luck = float(self.rng.standard_normal())
        return median if median in (0.0, 1.0) else equations.logistic(equations.logit(median) + spread * luck)

    def by_size(self, stated: float) -> float:
        """What is stated for a market of 10,000 people, for this one (7.24)."""
        return stated * self.population / 10_000

    def match_spread(self, category: int) -> float:
        """Standard deviation of match (5)."""
        return self.parameters.market.catalogue.match_spread * self.categories[category].match

    def world(self, category: int) -> World:
        """Variances that people know of (7.7)."""
        p = self.parameters.market
        match = self.match_spread(category)
        return World(p.catalogue.quality_spread**2, match**2, p.experience.noise**2, p.catalogue.rating_bias**2)

    def prior_counts(self, relation: str) -> tuple[float, float]:
        """Claims met and broken that a follower begins with, by how the follow came about (7.8)."""
        t = self.parameters.market.trust
        return getattr(t, f"{relation}_met"), getattr(t, f"{relation}_broken")

    # --- the start --------------------------------------------------------------------------------------------------

    def make_goods(self) -> list[Product]:
        """Products of each category, dealt to the brands in turn."""
        m, normal = self.parameters.market.catalogue, self.rng.standard_normal
        goods: list[Product] = []
        for category, about in enumerate(self.categories):
            for _ in range(m.products_per_category):
                quality = m.quality_spread * float(normal())
                yuan = about.price * exp(m.quality_premium * quality + m.price_spread * float(normal()))
                brand, bias = self.brands[len(goods) % len(self.brands)], m.rating_bias * float(normal())
                product = Product(len(goods), category, brand, quality, bias, 100.0 * yuan)
                brand.goods.append(product)
                goods.append(product)
        return goods

    def set_prices(self) -> None:
        """Prices pass on what the platform takes and brands pay by the price (7.21)."""
        p = self.parameters
        for product in self.goods:
            raised = 1.0 + p.brands.pass_through * (p.platform.take_rate + raised_by(self.lines, product.brand))
            product.price = max(round(product.list_price * raised), 1)
            product.cost = int(p.brands.cost * round(product.list_price))

    def draw_matches(self) -> None:
        """Of groups and of people with products, for ever (5)."""
        normals, count = self.rng.standard_normal, len(self.goods)
        self.group_match = normals((self.parameters.market.people.groups, count)).tolist()
        for consumer in self.consumers:
            consumer.own_match = normals(count).tolist()

    def look_back(self, consumer: Consumer) -> None:
        """What somebody bought last of each category, and the time before: remembered, and perhaps rated (5)."""
        p = self.parameters.market
        for goods in self.goods_of:
            category = self.categories[goods[0].category]
            worth = [
                one.quality + p.memory.match_known * consumer.match(one)
                - consumer.sensitivity * one.list_price / (100.0 * category.price)
                for one in goods
            ]  # fmt: skip
            last = float(self.rng.exponential(consumer.waits[goods[0].category]))
            before = last + float(self.rng.exponential(consumer.waits[goods[0].category]))
            for days in (min(int(before), LONGEST_PAST), min(int(last), LONGEST_PAST)):
                luck = self.rng.gumbel(size=len(goods)).tolist()
                values = [one + two for one, two in zip(worth, luck, strict=True)]
                product = goods[values.index(max(values))]
                experienced = consumer.use(product)
                remember_use(consumer, product, experienced, satisfying=True, days_ago=days)
                if self.random.random() < p.experience.review:
                    left = exp(-days / p.belief.rating_days)
                    product.ratings += left
                    product.rating_sum += left * experienced

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
        self.timeline.begin_day()
        for brand in self.brands:
            brand.plan()
        self.offer_contracts()
        self.platform.plan_ads()
        self.platform.rate_goods()
        self.creators_post()
        self.platform.rank()
        self.consumers.do("step")
        self.confirm_orders()
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
        self.words_today: list[tuple[Consumer, Word]] = []
        self.questions_today = self.answers_today = 0
        self.creator_income = 0

    def offer_contracts(self) -> None:
        """Fees of a tier, and what brands offer to it (7.12, 7.13)."""
        for tier in (Tier.KOC, Tier.KOL):
            fees = fee_lines(tier, self.lines)
            paying = [brand for brand in self.brands if any(is_for(line, brand) for line in fees)]
            working = [k for k in self.creators if k.active and k.tier is tier]
            cost = sum(7.0 * k.rate * k.usual_fee(brand) for k in working for brand in paying) / len(self.brands)
            self.fee_levels[tier] = equations.fee_level(sum(brand.money(tier) for brand in paying), cost)
            money = sum(brand.money(tier) for brand in self.brands)
            weights = [product.brand.money(tier) * product.weight for product in self.goods]
            self.offers[tier] = Ranking(self.goods, weights) if money > 0.0 else None

    def fee_of(self, creator: Creator, brand: Brand) -> int:
        """Of a post, fen (7.12)."""
        return int(creator.usual_fee(brand) * self.fee_levels[creator.tier])

    def creators_post(self) -> None:
        """One after another, in an order drawn anew each day (7.13)."""
        self.creators.do("get_ready")
        self.creators.shuffle_do("post")
        pay_standing(self)

    def confirm_orders(self) -> None:
        """Orders of the day are paid for; what is ready is sent, and shops count what sells (7.23)."""
        for order in self.orders_today:
            order.platform.hold(order)
        self.waiting += self.orders_today
        for product in self.goods:
            product.sales *= 1.0 - self.parameters.platform.feed.popularity_decay
        decide(self)

    def goods_arrive(self) -> None:
        """What was ordered some days ago is received."""
        self.received_today = [order for order in self.on_the_way if order.arrives <= self.day]
        self.on_the_way = [order for order in self.on_the_way if order.arrives > self.day]
        for order in self.received_today:
            receive(order)

    def check_out(self) -> None:
        """Fees of the day, and what was received."""
        for brand in self.brands:
            brand.book_fees()
        self.platform.count_pages()
        for order in self.received_today:
            self.platform.note_arrival(order)

    def deliver_words(self) -> None:
        """Friends hear tomorrow what was told today; creators take up questions."""
        for friend, word in self.words_today:
            friend.inbox.append(word)
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
        considering: dict[Consumer, Order] = {}
        for order in self.received_today:
            if order.candidate:
                considering.setdefault(order.buyer, order)
        for consumer, order in considering.items():
            able = consumer.creator is None and consumer.friends and usual > consumer.reservation
            recruiter = order.sold_by if order.sold_by is not None and order.sold_by.active else None
            expected = recruits_bring(recruiter, self) if recruiter is not None else 0.0
            if able and self.random.random() < equations.recruits(expected, self.parameters):
                newcomer = Creator(self, Tier.KOC, consumer)
                newcomer.recruiter = recruiter
                self.creators.add(newcomer)
                gather_pool(self, consumer, newcomer)
