"""The platform: ratings, ads and ranks (7.7, 7.22), and how it divides money (7.23, 7.24)."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import mesa

from reference.brand import Brand
from reference.creator import Creator
from reference.pay import end_lines, move_line
from reference.records import Order, Post, Product, Ranking, Tier
from sim.parameters import Platform as Policy

if TYPE_CHECKING:
    from reference.market import PlainMarket

STREAMS = ("take", "annual_fee", "ads", "withdrawal_fee", "float", "coupon", "pay")


class Platform(mesa.Agent):
    """The platform where everybody is at home; money in fen, interest in parts of one."""

    def __init__(self, model: PlainMarket) -> None:
        """Begin with empty accounts."""
        super().__init__(model)
        self.revenue: dict[str, float] = dict.fromkeys(STREAMS, 0.0)
        self.escrow: list[Order] = []
        self.goods: list[Ranking] = []
        self.ads: list[Ranking] = []
        self.posts: list[Ranking] = []
        self.post_share = self.ad_share = 0.0
        self.ad_cost = 0.0  # fen
        people = model.consumers
        self.pages = sum(one.activity for one in people) * model.parameters.market.attention.public_slots
        self.pages_today = 0
        self.staff = self.sharers = 0  # fen that they have got
        self.sold = 0  # fen, since the first day

    @property
    def policy(self) -> Policy:
        """What is in force here today."""
        return self.model.parameters.platform

    # --- what phases wait for ---------------------------------------------------------------------------------------

    def members(self) -> int:
        """People at home here."""
        return len(self.model.consumers)

    def kocs(self) -> int:
        """KOCs in business here."""
        return sum(creator.active and creator.tier is Tier.KOC for creator in self.model.creators)

    def cash(self) -> float:
        """Money at hand: that of the first day and what was earned since, yuan (7.28)."""
        return self.model.by_size(self.model.parameters.platform.cash) + sum(self.revenue.values()) / 100.0

    # --- ads --------------------------------------------------------------------------------------------------------

    def plan_ads(self) -> None:
        """Share of today's pages that are ads, and what one costs: all money is spent, if there are pages (7.22)."""
        feed = self.model.parameters.platform.feed
        money = sum(product.brand.bid(product) for product in self.model.goods)
        least = 100.0 * feed.ad_price
        self.ad_share = min(feed.ad_load, money / (least * self.pages)) if self.pages > 0.0 else 0.0
        self.ad_cost = max(least, money / max(1.0, self.ad_share * self.pages))

    def count_pages(self) -> None:
        """Take up a seventh of today's number."""
        self.pages += (self.pages_today - self.pages) / 7.0
        self.pages_today = 0

    # --- ratings ----------------------------------------------------------------------------------------------------

    def rate_goods(self) -> None:
        """Public ratings fade, and take up yesterday's (7.7)."""
        kept = exp(-1.0 / self.model.parameters.market.belief.rating_days)
        for product in self.model.goods:
            product.ratings = kept * product.ratings + len(product.new_ratings)
            product.rating_sum = kept * product.rating_sum + sum(product.new_ratings)
            product.new_ratings.clear()
        for goods in self.model.goods_of:
            ratings = sum(product.ratings for product in goods)
            mean = sum(product.rating_sum for product in goods) / ratings if ratings else 0.0
            for product in goods:
                if product.ratings:
                    product.deviation = product.rating_sum / product.ratings - mean + product.rating_bias

    # --- ranking ----------------------------------------------------------------------------------------------------

    def rank(self) -> None:
        """What can fill a page today, by category."""
        feed = self.model.parameters.platform.feed
        public = [post for creator in self.model.creators for post in creator.posts_today if not post.private]
        self.goods = [self.rank_goods(goods) for goods in self.model.goods_of]
        self.ads = [self.rank_ads(goods) for goods in self.model.goods_of]
        by_category: list[list[Post]] = [[] for _ in self.model.goods_of]
        for post in public:
            by_category[post.product.category].append(post)
        self.posts = [self.rank_posts(posts) for posts in by_category]
        n = sum(post.creator.audience for post in public) / max(self.model.population, 1)
        self.post_share = feed.content_share * n / (n + feed.content_half) if n else 0.0

    def rank_goods(self, goods: list[Product]) -> Ranking:
        """By recent sales, satisfaction, and money for ads."""
        sales = [product.sales + 1.0 for product in goods]
        feed = self.model.parameters.platform.feed
        assumed, weight = feed.satisfaction * feed.satisfaction_weight, feed.satisfaction_weight
        merit = [(product.satisfying + assumed) / (product.bought + weight) for product in goods]
        return Ranking(goods, self.mix(sales, merit, [product.brand.bid(product) for product in goods]))

    def rank_ads(self, goods: list[Product]) -> Ranking:
        """By money for ads alone."""
        paying = [product for product in goods if product.brand.bid(product) > 0.0]
        return Ranking(paying, [product.brand.bid(product) for product in paying])

    def rank_posts(self, posts: list[Post]) -> Ranking:
        """By the author's audience and reputation, and whether the brand has money for ads."""
        authors = [post.creator for post in posts]
        audience = [author.audience + 1.0 for author in authors]
        feed = self.model.parameters.platform.feed
        assumed, weight = feed.truth * feed.truth_weight, feed.truth_weight
        merit = [(author.pool_met + assumed) / (author.pool_met + author.pool_broken + weight) for author in authors]
        paid = [float(post.product.brand.bid(post.product) > 0.0) for post in posts]
        return Ranking(posts, self.mix(audience, merit, paid))

    def mix(self, popularity: list[float], merit: list[float], paid: list[float]) -> list[float]:
        """Weights of the items that compete for a slot."""
        feed = self.model.parameters.platform.feed
        popular = [s**feed.exponent for s in popularity]
        paid = paid if any(paid) else [1.0] * len(paid)
        s, m, b = sum(popular), sum(merit), sum(paid)
        return [
            feed.popularity * popular[n] / s + feed.merit * merit[n] / m + feed.paid * paid[n] / b
            for n in range(len(paid))
        ]

    # --- money ------------------------------------------------------------------------------------------------------

    def hold(self, order: Order) -> None:
        """Take the buyer's payment and the own coupon into escrow."""
        self.escrow.append(order)
        self.revenue["coupon"] -= order.coupon

    def confirm(self, order: Order) -> None:
        """Let the goods be sent, and count the sale."""
        product, bought_before = order.product, order.buyer.brands_bought
        order.arrives = self.model.day + self.policy.delivery_days
        order.new_customer = product.brand.number not in bought_before
        bought_before.add(product.brand.number)
        if product.units is not None:
            product.units -= 1
        product.sales += 1.0
        self.sold += order.price
        product.brand.send(order)
        self.model.on_the_way.append(order)

    def cancel(self, order: Order) -> None:
        """Give the money back; the buyer needs the goods again."""
        order.cancelled = True
        order.buyer.on_their_way.discard(order.product.category)
        self.escrow.remove(order)
        self.refund(order)

    def refund(self, order: Order) -> None:
        """Give payment and coupon back out of escrow."""
        order.buyer.wallet += order.price - order.coupon
        self.revenue["coupon"] += order.coupon

    def note_arrival(self, order: Order) -> None:
        """Count the purchase and the rating, and what the order cost and brought the brand."""
        product = order.product
        order.settles = order.day + self.model.parameters.platform.settlement_days
        product.bought += 1
        product.satisfying += order.satisfying
        if order.rating is not None:
            product.new_ratings.append(order.rating)
        product.brand.book_order(order)

    def settle(self) -> None:
        """What is due today of orders, then withdrawals and interest."""
        self.escrow = [order for order in self.escrow if not self.is_done(order)]
        for party in (*self.model.brands, *self.model.creators):
            self.withdraw(party)
        held = self.in_escrow() + sum(party.balance for party in (*self.model.brands, *self.model.creators))
        held += round(self.model.by_size(100 * self.model.parameters.platform.deposit)) * len(self.model.brands)
        self.revenue["float"] += held * self.model.parameters.platform.float_yield / 365.0

    def is_done(self, order: Order) -> bool:
        """Divide the money of an order or refund it, when it is time; whether nothing more is to come."""
        p, day = self.model.parameters.platform, self.model.day
        if order.arrived is None:
            return False
        if order.returned and day - order.arrived >= p.return_days:
            self.refund(order)
            if order.divided:
                self.divide(order, sign=-1)
            end_lines(order, self.model)
            return True
        if not order.divided and day >= order.settles:
            order.divided, order.divided_on = True, day
            self.divide(order, sign=1)
        for owed in order.lines:
            if order.divided and not owed.paid and day - order.divided_on >= owed.line.wait:
                move_line(owed, order, self.model, 1)
        return order.divided and not order.returned and all(owed.paid for owed in order.lines)

    def in_escrow(self) -> int:
        """Prices that have not been divided, and lines that wait."""
        undivided = sum(order.price for order in self.escrow if not order.divided)
        waiting = [owed for order in self.escrow if order.divided for owed in order.lines if not owed.paid]
        return undivided + sum(owed.fen for owed in waiting if owed.line.by != "platform")

    def pay_directly(self, creator: Creator | None, fen: int) -> None:
        """Pay a creator, or the staff, out of revenue (7.12)."""
        self.revenue["pay"] -= fen
        if creator is None:
            self.staff += fen
        else:
            creator.balance += fen
            creator.earn(fen)

    def divide(self, order: Order, sign: int) -> None:
        """The price among platform, creator and brand, or all of it back again."""
        brand, rest = order.product.brand, order.rest
        self.revenue["take"] += sign * order.take
        brand.profit += sign * rest
        brand.balance += sign * rest
        if order.offer.seller is not None:
            order.offer.seller.balance += sign * order.pay

    def withdraw(self, party: Brand | Creator) -> None:
        """Now and then a party takes out its balance, for a fee on what exceeds the free amount (7.24)."""
        p = self.model.parameters.platform
        if party.balance <= 0 or self.random.random() >= p.withdrawal_habit:
            return
        free = max(0, round(100 * p.withdrawal_free) - party.withdrawn)
        charged = party.balance - free
        fee = max(int(p.withdrawal_fee * charged), round(100 * p.withdrawal_fee_least)) if charged > 0 else 0
        if party.balance <= fee:
            return
        party.withdrawn += party.balance
        party.balance = 0
        self.revenue["withdrawal_fee"] += fee
        if isinstance(party, Brand):
            party.profit -= fee
