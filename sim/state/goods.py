"""Goods: products, and what each costs and sells on each platform."""

from __future__ import annotations

from sim.arrays import Double
from sim.ranges import MOST_FEN, MOST_SUM
from sim.records import Record, real, row, whole
from sim.state.creators import Tier


class Product(Record):
    """A product, and what the public knows of it."""

    category: int = row("categories", "category")
    brand: int = row("brands", "brand")
    quality: float = real("true quality: only use, and what a brand tells creators, read it", "utility")
    rating_bias: float = real("bias of the public rating", "utility")
    cost: int = whole("what the brand pays for it", "fen", most=MOST_SUM)
    units: int = whole("units that a delivery of stock brings", "units", most=MOST_SUM, start=MOST_SUM)
    stock: int = whole("units left until the next delivery", "units", most=MOST_SUM, start=MOST_SUM)
    new_reviews: int = whole("public ratings of today", "ratings", most=MOST_SUM)
    new_review_sum: int = whole("their sum", "utility/1,000,000", least=-MOST_SUM, most=MOST_SUM)
    reviews: float = real("public ratings, fading", "ratings", least=0)
    review_sum: float = real("their sum, fading", "utility")
    bought: int = whole("purchases received", "purchases", most=MOST_SUM)
    satisfying: int = whole("satisfying ones", "purchases", most=MOST_SUM)
    rating: float = real("mean public rating over the category's mean, as a signal of what one gets oneself", "utility")
    rating_precision: float = real("precision of that signal", "1/utility²", least=0)
    expected: float = real("worth expected on what everybody knows", "utility")
    precision: float = real("precision of that belief", "1/utility²")
    weight: float = real("share of its brand's recent revenue", least=0, most=1)
    engaged: int = whole("posts about it that were opened, since the first day", "posts", most=MOST_SUM)
    bid: float = real("ad money behind it today", "fen")


class Listing(Record):
    """A product on a platform."""

    price: int = whole("price before discount and coupon", "fen", least=1, most=MOST_FEN, start=1)
    waiting: int = whole("orders that wait for others", "orders", most=MOST_SUM)
    sold: int = whole("orders today", "orders", most=MOST_SUM)
    popularity: float = real("orders, fading", "orders")
    earned: Double = real("what a tier earns on a sale today", "share of price", least=0, per=len(Tier))
    earned_seen: Double = real("what people see of it", "share of price", least=0, per=len(Tier))
