"""A consumer: what is needed, what is seen, and whom the consumer follows (7.1 to 7.6, 7.8 to 7.10)."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt
from typing import TYPE_CHECKING

import mesa

from reference import equations
from reference.buying import buy
from reference.creator import Creator
from reference.member import Member
from reference.memory import faded, remember_claim, remember_page, remember_word
from reference.records import Channel, Follow, Memory, Offer, Post, Product, Tier, Word

if TYPE_CHECKING:
    from reference.market import PlainMarket

MOST_FOLLOWS = 14
MOST_PAGES = 23
LONGEST_WAIT = 1e6


def in_eighths(count: float) -> float:
    """A count of claims as it is kept on an edge, rounded down (7.8)."""
    return min(int(8.0 * count), 255) / 8.0


def of_tier(multiples: Sequence[float], tier: int) -> float:
    """What holds in a city tier; 1 where all are alike."""
    return multiples[tier] if multiples else 1.0


class Consumer(mesa.Agent):
    """A person who lives in the market, buys, and talks with friends; money in fen."""

    def __init__(self, model: PlainMarket) -> None:
        """Draw the person's traits (section 5)."""
        super().__init__(model)
        p, rng, count = model.parameters.market.people, model.rng, len(model.categories)
        shares = [platform.policy.share for platform in model.platforms]
        [self.home] = self.random.choices(model.platforms, shares)
        self.platform = self.home  # where the person looks today
        self.member = Member(self)
        self.is_member = True  # anywhere
        self.group = self.random.randrange(p.groups)
        own, common = sqrt(1.0 - p.taste_grouping), sqrt(p.taste_grouping * count)
        favourite = self.group % count
        self.taste = [
            p.taste_spread * (own * float(rng.standard_normal()) + common * ((c == favourite) - 1.0 / count))
            for c in range(count)
        ]
        [tier] = self.random.choices(range(len(p.city_tiers)), p.city_tiers)
        activity = model.logit_normal(p.activity, p.activity_spread)
        self.activity = min(activity * of_tier(p.city_tier_activity, tier), 1.0)
        self.sensitivity = p.price_sensitivity * exp(p.price_sensitivity_spread * float(rng.standard_normal()))
        self.sensitivity *= of_tier(p.city_tier_price_sensitivity, tier)
        self.sociability = model.logit_normal(p.sociability, p.sociability_spread)
        monthly = 100.0 * p.budget * exp(p.budget_spread * float(rng.standard_normal()))
        monthly *= of_tier(p.city_tier_budget, tier)
        self.income = round(monthly / 30.0)
        self.wallet = int(self.random.random() * monthly * p.start_days / 30.0)
        c = model.parameters.creators
        self.reservation = c.reservation * exp(c.reservation_spread * float(rng.standard_normal()))
        self.friends: list[Consumer] = []
        shape = model.parameters.market.need.shape
        rates = [float(rng.gamma(shape, 1.0 / (shape * category.interval))) for category in model.categories]
        self.waits = [max(1.0 / max(rate, 1.0 / LONGEST_WAIT), 1.0) for rate in rates]
        self.need_opens = [0] * count
        self.need_lapses = [0] * count
        for category in range(count):
            self.schedule_need(category)
        self.needs = [False] * count
        self.own_match: list[float] = []
        self.memories: dict[Product, Memory] = {}
        self.recall_draws: dict[Product, tuple[int, float]] = {}
        self.inbox: list[Word] = []
        self.follows: dict[Creator, Follow] = {}
        self.adviser: tuple[Creator, int] | None = None
        self.creator: Creator | None = None
        self.brands_bought: set[int] = set()
        self.on_their_way: set[int] = set()

    def match(self, product: Product) -> float:
        """Of this person and a product: for ever (5)."""
        likeness = self.model.parameters.market.belief.likeness
        shared, own = self.model.group_match[self.group][product.number], self.own_match[product.number]
        return self.model.match_spread(product.category) * (sqrt(likeness) * shared + sqrt(1.0 - likeness) * own)

    def use(self, product: Product) -> float:
        """What one use of a product is like (7.7)."""
        noise = self.model.parameters.market.experience.noise
        return product.quality + self.match(product) + noise * float(self.model.rng.standard_normal())

    def step(self) -> None:
        """One day: earn, look at what comes up, buy, and stop following whom one has had enough of."""
        self.wallet = min(self.wallet + self.income, self.model.parameters.market.people.saved_days * self.income)
        today = self.model.day
        for category, lapses in enumerate(self.need_lapses):
            if lapses <= today:
                self.schedule_need(category)
        opened = [a <= today < b for a, b in zip(self.need_opens, self.need_lapses, strict=True)]
        self.needs = [is_open and c not in self.on_their_way for c, is_open in enumerate(opened)]
        online = self.is_member and self.random.random() < self.activity
        leaving: list[Creator] = []
        offers = self.receive_posts(online, leaving) + self.hear_friends(online)
        if online:
            offers += self.hear_adviser() + self.scroll_feed() + self.search() + self.recall()
            self.ask_expert()
            self.model.views.update(offer.channel for offer in offers)
            buy(self, offers)
        for creator in leaving:
            self.unfollow(creator)

    def schedule_need(self, category: int) -> None:
        """When the next need opens, and when it will have been met elsewhere (7.1)."""
        rng, lapse = self.model.rng, self.model.parameters.market.need.lapse
        opens = self.model.day + int(rng.geometric(1.0 / self.waits[category]))
        self.need_opens[category], self.need_lapses[category] = opens, opens + int(rng.geometric(lapse))

    # --- whom one follows -------------------------------------------------------------------------------------------

    def may_follow(self, creator: Creator) -> bool:
        """Whether there is room, it is somebody else, and there is no such follow yet."""
        return len(self.follows) < MOST_FOLLOWS and creator.person is not self and creator not in self.follows

    def follow(self, creator: Creator, met: float, broken: float) -> bool:
        """Begin to follow with these counts of claims met and broken; whether that was possible."""
        possible = self.may_follow(creator)
        if possible:
            self.follows[creator] = Follow(in_eighths(met), in_eighths(broken))
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
            for post in creator.posts_today if creator.is_met_by(self) else ():
                if not post.private and random() >= creator.reach:
                    continue
                category = post.product.category
                taste, needed = self.taste[category], self.needs[category]
                if online and follow.fatigue <= a.mute_fatigue:
                    trusted = self.trust_in(creator)
                    if random() < equations.open_probability(taste, needed, trusted, follow.fatigue, p):
                        offers.append(self.see_post(post))
                irrelevant = not needed and a.interest * taste < 0.0
                follow.fatigue += equations.fatigue_added(delivered == 0, irrelevant, p)
                delivered += 1
                self.model.private_posts_delivered += post.private
            if self.wants_to_leave(creator, follow, delivered) and random() < a.leave:
                leaving.append(creator)
        return offers

    def wants_to_leave(self, creator: Creator, follow: Follow, delivered: int) -> bool:
        """Whether there is a reason to stop following (7.3)."""
        a = self.model.parameters.market.attention
        if creator.is_forgotten:
            return True
        return delivered > 0 and (follow.fatigue > a.leave_fatigue or self.trust_in(creator) < a.leave_trust)

    def see_post(self, post: Post) -> Offer:
        """Look at a post, which is remembered."""
        if post.claim is None:
            remember_page(self, post.product)
        else:
            remember_claim(self, post.creator, post.product, post.claim, close=post.private)
        return Offer(post.product, post.channel, post.creator, post.claim, post.paid)

    def hear_friends(self, online: bool) -> list[Offer]:
        """Words told yesterday are remembered; each of what is needed is an offer (7.10)."""
        offers = []
        for word in self.inbox:
            remember_word(self, word)
            if online and self.needs[word.product.category]:
                seller = word.seller
                sells = seller is not None and seller.active and seller.is_met_by(self) and seller.person is not self
                offers.append(Offer(word.product, Channel.FRIEND, seller if sells else None, teller=word.teller))
        self.inbox.clear()
        return offers

    def hear_adviser(self) -> list[Offer]:
        """The answer to a question, on the first day online after it was taken up (7.9)."""
        if self.adviser is None:
            return []
        creator, category = self.adviser
        self.adviser = None
        advice = creator.advice[category]
        if creator not in self.follows or advice is None or not creator.is_met_by(self):
            return []
        if advice.claim is not None:
            remember_claim(self, creator, advice.product, advice.claim, close=True)
        return [Offer(advice.product, Channel.ANSWER, creator, advice.claim, advice.paid)]

    def scroll_feed(self) -> list[Offer]:
        """Item pages of the public feed: ads, creators' posts and listings (7.4)."""
        a, feed, random = self.model.parameters.market.attention, self.platform.feed, self.random
        displaced = self.platform.policy.feed.displacement
        mean = equations.mean_pages(a.public_slots, feed.ad_share, displaced)
        pages = min(int(self.model.rng.poisson(mean)), MOST_PAGES)
        feed.pages_today += pages
        weights = [exp(a.interest * t + a.need * n) for t, n in zip(self.taste, self.needs, strict=True)]
        offers = []
        for category in random.choices(range(len(weights)), weights, k=pages):
            meant, posts = random.random(), feed.posts[category]
            for_posts = (1.0 - feed.ad_share) * feed.post_share
            if meant < feed.ad_share and feed.ads[category].items:
                offers.append(self.see_ad(category))
            elif feed.ad_share <= meant < feed.ad_share + for_posts and posts.items:
                [post] = posts.draw(random)
                if post.creator.person is not self:
                    self._perhaps_follow_at_sight(post.creator)
                    offers.append(self.see_post(post))
            elif self.platform.policy.feed.shelf:
                [product] = feed.goods[category].draw(random)
                offers.append(Offer(product, Channel.LISTING))
        return offers

    def see_ad(self, category: int) -> Offer:
        """Look at an ad, which is remembered."""
        [product] = self.platform.feed.ads[category].draw(self.random)
        self.platform.listings[product].ad_views += 1
        remember_page(self, product)
        return Offer(product, Channel.AD)

    def _perhaps_follow_at_sight(self, creator: Creator) -> None:
        chance = self.model.parameters.market.attention.follow_gate
        if self.platform.policy.follow_gate and self.random.random() < chance:
            self.follow(creator, *creator.counts_of_stranger())

    def _some_need(self, probability: float) -> int | None:
        """One of the open needs with this probability, if there is any."""
        needed = [category for category, need in enumerate(self.needs) if need]
        return self.random.choice(needed) if needed and self.random.random() < probability else None

    def search(self) -> list[Offer]:
        """Search results for something that is needed, ads among them (7.5)."""
        a, feed = self.model.parameters.market.attention, self.platform.feed
        category = self._some_need(a.search)
        if category is None or not self.platform.policy.feed.shelf:
            return []
        feed.pages_today += a.search_results
        offers, seen = [], set()
        for _ in range(a.search_results):
            if self.random.random() < feed.ad_share and feed.ads[category].items:
                offers.append(self.see_ad(category))
                continue
            [product] = feed.goods[category].draw(self.random)
            if product not in seen:
                seen.add(product)
                offers.append(Offer(product, Channel.SEARCH))
        return offers

    def recall(self) -> list[Offer]:
        """Products come to mind that are needed: drawn once for each need that opens (7.6)."""
        offers = []
        for product in self.memories:
            if not self.needs[product.category]:
                continue
            opened = self.need_opens[product.category]
            drawn, shock = self.recall_draws.get(product, (-1, 0.0))
            if drawn != opened:
                shock = self.random.random()
                self.recall_draws[product] = (opened, shock)
            memory = faded(self, product)
            if memory is not None and shock < equations.recall_probability(memory.goodwill):
                offers.append(Offer(product, Channel.RECALL))
        return offers

    def ask_expert(self) -> None:
        """A question to the followed creator who posts most of something that is needed, and is trusted most (7.9)."""
        category = self._some_need(self.model.parameters.market.attention.ask)
        if category is None:
            return
        there = [creator for creator in self.follows if creator.is_met_by(self)]
        experts = [creator for creator in there if creator.active and creator.has_pool()]
        if experts:
            best = max(experts, key=lambda creator: creator.share_of(category) * self.trust_in(creator))
            best.questions.append((self, category))
