"""Checkout: the shelf that consumers meet, and orders made ready for settlement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.creating import Contracts
from sim.markets.settlement import Batch
from sim.parameters import Parameters
from sim.records import NOBODY, Creators, Double, Int64, Orders, People, Shelf
from sim.world import Goods

FEN = 100
SATISFACTION_PRIOR = (4.0, 5.0)  # satisfying purchases and purchases assumed of new goods


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
        self.price = np.maximum(np.round(goods.list_price * raised), 1).astype(np.int64)
        mean_price = FEN * np.array([category.price for category in categories])
        self.log_price = np.log(self.price / mean_price[goods.category])
        self.impulse_cost = np.array([category.impulse_cost for category in categories])
        self.interval = np.array([category.interval for category in categories])
        self.by_category = np.argsort(goods.category, kind="stable").reshape(len(categories), -1).astype(np.int16)
        self.reviews = np.zeros(products, np.int64)
        self.review_sum = np.zeros(products, np.int64)  # millionths of quality
        self.bought = np.zeros(products, np.int64)
        self.satisfying = np.zeros(products, np.int64)

    def shelf(self, own_account: NDArray[np.int32]) -> Shelf:
        """Products as consumers meet them today.

        Parameters
        ----------
        own_account
            Own account of each brand that takes new contacts today, or `NOBODY`; shape (B,).
        """
        mean = self.review_sum / np.maximum(self.reviews, 1) / 1e6
        goods = self.goods
        return Shelf(
            category=goods.category,
            brand=goods.brand,
            quality=goods.quality,
            prior=goods.reputation,
            rating=np.where(self.reviews > 0, mean + goods.rating_bias, 0.0),
            ratings=self.reviews.astype(np.float64),
            price=self.price,
            log_price=self.log_price,
            impulse_cost=self.impulse_cost,
            interval=self.interval,
            own_account=own_account[goods.brand],
        )

    def count(self, orders: Orders) -> None:
        """Add today's ratings and satisfaction; sums of integers, so that their order is irrelevant."""
        products = len(self.reviews)
        rated = ~np.isnan(orders.review)
        self.reviews += np.bincount(orders.product[rated], minlength=products)
        millionths = np.round(orders.review[rated].astype(np.float64) * 1e6).astype(np.int64)
        np.add.at(self.review_sum, orders.product[rated], millionths)
        self.bought += np.bincount(orders.product, minlength=products)
        self.satisfying += np.bincount(orders.product[orders.satisfying == 1], minlength=products)

    def satisfaction(self) -> Double:
        """Share of satisfying purchases of each product, shape (J,)."""
        met, of = SATISFACTION_PRIOR
        return (self.satisfying + met) / (self.bought + of)


def bill(
    orders: Orders, first: int, people: People, creators: Creators, agreed: Contracts, brand_of: NDArray[np.int16],
    take: Double,
) -> Batch:  # fmt: skip
    """Make the day's orders ready for settlement: who is paid which share.

    Parameters
    ----------
    first
        Number of the first order.
    agreed
        What brands pay creators today.
    brand_of
        Brand of each product, shape (J,).
    take
        Share of price by platform, shape (V,).
    """
    platform = people.home[orders.consumer].astype(np.int64)
    brand = brand_of[orders.product].astype(np.int64)
    creator = orders.creator.astype(np.int64)
    tier = np.append(creators.tier, 0)[creator]  # without a seller, any tier
    sold = creator != NOBODY
    n: Int64 = first + np.arange(len(creator))
    return Batch(
        number=n,
        consumer=orders.consumer,
        platform=platform,
        brand=brand,
        creator=creator,
        price=orders.price.astype(np.int64),
        coupon=orders.coupon.astype(np.int64),
        commission=np.where(sold, agreed.visible[tier, brand], 0.0),
        margin=np.where(sold, agreed.hidden[tier, brand], 0.0),
        take=take[platform],
        returned=orders.returned == 1,
    )
