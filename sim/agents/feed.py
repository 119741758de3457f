"""The public feed: which pages of it a person sees today, ads among them."""

from __future__ import annotations

from sim.agents.believing import remember_page
from sim.agents.following import follow_slot, follow_to_trade
from sim.agents.seeing import channel_of, see, see_post
from sim.compilation import inlined
from sim.day import Day
from sim.draw_numbers import PER_PAGE, FeedDraw
from sim.draws import Stream, uniform
from sim.records import NOBODY
from sim.sets import has
from sim.state.channels import Channel
from sim.weighted_draws import guided, place


@inlined
def attend_feed(i: int, m: Day) -> None:
    """Look at a Poisson number of pages of the public feed: an ad, a creator's post or a listing on each."""
    key, feeds = m.keys[Stream.FEED], m.feeds
    here = m.members[i].platform
    pages = guided(uniform(key, m.day, i, FeedDraw.PAGES), feeds.pages_guide[here], feeds.pages[here])
    m.out.tally.pages[here] += pages
    if pages > 0:
        weigh_categories(i, m)
    for page in range(pages):
        draw = PER_PAGE * page
        category = category_of_page(uniform(key, m.day, i, FeedDraw.CATEGORY + draw), m)
        kind = uniform(key, m.day, i, FeedDraw.KIND + draw)
        which = uniform(key, m.day, i, FeedDraw.WHICH + draw)
        attend_page(i, category, kind, which, m)


@inlined
def weigh_categories(i: int, m: Day) -> None:
    """How much each category draws consumer i's attention in the feed: by taste and need, summed up."""
    person, weight = m.people[i], m.out.weight
    total = 0.0
    for category in range(m.categories):
        needed = has(m.out.visit.needs, category)
        total += person.pull[category] * m.wanted if needed else person.pull[category]
        weight[category] = total


@inlined
def category_of_page(u: float, m: Day) -> int:
    """Category of a page of the feed, by what draws attention."""
    weight, last = m.out.weight, m.categories - 1
    wanted = u * weight[last]
    category = 0
    for c in range(last):
        category += wanted >= weight[c]
    return category


@inlined
def attend_page(i: int, category: int, kind: float, which: float, m: Day) -> None:
    """Look at one page of the feed; ``kind`` and ``which`` are the draws that decide what stands on it."""
    here, feeds = m.members[i].platform, m.feeds
    platform, table = m.platforms[here], here * m.categories + category
    if kind < platform.ad_share and feeds.paid[here, category] == 1:
        see_ad(i, category, which, m)
        return
    is_post = platform.ad_share <= kind < platform.ad_share + (1.0 - platform.ad_share) * platform.content_share
    if is_post and feeds.post_first[table + 1] > feeds.post_first[table]:
        attend_public_post(i, table, which, m)
        return
    if not platform.shelf:
        return
    position = guided(which, feeds.goods_guide[0, here, category], feeds.goods[0, here, category])
    m.out.tally.delivered[Channel.LISTING] += 1
    see(i, feeds.product[category, position], Channel.LISTING, NOBODY, m)


@inlined
def see_ad(i: int, category: int, which: float, m: Day) -> None:
    """See an ad of a category: it is remembered."""
    here, feeds = m.members[i].platform, m.feeds
    position = guided(which, feeds.goods_guide[1, here, category], feeds.goods[1, here, category])
    product = feeds.product[category, position]
    m.out.tally.ads_viewed[here, product] += 1
    m.out.tally.delivered[Channel.AD] += 1
    remember_page(i, product, m)
    see(i, product, Channel.AD, NOBODY, m)


@inlined
def attend_public_post(i: int, table: int, which: float, m: Day) -> None:
    """Look at a creator's post in the feed; one's own is passed over."""
    feeds = m.feeds
    first, end = feeds.post_first[table], feeds.post_first[table + 1]
    post = m.posts[feeds.post[first + place(which, feeds.post_weight[first:end])]]
    creator = post.creator
    if creator == m.consumers[i].creator:
        return
    slot = follow_slot(i, creator, m)
    if slot < 0 and m.platforms[m.members[i].platform].follow_gate:
        slot = follow_to_trade(i, creator, m)
    m.out.tally.delivered[channel_of(post, m)] += 1
    see_post(i, post, slot, m)
