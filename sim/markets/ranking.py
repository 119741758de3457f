"""Ranking: the tables by which platforms lend attention to goods, ads and creators' public posts."""

from __future__ import annotations

import math

import numpy as np

from sim.arrays import Double, Int16
from sim.compilation import inlined
from sim.day import GUIDE, Day, Feeds, Used
from sim.rules.belief import rated
from sim.rules.ranking import Mix, bid_shares, cumulate, ranking_weights
from sim.state.visits import MOST_PAGES
from sim.units import MILLION
from sim.weighted_draws import write_guide

LEAST_SHARE = 1e-9  # of the feed that is no ad


def new_feeds(by_category: Int16, platforms: int, posts: int) -> Feeds:
    """Tables to be written each day.

    Parameters
    ----------
    by_category
        Products of each category, shape (C, n).
    platforms, posts
        Platforms, and posts on a day at most.
    """
    categories, n = by_category.shape
    return Feeds(
        product=by_category,
        goods=np.empty((2, platforms, categories, n)),
        goods_guide=np.empty((2, platforms, categories, GUIDE), np.int16),
        paid=np.empty((platforms, categories), np.uint8),
        pages=np.empty((platforms, MOST_PAGES)),
        pages_guide=np.empty((platforms, GUIDE), np.int16),
        post_first=np.empty(platforms * categories + 1, np.int64),
        post=np.empty(posts, np.int32),
        post_weight=np.empty(posts),
        room=np.empty((3, max(n, posts))),
    )


@inlined
def rate_goods(m: Day) -> None:
    """Work out what each product's public rating of today tells.

    Old ratings fade, and only what exceeds the category's mean counts, since people buy what they like.
    """
    fade = m.fading.rating[1]
    for j in range(m.products.shape[0]):
        product = m.products[j]
        product.reviews = fade * product.reviews + product.new_reviews
        product.review_sum = fade * product.review_sum + product.new_review_sum / MILLION
        product.new_reviews = 0
        product.new_review_sum = 0
    variance = m.p.variance
    for category in range(m.categories):
        ratings = summed = 0.0
        for j in m.feeds.product[category]:
            ratings += m.products[j].reviews
            summed += m.products[j].review_sum
        mean = summed / ratings if ratings > 0.0 else 0.0
        for j in m.feeds.product[category]:
            product = m.products[j]
            deviation = 0.0
            if product.reviews > 0.0:
                deviation = product.review_sum / product.reviews - mean + product.rating_bias
            signal = rated(
                deviation, product.reviews, variance.bias, variance.use, variance.quality, m.p.match[category]
            )
            product.rating = signal.value
            product.rating_precision = signal.precision


@inlined
def count_pages(v: int, m: Day) -> None:
    """Work out how many pages of the feed people see today, a Poisson number: ads make the feed longer."""
    platform, feeds = m.platforms[v], m.feeds
    longer = max(1.0 - (1.0 - platform.displacement) * platform.ad_share, LEAST_SHARE)
    mean = min(m.p.attention.public_slots / longer, MOST_PAGES)
    chance = cumulative = math.exp(-mean)
    for n in range(MOST_PAGES):
        feeds.pages[v, n] = cumulative
        chance *= mean / (n + 1)
        cumulative += chance
    feeds.pages[v, MOST_PAGES - 1] = 1.0
    write_guide(feeds.pages[v], feeds.pages_guide[v])


@inlined
def rank_all(m: Day) -> None:
    """Write today's goods, ads and posts of all tables of all platforms."""
    sort_public_posts(m)
    for v in range(m.platforms.shape[0]):
        platform = m.platforms[v]
        share_feed(v, m)
        count_pages(v, m)
        mix = Mix(platform.popularity, platform.merit, platform.paid, platform.exponent)
        for category in range(m.categories):
            rank_goods(v, category, mix, m)
            rank_posts(v, category, mix, m)


@inlined
def sort_public_posts(m: Day) -> None:
    """List the public posts by platform and category, in the order in which they were written."""
    first, tables = m.feeds.post_first, m.platforms.shape[0] * m.categories
    first[:] = 0
    for n in range(m.used[Used.POSTS]):
        post = m.posts[n]
        if not post.private:
            first[post.platform * m.categories + post.category + 1] += 1
    for table in range(tables):
        first[table + 1] += first[table]
    for n in range(m.used[Used.POSTS]):
        post = m.posts[n]
        if not post.private:
            table = post.platform * m.categories + post.category
            m.feeds.post[first[table]] = n
            first[table] += 1
    for table in range(tables, 0, -1):  # each has moved on to where the next one began
        first[table] = first[table - 1]
    first[0] = 0


@inlined
def share_feed(v: int, m: Day) -> None:
    """Share of today's feed that creators' posts fill: the more there are, the less other content does.

    The share saturates as ``s·n / (n + n½)`` in the public posts n of a platform for each of its people, a post counted
    for all its author's followers: so it hangs on how much there is to be seen, not on how many people there are.
    """
    platform, followed = m.platforms[v], 0.0
    for place in range(m.feeds.post_first[v * m.categories], m.feeds.post_first[(v + 1) * m.categories]):
        followed += m.creators[m.posts[m.feeds.post[place]].creator].audience
    platform.content_share = 0.0
    if followed > 0.0:
        a_head = followed / max(platform.weight * m.population, 1.0)
        platform.content_share = platform.content_most * (a_head / (a_head + platform.content_half))


@inlined
def rank_goods(v: int, category: int, mix: Mix, m: Day) -> None:
    """Rank the goods of a category by sales, satisfaction and bids; show ads in proportion to bids."""
    feeds, count, platform = m.feeds, m.feeds.product.shape[1], m.platforms[v]
    goods, ads = feeds.goods[0, v, category], feeds.goods[1, v, category]
    popularity, merit, bids = feeds.room[0, :count], feeds.room[1, :count], feeds.room[2, :count]
    for n in range(count):
        j = feeds.product[category, n]
        product = m.products[j]
        popularity[n] = m.listings[v, j].popularity
        assumed, weight = platform.satisfaction * platform.satisfaction_weight, platform.satisfaction_weight
        merit[n] = (product.satisfying + assumed) / (product.bought + weight)
        bids[n] = product.bid if m.shops[product.brand, v].open else 0.0
    ranking_weights(popularity, merit, bids, mix, goods)
    leave_out_closed(v, category, goods, m)
    cumulate(goods)
    feeds.paid[v, category] = bid_shares(bids, ads)
    cumulate(ads)
    write_guide(goods, feeds.goods_guide[0, v, category])
    write_guide(ads, feeds.goods_guide[1, v, category])


@inlined
def leave_out_closed(v: int, category: int, weights: Double, m: Day) -> None:
    """Give the places of goods whose brand does not sell on a platform to the others, if there are any."""
    products, left, closed = m.feeds.product, 0.0, False
    for n in range(weights.shape[0]):
        if m.shops[m.products[products[category, n]].brand, v].open:
            left += weights[n]
        else:
            closed = True
    if closed and left > 0.0:
        for n in range(weights.shape[0]):
            is_open = m.shops[m.products[products[category, n]].brand, v].open
            weights[n] = weights[n] / left if is_open else 0.0


@inlined
def rank_posts(v: int, category: int, mix: Mix, m: Day) -> None:
    """Rank the public posts of a category by their authors' audience, the truth of their claims, and paid promotion."""
    feeds, platform, table = m.feeds, m.platforms[v], v * m.categories + category
    first, end = feeds.post_first[table], feeds.post_first[table + 1]
    popularity, merit, bids = feeds.room[0, : end - first], feeds.room[1, : end - first], feeds.room[2, : end - first]
    for n in range(end - first):
        post = m.posts[feeds.post[first + n]]
        author = m.creators[post.creator]
        popularity[n] = author.audience
        assumed, weight = platform.truth * platform.truth_weight, platform.truth_weight
        merit[n] = (author.pool_met + assumed) / (author.pool_met + author.pool_broken + weight)
        bids[n] = 1.0 if m.products[post.product].bid > 0.0 else 0.0
    weights = feeds.post_weight[first:end]
    ranking_weights(popularity, merit, bids, mix, weights)
    cumulate(weights)


@inlined
def count_sales(m: Day) -> None:
    """Let today's orders of each product make it popular on its platform, and old ones fade."""
    for v in range(m.platforms.shape[0]):
        kept = 1.0 - m.platforms[v].popularity_decay
        for j in range(m.products.shape[0]):
            listing = m.listings[v, j]
            listing.popularity = kept * listing.popularity + listing.sold
            listing.sold = 0
