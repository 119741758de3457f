"""Creating: what can be known of creators today, what they advise one-to-one, and what they post."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import allocating, inlined
from sim.day import Day, Used
from sim.draws import Stream, gumbel_of, normal_of, partner, poisson_of, uniform
from sim.records import Table
from sim.rules.content import claim
from sim.rules.trust import expertise
from sim.state import DAYS_A_WEEK, FEN, MOST_POSTS, NOBODY, Creator, Double, Luck, Tier

SECOND_OF_WEEK = 1 << 20  # keeps the weekly draw apart from those of posts
DOMAIN_OF_POST = 1 << 21  # and the draws of each post's domain apart from those of its product
BRAND_KEY = 1 << 27  # brands' own accounts draw their luck beyond all consumers'


@inlined
def key_of(creator: Creator) -> int:
    """Whose luck a creator has: the person's, or the brand's."""
    return creator.consumer if creator.consumer >= 0 else BRAND_KEY + creator.brand


@allocating
def judgement_errors(creators: Table[Creator], products: int, luck: Luck) -> Double:
    """Error of judgement of each product by each creator: standard normal, the same for ever.

    Returns
    -------
    ndarray, shape (K, products)
    """
    key = luck[Stream.CLAIM]
    noise = np.empty((creators.shape[0], products))
    for k in range(creators.shape[0]):
        who = key_of(creators[k])
        for product in range(products):
            noise[k, product] = normal_of(uniform(key, 0, who, 2 * product), uniform(key, 0, who, 2 * product + 1))
    return noise


@inlined
def know(k: int, m: Day) -> None:
    """Write down what consumers can know of creator k today; expertise comes from the posts made so far."""
    creator, profile, trust = m.creators[k], m.profiles[k], m.p.trust
    mass = creator.tier == Tier.KOL.value
    share = trust.reputation_mass if mass else trust.reputation
    profile.active = creator.active
    profile.partner = partner(key_of(creator))
    profile.private = private_share(creator.tier, m) > 0.0
    profile.heard_met = share * creator.pool_met
    profile.heard_broken = share * creator.pool_broken
    profile.stranger_met = trust.mass_met if mass else trust.stranger_met
    profile.stranger_broken = trust.mass_broken if mass else trust.stranger_broken
    profile.is_kol = mass
    posts = 0.0
    for category in range(m.categories):
        posts += creator.content[category]
    for category in range(m.categories):
        specialty = creator.content[category] / posts if posts > 0.0 else 0.0
        profile.expertise[category] = expertise(specialty, trust)


@inlined
def private_share(tier: int, m: Day) -> float:
    """Share of a creator's posts that go to the private pool; all of a brand's own account."""
    if tier == Tier.BRAND.value:
        return 1.0
    return m.p.creators.private_share_koc if tier == Tier.KOC.value else m.p.creators.private_share_kol


@inlined
def visible_pay(brand: int, tier: int, platform: int, m: Day) -> float:
    """Commission that a brand pays creators of a tier on a platform today, share of price."""
    return m.platforms[platform].commission if m.brands[brand].pays[tier] else 0.0


@inlined
def judged_claim(k: int, product: int, incentive: float, m: Day) -> float:
    """What creator k claims of a product: an expert's judgement, inflated by pay as far as integrity lets it be."""
    goods = m.products[product]
    expert = m.profiles[k].expertise[goods.category]
    inflation = (1.0 - m.creators[k].integrity) * incentive
    return claim(goods.quality, m.judgement[k, product], expert, inflation, m.p.creators)


@inlined
def attractiveness(k: int, product: int, slot: bool, m: Day) -> float:
    """How much creator k likes to post about a product: expected pay, fit with the followers, own judgement of it.

    ``slot`` says whether the fixed fee of a promoted post is still to be had today.
    """
    creator, goods = m.creators[k], m.products[product]
    category, tier, brand = goods.category, creator.tier, m.brands[goods.brand]
    pay = visible_pay(goods.brand, tier, creator.home, m) + brand.margin[tier]
    audience = 1.0 * creator.audience
    prior = m.p.creators.orders_confidence * m.p.creators.orders_per_follower * audience
    orders = (creator.sold[category] + prior) / (creator.content[category] + m.p.creators.orders_confidence)
    income = pay * orders * m.listings[creator.home, product].price / FEN
    if slot:
        income += brand.slot_fee[tier] * audience
    judged = judged_claim(k, product, 0.0, m)
    return math.log(1.0 + income / m.p.creators.income_scale) + creator.fit[category] + judged


@inlined
def advise(k: int, m: Day) -> None:
    """Choose the product that creator k recommends one-to-one in each category: the most attractive that it sells."""
    creator, profile = m.creators[k], m.profiles[k]
    for category in range(m.categories):
        best, most = NOBODY, -math.inf
        for product in range(m.products.shape[0]):
            sells = creator.brand < 0 or m.products[product].brand == creator.brand
            if sells and m.products[product].category == category:
                score = attractiveness(k, product, False, m)
                if score > most:
                    best, most = product, score
        profile.advice[category] = best
        if best >= 0:
            brand = m.products[best].brand
            visible = visible_pay(brand, creator.tier, creator.home, m)
            hidden = m.brands[brand].margin[creator.tier]
            profile.advice_claim[category] = judged_claim(k, best, visible + hidden, m)
            profile.advice_incentive[category] = visible
            profile.advice_paid[category] = visible + hidden > 0.0


@inlined
def candidate_of(u: float, brand: int, m: Day) -> int:
    """A product by lot: one of all, or of its own goods for a brand's account; `NOBODY` where that has none."""
    products = m.products.shape[0]
    if brand < 0:
        return int(u * products)
    own = 0
    for product in range(products):
        own += m.products[product].brand == brand
    nth = int(u * own)
    for product in range(products):
        if m.products[product].brand == brand:
            if nth == 0:
                return product
            nth -= 1
    return NOBODY


@inlined
def number_of_posts(k: int, m: Day) -> int:
    """How often creator k posts today: Poisson around the intended rate, with which a creator experiments by weeks."""
    creator, p, key = m.creators[k], m.p.creators, m.keys[Stream.POST]
    who, rate = key_of(creator), creator.rate
    if creator.brand < 0:
        more = uniform(key, m.day // DAYS_A_WEEK, who, SECOND_OF_WEEK) < 0.5
        rate = p.posts_fixed if p.posts_fixed >= 0.0 else rate * (1.0 + (p.experiment if more else -p.experiment))
    return min(poisson_of(uniform(key, m.day, who, 0), rate), p.posts_most, MOST_POSTS)


@inlined
def choose_product(k: int, n: int, slot_free: bool, m: Day) -> int:
    """Product of creator k's n-th post today: a softmax over a few candidates, or `NOBODY`."""
    key, who, candidates = m.keys[Stream.POST], key_of(m.creators[k]), m.p.creators.candidates
    best, most = NOBODY, -math.inf
    for candidate in range(candidates):
        draw = 1 + 2 * (n * candidates + candidate)
        product = candidate_of(uniform(key, m.day, who, draw), m.creators[k].brand, m)
        if product >= 0:
            score = attractiveness(k, product, slot_free, m) + gumbel_of(uniform(key, m.day, who, draw + 1))
            if score > most:
                best, most = product, score
    return best


@inlined
def post_today(k: int, m: Day) -> None:
    """Write creator k's posts of today, and the card that followers look at."""
    creator, card = m.creators[k], m.cards[k]
    card.first = m.used[Used.POSTS]
    card.posts = 0
    card.active = creator.active
    card.partner = m.profiles[k].partner
    if not creator.active:
        return
    slot_free = True
    for n in range(number_of_posts(k, m)):
        product = choose_product(k, n, slot_free, m)
        if product >= 0:
            pays_slot = write_post(k, n, product, slot_free, m)
            slot_free = slot_free and not pays_slot


@inlined
def write_post(k: int, n: int, product: int, slot_free: bool, m: Day) -> bool:
    """Write creator k's n-th post of today; returns whether the brand has a fixed fee for it."""
    creator, goods, card = m.creators[k], m.products[product], m.cards[k]
    brand, tier = m.brands[goods.brand], creator.tier
    visible = visible_pay(goods.brand, tier, creator.home, m)
    hidden, fee = brand.margin[tier], brand.slot_fee[tier]
    domain = uniform(m.keys[Stream.POST], m.day, key_of(creator), DOMAIN_OF_POST + n)
    private = domain < private_share(tier, m)
    post = m.posts[m.used[Used.POSTS]]
    m.used[Used.POSTS] += 1
    post.creator = k
    post.platform = creator.home
    post.product = product
    post.category = goods.category
    post.claim = judged_claim(k, product, visible + hidden, m)
    post.incentive = visible
    post.paid = visible + hidden + fee > 0.0
    post.slot = slot_free and fee > 0.0
    post.private = private
    card.category[card.posts] = goods.category
    card.private[card.posts] = private
    card.posts += 1
    return fee > 0.0


@inlined
def create_all(m: Day) -> None:
    """The morning of all creators: what is known of each, what each advises one-to-one, and what each posts.

    Advice is thought over on the first day of business, and then once in ``advice_days`` days.
    """
    m.used[Used.POSTS] = 0
    period = m.p.creators.advice_days if m.day > 0 else 1
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        know(k, m)
        if creator.active and (creator.since >= m.day - 1 or (key_of(creator) + m.day) % period == 0):
            advise(k, m)
        post_today(k, m)
