"""Searching: results by rank and ads among them, for something that is needed."""

from __future__ import annotations

from sim.agents.feed import see_ad
from sim.agents.needs import one_of
from sim.agents.seeing import see
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draw_numbers import PER_RESULT, SearchDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY
from sim.state.channels import Channel
from sim.weighted_draws import guided


@inlined
def search(i: int, m: Day) -> None:
    """Search for something needed: results by rank and ads among them, each looked at once."""
    key, feeds = m.keys[Stream.SEARCH], m.feeds
    here = m.members[i].platform
    if not m.platforms[here].shelf or uniform(key, m.day, i, SearchDraw.SEARCHES) >= m.p.attention.search:
        return
    category = one_of(m.out.visit.needs, m.categories, uniform(key, m.day, i, SearchDraw.CATEGORY))
    results = m.p.attention.search_results
    m.out.tally.pages[here] += results
    first = m.out.counts[Count.OFFERS]
    for result in range(results):
        u = uniform(key, m.day, i, SearchDraw.WHICH + PER_RESULT * result)
        kind = uniform(key, m.day, i, SearchDraw.IS_AD + PER_RESULT * result)
        if kind < m.platforms[here].ad_share and feeds.paid[here, category] == 1:
            see_ad(i, category, u, m)
            continue
        position = guided(u, feeds.goods_guide[0, here, category], feeds.goods[0, here, category])
        product = feeds.product[category, position]
        if is_found(product, first, m):
            continue
        m.out.tally.delivered[Channel.SEARCH] += 1
        see(i, product, Channel.SEARCH, NOBODY, m)


@inlined
def is_found(product: int, first: int, m: Day) -> bool:
    """Whether a product is among the results of today's search so far, which are offers ``first`` and after."""
    found = False
    for n in range(first, m.out.counts[Count.OFFERS]):
        offer = m.out.offers[n]
        found = found or (offer.product == product and offer.channel == Channel.SEARCH)
    return found
