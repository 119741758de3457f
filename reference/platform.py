"""A platform: where goods are listed, and how money is held and divided (7.21, 7.23, 7.24)."""

from __future__ import annotations

from math import expm1
from typing import TYPE_CHECKING

import mesa

from reference.brand import Brand
from reference.creator import Creator
from reference.feed import Feed
from reference.leaking import pay_outside
from reference.pay import end_lines, is_tier, move_line, raised_by
from reference.records import Listing, Order, Product, Shop, Tier, Visits
from sim.parameters import Platform as Policy

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.market import PlainMarket

STREAMS = ("take", "annual_fee", "ads", "withdrawal_fee", "float", "coupon", "pay")


class Platform(mesa.Agent):
    """One of the platforms; money in fen, interest in parts of one."""

    def __init__(self, model: PlainMarket, number: int) -> None:
        """Begin with empty accounts."""
        super().__init__(model)
        self.number = number
        self.feed = Feed(self)
        self.listings: dict[Product, Listing] = {}
        self.shops: dict[Brand, Shop] = {}
        self.weight = 0.0  # share of people
        self.revenue: dict[str, float] = dict.fromkeys(STREAMS, 0.0)
        self.escrow: list[Order] = []
        self.sold = 0  # fen, since the first day
        self.staff = self.sharers = 0  # fen that they have got
        # what fades of what was seen here (7.28): visits, and in yuan what creators sold of the surplus, and prices
        self.visits = Visits()
        self.by_creators = self.spending = 0.0
        self.growth_cost = 0.0  # yuan, since the first day

    @property
    def policy(self) -> Policy:
        """What is in force here today."""
        return self.model.parameters.platforms[self.number]

    def open(self) -> None:
        """Let some brands sell here, by lot, and expect the people at home."""
        share = self.policy.brands_at_start
        self.shops = {brand: Shop(self.random.random() < share) for brand in self.model.brands}
        self.listings = {product: Listing() for product in self.model.goods}
        self.read_policy()
        self.weight = sum(person.activity > 0.0 for person in self.residents()) / max(self.model.population, 1)
        self.feed.expect_pages()

    def read_policy(self) -> None:
        """Take up lines of pay, and prices, which pass on the own take and what brands pay here by the price (7.21)."""
        self.lines = self.policy.lines_of_pay(self.model.parameters.creators)
        self.mark_up = sum(line.share for line in self.lines if line.by == "buyer")
        passed_on = self.model.parameters.brands.pass_through
        for product, listing in self.listings.items():
            raised = 1.0 + passed_on * (self.policy.take_rate + raised_by(self.lines, product.brand))
            listing.price = max(round(product.list_price * raised), 1)

    def residents(self) -> list[Consumer]:
        """People at home here."""
        return [person for person in self.model.consumers if person.home is self]

    def sells(self, product: Product) -> bool:
        """Whether the brand of a product sells here."""
        return self.shops[product.brand].is_open

    def price(self, product: Product) -> int:
        """Before mark-up and discounts."""
        return self.listings[product].price

    # --- what phases wait for ---------------------------------------------------------------------------------------

    def members(self) -> int:
        """How many people are members here."""
        return sum(self in person.member.platforms for person in self.model.consumers)

    def kocs(self) -> int:
        """KOCs in business here."""
        kocs = [creator for creator in self.model.creators if creator.active and creator.tier is Tier.KOC]
        return sum(self in creator.platforms for creator in kocs)

    def cash(self) -> float:
        """Money at hand: that of the first day and what was earned since, less what growth has cost, yuan (7.28)."""
        return self.model.by_size(self.policy.cash) + sum(self.revenue.values()) / 100.0 - self.growth_cost

    # --- membership -------------------------------------------------------------------------------------------------

    def fade(self, left: float) -> None:
        """What was seen of late fades (7.28)."""
        self.visits.days *= left
        self.visits.surplus *= left
        self.by_creators *= left
        self.spending *= left
        for shop in self.shops.values():
            shop.earned *= left

    def mean_price(self) -> float:
        """What people compare: list prices here, less coupon and cut."""
        prices = [listing.price for listing in self.listings.values()]
        return sum(prices) / len(prices) * (1.0 - self.policy.coupon) * (1.0 - self.policy.deal.cut)

    def pays_sellers(self) -> float:
        """Share of the price that a KOC earns here by what is sold, over brands (7.12)."""
        lines = [line for line in self.lines if line.to in ("seller", "author") and line.of == "price"]
        brands = len(self.model.brands)
        return sum(
            line.share * (len(set(line.brands)) / brands if line.brands else 1.0)
            for line in lines
            if is_tier(line, Tier.KOC)
        )

    def advertise(self) -> float:
        """Spend the budget for growth, as far as there is money; the probability that somebody outside sees it."""
        outside = len(self.model.consumers) - self.members()
        budget = min(self.model.by_size(self.policy.growth_budget), max(self.cash(), 0.0))
        if outside == 0 or budget == 0.0:
            return 0.0
        self.growth_cost += budget
        return -expm1(-budget / self.model.parameters.membership.contact_price / outside)

    # --- orders -----------------------------------------------------------------------------------------------------

    def hold(self, order: Order) -> None:
        """Take the buyer's payment and the own coupon into escrow, unless they are settled outside."""
        if order.outside:
            pay_outside(order, 1)
            return
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
        self.listings[product].sales += 1.0
        self.sold += 0 if order.outside else order.price
        product.brand.send(order)
        self.model.on_the_way.append(order)

    def cancel(self, order: Order) -> None:
        """Give the money back; the buyer needs the goods again."""
        order.cancelled = True
        order.buyer.on_their_way.discard(order.product.category)
        if order.outside:
            pay_outside(order, -1)
        else:
            self.escrow.remove(order)
        self.refund(order)

    def refund(self, order: Order) -> None:
        """Give payment and coupon back out of escrow."""
        order.buyer.wallet += order.price - order.coupon
        self.revenue["coupon"] += order.coupon

    def note_arrival(self, order: Order) -> None:
        """Count the purchase and the rating, and what the order cost and brought the brand."""
        product = order.product
        order.settles = order.day + self.policy.settlement_days
        product.bought += 1
        product.satisfying += order.satisfying
        if order.rating is not None:
            product.new_ratings.append(order.rating)
        product.brand.book_order(order)

    # --- money ------------------------------------------------------------------------------------------------------

    def deposit(self) -> int:
        """Of a brand that sells here."""
        return round(self.model.by_size(100 * self.policy.deposit))

    def yearly_fee(self) -> int:
        """Of a brand that sells here."""
        stated = self.policy.annual_fee
        return max(round(self.model.by_size(100 * stated)), stated > 0)

    def annual_fee(self) -> int:
        """Today's part of it."""
        yearly, day = self.yearly_fee(), self.model.day
        return yearly * (day + 1) // 365 - yearly * day // 365

    def settle(self) -> None:
        """What is due today of orders, then brands' withdrawals."""
        self.escrow = [order for order in self.escrow if not self.is_done(order)]
        for brand, shop in self.shops.items():
            brand.profit -= self.withdraw(shop)

    def earn_interest(self) -> None:
        """On what is held for others (7.24)."""
        held = self.in_escrow() + sum(shop.balance + shop.is_open * self.deposit() for shop in self.shops.values())
        held += sum(creator.balance for creator in self.model.creators if creator.home is self)
        self.revenue["float"] += held * self.policy.float_yield / 365.0

    def is_done(self, order: Order) -> bool:
        """Divide the money of an order or refund it, when it is time; whether nothing more is to come."""
        day = self.model.day
        if order.arrived is None:
            return False
        if order.returned and day - order.arrived >= self.policy.return_days:
            self.refund(order)
            if order.divided:
                self.divide(order, sign=-1)
            end_lines(order)
            return True
        if not order.divided and day >= order.settles:
            order.divided, order.divided_on = True, day
            self.divide(order, sign=1)
        for owed in order.lines:
            if order.divided and not owed.paid and day - order.divided_on >= owed.line.wait:
                move_line(owed, order, 1)
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
        self.shops[brand].balance += sign * rest
        if order.offer.seller is not None:
            order.offer.seller.balance += sign * order.pay

    def withdraw(self, party: Shop | Creator) -> int:
        """Now and then a party takes out its balance, for a fee on what exceeds the free amount, which is returned."""
        p = self.policy
        if party.balance <= 0 or self.random.random() >= p.withdrawal_habit:
            return 0
        free = max(0, round(100 * p.withdrawal_free) - party.withdrawn)
        charged, fee = party.balance - free, 0
        if charged > 0 and p.withdrawal_fee > 0.0:
            fee = max(int(p.withdrawal_fee * charged), round(100 * p.withdrawal_fee_least))
        if party.balance <= fee:
            return 0
        party.withdrawn += party.balance
        party.balance = 0
        self.revenue["withdrawal_fee"] += fee
        return fee
