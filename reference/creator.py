"""A creator: what is posted and claimed, who is advised, what is learnt, and when it ends (7.12 to 7.19)."""

from __future__ import annotations

from math import exp, log1p
from typing import TYPE_CHECKING

import mesa

from reference import equations
from reference.records import Claim, Post, Product, Tier

if TYPE_CHECKING:
    from reference.brand import Brand
    from reference.consumer import Consumer
    from reference.market import PlainMarket


class Creator(mesa.Agent):
    """A KOC or KOL, who is also a consumer, or the account of a brand."""

    def __init__(
        self, model: PlainMarket, tier: Tier, person: Consumer | None = None, brand: Brand | None = None
    ) -> None:
        """Begin in business today, without followers (section 5)."""
        super().__init__(model)
        c, count = model.parameters.creators, len(model.categories)
        self.tier, self.person, self.brand = tier, person, brand
        self.integrity, self.reservation = 1.0, 0.0
        self.mean_taste = [0.0] * count
        if person is not None:
            person.creator = self
            self.integrity = model.logit_normal(c.integrity, c.integrity_spread)
            self.reservation = person.reservation
            self.mean_taste = list(person.taste)
            weights = [exp(c.specialty * taste) for taste in person.taste]
            self.posts = [c.past_posts * weight / sum(weights) for weight in weights]
        elif brand is not None:
            self.posts = [float(sum(g.category == category for g in brand.goods)) for category in range(count)]
        self.orders = [0.0] * count
        self.judgement_noise: list[float] = model.rng.standard_normal(len(model.goods)).tolist()
        self.since = model.day
        self.active = True
        self.audience = 0
        self.pool_met = self.pool_broken = 0.0
        self.claims_met = self.claims_broken = 0
        self.expertise = [0.0] * count
        self.advice: list[Claim | None] = []
        self.advice_day = self.random.randrange(c.advice_days)
        self.posts_today: list[Post] = []
        self.questions: list[tuple[Consumer, int]] = []
        # what was learnt of posting (7.17): weekly posts n, income y, n², n·y, and effort
        n = 7.0 * c.posts_start
        self.learnt = {"n": n, "y": 0.0, "nn": n * n + n, "ny": 0.0, "effort": 0.0}
        self.rate = c.posts_start
        self.sign = self.random.choice((-1.0, 1.0))
        self.week_posts, self.week_income = 0, 0.0
        self.balance = self.withdrawn = 0

    @property
    def effort_cost(self) -> float:
        """Of posting, yuan day/post²: a KOL's posts are productions."""
        c = self.model.parameters.creators
        return c.effort_cost * (c.kol_effort if self.tier is Tier.KOL else 1.0)

    def has_pool(self) -> bool:
        """Whether followers can ask one-to-one (7.9)."""
        return self.private_share() > 0.0

    def counts_of_stranger(self) -> tuple[float, float]:
        """Claims met and broken that somebody begins with who does not follow (7.8)."""
        return self.model.prior_counts("mass" if self.tier is Tier.KOL else "stranger")

    # --- what a post is worth and says ------------------------------------------------------------------------------

    def is_paid_for(self, product: Product) -> bool:
        """Whether the product's brand has money for creators of this tier (7.12)."""
        return self.tier is not Tier.BRAND and product.brand.promotes[self.tier]

    def pay_shares(self, product: Product) -> tuple[float, float]:
        """Visible and hidden pay, as shares of the price (7.12)."""
        c = self.model.parameters.creators
        commission = self.model.parameters.platform.commission_of(c)
        return (commission, c.resale_margin) if self.is_paid_for(product) else (0.0, 0.0)

    def judgement(self, product: Product) -> float:
        """What the creator thinks of a product: the claim of 7.14 without hype."""
        noise, expertise = self.judgement_noise[product.number], self.expertise[product.category]
        return equations.honest_claim(product.quality, noise, expertise, self.model.parameters)

    def claim(self, product: Product) -> Claim:
        """What the creator says of it today (7.14)."""
        visible, hidden = self.pay_shares(product)
        hype = equations.inflation(self.integrity, visible + hidden, self.model.parameters)
        return Claim(product, self.judgement(product) + hype, visible)

    def attractiveness(self, product: Product, slot_fee: float = 0.0) -> float:
        """Of a product to post about, without luck; ``slot_fee`` in yuan (7.13)."""
        c = product.category
        each = equations.orders_per_post(self.orders[c], self.posts[c], self.audience, self.model.parameters)
        pay = sum(self.pay_shares(product)) * product.price / 100.0 * each + slot_fee
        value = log1p(pay / self.model.parameters.creators.income_scale)
        return value + self.mean_taste[c] + self.judgement(product)

    # --- the morning ------------------------------------------------------------------------------------------------

    def post(self) -> None:
        """Posts of the day, and once a week new advice."""
        p = self.model.parameters
        self.posts_today = []
        if not self.active:
            return
        whole = sum(self.posts)
        self.expertise = [equations.expertise(n, whole, p) for n in self.posts]
        if not self.advice or self.model.day % self.model.parameters.creators.advice_days == self.advice_day:
            self.advice = [self.advise(goods) for goods in self.model.goods_of]
        number = min(int(self.model.rng.poisson(self.mean_posts())), p.creators.posts_most)
        paid_slot = False
        for _ in range(number):
            slot_fee = 0.0 if paid_slot or self.tier is not Tier.KOL else p.creators.slot_fee * self.audience
            product = self.choose_product(slot_fee)
            if self.tier is Tier.KOL and not paid_slot and self.is_paid_for(product):
                paid_slot = True
                self.earn_slot_fee(product.brand)
            private = self.random.random() < self.private_share()
            self.posts_today.append(Post(self, self.claim(product), private))

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

    def choose_product(self, slot_fee: float) -> Product:
        """One of some products drawn from all, or from the brand's own, by a softmax over attractiveness (7.13)."""
        goods = self.model.goods if self.brand is None else self.brand.goods
        candidates = self.random.choices(goods, k=self.model.parameters.creators.candidates)
        luck = self.model.rng.gumbel(size=len(candidates)).tolist()
        scores = [
            self.attractiveness(product, slot_fee if self.is_paid_for(product) else 0.0) + luck
            for product, luck in zip(candidates, luck, strict=True)
        ]
        return candidates[scores.index(max(scores))]

    def advise(self, goods: list[Product]) -> Claim | None:
        """The most attractive product of a category, as claimed today; None where a brand has none there (7.15)."""
        own = [product for product in goods if self.brand is None or product.brand is self.brand]
        return self.claim(max(own, key=self.attractiveness)) if own else None

    def earn_slot_fee(self, brand: Brand) -> None:
        """The fee of a KOL's first promoted post of the day (7.12)."""
        fee = int(100 * self.model.parameters.creators.slot_fee * self.audience)
        brand.spend(Tier.KOL, fee)
        brand.profit -= fee
        self.balance += fee
        self.earn(fee)

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
            self.posts[post.claim.product.category] += 1.0
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
