"""A brand: a weekly budget, how it is split, and what it has brought (7.20, 7.21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from reference.records import Channel, Order, Product, Tier

if TYPE_CHECKING:
    from reference.creator import Creator
    from reference.market import PlainMarket

CHANNELS = ("ads", Tier.KOL, Tier.KOC, "own")
OTHER = "other"


class Brand(mesa.Agent):
    """A brand; money in fen."""

    def __init__(self, model: PlainMarket, number: int) -> None:
        """Begin with the split that the parameters give."""
        super().__init__(model)
        p = model.parameters.brands
        self.number = number
        self.goods: list[Product] = []
        self.account: Creator | None = None
        self.split = dict(zip(CHANNELS, (p.ads, p.kol, p.koc, p.own), strict=True))
        self.budget = 100.0 * p.weekly_budget * len(model.consumers) / p.count
        self.promotes = dict.fromkeys(CHANNELS, False)
        self.ad_views = 0
        self.marketing_cost = self.profit = self.balance = self.withdrawn = 0
        self.begin_week()

    def begin_week(self) -> None:
        """A new budget, nothing of it spent."""
        self.spent = dict.fromkeys((*CHANNELS, OTHER), 0)
        self.earned = dict.fromkeys((*CHANNELS, OTHER), 0)

    def plan(self) -> None:
        """Once a week a new budget and split; every day, which channels still have money."""
        if self.model.day % 7 == 0:
            if self.model.day > 0:
                self.adapt(self.model.parameters.brands.adapt)
            self.begin_week()
        left = sum(self.spent.values()) < self.budget
        self.promotes = {
            channel: left and self.spent[channel] < share * self.budget for channel, share in self.split.items()
        }

    def adapt(self, speed: float) -> None:
        """Move the split towards the channels that returned more (7.20)."""
        used = [channel for channel in CHANNELS if self.split[channel] > 0.0 and self.spent[channel] > 0]
        returns = {channel: max(self.earned[channel], 0) / self.spent[channel] for channel in used}
        whole = sum(returns.values())
        if len(used) < 2 or whole == 0.0:
            return
        shared = sum(self.split[channel] for channel in used)
        for channel in used:
            self.split[channel] += speed * (shared * returns[channel] / whole - self.split[channel])

    @property
    def ad_money(self) -> float:
        """Left for ads this week, fen."""
        return self.split["ads"] * self.budget - self.spent["ads"] if self.promotes["ads"] else 0.0

    def spend(self, channel: str, fen: int) -> None:
        """Book marketing cost to a channel of this week's budget."""
        self.spent[channel] += fen
        self.marketing_cost += fen

    def book_fees(self) -> None:
        """Today's ads and today's part of the annual fee (7.21, 7.24)."""
        p, day = self.model.parameters.platform, self.model.day
        ads = self.ad_views * round(100 * p.feed.ad_price)
        self.ad_views = 0
        yearly = round(self.model.by_size(100 * p.annual_fee))
        annual = yearly * (day + 1) // 365 - yearly * day // 365
        self.spend("ads", ads)
        self.spend(OTHER, annual)
        self.profit -= ads + annual
        self.model.platform.revenue["ads"] += ads
        self.model.platform.revenue["annual_fee"] += annual

    def send(self, product: Product) -> None:
        """Pay the goods and the trip to the buyer (7.23)."""
        p = self.model.parameters.brands
        self.profit -= int(p.cost * product.list_price) + round(100 * p.shipping)

    def book_order(self, order: Order) -> None:
        """What an order that has arrived cost and brought in the channel that sold it (7.21, 7.23)."""
        p, seller = self.model.parameters.brands, order.offer.seller
        goods = int(p.cost * order.product.list_price)
        if order.returned:
            self.profit += goods - round(100 * p.shipping)
        if order.joined_own_pool:
            contact = round(100 * p.own_contact)
            self.spend("own", contact)
            self.profit -= contact
        if order.returned:
            return
        channel: str = "ads" if order.offer.channel is Channel.AD else OTHER
        if seller is not None:
            channel = "own" if seller.tier is Tier.BRAND else seller.tier
            seller.earn(order.pay)
        self.spend(channel, order.take + order.pay)
        self.earned[channel] += order.price - goods
