"""What there is at the start: goods, matches, what people have bought before, creators (section 5)."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from reference.creator import Creator
from reference.memory import remember_use
from reference.records import Product, Tier

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.market import PlainMarket

LONGEST_PAST = 4_095  # days


def make_goods(model: PlainMarket) -> list[Product]:
    """Products of each category, dealt to the brands in turn."""
    m, normal = model.parameters.market.catalogue, model.rng.standard_normal
    goods: list[Product] = []
    for category, about in enumerate(model.categories):
        for _ in range(m.products_per_category):
            quality = m.quality_spread * float(normal())
            yuan = about.price * exp(m.quality_premium * quality + m.price_spread * float(normal()))
            brand, bias = model.brands[len(goods) % len(model.brands)], m.rating_bias * float(normal())
            product = Product(len(goods), category, brand, quality, bias, 100.0 * yuan)
            brand.goods.append(product)
            goods.append(product)
    return goods


def draw_matches(model: PlainMarket) -> None:
    """Of groups and of people with products, for ever (5)."""
    normals, count = model.rng.standard_normal, len(model.goods)
    model.group_match = normals((model.parameters.market.people.groups, count)).tolist()
    for consumer in model.consumers:
        consumer.own_match = normals(count).tolist()


def look_back(consumer: Consumer) -> None:
    """What somebody bought last of each category, and the time before: remembered, and perhaps rated (5)."""
    model, p = consumer.model, consumer.model.parameters.market
    for goods in model.goods_of:
        category = model.categories[goods[0].category]
        worth = [
            one.quality + p.memory.match_known * consumer.match(one)
            - consumer.sensitivity * one.list_price / (100.0 * category.price)
            for one in goods
        ]  # fmt: skip
        last = float(model.rng.exponential(consumer.waits[goods[0].category]))
        before = last + float(model.rng.exponential(consumer.waits[goods[0].category]))
        for days in (min(int(before), LONGEST_PAST), min(int(last), LONGEST_PAST)):
            shock = model.rng.gumbel(size=len(goods)).tolist()
            values = [one + two for one, two in zip(worth, shock, strict=True)]
            product = goods[values.index(max(values))]
            experienced = consumer.use(product)
            remember_use(consumer, product, experienced, satisfying=True, days_ago=days)
            if model.random.random() < p.experience.review:
                left = exp(-days / p.belief.rating_days)
                product.ratings += left
                product.rating_sum += left * experienced


def first_creators(model: PlainMarket) -> None:
    """KOCs and KOLs among those who have friends and are ever online, and brands' own accounts."""
    c = model.parameters.creators
    able = [consumer for consumer in model.people_with_friends if consumer.activity > 0.0]
    kocs = [consumer for consumer in able if model.random.random() < c.koc_share]
    for consumer in kocs:
        model.creators.add(Creator(model, Tier.KOC, consumer))
    others = [consumer for consumer in able if consumer.creator is None]
    for consumer in model.random.sample(others, min(c.kol_count, len(others))):
        model.creators.add(Creator(model, Tier.KOL, consumer))
    if model.parameters.brands.own > 0.0:
        for brand in model.brands:
            brand.account = Creator(model, Tier.BRAND, brand=brand)
            model.creators.add(brand.account)
