"""A brand: the money of its funds, how it is split, and what it has brought (7.12, 7.20, 7.21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from reference.pay import book_lines
from reference.records import Channel, Order, Product, Tier
from sim.parameters import Brands

if TYPE_CHECKING:
    from reference.creator import Creator
    from reference.market import PlainMarket

FUNDS = ("ads", Tier.KOL, Tier.KOC, Tier.BRAND)
"""What a budget is split over; the last is the own pool."""


def split_of(p: Brands) -> dict[str, float]:
    """Shares of a budget for each fund."""
    return dict(zip(FUNDS, (p.ads, p.kol, p.koc, p.own), strict=True))


class Brand(mesa.Agent):
    """A brand; money in fen."""

    def __init__(self, model: PlainMarket, number: int) -> None:
        """Begin with the split that the parameters give, and a day's money."""
        super().__init__(model)
        self.number = number
        self.goods: list[Product] = []
        self.account: Creator | None = None
        self.split = split_of(model.parameters.brands)
        self.budget = self.weekly(model.parameters.brands)
        self.begin_funds()
        self.pays = dict.fromkeys(Tier, False)
        self.welcomes = False
        self.spent_ever = dict.fromkeys(FUNDS, 0)
        self.profit = self.contacts = 0
        self.outside = 0  # fen that buyers have paid outside platforms
        self.begin_week()

    def begin_funds(self) -> None:
        """Have a day's money in each."""
        self.funds = {fund: share * self.budget / 7.0 for fund, share in self.split.items()}

    def weekly(self, p: Brands) -> int:
        """A week's budget, in proportion to the people whom brands can reach, fen (7.20, 7.28)."""
        return round(100.0 * p.weekly_budget * self.model.reached / p.count)

    def read_budget(self, before: Brands) -> None:
        """Take up other budgets and splits; what was learnt of the funds stays where they are as before (7.30)."""
        now = self.model.parameters.brands
        if self.weekly(now) != self.weekly(before):
            self.budget = self.weekly(now)
        if split_of(now) != split_of(before):
            self.split = split_of(now)

    def begin_week(self) -> None:
        """Nothing has been spent or earned yet."""
        self.spent = dict.fromkeys(FUNDS, 0)
        self.earned = dict.fromkeys(FUNDS, 0)

    def plan(self) -> None:
        """Once a week move the split; every day, money comes in, and the brand sees what it can pay."""
        if self.model.day % 7 == 0:
            if self.model.day > 0:
                self.adapt(self.model.parameters.brands.adapt)
            self.begin_week()
        for fund in FUNDS:
            self.funds[fund] += self.split[fund] * self.budget / 7.0
        for tier in (Tier.KOC, Tier.KOL):
            self.pays[tier] = self.split[tier] * self.budget > 0.0
        self.welcomes = self.account is not None and self.funds[Tier.BRAND] > 0.0
        self.contacts = self.account.audience if self.account is not None else 0
        listings = {product: [there.listings[product] for there in self.model.platforms] for product in self.goods}
        revenue = {product: sum((one.sales + 1.0) * one.price for one in listings[product]) for product in self.goods}
        whole = sum(revenue.values())
        for product in self.goods:
            product.weight = revenue[product] / whole

    def adapt(self, speed: float) -> None:
        """Move the split towards the funds that returned more (7.20)."""
        used = [fund for fund in FUNDS if self.split[fund] > 0.0 and self.spent[fund] > 0]
        returns = {fund: max(self.earned[fund], 0) / self.spent[fund] for fund in used}
        whole = sum(returns.values())
        if len(used) < 2 or whole == 0.0:
            return
        shared = sum(self.split[fund] for fund in used)
        for fund in used:
            self.split[fund] += speed * (shared * returns[fund] / whole - self.split[fund])

    def money(self, fund: str) -> float:
        """At hand for a fund."""
        return max(self.funds[fund], 0.0)

    def bid(self, product: Product) -> float:
        """Ad money behind a product (7.22)."""
        return self.money("ads") * product.weight

    def spend(self, fund: str, fen: int) -> None:
        """Take marketing money out of a fund."""
        self.funds[fund] -= fen
        self.spent[fund] += fen
        self.spent_ever[fund] += fen

    def give_sample(self, product: Product) -> None:
        """To a KOC (7.13)."""
        self.spend(Tier.KOC, product.cost)
        self.profit -= product.cost

    def pay_fee(self, creator: Creator, fen: int) -> None:
        """Of a post, at once (7.12)."""
        self.spend(creator.tier, fen)
        self.profit -= fen
        creator.balance += fen
        creator.earn(fen)

    def book_fees(self) -> None:
        """Today's ads and new contacts, and today's part of annual fees (7.21, 7.24)."""
        for platform in self.model.platforms:
            for product in self.goods:
                listing = platform.listings[product]
                ads = round(listing.ad_views * platform.feed.ad_cost)
                listing.ad_views = 0
                self.spend("ads", ads)
                self.profit -= ads
                platform.revenue["ads"] += ads
            annual = platform.annual_fee() if platform.shops[self].is_open else 0
            self.profit -= annual
            platform.revenue["annual_fee"] += annual
        if self.account is not None:
            joined = max(self.account.audience - self.contacts, 0)
            contacts = joined * round(100 * self.model.parameters.brands.own_contact)
            self.spend(Tier.BRAND, contacts)
            self.profit -= contacts

    def send(self, order: Order) -> None:
        """Pay the goods and the trip to the buyer (7.23)."""
        self.profit -= order.cost + round(100 * self.model.parameters.brands.shipping)

    def book_order(self, order: Order) -> None:
        """What an order that has arrived cost and brought in the fund that sold it (7.21, 7.23)."""
        seller, passed_on = order.offer.seller, book_lines(order)
        if order.returned:
            self.profit += order.cost - round(100 * self.model.parameters.brands.shipping)
            return
        fund: str | None = "ads" if order.offer.channel is Channel.AD else None
        if seller is not None:
            fund = seller.tier
            seller.earn(order.pay)
            self.spend(seller.tier, order.commission)
        if fund is not None:
            self.earned[fund] += order.price - order.mark_up - passed_on - order.cost
