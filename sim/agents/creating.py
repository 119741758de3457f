"""Creating: what creators post and advise, what they learn from income, who leaves and who has grown."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import allocating, compiled
from sim.draws import Stream, gumbel_of, normal_of, partner, poisson_of, uniform
from sim.parameters import Behaviour
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
from sim.rules.content import claim, post_rate
from sim.rules.growth import marginal_income, wants_to_leave
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


@compiled
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


@compiled
def known_for(k: int, category: int, creators: Creators, rates: Behaviour) -> float:
    """Expertise of creator k in a category, from the posts made so far."""
    posts = 0.0
    for c in range(creators.content.shape[1]):
        posts += float(creators.content[k, c])
    return expertise(float(creators.content[k, category]) / posts if posts > 0.0 else 0.0, rates.trust)


@compiled
def judged_claim(
    k: int, product: int, incentive: float, luck: Luck, creators: Creators, shelf: Shelf, rates: Behaviour, p: Any
) -> float:
    """What creator k claims of a product: an expert's judgement, inflated by pay as far as integrity lets it be."""
    key = luck[Stream.CLAIM]
    who = key_of(k, creators)
    noise = normal_of(uniform(key, 0, who, 2 * product), uniform(key, 0, who, 2 * product + 1))
    expert = known_for(k, int(shelf.category[product]), creators, rates)
    inflation = (1.0 - float(creators.integrity[k])) * incentive
    return claim(float(shelf.quality[product]), noise, expert, inflation, p)


@compiled
def attractiveness(
    k: int, product: int, slot: bool, luck: Luck, creators: Creators, shelf: Shelf, contracts: Contracts,
    rates: Behaviour, p: Any,
) -> float:  # fmt: skip
    """How much creator k likes to post about a product: expected pay, fit with the followers, own judgement of it.

    ``slot`` says whether the fixed fee of a promoted post is still to be had today.
    """
    category, brand, tier = int(shelf.category[product]), int(shelf.brand[product]), int(creators.tier[k])
    pay = float(contracts.visible[tier, brand]) + float(contracts.hidden[tier, brand])
    audience = float(creators.audience[k])
    prior = SELLING_PRIOR * ORDERS_PER_FOLLOWER * audience
    orders = (float(creators.sold[k, category]) + prior) / (float(creators.content[k, category]) + SELLING_PRIOR)
    income = pay * orders * float(shelf.price[product]) / 100.0
    if slot:
        income += float(contracts.slot_fee[tier, brand]) * audience
    judged = judged_claim(k, product, 0.0, luck, creators, shelf, rates, p)
    return math.log(1.0 + income / p.income_scale) + float(creators.fit[k, category]) + judged


@compiled
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


@compiled
def post_all(
    day: int, luck: Luck, creators: Creators, shelf: Shelf, contracts: Contracts, rates: Behaviour, p: Any, posts: Posts
) -> int:
    """Today's posts of all creators; fills ``posts`` and returns how many there are.

    The number is Poisson around the intended rate; the product is drawn by a softmax over a few candidates.
    """
    key = luck[Stream.POST]
    count = 0
    for k in range(creators.active.shape[0]):
        posts.first[k] = count
        if creators.active[k] == 0:
            continue
        who, tier, brand_account = key_of(k, creators), int(creators.tier[k]), int(creators.brand[k])
        rate = float(creators.rate[k])
        if brand_account < 0:
            more = uniform(key, day // DAYS_A_WEEK, who, SECOND_OF_WEEK) < 0.5
            rate = p.posts_fixed if p.posts_fixed >= 0.0 else rate * (1.0 + (p.experiment if more else -p.experiment))
        slot_free = True
        number = min(poisson_of(uniform(key, day, who, 0), rate), p.posts_most, MOST_POSTS)
        for n in range(number):
            best, most = NOBODY, -math.inf
            for candidate in range(p.candidates):
                draw = 1 + 2 * (n * p.candidates + candidate)
                product = candidate_of(uniform(key, day, who, draw), brand_account, shelf)
                if product < 0:
                    continue
                score = attractiveness(k, product, slot_free, luck, creators, shelf, contracts, rates, p)
                score += gumbel_of(uniform(key, day, who, draw + 1))
                if score > most:
                    best, most = product, score
            if best < 0:
                continue
            brand = int(shelf.brand[best])
            visible, hidden = float(contracts.visible[tier, brand]), float(contracts.hidden[tier, brand])
            private = p.private_share_koc if tier == Tier.KOC.value else p.private_share_kol
            if brand_account >= 0:
                private = 1.0
            posts.creator[count] = k
            posts.platform[count] = creators.home[k]
            posts.product[count] = best
            posts.claim[count] = judged_claim(k, best, visible + hidden, luck, creators, shelf, rates, p)
            posts.incentive[count] = visible
            fee = float(contracts.slot_fee[tier, brand])
            posts.paid[count] = visible + hidden + fee > 0.0
            posts.slot[count] = slot_free and fee > 0.0
            if fee > 0.0:
                slot_free = False
            posts.private[count] = uniform(key, day, who, DOMAIN_OF_POST + n) < private
            count += 1
    posts.first[creators.active.shape[0]] = count
    return count


@compiled
def write_sheet(creators: Creators, stranger: Double, discount: Double, rates: Behaviour, p: Any, sheet: Sheet) -> None:
    """What consumers can know of creators today.

    Parameters
    ----------
    stranger
        Prior counts (met, broken) of someone who does not follow, by tier; shape (tiers, 2).
    discount
        On what a tier sells, share of price; shape (tiers,).
    """
    for k in range(creators.active.shape[0]):
        tier = int(creators.tier[k])
        share = rates.trust.reputation_mass if tier == Tier.KOL.value else rates.trust.reputation
        private = p.private_share_koc if tier == Tier.KOC.value else p.private_share_kol
        sheet.active[k] = creators.active[k]
        sheet.partner[k] = partner(key_of(k, creators))
        sheet.private[k] = private > 0.0 or tier == Tier.BRAND.value
        sheet.heard_met[k] = share * float(creators.pool_met[k])
        sheet.heard_broken[k] = share * float(creators.pool_broken[k])
        sheet.stranger_met[k] = stranger[tier, 0]
        sheet.stranger_broken[k] = stranger[tier, 1]
        sheet.discount[k] = discount[tier]
        for category in range(creators.content.shape[1]):
            sheet.expertise[k, category] = known_for(k, category, creators, rates)


@compiled
def advise_all(
    day: int, period: int, luck: Luck, creators: Creators, shelf: Shelf, contracts: Contracts, rates: Behaviour, p: Any,
    sheet: Sheet,
) -> None:  # fmt: skip
    """The product each creator recommends one-to-one in each category, thought over once in ``period`` days."""
    for k in range(creators.active.shape[0]):
        if creators.active[k] == 0 or (
            int(creators.since[k]) < day - 1 and (key_of(k, creators) + day) % period != 0
        ):
            continue
        tier, brand_account = int(creators.tier[k]), int(creators.brand[k])
        for category in range(creators.content.shape[1]):
            sheet.advice[k, category] = NOBODY
            most = -math.inf
            for product in range(shelf.category.shape[0]):
                sells = brand_account < 0 or int(shelf.brand[product]) == brand_account
                if sells and shelf.category[product] == category:
                    score = attractiveness(k, product, False, luck, creators, shelf, contracts, rates, p)
                    if score > most:
                        most = score
                        sheet.advice[k, category] = product
            product = int(sheet.advice[k, category])
            if product >= 0:
                brand = int(shelf.brand[product])
                visible, hidden = float(contracts.visible[tier, brand]), float(contracts.hidden[tier, brand])
                sheet.advice_claim[k, category] = judged_claim(
                    k, product, visible + hidden, luck, creators, shelf, rates, p
                )
                sheet.advice_incentive[k, category] = visible
                sheet.advice_paid[k, category] = visible + hidden > 0.0


@compiled
def learn_all(day: int, posted: Int64, earned: Int64, luck: Luck, creators: Creators, p: Any, measuring: bool) -> int:
    """Learn from today's posts and income; leave where it does not pay.

    Parameters
    ----------
    posted, earned
        Posts, and income in fen, of each creator today; shape (K,).
    measuring
        Whether income and effort count towards the results.

    Returns
    -------
    int
        Number of creators who left today.
    """
    left = 0
    weight = p.learning
    for k in range(creators.active.shape[0]):
        if creators.active[k] == 0 or creators.brand[k] >= 0:
            continue
        n, income = float(posted[k]), float(earned[k]) / 100.0
        effort = 0.5 * effort_cost(k, creators, p) * n * n
        if measuring:
            creators.earned[k] += earned[k]
            creators.effort[k] += effort
        creators.week_posts[k] += n
        creators.week_income[k] += income
        creators.effort_mean[k] += weight / DAYS_A_WEEK * (DAYS_A_WEEK * effort - float(creators.effort_mean[k]))
        if day % DAYS_A_WEEK == DAYS_A_WEEK - 1:
            learn_week(k, weight, creators, p)
        if day - int(creators.since[k]) < p.patience:
            continue
        tempted = uniform(luck[Stream.EXIT], day, key_of(k, creators), 0) < p.leave
        if tempted and wants_to_leave(net_income(k, creators, p), float(creators.reservation[k])):
            creators.active[k] = 0
            left += 1
    return left


@compiled
def effort_cost(k: int, creators: Creators, p: Any) -> float:
    """Marginal effort cost of creator k, yuan day/post²: a KOL's posts are productions."""
    return p.effort_cost * p.kol_effort if creators.tier[k] == Tier.KOL.value else p.effort_cost


@compiled
def learn_week(k: int, weight: float, creators: Creators, p: Any) -> None:
    """Draw this week's lesson of creator k, and set the intended posts a day anew."""
    n, income = float(creators.week_posts[k]), float(creators.week_income[k])
    creators.posts_mean[k] += weight * (n - float(creators.posts_mean[k]))
    creators.income_mean[k] += weight * (income - float(creators.income_mean[k]))
    creators.posts_square[k] += weight * (n * n - float(creators.posts_square[k]))
    creators.posts_income[k] += weight * (n * income - float(creators.posts_income[k]))
    creators.week_posts[k] = 0.0
    creators.week_income[k] = 0.0
    more = marginal_income(
        float(creators.posts_mean[k]),
        float(creators.income_mean[k]),
        float(creators.posts_square[k]),
        float(creators.posts_income[k]),
        p,
    )
    creators.rate[k] += weight * (post_rate(more, effort_cost(k, creators, p), p) - float(creators.rate[k]))


@compiled
def net_income(k: int, creators: Creators, p: Any) -> float:
    """Learnt income of creator k with the intrinsic reward of posting, less effort; yuan per day."""
    reward = p.intrinsic * float(creators.posts_mean[k])
    return (float(creators.income_mean[k]) + reward - float(creators.effort_mean[k])) / DAYS_A_WEEK


@compiled
def usual_income(day: int, creators: Creators, p: Any) -> float:
    """Mean learnt net income of the KOCs who have been in business for a while, yuan per day; 0 without any."""
    total, count = 0.0, 0
    for k in range(creators.active.shape[0]):
        is_koc = creators.active[k] == 1 and creators.tier[k] == Tier.KOC.value
        if is_koc and day - int(creators.since[k]) >= p.patience:
            total += net_income(k, creators, p)
            count += 1
    return total / count if count > 0 else 0.0
