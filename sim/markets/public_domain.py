"""The public domain: ranking tables that lend attention to goods, ads and creators' public posts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import allocating, compiled, inlined
from sim.parameters import Platform
from sim.records import (
    MOST_PAGES,
    NOBODY,
    Creators,
    Double,
    Feeds,
    Int8,
    Int16,
    Int32,
    Int64,
    Posts,
    Shelf,
    Venues,
)
from sim.rules.ranking import Mix, bid_shares, cumulate, ranking_weights
from sim.sorting import rows_by


class Policies(NamedTuple):
    """How platforms rank, and how much of the feed they give to creators' posts."""

    popularity: Double  # (V,) weight
    merit: Double  # (V,) weight
    paid: Double  # (V,) weight
    exponent: Double  # (V,) of popularity
    content_share: Double  # (V,) most of the feed that creators' posts fill
    content_half: Double  # (V,) public posts per 1,000 people and day that fill half of it


class Standing(NamedTuple):
    """What goods are ranked by today."""

    sales: Double  # (V, J) recent sales
    satisfaction: Double  # (J,) share of satisfying purchases
    bids: Double  # (J,) ad budget left, 0 where it is spent


def venues(platforms: tuple[Platform, ...], mean_pages: float) -> Venues:
    """Platforms' rules as consumers meet them; pages seen are Poisson with the given mean."""
    n = np.arange(MOST_PAGES)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, MOST_PAGES)))])
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.exp(np.where(n == 0, 0.0, n * np.log(mean_pages)) - mean_pages - log_factorial)
    pages = np.cumsum(chance)
    pages[-1] = 1.0
    rows = [
        (p.follow_gate, p.feed.content_share, p.feed.ad_load, p.feed.organic_reach, p.coupon, p.coupon_newcomers)
        for p in platforms
    ]
    # each contiguous: a strided column is another type, for which the consumers' day would be compiled again
    gate, content, ads, reach, coupon, newcomers = np.array(rows, dtype=float).T.copy()
    return Venues(
        follow_gate=gate.astype(np.uint8),
        content_share=content,
        ad_load=ads,
        organic_reach=reach,
        coupon=coupon,
        coupon_newcomers=newcomers.astype(np.uint8),
        pages=pages,
    )


def policies(platforms: tuple[Platform, ...]) -> Policies:
    """Platforms' rules of ranking and of the feed's content, as columns."""
    return Policies(*(np.array([getattr(platform.feed, name) for platform in platforms]) for name in Policies._fields))


@allocating
def content_shares(policies: Policies, feeds: Feeds, population: int) -> Double:
    """Share of today's feed that creators' posts fill: the more there are, the less other content does; shape (V,).

    The share saturates as ``s·n / (n + n½)`` in the public posts n of a platform per 1,000 people.
    """
    platforms, categories = feeds.paid.shape
    shares = np.zeros(platforms)
    for v in range(platforms):
        public = feeds.post_first[(v + 1) * categories] - feeds.post_first[v * categories]
        if public > 0:
            per_thousand = public / max(population, 1) * 1_000
            shares[v] = policies.content_share[v] * (per_thousand / (per_thousand + policies.content_half[v]))
    return shares


def rank(
    policies: Policies, standing: Standing, shelf: Shelf, by_category: Int16, posts: Posts, creators: Creators
) -> Feeds:
    """Today's ranking tables of every platform.

    Parameters
    ----------
    policies
        How they rank.
    standing
        What goods are ranked by.
    shelf
        Products.
    by_category
        Products of each category, shape (C, n).
    posts, creators
        Today's posts and their authors.
    """
    categories, n = by_category.shape
    platforms = len(policies.exponent)
    goods = np.empty((2, platforms, categories, n))
    post, first = public_posts(posts, shelf.category, categories, platforms)
    feeds = Feeds(
        product=by_category,
        goods=goods,
        search=goods[0],
        paid=np.empty((platforms, categories), np.uint8),
        post_first=first,
        post=post,
        post_weight=np.empty(len(post)),
    )
    rank_all(policies, standing, posts, creators, np.empty((3, max(n, len(post)))), feeds)
    return feeds


@allocating
def public_posts(posts: Posts, category_of: Int8, categories: int, platforms: int) -> tuple[Int32, Int64]:
    """Rows of the public posts by platform and category, and the first of each."""
    table = np.empty(posts.creator.shape[0], np.int32)
    for n in range(table.shape[0]):
        category = int(category_of[posts.product[n]])
        table[n] = int(posts.platform[n]) * categories + category if posts.private[n] == 0 else NOBODY
    return rows_by(table, platforms * categories)


@compiled
def rank_all(
    policies: Policies, standing: Standing, posts: Posts, creators: Creators, room: Double, feeds: Feeds
) -> None:
    """Write the goods, ads and posts of all tables of all platforms; ``room`` has three rows, as long as any table."""
    platforms, categories = feeds.paid.shape
    for platform in range(platforms):
        mix = Mix(
            float(policies.popularity[platform]),
            float(policies.merit[platform]),
            float(policies.paid[platform]),
            float(policies.exponent[platform]),
        )
        for category in range(categories):
            rank_goods(platform, category, mix, standing, room, feeds)
            rank_posts(platform * categories + category, mix, standing, posts, creators, room, feeds)


@inlined
def rank_goods(platform: int, category: int, mix: Mix, standing: Standing, room: Double, feeds: Feeds) -> None:
    """Rank the goods of a category by sales, satisfaction and bids; show ads in proportion to bids."""
    goods, ads = feeds.goods[0, platform, category], feeds.goods[1, platform, category]
    popularity, merit, bids = room[0, : goods.shape[0]], room[1, : goods.shape[0]], room[2, : goods.shape[0]]
    for n in range(goods.shape[0]):
        product = int(feeds.product[category, n])
        popularity[n] = standing.sales[platform, product]
        merit[n] = standing.satisfaction[product]
        bids[n] = standing.bids[product]
    ranking_weights(popularity, merit, bids, mix, goods)
    cumulate(goods)
    feeds.paid[platform, category] = bid_shares(bids, ads)
    cumulate(ads)


@inlined
def rank_posts(
    table: int, mix: Mix, standing: Standing, posts: Posts, creators: Creators, room: Double, feeds: Feeds
) -> None:
    """Rank the public posts of a table by their authors' audience and the truth of their claims, and paid promotion."""
    first, last = int(feeds.post_first[table]), int(feeds.post_first[table + 1])
    popularity, merit, bids = room[0, : last - first], room[1, : last - first], room[2, : last - first]
    for n in range(last - first):
        post = int(feeds.post[first + n])
        author = int(posts.creator[post])
        met, broken = float(creators.pool_met[author]), float(creators.pool_broken[author])
        popularity[n] = float(creators.audience[author])
        merit[n] = (met + 1.0) / (met + broken + 2.0)
        bids[n] = 1.0 if standing.bids[posts.product[post]] > 0.0 else 0.0
    weights = feeds.post_weight[first:last]
    ranking_weights(popularity, merit, bids, mix, weights)
    cumulate(weights)
