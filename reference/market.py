"""The market: what there is at the start (section 5), and a day in its phases (section 3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import exp
from typing import Self

import mesa
from mesa.agent import AgentSet

from reference import equations, membership
from reference.audience import gather_audiences, gather_pool, pool_sizes
from reference.brand import Brand
from reference.buying import receive
from reference.confirming import decide
from reference.consumer import Consumer
from reference.creator import Creator
from reference.equations import World
from reference.pay import fee_lines, is_for, pay_standing, recruits_bring
from reference.phases import Timeline
from reference.platform import Platform
from reference.records import Channel, Order, Product, Ranking, Tier, Word
from reference.start import draw_matches, first_creators, look_back, make_goods
from sim.parameters import Parameters, Rules


class PlainMarket(mesa.Model):
    """A market whose agents are plain objects.

    Parameters
    ----------
    parameters
        The same that the engine takes; the graph is given by ``friends`` instead.
    friends
        Of each consumer, the numbers of the friends, from 0.
    seed
        Of the random numbers.

    Raises
    ------
    ValueError
        Where rules are others than the model's.

    Examples
    --------
    >>> ring = [[(i - 1) % 100, (i + 1) % 100] for i in range(100)]
    >>> market = PlainMarket(Parameters(), ring, seed=1).run(3)
    >>> market.day, len(market.consumers)
    (3, 100)
    """

    def __init__(self, parameters: Parameters, friends: Sequence[Sequence[int]], seed: int) -> None:
        super().__init__(seed=seed)
        if parameters.rules != Rules():
            raise ValueError("rules: the plain Mesa market has the equations of docs/model.md alone")
        self.parameters = parameters
        self.categories = parameters.market.catalogue.categories
        self.day = 0
        self.platforms = [Platform(self, number) for number in range(len(parameters.platforms))]
        consumers = [Consumer(self) for _ in friends]
        for consumer, numbers in zip(consumers, friends, strict=True):
            consumer.friends = [consumers[number] for number in numbers]
        self.consumers = AgentSet(consumers, random=self.random)
        self.population = sum(consumer.activity > 0.0 for consumer in consumers)
        self.people_with_friends = [consumer for consumer in consumers if consumer.friends]
        self.reached = self.population  # people whom brands can reach
        self.brands = [Brand(self, number) for number in range(parameters.brands.count)]
        self.goods = make_goods(self)
        self.set_costs()
        self.goods_of = [[g for g in self.goods if g.category == c] for c in range(len(self.categories))]
        draw_matches(self)
        for consumer in consumers:
            if consumer.activity > 0.0:
                look_back(consumer)
        for platform in self.platforms:
            platform.open()
        self.creators = AgentSet([], random=self.random)
        first_creators(self)
        gather_audiences(self)
        self.survey_followers()
        if parameters.membership.choice:
            membership.begin(self)
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

    def put_in_force(self, parameters: Parameters) -> None:
        """Let policy and behaviour be others from today on (7.30)."""
        before, self.parameters = self.parameters.brands, parameters
        self.set_costs()
        for platform in self.platforms:
            platform.read_policy()
        for brand in self.brands:
            brand.read_budget(before)

    def logit_normal(self, median: float, spread: float) -> float:
        """Draw of a probability with this median; 0 and 1 leave no spread."""
        shock = float(self.rng.standard_normal())
        return median if median in (0.0, 1.0) else equations.logistic(equations.logit(median) + spread * shock)

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

    def set_costs(self) -> None:
        """Goods cost brands a share of the list price (7.23)."""
        for product in self.goods:
            product.cost = int(self.parameters.brands.cost * round(product.list_price))

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
        if self.parameters.membership.choice:
            membership.morning(self)
        for brand in self.brands:
            brand.plan()
        self.offer_contracts()
        for platform in self.platforms:
            platform.feed.plan_ads()
        self.rate_goods()
        self.creators_post()
        for platform in self.platforms:
            platform.feed.rank()
        self.consumers.do("step")
        self.confirm_orders()
        self.goods_arrive()
        self.check_out()
        self.settle()
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
            fees = [line for platform in self.platforms for line in fee_lines(tier, platform.lines)]
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

    def rate_goods(self) -> None:
        """Public ratings fade, and take up yesterday's (7.7)."""
        kept = exp(-1.0 / self.parameters.market.belief.rating_days)
        for product in self.goods:
            product.ratings = kept * product.ratings + len(product.new_ratings)
            product.rating_sum = kept * product.rating_sum + sum(product.new_ratings)
            product.new_ratings.clear()
        for goods in self.goods_of:
            ratings = sum(product.ratings for product in goods)
            mean = sum(product.rating_sum for product in goods) / ratings if ratings else 0.0
            for product in goods:
                if product.ratings:
                    product.deviation = product.rating_sum / product.ratings - mean + product.rating_bias

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
        for platform in self.platforms:
            for listing in platform.listings.values():
                listing.sales *= 1.0 - platform.policy.feed.popularity_decay
        decide(self)

    def goods_arrive(self) -> None:
        """What was ordered some days ago is received."""
        self.received_today = [order for order in self.on_the_way if order.arrives <= self.day]
        self.on_the_way = [order for order in self.on_the_way if order.arrives > self.day]
        for order in self.received_today:
            receive(order)
            membership.remember(order)

    def check_out(self) -> None:
        """Fees of the day, and what was received."""
        for brand in self.brands:
            brand.book_fees()
        for platform in self.platforms:
            platform.feed.count_pages()
        for order in self.received_today:
            order.platform.note_arrival(order)

    def settle(self) -> None:
        """What is due of orders, withdrawals, and interest on what platforms hold after that (7.23, 7.24)."""
        for platform in self.platforms:
            platform.settle()
        for creator in self.creators:
            creator.home.withdraw(creator)
        for platform in self.platforms:
            platform.earn_interest()

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
            expected = recruits_bring(recruiter) if recruiter is not None else 0.0
            if able and self.random.random() < equations.recruits(expected, self.parameters):
                newcomer = Creator(self, Tier.KOC, consumer)
                newcomer.recruiter = recruiter
                self.creators.add(newcomer)
                gather_pool(self, consumer, newcomer)
