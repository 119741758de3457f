"""A creator: what is posted and claimed, who is advised, what is learnt, and when it ends (7.12 to 7.19)."""

from __future__ import annotations

from functools import cached_property
from math import exp, log1p
from typing import TYPE_CHECKING

import mesa

from reference import equations, pay
from reference.memory import believe, faded, remember_use
from reference.records import Claim, Post, Product, Tier

if TYPE_CHECKING:
    from reference.brand import Brand
    from reference.consumer import Consumer
    from reference.market import PlainMarket
    from reference.platform import Platform


class Creator(mesa.Agent):
    """A KOC or KOL, who is also a consumer, or the account of a brand."""

    def __init__(
        self, model: PlainMarket, tier: Tier, person: Consumer | None = None, brand: Brand | None = None
    ) -> None:
        """Begin in business today, without followers (section 5)."""
        super().__init__(model)
        c, count = model.parameters.creators, len(model.categories)
        self.tier, self.person, self.brand = tier, person, brand
        self.home = person.platform if person is not None else model.platforms[0]
        self.platforms: list[Platform] = [self.home] if person is None or person.is_member else []
        self.integrity, self.reservation = 1.0, 0.0
        self.mean_taste = [0.0] * count
        if person is not None:
            person.creator = self
            self.integrity = model.logit_normal(
                c.kol_integrity if tier is Tier.KOL else c.integrity, c.integrity_spread
            )
            self.reservation = person.reservation
            self.mean_taste = list(person.taste)
            weights = [exp(c.specialty * taste) for taste in person.taste]
            self.posts = [c.past_posts * weight / sum(weights) for weight in weights]
        elif brand is not None:
            self.posts = [float(sum(g.category == category for g in brand.goods)) for category in range(count)]
        self.orders = [0.0] * count
        self.hearsay: list[float] = model.rng.standard_normal(len(model.goods)).tolist()
        self.since = self.posted = model.day
        self.active = True
        self.audience = 0
        self.reach = 0.0
        self.is_forgotten = False
        self.pool_met = self.pool_broken = 0.0
        self.claims_met = self.claims_broken = 0
        self.advice: list[Post | None] = []
        self.advice_day = self.random.randrange(c.advice_days)
        self.posts_by_morning = list(self.posts)
        self.posts_today: list[Post] = []
        self.questions: list[tuple[Consumer, int]] = []
        # what was learnt of posting (7.17): weekly posts n, income y, n², n·y, and effort
        n = 7.0 * c.posts_start
        self.learnt: dict[str, float] = {"n": n, "y": 0.0, "nn": n * n + n, "ny": 0.0, "effort": 0.0}
        self.rate = c.posts_start
        self.sign = self.random.choice((-1.0, 1.0))
        self.week_posts, self.week_income = 0, 0.0
        self.balance = self.withdrawn = 0
        self.outside = 0  # fen that buyers have paid outside platforms
        self.recruiter: Creator | None = None

    @property
    def effort_cost(self) -> float:
        """Of posting, yuan day/post²: a KOL's posts are productions (7.17)."""
        c = self.model.parameters.creators
        return max(c.effort_cost, c.kol_effort * self.audience) if self.tier is Tier.KOL else c.effort_cost

    def posts_on(self, platform: Platform) -> bool:
        """Whether the creator is on a platform, as brands' own accounts are on all (7.28)."""
        return self.brand is not None or platform in self.platforms

    def is_met_by(self, person: Consumer) -> bool:
        """Whether posts and answers reach a person: everybody, or where people choose, who looks where one posts."""
        if not self.model.parameters.membership.choice:
            return True
        return person.is_member and self.posts_on(person.platform)

    def has_pool(self) -> bool:
        """Whether followers can ask one-to-one (7.9)."""
        return self.private_share() > 0.0

    def share_of(self, category: int) -> float:
        """Share of a category in what is posted (7.9)."""
        whole = sum(self.posts_by_morning)
        return self.posts_by_morning[category] / whole if whole else 0.0

    def counts_of_stranger(self) -> tuple[float, float]:
        """Claims met and broken that somebody begins with who does not follow (7.8)."""
        return self.model.prior_counts("mass" if self.tier is Tier.KOL else "stranger")

    # --- what a post is worth and says ------------------------------------------------------------------------------

    def earned_on(self, product: Product) -> float:
        """What the creator earns on a sale at home, share of the price."""
        return pay.earned_on_sale(product, self.tier, self.home)[0]

    @cached_property
    def lot(self) -> float:
        """What finds the brand that pays by the day, once and for all (7.12)."""
        return self.random.random()

    def usual_fee(self, brand: Brand) -> float:
        """Of a post, fen (7.12)."""
        lines = [line for line in pay.fee_lines(self.tier, self.home.lines) if pay.is_for(line, brand)]
        return 100.0 * sum(line.sum * (self.audience if line.of == "follower" else 1) for line in lines)

    def has_used(self, product: Product) -> bool:
        """Whether the creator remembers having used a product."""
        memory = self.person.memories.get(product) if self.person is not None else None
        return memory is not None and memory.used > 0

    def claim(self, product: Product, paid: bool) -> Claim | None:
        """What the creator says of a product today; a brand says nothing (7.14)."""
        if self.person is None:
            return None
        p = self.model.parameters
        memory = faded(self.person, product)
        if memory is not None and memory.used > 0:
            known, variance = memory.evidence / max(memory.precision, 1e-12), p.market.experience.noise**2 / memory.used
        else:
            known = product.quality + p.market.belief.hearsay * self.hearsay[product.number]
            variance = p.market.belief.hearsay**2
        worth = known + (equations.inflation(self.integrity, p) if paid else 0.0)
        seen = pay.earned_on_sale(product, self.tier, self.home)[1]
        return Claim(worth, variance, seen if paid else 0.0)

    def attractiveness(self, product: Product, fee: float) -> float:
        """Of a product to post about, without shock; ``fee`` in fen (7.13)."""
        c, p = product.category, self.model.parameters.creators
        each = equations.orders_per_post(self.orders[c], self.posts[c], self.audience, self.model.parameters)
        income = (self.earned_on(product) * self.home.price(product) * each + fee) / 100.0
        opinion = believe(self.person, product).mean if self.person is not None else 0.0
        return log1p(income / p.income_scale) + self.mean_taste[c] + opinion

    # --- the morning ------------------------------------------------------------------------------------------------

    def get_ready(self) -> None:
        """What is known of the creator today, before anybody posts."""
        p, feed, audience = self.model.parameters, self.home.policy.feed, float(self.audience)
        if self.tier is Tier.KOL:
            audience *= feed.mass_audience / max(p.creators.kol_audience * self.model.population, 1.0)
        self.reach = equations.reach(audience, feed)
        self.is_forgotten = self.model.day - self.posted > p.market.attention.silence
        self.posts_by_morning = list(self.posts)

    def post(self) -> None:
        """New advice once in some days, and the posts of the day (7.13, 7.15)."""
        p = self.model.parameters
        self.posts_today = []
        if not self.active:
            return
        if not self.advice or self.model.day % p.creators.advice_days == self.advice_day:
            self.advice = [self.advise(goods) for goods in self.model.goods_of]
        number = min(int(self.model.rng.poisson(self.mean_posts())), p.creators.posts_most) if self.platforms else 0
        for _ in range(number):
            found = self.choose_post()
            if found is not None:
                self.posts_today.append(self.write(*found))

    def mean_posts(self) -> float:
        """Posts to expect today: the intended rate, a little more or less in the week's experiment (7.13)."""
        p = self.model.parameters
        if self.tier is Tier.BRAND:
            return p.brands.own_posts
        c = p.creators
        return c.posts_fixed if c.posts_fixed >= 0.0 else self.rate * (1.0 + self.sign * c.experiment)

    def private_share(self) -> float:
        """Share of posts that go to the private pool."""
        c = self.model.parameters.creators
        return {Tier.KOC: c.private_share_koc, Tier.KOL: c.private_share_kol, Tier.BRAND: 1.0}[self.tier]

    def choose_post(self) -> tuple[Product, bool] | None:
        """A product to post about, and whether that is paid; None where there is no post (7.13)."""
        c = self.model.parameters.creators
        if self.brand is not None:
            return (self.random.choice(self.brand.goods), False) if self.brand.goods else None
        contract = self.choose_contract()
        if contract is not None:
            if not self.agrees(contract):
                return None
            contract.brand.pay_fee(self, self.model.fee_of(self, contract.brand))
            return contract, True
        if pay.sells_on_own_account(self.tier, self.home.lines):
            some = self.random.choices(self.model.goods, k=c.candidates)
            some = [one for one in some if self.home.sells(one) and self.earned_on(one) > 0.0]
            if some:
                return self.most_attractive(some, [0.0] * len(some)), True
        liked = self.liked_product() if self.random.random() < c.unpaid else None
        return (liked, False) if liked is not None else None

    def choose_contract(self) -> Product | None:
        """The most attractive of some offers that can be paid."""
        offers = self.model.offers[self.tier]
        if offers is None:
            return None
        drawn = offers.draw(self.random, self.model.parameters.creators.candidates)
        drawn = [product for product in drawn if self.home.sells(product)]
        fees = {product: self.model.fee_of(self, product.brand) for product in drawn}
        able = [product for product in drawn if product.brand.funds[self.tier] >= fees[product]]
        return self.most_attractive(able, [float(fees[product]) for product in able]) if able else None

    def most_attractive(self, goods: list[Product], fees: list[float]) -> Product:
        """One of some products by a softmax over attractiveness."""
        shock = self.model.rng.gumbel(size=len(goods)).tolist()
        scores = [self.attractiveness(one, fee) + u for one, fee, u in zip(goods, fees, shock, strict=True)]
        return goods[scores.index(max(scores))]

    def agrees(self, product: Product) -> bool:
        """Whether a contract is taken: a KOC tries a product first."""
        if self.person is None or self.tier is not Tier.KOC or self.has_used(product):
            return True
        p = self.model.parameters
        product.brand.give_sample(product)
        experienced = self.person.use(product)
        satisfying = experienced >= believe(self.person, product).mean - p.market.experience.tolerance
        remember_use(self.person, product, experienced, satisfying)
        return experienced >= p.creators.declines_below or self.random.random() >= self.integrity

    def liked_product(self) -> Product | None:
        """Of what the creator remembers having used, what is liked most, if anything is."""
        assert self.person is not None, "brands like nothing"
        used = [product for product in self.person.memories if self.has_used(product)]
        spread = self.model.parameters.creators.liking_range
        liking = {product: believe(self.person, product).mean + spread * self.random.random() for product in used}
        best = max(used, key=liking.__getitem__, default=None)
        return best if best is not None and liking[best] > self.model.parameters.creators.declines_below else None

    def write(self, product: Product, paid: bool) -> Post:
        """A post to the pool, in public, or a live room."""
        self.posted = self.model.day
        private = self.random.random() < self.private_share()
        may_be_live = self.tier is Tier.KOL and paid and not private
        live = may_be_live and self.random.random() < self.model.parameters.creators.live_share
        return Post(self, product, self.claim(product, paid), paid, private, live)

    def advise(self, goods: list[Product]) -> Post | None:
        """The most attractive product of a category, as claimed today; None where there is none (7.15)."""
        own = [one for one in goods if (self.home.sells(one) if self.brand is None else one.brand is self.brand)]
        if not own:
            return None
        best = max(own, key=lambda product: self.attractiveness(product, 0.0))
        paid = self.brand is None and self.earned_on(best) > 0.0
        return Post(self, best, self.claim(best, paid), paid, private=True)

    def earn(self, fen: int) -> None:
        """Income to learn from; what is paid out follows when orders are settled."""
        self.week_income += fen / 100.0
        self.model.creator_income += fen

    # --- the evening ------------------------------------------------------------------------------------------------

    def answer_questions(self) -> int:
        """Take up so many questions, drawn by lot; the rest are never answered (7.9)."""
        most = int(self.model.parameters.creators.answers)
        taken = self.random.sample(self.questions, min(most, len(self.questions)))
        for consumer, category in taken:
            consumer.adviser = (self, category)
        self.questions.clear()
        return len(taken)

    def learn(self, sold: list[Product]) -> None:
        """Update what is known of the creator, and what the creator knows (7.13, 7.16 to 7.18)."""
        keep = 1.0 - self.model.parameters.market.trust.reputation_decay
        self.posts = [(1.0 - self.model.parameters.creators.content_decay) * n for n in self.posts]
        self.orders = [(1.0 - self.model.parameters.creators.content_decay) * n for n in self.orders]
        for post in self.posts_today:
            self.posts[post.product.category] += 1.0
        for product in sold:
            self.orders[product.category] += 1.0
        per_hundred = 100.0 / max(self.audience, 1)
        self.pool_met = keep * self.pool_met + per_hundred * self.claims_met
        self.pool_broken = keep * self.pool_broken + per_hundred * self.claims_broken
        self.claims_met = self.claims_broken = 0
        if self.active and self.tier is not Tier.BRAND:
            self.learn_to_post()
            self.consider_leaving()
            if self.tier is Tier.KOC and self.audience >= self.model.kol_threshold:
                self.tier = Tier.KOL

    def learn_to_post(self) -> None:
        """The day's effort, and once a week what posts bring and how often to post (7.17)."""
        c, learnt, today = self.model.parameters.creators, self.learnt, len(self.posts_today)
        self.week_posts += today
        effort = 0.5 * self.effort_cost * today**2
        learnt["effort"] += c.learning / 7.0 * (7.0 * effort - learnt["effort"])
        if self.model.day % 7 != 6:
            return
        n, y = float(self.week_posts), self.week_income
        for name, value in {"n": n, "y": y, "nn": n * n, "ny": n * y}.items():
            learnt[name] += c.learning * (value - learnt[name])
        self.week_posts, self.week_income = 0, 0.0
        marginal = equations.marginal_income(
            learnt["n"], learnt["y"], learnt["nn"], learnt["ny"], self.model.parameters
        )
        wanted = equations.intended_rate(marginal, self.effort_cost, self.model.parameters)
        self.rate += c.learning * (wanted - self.rate)
        self.sign = self.random.choice((-1.0, 1.0))

    def is_settled(self) -> bool:
        """Whether long enough in business to think of leaving (7.18)."""
        return self.model.day - self.since >= self.model.parameters.creators.patience

    def net_income(self) -> float:
        """Yuan a day (7.18)."""
        intrinsic = self.model.parameters.creators.intrinsic
        return (self.learnt["y"] + intrinsic * self.learnt["n"] - self.learnt["effort"]) / 7.0

    def consider_leaving(self) -> None:
        """Who earns too little leaves by and by, and lives on as a consumer (7.18)."""
        tempted = self.is_settled() and self.net_income() < self.reservation
        if tempted and self.person is not None and self.random.random() < self.model.parameters.creators.leave:
            self.active = False
            self.person.creator = None
