"""Goods: products before any policy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import Double, Int8, Int16, Keys
from sim.compilation import allocating
from sim.draw_numbers import GoodsNormal
from sim.draws import Stream, normals
from sim.parameters import Parameters
from sim.tastes import shared_match
from sim.units import FEN


class Goods(NamedTuple):
    """Products; J of them, C categories."""

    category: Int8  # (J,)
    brand: Int16  # (J,)
    quality: Double  # (J,)
    rating_bias: Double  # (J,)
    list_price: Double  # (J,) fen
    shared: Double  # (groups, J) part of the match of people with it that their group shares, standard deviations


def draw_goods(parameters: Parameters, keys: Keys) -> Goods:
    """Draw the products of a catalogue."""
    catalogue, likeness = parameters.market.catalogue, parameters.market.belief.likeness
    categories = catalogue.categories
    products = len(categories) * catalogue.products_per_category
    key = keys[Stream.WORLD_PRODUCT]
    category = np.repeat(np.arange(len(categories)), catalogue.products_per_category)
    brand = np.arange(products) % parameters.brands.count
    quality = catalogue.quality_spread * normals(key, 0, products, GoodsNormal.QUALITY)
    spread = catalogue.price_spread * normals(key, 0, products, GoodsNormal.PRICE)
    mean_price = np.array([categories[c].price for c in category])
    list_price = FEN * mean_price * np.exp(catalogue.quality_premium * quality + spread)
    return Goods(
        category.astype(np.int8),
        brand.astype(np.int16),
        quality,
        catalogue.rating_bias * normals(key, 0, products, GoodsNormal.RATING_BIAS),
        list_price,
        shared_matches(parameters.market.people.groups, products, likeness, keys[Stream.MATCH]),
    )


@allocating
def shared_matches(groups: int, products: int, likeness: float, key: np.uint64) -> Double:
    """Part of the match with each product that each group shares, shape (groups, J)."""
    shared = np.empty((groups, products))
    for group in range(groups):
        for j in range(products):
            shared[group, j] = shared_match(group, j, likeness, key)
    return shared


def by_category_of(category: Int8, categories: int) -> Int16:
    """Products of each category, shape (C, n)."""
    return np.argsort(category, kind="stable").reshape(categories, -1).astype(np.int16)
