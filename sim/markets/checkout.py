"""Checkout: the shelf that consumers meet, and all that is noted when they buy."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.brand import Purses
from sim.compiled import compiled
from sim.markets.account import Books, Tariff, bill, deliver, missing, pay
from sim.markets.sponsorship import book_order
from sim.markets.sums import Sums, add_order, clear_sums, no_sums
from sim.parameters import Parameters
from sim.records import NOBODY, Double, Int64, Orders, Shelf
from sim.world import Goods

FEN = 100
MILLION = 1e6
SATISFACTION_PRIOR = (4.0, 5.0)  # satisfying purchases and purchases assumed of new goods


class Ratings(NamedTuple):
    """What buyers say of products, and how content they are; sums of integers, so that their order is irrelevant."""

    reviews: Int64  # (J,)
    review_sum: Int64  # (J,) millionths of quality
    bought: Int64  # (J,)
    satisfying: Int64  # (J,) satisfying purchases


class Desk(NamedTuple):
    """What is noted at checkout beside the books: ratings of products, brands' marketing money, and today's counts."""

    ratings: Ratings
    purses: Purses
    sold: Int64  # (V, J) orders by platform and product
    earned: Int64  # (K,) fen, of creators; slot fees are in it from the morning
    sums: Sums


def new_desk(ratings: Ratings, purses: Purses, platforms: int, creators: int) -> Desk:
    """A desk on which nothing is counted yet."""
    products = len(ratings.reviews)
    return Desk(
        ratings=ratings,
        purses=purses,
        sold=np.zeros((platforms, products), np.int64),
        earned=np.zeros(creators, np.int64),
        sums=no_sums(products, creators),
    )


@compiled
def clear(desk: Desk) -> None:
    """Forget the day before."""
    desk.sold[:] = 0
    clear_sums(desk.sums)


class Shop:
    """Products, their prices and public ratings.

    Parameters
    ----------
    goods
        Products before any policy.
    parameters
        Prices pass on a part of the take and of creators' pay.
    """

    def __init__(self, goods: Goods, parameters: Parameters) -> None:
        self.goods = goods
        products = len(goods.category)
        categories = parameters.market.catalogue.categories
        shares = np.array([platform.share for platform in parameters.platforms])
        take = float(np.average([platform.take_rate for platform in parameters.platforms], weights=shares))
        pay = parameters.creators.commission + parameters.creators.resale_margin
        raised = 1 + parameters.brands.pass_through * (take + pay)
        self.goods_cost = np.floor(parameters.brands.cost * np.round(goods.list_price)).astype(np.int64)
        self.price = np.maximum(np.round(goods.list_price * raised), 1).astype(np.int64)
        mean_price = FEN * np.array([category.price for category in categories])
        self.log_price = np.log(self.price / mean_price[goods.category])
        self.impulse_cost = np.array([category.impulse_cost for category in categories])
        self.interval = np.array([category.interval for category in categories])
        self.by_category = np.argsort(goods.category, kind="stable").reshape(len(categories), -1).astype(np.int16)
        self.ratings = Ratings(*(np.zeros(products, np.int64) for _ in Ratings._fields))

    def shelf(self, own_account: NDArray[np.int32]) -> Shelf:
        """Products as consumers meet them today.

        Parameters
        ----------
        own_account
            Own account of each brand that takes new contacts today, or `NOBODY`; shape (B,).
        """
        goods, reviews = self.goods, self.ratings.reviews
        mean = self.ratings.review_sum / np.maximum(reviews, 1) / MILLION
        return Shelf(
            category=goods.category,
            brand=goods.brand,
            quality=goods.quality,
            prior=goods.reputation,
            rating=np.where(reviews > 0, mean + goods.rating_bias, 0.0),
            ratings=reviews.astype(np.float64),
            price=self.price,
            log_price=self.log_price,
            impulse_cost=self.impulse_cost,
            interval=self.interval,
            own_account=own_account[goods.brand],
        )

    def satisfaction(self) -> Double:
        """Share of satisfying purchases of each product, shape (J,)."""
        met, of = SATISFACTION_PRIOR
        return (self.ratings.satisfying + met) / (self.ratings.bought + of)


@compiled
def rate(order: int, orders: Orders, ratings: Ratings) -> None:
    """Add an order to what the public knows of its product."""
    product, review = orders.product[order], float(orders.review[order])
    if not math.isnan(review):
        ratings.reviews[product] += 1
        ratings.review_sum[product] += int(np.rint(review * MILLION))
    ratings.bought[product] += 1
    ratings.satisfying[product] += orders.satisfying[order]


@compiled
def check_out(
    first: int, number: int, day: int, orders: Orders, tariff: Tariff, books: Books, desk: Desk
) -> int:  # fmt: skip
    """Take the day's orders into the books, and note what they say of goods, creators and promotion.

    Parameters
    ----------
    first, number
        Row and number of the first order.

    Returns
    -------
    int
        Row of the first order whose lines miss its price, which ends the pass; `NOBODY` without any.
    """
    clear(desk)
    for order in range(orders.price.shape[0]):
        n = first + order
        bill(n, order, number + order, day, orders, tariff, books)
        if missing(n, books) != 0:
            return n
        pay(n, books)
        deliver(n, tariff.shipping, books)
        rate(order, orders, desk.ratings)
        desk.sold[books.bills.platform[n], orders.product[order]] += 1
        book_order(n, orders.channel[order], tariff.tier, books, desk.purses, desk.earned)
        add_order(n, order, tariff.shipping, orders, books, desk.sums)
    return NOBODY
