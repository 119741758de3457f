"""Creating: what can be known of creators today, what they advise one-to-one, and what they post."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import allocating, compiled, inlined
from sim.draws import Stream, gumbel_of, normal_of, partner, poisson_of, uniform
from sim.records import (
    MOST_POSTS,
    NOBODY,
    Creators,
    Double,
    Int64,
    Luck,
    Posts,
    Sheet,
    Shelf,
    Tier,
)
from sim.rules.content import claim
from sim.rules.trust import expertise

SELLING_PRIOR = 5.0  # posts' worth of belief in the prior rate of orders
ORDERS_PER_FOLLOWER = 0.002  # prior orders per post and follower
DAYS_A_WEEK = 7
SECOND_OF_WEEK = 1 << 20  # keeps the weekly draw apart from those of posts
DOMAIN_OF_POST = 1 << 21  # and the draws of each post's domain apart from those of its product
BRAND_KEY = 1 << 27  # brands' own accounts draw their luck beyond all consumers'


class Contracts(NamedTuple):
    """What brands pay for this week's posts: shares of price by tier and brand, and fees per follower and post."""

    visible: Double  # (tiers, B) commission, share of price
    hidden: Double  # (tiers, B) resale margin, share of price
    slot_fee: Double  # (tiers, B) yuan per follower and promoted post


class Studio(NamedTuple):
    """All that creators work with."""

    luck: Luck
    creators: Creators
    shelf: Shelf
    contracts: Contracts
    sheet: Sheet
    trust: Any  # trust parameters
    p: Any  # creators' parameters
    noise: Double  # (K, J) from `judgement_noise`
    live_discount: float  # on what KOLs sell, share of price


@inlined
def key_of(k: int, creators: Creators) -> int:
    """Whose luck a creator has: the person's, or the brand's."""
    host = int(creators.consumer[k])
    return host if host >= 0 else BRAND_KEY + int(creators.brand[k])


@allocating
def keys_of(creators: Creators) -> Int64:
    """`key_of` of all creators, shape (K,)."""
    keys = np.empty(creators.consumer.shape[0], np.int64)
    for k in range(keys.shape[0]):
        keys[k] = key_of(k, creators)
    return keys


@allocating
def judgement_noise(keys: Int64, products: int, luck: Luck) -> Double:
    """Error of judgement of each product by those whose luck the keys name: standard normal, the same for ever.

    Parameters
    ----------
    keys
        From `keys_of`, shape (K,).
    products
        How many there are.

    Returns
    -------
    ndarray, shape (K, products)
    """
    key = luck[Stream.CLAIM]
    noise = np.empty((keys.shape[0], products))
    for k in range(keys.shape[0]):
        for product in range(products):
            u, v = uniform(key, 0, keys[k], 2 * product), uniform(key, 0, keys[k], 2 * product + 1)
            noise[k, product] = normal_of(u, v)
    return noise


@inlined
def know(k: int, studio: Studio) -> None:
    """Write down what consumers can know of creator k today; expertise comes from the posts made so far."""
    creators, sheet, trust, p = studio.creators, studio.sheet, studio.trust, studio.p
    tier = int(creators.tier[k])
    mass = tier == Tier.KOL.value
    share = trust.reputation_mass if mass else trust.reputation
    private = p.private_share_koc if tier == Tier.KOC.value else p.private_share_kol
    sheet.active[k] = creators.active[k]
    sheet.partner[k] = partner(key_of(k, creators))
    sheet.private[k] = private > 0.0 or tier == Tier.BRAND.value
    sheet.heard_met[k] = share * float(creators.pool_met[k])
    sheet.heard_broken[k] = share * float(creators.pool_broken[k])
    sheet.stranger_met[k] = trust.mass_met if mass else trust.stranger_met
    sheet.stranger_broken[k] = trust.mass_broken if mass else trust.stranger_broken
    sheet.discount[k] = studio.live_discount if mass else 0.0
    posts = 0.0
    for category in range(creators.content.shape[1]):
        posts += float(creators.content[k, category])
    for category in range(creators.content.shape[1]):
        specialty = float(creators.content[k, category]) / posts if posts > 0.0 else 0.0
        sheet.expertise[k, category] = expertise(specialty, trust)


@inlined
def judged_claim(k: int, product: int, incentive: float, studio: Studio) -> float:
    """What creator k claims of a product: an expert's judgement, inflated by pay as far as integrity lets it be."""
    expert = float(studio.sheet.expertise[k, studio.shelf.category[product]])
    inflation = (1.0 - float(studio.creators.integrity[k])) * incentive
    quality, noise = float(studio.shelf.quality[product]), float(studio.noise[k, product])
    return claim(quality, noise, expert, inflation, studio.p)


@inlined
def attractiveness(k: int, product: int, slot: bool, studio: Studio) -> float:
    """How much creator k likes to post about a product: expected pay, fit with the followers, own judgement of it.

    ``slot`` says whether the fixed fee of a promoted post is still to be had today.
    """
    creators, shelf, contracts = studio.creators, studio.shelf, studio.contracts
    category, brand, tier = int(shelf.category[product]), int(shelf.brand[product]), int(creators.tier[k])
    pay = float(contracts.visible[tier, brand]) + float(contracts.hidden[tier, brand])
    audience = float(creators.audience[k])
    prior = SELLING_PRIOR * ORDERS_PER_FOLLOWER * audience
    orders = (float(creators.sold[k, category]) + prior) / (float(creators.content[k, category]) + SELLING_PRIOR)
    income = pay * orders * float(shelf.price[product]) / 100.0
    if slot:
        income += float(contracts.slot_fee[tier, brand]) * audience
    judged = judged_claim(k, product, 0.0, studio)
    return math.log(1.0 + income / studio.p.income_scale) + float(creators.fit[k, category]) + judged


@inlined
def advise(k: int, studio: Studio) -> None:
    """Choose the product that creator k recommends one-to-one in each category: the most attractive that it sells."""
    creators, shelf, contracts, sheet = studio.creators, studio.shelf, studio.contracts, studio.sheet
    tier, brand_account = int(creators.tier[k]), int(creators.brand[k])
    for category in range(creators.content.shape[1]):
        best, most = NOBODY, -math.inf
        for product in range(shelf.category.shape[0]):
            sells = brand_account < 0 or int(shelf.brand[product]) == brand_account
            if sells and shelf.category[product] == category:
                score = attractiveness(k, product, False, studio)
                if score > most:
                    best, most = product, score
        sheet.advice[k, category] = best
        if best >= 0:
            brand = int(shelf.brand[best])
            visible, hidden = float(contracts.visible[tier, brand]), float(contracts.hidden[tier, brand])
            sheet.advice_claim[k, category] = judged_claim(k, best, visible + hidden, studio)
            sheet.advice_incentive[k, category] = visible
            sheet.advice_paid[k, category] = visible + hidden > 0.0


@inlined
def candidate_of(u: float, brand_account: int, shelf: Shelf) -> int:
    """A product by lot: one of all, or of its own goods for a brand's account; `NOBODY` where that has none."""
    products = shelf.category.shape[0]
    if brand_account < 0:
        return int(u * products)
    own = 0
    for product in range(products):
        own += shelf.brand[product] == brand_account
    nth = int(u * own)
    for product in range(products):
        if shelf.brand[product] == brand_account:
            if nth == 0:
                return product
            nth -= 1
    return NOBODY


@inlined
def number_of_posts(k: int, day: int, studio: Studio) -> int:
    """How often creator k posts today: Poisson around the intended rate, with which a creator experiments by weeks."""
    creators, p, key = studio.creators, studio.p, studio.luck[Stream.POST]
    who, rate = key_of(k, creators), float(creators.rate[k])
    if creators.brand[k] < 0:
        more = uniform(key, day // DAYS_A_WEEK, who, SECOND_OF_WEEK) < 0.5
        rate = p.posts_fixed if p.posts_fixed >= 0.0 else rate * (1.0 + (p.experiment if more else -p.experiment))
    return min(poisson_of(uniform(key, day, who, 0), rate), p.posts_most, MOST_POSTS)


@inlined
def choose_product(k: int, day: int, n: int, slot_free: bool, studio: Studio) -> int:
    """Product of creator k's n-th post today: a softmax over a few candidates, or `NOBODY`."""
    key, who = studio.luck[Stream.POST], key_of(k, studio.creators)
    best, most = NOBODY, -math.inf
    for candidate in range(studio.p.candidates):
        draw = 1 + 2 * (n * studio.p.candidates + candidate)
        product = candidate_of(uniform(key, day, who, draw), int(studio.creators.brand[k]), studio.shelf)
        if product >= 0:
            score = attractiveness(k, product, slot_free, studio) + gumbel_of(uniform(key, day, who, draw + 1))
            if score > most:
                best, most = product, score
    return best


@inlined
def write_posts(k: int, day: int, count: int, studio: Studio, posts: Posts) -> int:
    """Add creator k's posts of today to the ``count`` already written; returns how many there are then."""
    creators, contracts, p = studio.creators, studio.contracts, studio.p
    tier = int(creators.tier[k])
    private = p.private_share_koc if tier == Tier.KOC.value else p.private_share_kol
    slot_free = True
    for n in range(number_of_posts(k, day, studio)):
        product = choose_product(k, day, n, slot_free, studio)
        if product < 0:
            continue
        brand = int(studio.shelf.brand[product])
        visible, hidden = float(contracts.visible[tier, brand]), float(contracts.hidden[tier, brand])
        fee = float(contracts.slot_fee[tier, brand])
        domain = uniform(studio.luck[Stream.POST], day, key_of(k, creators), DOMAIN_OF_POST + n)
        posts.creator[count] = k
        posts.platform[count] = creators.home[k]
        posts.product[count] = product
        posts.claim[count] = judged_claim(k, product, visible + hidden, studio)
        posts.incentive[count] = visible
        posts.paid[count] = visible + hidden + fee > 0.0
        posts.slot[count] = slot_free and fee > 0.0
        posts.private[count] = tier == Tier.BRAND.value or domain < private
        slot_free = slot_free and fee <= 0.0
        count += 1
    return count


@compiled
def create_all(day: int, period: int, studio: Studio, posts: Posts) -> int:
    """The day of all creators: what is known of each, what each advises one-to-one, and what each posts.

    Parameters
    ----------
    day, period
        Advice is thought over on the first day of business, and once in ``period`` days.
    studio
        Its sheet is written.
    posts
        Room for today's posts, filled by creator.

    Returns
    -------
    int
        Number of posts.
    """
    creators = studio.creators
    count = 0
    for k in range(creators.active.shape[0]):
        know(k, studio)
        posts.first[k] = count
        if creators.active[k] == 1:
            is_new = int(creators.since[k]) >= day - 1
            if is_new or (key_of(k, creators) + day) % period == 0:
                advise(k, studio)
            count = write_posts(k, day, count, studio, posts)
    posts.first[creators.active.shape[0]] = count
    return count
