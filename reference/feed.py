"""A platform's feed and search: ads, ranks, and what can fill a page today (7.22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.records import Post, Product, Ranking

if TYPE_CHECKING:
    from reference.platform import Platform


class Feed:
    """What fills pages of one platform, by category; money in fen."""

    def __init__(self, platform: Platform) -> None:
        """Begin empty, with the pages that can be expected of the people at home."""
        self.platform, self.model = platform, platform.model
        self.goods: list[Ranking] = []
        self.ads: list[Ranking] = []
        self.posts: list[Ranking] = []
        self.post_share = self.ad_share = self.ad_cost = 0.0
        self.pages = 0.0  # a day, of late
        self.pages_today = 0

    def expect_pages(self) -> None:
        """As many a day as the people at home would look at."""
        slots = self.model.parameters.market.attention.public_slots
        self.pages = sum(person.activity for person in self.platform.residents() if person.is_member) * slots

    def count_pages(self) -> None:
        """Take up a seventh of today's number."""
        self.pages += (self.pages_today - self.pages) / 7.0
        self.pages_today = 0

    def plan_ads(self) -> None:
        """Share of today's pages that are ads, and what one costs: all money is spent, if there are pages."""
        p = self.platform.policy.feed
        money = sum(self.bid(product) for product in self.model.goods) * self.platform.weight
        least = 100.0 * p.ad_price
        self.ad_share = min(p.ad_load, money / (least * self.pages)) if self.pages > 0.0 else 0.0
        self.ad_cost = max(least, money / max(1.0, self.ad_share * self.pages))

    def bid(self, product: Product) -> float:
        """Ad money behind a product that is sold here."""
        return product.brand.bid(product) if self.platform.sells(product) else 0.0

    def rank(self) -> None:
        """What can fill a page today, by category."""
        p = self.platform.policy.feed
        here = [creator for creator in self.model.creators if creator.home is self.platform]
        public = [post for creator in here for post in creator.posts_today if not post.private]
        self.goods = [self.rank_goods(goods) for goods in self.model.goods_of]
        self.ads = [self.rank_ads(goods) for goods in self.model.goods_of]
        by_category: list[list[Post]] = [[] for _ in self.model.goods_of]
        for post in public:
            by_category[post.product.category].append(post)
        self.posts = [self.rank_posts(posts) for posts in by_category]
        n = sum(post.creator.audience for post in public) / max(self.platform.weight * self.model.population, 1.0)
        self.post_share = p.content_share * n / (n + p.content_half) if n else 0.0

    def rank_goods(self, goods: list[Product]) -> Ranking:
        """By recent sales, satisfaction, and money for ads; what is not sold here gives its place to the others."""
        p, listings = self.platform.policy.feed, self.platform.listings
        sales = [listings[product].sales + 1.0 for product in goods]
        assumed, weight = p.satisfaction * p.satisfaction_weight, p.satisfaction_weight
        merit = [(product.satisfying + assumed) / (product.bought + weight) for product in goods]
        weights = self.mix(sales, merit, [self.bid(product) for product in goods])
        here = [one * self.platform.sells(product) for one, product in zip(weights, goods, strict=True)]
        return Ranking(goods, here if sum(here) > 0.0 else weights)

    def rank_ads(self, goods: list[Product]) -> Ranking:
        """By money for ads alone."""
        paying = [product for product in goods if self.bid(product) > 0.0]
        return Ranking(paying, [self.bid(product) for product in paying])

    def rank_posts(self, posts: list[Post]) -> Ranking:
        """By the author's audience and reputation, and whether the brand has money for ads."""
        authors = [post.creator for post in posts]
        audience = [author.audience + 1.0 for author in authors]
        p = self.platform.policy.feed
        assumed, weight = p.truth * p.truth_weight, p.truth_weight
        merit = [(author.pool_met + assumed) / (author.pool_met + author.pool_broken + weight) for author in authors]
        paid = [float(post.product.brand.bid(post.product) > 0.0) for post in posts]
        return Ranking(posts, self.mix(audience, merit, paid))

    def mix(self, popularity: list[float], merit: list[float], paid: list[float]) -> list[float]:
        """Weights of the items that compete for a slot."""
        p = self.platform.policy.feed
        popular = [s**p.exponent for s in popularity]
        paid = paid if any(paid) else [1.0] * len(paid)
        s, m, b = sum(popular), sum(merit), sum(paid)
        return [p.popularity * popular[n] / s + p.merit * merit[n] / m + p.paid * paid[n] / b for n in range(len(paid))]
