"""A consumer: what is needed, what is seen, and whom the consumer follows (7.1 to 7.6, 7.8 to 7.10)."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING

import mesa

from reference import equations
from reference.buying import buy
from reference.creator import Creator
from reference.records import Channel, Experience, Follow, Offer, Product, Tier, Words

if TYPE_CHECKING:
    from reference.market import PlainMarket

MOST_FOLLOWS = 14
MOST_PAGES = 23
WORDS_REMEMBERED = 3


class Consumer(mesa.Agent):
    """A person who lives in the market, buys, and talks with friends; money in fen."""

    def __init__(self, model: PlainMarket) -> None:
        """Draw the person's traits (section 5)."""
        super().__init__(model)
        p, rng, count = model.parameters.market.people, model.rng, len(model.categories)
        self.group = self.random.randrange(count)
        own, common = sqrt(1.0 - p.taste_grouping), sqrt(p.taste_grouping * count)
        self.taste = [
            p.taste_spread * (own * float(rng.standard_normal()) + common * ((c == self.group) - 1.0 / count))
            for c in range(count)
        ]
        self.activity = model.logit_normal(p.activity, p.activity_spread)
        self.sensitivity = p.price_sensitivity * exp(p.price_sensitivity_spread * float(rng.standard_normal()))
        self.sociability = model.logit_normal(p.sociability, p.sociability_spread)
        monthly = 100.0 * p.budget * exp(p.budget_spread * float(rng.standard_normal()))
        self.income = round(monthly / 30.0)
        self.wallet = int(self.random.random() * monthly * p.start_days / 30.0)
        c = model.parameters.creators
        self.reservation = c.reservation * exp(c.reservation_spread * float(rng.standard_normal()))
        self.friends: list[Consumer] = []
        self.need_opens = [0] * count
        self.need_lapses = [0] * count
        for category in range(count):
            self.schedule_need(category)
        self.needs = [False] * count
        self.experience: dict[Product, Experience] = {}
        self.heard: dict[Product, Words] = {}
        self.inbox: list[tuple[Product, float, Creator | None]] = []
        self.follows: dict[Creator, Follow] = {}
        self.adviser: tuple[Creator, int] | None = None
        self.creator: Creator | None = None
        self.brands_bought: set[int] = set()
        self.orders = 0
        self.on_their_way: set[int] = set()

    def step(self) -> None:
        """One day: earn, look at what comes up, buy, and stop following whom one has had enough of."""
        self.wallet = min(self.wallet + self.income, self.model.parameters.market.people.saved_days * self.income)
        today = self.model.day
        for category, lapses in enumerate(self.need_lapses):
            if lapses <= today:
                self.schedule_need(category)
        opened = [a <= today < b for a, b in zip(self.need_opens, self.need_lapses, strict=True)]
        self.needs = [is_open and c not in self.on_their_way for c, is_open in enumerate(opened)]
        online = self.random.random() < self.activity
        leaving: list[Creator] = []
        offers = self.receive_posts(online, leaving)
        offers += self.hear_friends()
        if online:
            offers += self.hear_adviser() + self.scroll_feed() + self.recall_habits() + self.search()
            self.ask_expert()
            self.model.views.update(offer.channel for offer in offers)
            buy(self, offers)
        for creator in leaving:
            self.unfollow(creator)

    def schedule_need(self, category: int) -> None:
        """When the next need opens, and when it will have been met elsewhere (7.1)."""
        rng, lapse = self.model.rng, self.model.parameters.market.need.lapse
        opens = self.model.day + int(rng.geometric(1.0 / self.model.categories[category].interval))
        self.need_opens[category], self.need_lapses[category] = opens, opens + int(rng.geometric(lapse))

    # --- whom one follows -------------------------------------------------------------------------------------------

    def may_follow(self, creator: Creator) -> bool:
        """Whether there is room, it is somebody else, and there is no such follow yet."""
        return len(self.follows) < MOST_FOLLOWS and creator.person is not self and creator not in self.follows

    def follow(self, creator: Creator, met: float, broken: float) -> bool:
        """Begin to follow with these counts of claims met and broken; whether that was possible."""
        possible = self.may_follow(creator)
        if possible:
            self.follows[creator] = Follow(met, broken)
            creator.audience += 1
        return possible

    def unfollow(self, creator: Creator) -> None:
        """Stop to follow."""
        del self.follows[creator]
        creator.audience -= 1

    def trust_in(self, creator: Creator) -> float:
        """Expected share of claims that will be met (7.8)."""
        t = self.model.parameters.market.trust
        follow = self.follows.get(creator)
        met, broken = (follow.met, follow.broken) if follow else creator.counts_of_stranger()
        share = t.reputation_mass if creator.tier == Tier.KOL else t.reputation
        return equations.trust(met, broken, creator.pool_met, creator.pool_broken, share)

    # --- what comes up ----------------------------------------------------------------------------------------------

    def receive_posts(self, online: bool, leaving: list[Creator]) -> list[Offer]:
        """Posts of followed creators: each delivery tires, whether it is opened or not (7.3)."""
        p, random = self.model.parameters, self.random.random
        a, offers = p.market.attention, []
        for creator, follow in self.follows.items():
            if not creator.active:
                leaving.append(creator)
                continue
            follow.fatigue *= 1.0 - a.fatigue_decay
            delivered = 0
            for post in creator.posts_today:
                if not post.private and random() >= p.platform.feed.organic_reach:
                    continue
                product = post.claim.product
                taste, needed = self.taste[product.category], self.needs[product.category]
                looks = online and follow.fatigue <= a.mute_fatigue
                if looks and random() < equations.open_probability(taste, needed, follow.fatigue, p):
                    channel = Channel.PRIVATE_POST if post.private else Channel.PUBLIC_POST
                    offers.append(Offer(product, channel, creator, post.claim))
                follow.fatigue += equations.fatigue_added(delivered == 0, not needed and taste < 0.0, p)
                delivered += 1
                self.model.private_posts_delivered += post.private
            fed_up = follow.fatigue > a.leave_fatigue or (delivered and self.trust_in(creator) < a.leave_trust)
            if delivered and fed_up and random() < a.leave:
                leaving.append(creator)
        return offers

    def hear_friends(self) -> list[Offer]:
        """Words told yesterday are remembered; each is an offer (7.10)."""
        offers = []
        for product, experienced, root in self.inbox:
            if product not in self.heard and len(self.heard) == WORDS_REMEMBERED:
                del self.heard[min(self.heard, key=lambda one: self.heard[one].last_day)]
            words = self.heard.setdefault(product, Words(self.model.day))
            words.count += 1
            words.mean += (experienced - words.mean) / words.count
            words.last_day = self.model.day
            sells = root is not None and root.active and root.person is not self
            offers.append(Offer(product, Channel.FRIEND, root if sells else None))
        self.inbox.clear()
        return offers

    def hear_adviser(self) -> list[Offer]:
        """The answer to a question, on the first day online after it was taken up (7.9)."""
        if self.adviser is None:
            return []
        creator, category = self.adviser
        self.adviser = None
        claim = creator.advice[category]
        if creator not in self.follows or claim is None:
            return []
        return [Offer(claim.product, Channel.ANSWER, creator, claim)]

    def scroll_feed(self) -> list[Offer]:
        """Item pages of the public feed: ads, creators' posts and listings (7.4)."""
        a, platform, random = self.model.parameters.market.attention, self.model.platform, self.random
        ad_load = self.model.parameters.platform.feed.ad_load
        pages = min(int(self.model.rng.poisson(a.public_slots)), MOST_PAGES)
        weights = [exp(a.interest * t + a.need * n) for t, n in zip(self.taste, self.needs, strict=True)]
        offers = []
        for category in random.choices(range(len(weights)), weights, k=pages):
            kind, ads, posts = random.random(), platform.ads[category], platform.posts[category]
            if kind < ad_load and ads.items:
                [product] = ads.draw(random)
                product.brand.ad_views += 1
                offers.append(Offer(product, Channel.AD))
            elif ad_load <= kind < ad_load + platform.post_share and posts.items:
                [post] = posts.draw(random)
                if post.creator.person is not self:
                    self._perhaps_follow_at_sight(post.creator)
                    offers.append(Offer(post.claim.product, Channel.PUBLIC_POST, post.creator, post.claim))
            else:
                [product] = platform.goods[category].draw(random)
                offers.append(Offer(product, Channel.LISTING))
        return offers

    def _perhaps_follow_at_sight(self, creator: Creator) -> None:
        p = self.model.parameters
        if p.platform.follow_gate and self.random.random() < p.market.attention.follow_gate:
            self.follow(creator, *creator.counts_of_stranger())

    def recall_habits(self) -> list[Offer]:
        """Products bought by habit come to mind when their category is needed (7.6)."""
        often = self.model.parameters.market.experience.habit_purchases
        return [
            Offer(product, Channel.HABIT)
            for product, own in self.experience.items()
            if own.satisfying_in_a_row >= often and self.needs[product.category]
        ]

    def _some_need(self, probability: float) -> int | None:
        """One of the open needs with this probability, if there is any."""
        needed = [category for category, need in enumerate(self.needs) if need]
        return self.random.choice(needed) if needed and self.random.random() < probability else None

    def search(self) -> list[Offer]:
        """Search results for something that is needed (7.5)."""
        a = self.model.parameters.market.attention
        category = self._some_need(a.search)
        if category is None:
            return []
        drawn = self.model.platform.goods[category].draw(self.random, a.search_results)
        return [Offer(product, Channel.SEARCH) for product in dict.fromkeys(drawn)]

    def ask_expert(self) -> None:
        """A question to the followed creator who knows most of something that is needed (7.9)."""
        category = self._some_need(self.model.parameters.market.attention.ask)
        if category is None:
            return
        experts = [creator for creator in self.follows if creator.active and creator.has_pool()]
        if experts:
            max(experts, key=lambda creator: creator.expertise[category]).questions.append((self, category))
