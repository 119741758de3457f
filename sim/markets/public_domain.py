"""The public domain: ranking tables that lend attention to goods, ads and creators' public posts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Platform
from sim.records import MOST_PAGES, Creators, Double, Feeds, Posts, Venues
from sim.rules.ranking import cumulative, ranking_weights


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


def fill_feed(rules: Venues, platforms: tuple[Platform, ...], posts: Posts, population: int) -> Venues:
    """Give creators' public posts their share of today's feed: the more there are, the less other content fills it.

    The share saturates as ``s·n / (n + n½)`` in the public posts n of a platform per 1,000 people.
    """
    public = posts.platform[posts.private == 0]
    per_thousand = np.bincount(public, minlength=len(platforms)) / max(population, 1) * 1_000
    half = np.array([platform.feed.content_half for platform in platforms])
    most = np.array([platform.feed.content_share for platform in platforms])
    filled = np.divide(per_thousand, per_thousand + half, out=np.zeros(len(platforms)), where=per_thousand > 0)
    return rules._replace(content_share=most * filled)


def rank(
    platforms: tuple[Platform, ...],
    by_category: NDArray[np.int16],
    category_of: NDArray[np.int8],
    sales: Double,
    satisfaction: Double,
    bids: Double,
    posts: Posts,
    creators: Creators,
) -> Feeds:
    """Today's ranking tables of every platform.

    Parameters
    ----------
    platforms
        Policies.
    by_category
        Products of each category, shape (C, n).
    category_of
        Category of each product, shape (J,).
    sales
        Recent sales of each product and platform, shape (V, J).
    satisfaction
        Share of satisfying purchases of each product, shape (J,).
    bids
        Ad budget behind each product, 0 where it is spent, shape (J,).
    posts, creators
        Today's posts and their authors.
    """
    categories, n = by_category.shape
    shape = (2, len(platforms), categories, n)
    products = by_category.ravel()
    table = np.repeat(np.arange(categories), n)
    goods = np.zeros(shape)
    bid = bids[products]
    paid = np.bincount(table, bid)[table]
    goods[1] = cumulative(np.divide(bid, paid, out=np.zeros(len(bid)), where=paid > 0), table).reshape(categories, n)
    for v, platform in enumerate(platforms):
        weights = ranking_weights(sales[v, products], satisfaction[products], bid, table, platform.feed)
        goods[0, v] = cumulative(weights, table).reshape(categories, n)
    paying = np.tile(paid.reshape(categories, n)[:, 0] > 0, (len(platforms), 1)).astype(np.uint8)
    return Feeds(
        by_category, goods, goods[0], paying, *_post_tables(platforms, categories, category_of, bids, posts, creators)
    )


def _post_tables(
    platforms: tuple[Platform, ...],
    categories: int,
    category_of: NDArray[np.int8],
    bids: Double,
    posts: Posts,
    creators: Creators,
) -> tuple[NDArray[np.int64], NDArray[np.int32], Double]:
    public = np.flatnonzero(posts.private == 0)
    author = posts.creator[public]
    table = posts.platform[public].astype(np.int64) * categories + category_of[posts.product[public]]
    order = np.argsort(table, kind="stable")
    public, author, table = public[order], author[order], table[order]
    first = np.searchsorted(table, np.arange(len(platforms) * categories + 1))
    met, broken = creators.pool_met[author], creators.pool_broken[author]
    merit = (met + 1.0) / (met + broken + 2.0)
    audience = creators.audience[author].astype(np.float64)
    weight = np.zeros(len(public))
    bid = (bids[posts.product[public]] > 0).astype(np.float64)
    for v, platform in enumerate(platforms):
        here = slice(first[v * categories], first[(v + 1) * categories])
        weight[here] = ranking_weights(audience[here], merit[here], bid[here], table[here], platform.feed)
    return first, public.astype(np.int32), cumulative(weight, table)
