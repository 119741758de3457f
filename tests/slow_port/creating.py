"""What creators do in the morning: expertise, advice, posts, claims (7.12 to 7.15)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p

from . import rules
from .town import BRAND, KOC, KOL, Creator, Product, Town


@dataclass
class Post:
    creator: Creator
    product: Product
    private: bool
    claim: float
    visible_pay: float


def promotes(creator: Creator, product: Product) -> bool:
    """7.12: whether the product's brand has money for creators of the tier."""
    return creator.tier != BRAND and product.brand.promotes[creator.tier]


def pay_shares(town: Town, creator: Creator | None, product: Product) -> tuple[float, float]:
    """Visible and hidden pay as shares of the price."""
    if creator is None or not promotes(creator, product):
        return 0.0, 0.0
    return town.p.creators.commission, town.p.creators.resale_margin


def claim(town: Town, creator: Creator, product: Product) -> float:
    """7.14."""
    honest = judgement(town, creator, product)
    return honest + rules.inflation(creator.integrity, sum(pay_shares(town, creator, product)), town.p)


def judgement(town: Town, creator: Creator, product: Product) -> float:
    mastery = creator.mastery[product.category]
    return rules.honest_claim(product.quality, creator.luck[product.number], mastery, town.p)


def attractiveness(town: Town, creator: Creator, product: Product, slot: bool) -> float:
    """7.13, without luck."""
    c = product.category
    each = rules.orders_per_post(creator.orders[c], creator.posts[c], creator.audience)
    pay = sum(pay_shares(town, creator, product)) * product.price / 100.0 * each
    if slot and creator.tier == KOL and promotes(creator, product):
        pay += town.p.creators.slot_fee * creator.audience
    return log1p(pay / town.p.creators.income_scale) + creator.fit[c] + judgement(town, creator, product)


def post_all(town: Town, day: int) -> tuple[list[Post], list[tuple[Creator, Product]]]:
    """Posts of the day, and the slots that brands pay for."""
    posts: list[Post] = []
    slots: list[tuple[Creator, Product]] = []
    for creator in town.creators:
        if not creator.active:
            continue
        everything = sum(creator.posts)
        creator.mastery = [rules.expertise(n, everything, town.p) for n in creator.posts]
        if not creator.advice or day % 7 == creator.weekday:
            creator.advice = [advise(town, creator, goods) for goods in town.goods_of]
        if creator.tier == BRAND:
            posts += [_own_post(town, creator) for _ in range(_number(town, town.p.brands.own_posts))]
            continue
        posts += _posts_of(town, creator, slots)
    return posts, slots


def _number(town: Town, rate: float) -> int:
    return min(int(town.rng.poisson(rate)), town.p.creators.posts_most)


def _posts_of(town: Town, creator: Creator, slots: list[tuple[Creator, Product]]) -> list[Post]:
    c, rng = town.p.creators, town.rng
    rate = creator.rate * (1.0 + creator.sign * c.experiment) if c.posts_fixed < 0 else c.posts_fixed
    private = c.private_share_koc if creator.tier == KOC else c.private_share_kol
    made: list[Post] = []
    promoted_today = False
    for _ in range(_number(town, rate)):
        candidates = [town.products[n] for n in rng.integers(len(town.products), size=c.candidates)]
        scores = [attractiveness(town, creator, product, not promoted_today) for product in candidates]
        luck = rng.gumbel(size=len(scores))
        product = max(zip(scores + luck, range(len(scores)), strict=True))[1]
        chosen = candidates[product]
        if creator.tier == KOL and promotes(creator, chosen) and not promoted_today:
            promoted_today = True
            slots.append((creator, chosen))
        visible = pay_shares(town, creator, chosen)[0]
        made.append(Post(creator, chosen, rng.random() < private, claim(town, creator, chosen), visible))
    for post in made:
        creator.posts[post.product.category] += 1.0
    creator.week_posts += len(made)
    effort = c.effort_cost * (c.kol_effort if creator.tier == KOL else 1.0)
    creator.effort_today = 0.5 * effort * len(made) ** 2
    return made


def advise(town: Town, creator: Creator, goods: list[Product]) -> list[tuple[Product, float, float]]:
    """7.15: the most attractive, with its claim and visible pay of today; nothing where a brand has no goods."""
    own = [product for product in goods if creator.tier != BRAND or product.brand is creator.brand]
    if not own:
        return []
    best = max(own, key=lambda product: attractiveness(town, creator, product, slot=False))
    return [(best, claim(town, creator, best), pay_shares(town, creator, best)[0])]


def _own_post(town: Town, account: Creator) -> Post:
    """Of the own goods, chosen as others choose, without pay."""
    assert account.brand is not None
    goods = account.brand.goods
    candidates = [goods[n] for n in town.rng.integers(len(goods), size=town.p.creators.candidates)]
    scores = [attractiveness(town, account, product, slot=False) + town.rng.gumbel() for product in candidates]
    product = candidates[scores.index(max(scores))]
    return Post(account, product, True, judgement(town, account, product), 0.0)
