"""Goods: categories, and what is for sale in them."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from sim.parameters.groups import ASSUMPTION, Group, Name, par
from sim.ranges import (
    FARTHEST,
    MOST_CATEGORIES,
    MOST_PER_CATEGORY,
    MOST_YUAN,
)


class Category(Group):
    """A kind of goods, with its rhythm of need, the way it is bought, and how much tastes for its products differ."""

    name: Name
    interval: float = par(40, "mean wait from one purchase to the next need", "days", ASSUMPTION, ge=1, le=1000)
    impulse_cost: float = par(3.5, "utility lost when bought without a need", "utility", ASSUMPTION, ge=0, le=20)
    price: float = par(80.0, "reference price, to which price sensitivity refers", "yuan", ASSUMPTION, ge=0.1, le=1e6)
    match: float = par(
        1.0, "how much more tastes for its products differ than for those of others", "1", ASSUMPTION, ge=0, le=2
    )


CATEGORIES = (
    Category(name="beauty", interval=60, impulse_cost=3.5, price=60),
    Category(name="fashion", interval=50, impulse_cost=3.2, price=70),
    Category(name="food", interval=20, impulse_cost=3.2, price=22),
    Category(name="baby", interval=45, impulse_cost=3.8, price=50),
    Category(name="health", interval=60, impulse_cost=3.8, price=60),
    Category(name="home", interval=25, impulse_cost=3.5, price=25),
    Category(name="digital", interval=150, impulse_cost=4.5, price=200),
    Category(name="courses", interval=180, impulse_cost=4.0, price=120),
)


class Catalogue(Group):
    """What is for sale."""

    categories: tuple[Category, ...] = CATEGORIES
    products_per_category: int = par(
        24, "products in each category", "products", ASSUMPTION, ge=1, le=MOST_PER_CATEGORY
    )
    quality_spread: float = par(
        0.9, "standard deviation of true quality: what a product is worth to people on average", "utility", ASSUMPTION,
        ge=0, le=3,
        measured="ratings of many goods of a category by one panel: how means differ between goods",
    )  # fmt: skip
    match_spread: float = par(
        1.5, "standard deviation of what a product is worth to one person more than to another", "utility", ASSUMPTION,
        ge=0, le=3,
        measured="ratings of one product by many people: how they differ beside the same person's next rating",
    )  # fmt: skip
    price_spread: float = par(0.1, "standard deviation of log list price", "log yuan", ASSUMPTION, ge=0, le=1)
    quality_premium: float = par(
        0.2, "rise of log list price per unit of quality", "1/utility", ASSUMPTION, ge=-1, le=1
    )
    stock: int = par(
        0, "units of each product that a market of 10,000 people can buy until the next delivery; 0: no limit", "units",
        ASSUMPTION, ge=0, le=1_000_000,
    )  # fmt: skip
    stock_days: int = par(7, "days between deliveries of stock", "days", ASSUMPTION, ge=1, le=365)
    rating_bias: float = par(
        0.3, "standard deviation of a product's bias in its public rating", "utility", ASSUMPTION, ge=0, le=3
    )

    @property
    def match_spreads(self) -> NDArray[np.float64]:
        """Standard deviation of match in each category."""
        return self.match_spread * np.array([category.match for category in self.categories])

    @model_validator(mode="after")
    def _some_categories(self) -> Catalogue:
        if not 1 <= len(self.categories) <= MOST_CATEGORIES:
            raise ValueError(f"categories: {len(self.categories)} given, expected 1 to {MOST_CATEGORIES}")
        name, times = Counter(category.name for category in self.categories).most_common(1)[0]
        if times > 1:
            raise ValueError(f"categories: {name} is given {times} times, expected every name once")
        return self

    @model_validator(mode="after")
    def _prices_fit(self) -> Catalogue:
        most_raised = 2.25  # by what is passed on and by a mark-up: (1 + s)(1 + u) where s + u is 1 at most
        spread = FARTHEST * (self.price_spread + abs(self.quality_premium) * self.quality_spread)
        dearest = most_raised * max(category.price for category in self.categories) * math.exp(spread)
        if dearest > MOST_YUAN:
            raise ValueError(
                f"price_spread={self.price_spread:g}: with quality_premium={self.quality_premium:g} and quality_spread="
                f"{self.quality_spread:g} the dearest product could cost {dearest:,.0f} yuan, expected at most "
                f"{MOST_YUAN:,}"
            )
        return self
