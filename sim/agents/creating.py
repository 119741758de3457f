"""Creating: which contracts creators take, what they sell on their own account, and what they post."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.believing import believe
from sim.agents.claiming import claim_of
from sim.agents.contracts import can_pay, give_sample, is_sold, may_contract, sign
from sim.agents.knowing import key_of, private_share
from sim.agents.match import use
from sim.agents.memory import is_used, memory_slot, remember_use
from sim.agents.seeing import channel_of
from sim.agents.sponsorship_fees import fee_of
from sim.arrays import Keys
from sim.compilation import compiled, inlined
from sim.compilation.prefetch import prefetch
from sim.day import Day, Used
from sim.draw_numbers import PER_CANDIDATE, OwnPostDraw, PostDraw
from sim.draws import Stream, bits, gumbel_of, poisson_of, uniform
from sim.prefetching import AHEAD, prefetch_consumer
from sim.records import NOBODY
from sim.rules.experience import is_satisfying
from sim.sorting import pair_of, sort_pairs
from sim.state.creators import MOST_POSTS, Post, Tier
from sim.state.people import MEMORY_SLOTS
from sim.units import DAYS_A_WEEK, FEN
from sim.weighted_draws import place


@inlined
def attractiveness(k: int, product: int, fee: float, m: Day) -> float:
    """How much creator k likes to post about a product: expected pay, fit with the followers, own opinion of it.

    Parameters
    ----------
    fee
        Fixed fee of the post, fen.
    """
    creator, goods, p = m.creators[k], m.products[product], m.p.creators
    category = goods.category
    listing = m.listings[creator.home, product]
    prior = p.orders_confidence * p.orders_per_follower * creator.audience
    orders = (creator.sold[category] + prior) / (creator.content[category] + p.orders_confidence)
    income = (listing.earned[creator.tier] * orders * listing.price + fee) / FEN
    opinion = believe(creator.consumer, product, m)[0].mean if creator.consumer >= 0 else 0.0
    return math.log(1.0 + income / p.income_scale) + creator.fit[category] + opinion


@inlined
def number_of_posts(k: int, m: Day) -> int:
    """How often creator k would post today: Poisson around the intended rate, with which one experiments by weeks."""
    creator, p, key = m.creators[k], m.p.creators, m.keys[Stream.POST]
    who, rate = key_of(creator), m.p.brands.own_posts
    if creator.brand < 0:
        more = uniform(key, m.day // DAYS_A_WEEK, who, PostDraw.EXPERIMENT) < 0.5
        varied = creator.rate * (1.0 + (p.experiment if more else -p.experiment))
        rate = p.posts_fixed if p.posts_fixed >= 0.0 else varied
    return min(poisson_of(uniform(key, m.day, who, PostDraw.POSTS), rate), p.posts_most, MOST_POSTS)


@inlined
def post_today(k: int, m: Day) -> None:
    """Write creator k's posts of today, and the card that followers look at.

    A post is paid by a brand, or sells what the creator earns on, or now and then is about what the creator likes.
    """
    creator, card = m.creators[k], m.cards[k]
    card.first = m.used[Used.POSTS]
    card.posts = 0
    card.active = creator.active
    card.platforms = creator.platforms
    card.partner = m.profiles[k].partner
    if not creator.active or creator.platforms == 0:
        return
    for n in range(number_of_posts(k, m)):
        if creator.brand >= 0:
            own = own_product(k, n, m)
            if own >= 0:
                write_post(k, n, own, False, m)
            continue
        contract = choose_contract(k, n, m)
        if contract >= 0:
            if agrees(k, n, contract, m):
                write_post(k, n, contract, True, m).fee = sign(k, contract, m)
            continue
        own = choose_to_sell(k, n, m)
        if own >= 0:
            write_post(k, n, own, True, m)
        elif uniform(m.keys[Stream.POST], m.day, key_of(creator), PostDraw.UNPAID + n) < m.p.creators.unpaid:
            liked = liked_product(k, n, m)
            if liked >= 0:
                write_post(k, n, liked, False, m)


@inlined
def choose_contract(k: int, n: int, m: Day) -> int:
    """Product of a brand that pays for creator k's n-th post today, or `NOBODY`.

    Brands offer in proportion to their money and to what each product sells; the creator takes the most attractive of
    a few offers: a softmax.
    """
    creator, key, candidates = m.creators[k], m.keys[Stream.POST], m.p.creators.candidates
    best, most, who = NOBODY, -math.inf, key_of(creator)
    if not may_contract(creator.tier, m):
        return best
    for candidate in range(candidates):
        draw = PER_CANDIDATE * (n * candidates + candidate)
        product = place(uniform(key, m.day, who, PostDraw.CANDIDATE + draw), m.contracts[creator.tier])
        fee = fee_of(k, m.products[product].brand, m)
        if is_sold(product, creator.home, m) and can_pay(product, creator.tier, fee, m):
            shock = gumbel_of(uniform(key, m.day, who, PostDraw.SHOCK + draw))
            score = attractiveness(k, product, fee, m) + shock
            if score > most:
                best, most = product, score
    return best


@inlined
def choose_to_sell(k: int, n: int, m: Day) -> int:
    """Product that creator k sells on the own account in the n-th post today: a softmax over a few of all.

    `NOBODY` where nothing is earned without a contract, and where none of the few is sold on the creator's platform and
    pays today.
    """
    key, candidates, who = m.keys[Stream.POST], m.p.creators.candidates, key_of(m.creators[k])
    best, most, home, tier = NOBODY, -math.inf, m.creators[k].home, m.creators[k].tier
    if not m.platforms[home].sells_on[tier]:
        return best
    for candidate in range(candidates):
        draw = PER_CANDIDATE * (n * candidates + candidate)
        product = int(uniform(key, m.day, who, PostDraw.CANDIDATE + draw) * m.products.shape[0])
        if is_sold(product, home, m) and m.listings[home, product].earned[tier] > 0.0:
            shock = gumbel_of(uniform(key, m.day, who, PostDraw.SHOCK + draw))
            score = attractiveness(k, product, 0.0, m) + shock
            if score > most:
                best, most = product, score
    return best


@inlined
def agrees(k: int, n: int, product: int, m: Day) -> bool:
    """Whether creator k takes a contract: a KOC tries the sample first, and declines what disappoints, if honest."""
    creator = m.creators[k]
    i = creator.consumer
    if creator.tier != Tier.KOC or is_used(i, memory_slot(i, product, m), m):
        return True
    give_sample(product, m)
    experienced = use(i, product, m.day, m)
    satisfying = is_satisfying(experienced, believe(i, product, m)[0].mean, m.p.experience)
    remember_use(i, product, experienced, satisfying, m)
    declines = uniform(m.keys[Stream.POST], m.day, key_of(creator), PostDraw.DECLINES + n) < creator.integrity
    return experienced >= m.p.creators.declines_below or not declines


@inlined
def liked_product(k: int, n: int, m: Day) -> int:
    """The product that creator k has used and likes best, by a draw among near ones; `NOBODY` where none is liked."""
    i, key, who = m.creators[k].consumer, m.keys[Stream.POST], key_of(m.creators[k])
    best, most = NOBODY, m.p.creators.declines_below
    for slot in range(MEMORY_SLOTS):
        if is_used(i, slot, m):
            product = m.memories[i, slot].product
            draw = uniform(key, m.day, who, PostDraw.LIKING + MEMORY_SLOTS * n + slot)
            liking = believe(i, product, m)[0].mean + m.p.creators.liking_range * draw
            if liking > most:
                best, most = product, liking
    return best


@inlined
def own_product(k: int, n: int, m: Day) -> int:
    """A product of the brand whose account posts, by lot; `NOBODY` where it has none."""
    brand, own = m.creators[k].brand, 0
    for product in range(m.products.shape[0]):
        own += m.products[product].brand == brand
    nth = int(uniform(m.keys[Stream.POST], m.day, key_of(m.creators[k]), OwnPostDraw.PRODUCT + n) * own)
    for product in range(m.products.shape[0]):
        if m.products[product].brand == brand:
            if nth == 0:
                return product
            nth -= 1
    return NOBODY


@inlined
def write_post(k: int, n: int, product: int, paid: bool, m: Day) -> Post:
    """Write creator k's n-th post of today; returns it."""
    creator, goods, card, key = m.creators[k], m.products[product], m.cards[k], m.keys[Stream.POST]
    creator.posted = m.day
    who = key_of(creator)
    private = uniform(key, m.day, who, PostDraw.PRIVATE + n) < private_share(creator.tier, m)
    is_kol = creator.tier == Tier.KOL
    post = m.posts[m.used[Used.POSTS]]
    m.used[Used.POSTS] += 1
    post.creator = k
    post.platform = creator.home
    post.product = product
    post.category = goods.category
    claimed, noise = claim_of(k, product, paid, m)
    post.claim = claimed
    post.noise = noise
    post.incentive = m.listings[creator.home, product].earned_seen[creator.tier] if paid else 0.0
    post.paid = paid
    post.fee = 0
    post.private = private
    live = uniform(key, m.day, who, PostDraw.LIVE + n) < m.p.creators.live_share
    post.live = is_kol and paid and not private and live
    card.category[card.posts] = goods.category
    card.channel[card.posts] = channel_of(post, m)
    card.posts += 1
    return post


@inlined
def create_all(m: Day) -> None:
    """All creators post; whom brands ask first, whose money may not last for all, is drawn anew each day."""
    m.used[Used.POSTS] = 0
    for turn in range(m.turns.shape[0]):
        prefetch_creators(turn, m)
        post_today(m.turns[turn], m)


@inlined
def prefetch_creators(turn: int, m: Day) -> None:
    """Fetch the rows of creators whose turn comes soon, whom the lot has scattered over their tables, ahead of use."""
    if turn + 2 * AHEAD < m.turns.shape[0]:
        k = m.turns[turn + 2 * AHEAD]
        prefetch(m.creators[k])
        prefetch(m.cards[k])
        prefetch(m.profiles[k])
    if turn + AHEAD < m.turns.shape[0]:
        i = m.creators[m.turns[turn + AHEAD]].consumer
        if i >= 0:
            prefetch_consumer(i, m)


def draw_turns(m: Day) -> None:
    """Draw in which order creators are asked today: by lots that know the creator, and not the row."""
    lots = m.turns.view(np.uint64)
    write_lots(lots, m)
    sort_pairs(lots)


@compiled
def write_lots(lots: Keys, m: Day) -> None:
    """Write the lot of each creator above its row, shape (K,)."""
    for k in range(lots.shape[0]):
        lot = bits(m.keys[Stream.POST], m.day, key_of(m.creators[k]), PostDraw.TURN)
        lots[k] = pair_of(lot, k)
