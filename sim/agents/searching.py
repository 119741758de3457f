"""Attention to goods: the public feed, search, what comes to mind, and questions to an expert."""

from __future__ import annotations

from sim.agents.attention import channel_of, see, see_post
from sim.agents.believing import remember_page
from sim.agents.following import follow_slot, follow_to_trade, trust_in
from sim.agents.memory import goodwill_today
from sim.agents.needs import one_of
from sim.compilation import inlined
from sim.day import Count, Day
from sim.draws import MOST_DAYS, Stream, uniform
from sim.engine.guides import guided, place
from sim.records import NOBODY
from sim.rules.memory import recall_probability
from sim.state.channels import Channel
from sim.state.people import FOLLOW_SLOTS, MEMORY_SLOTS


@inlined
def attend_feed(i: int, m: Day) -> None:
    """Look at a Poisson number of pages of the public feed: an ad, a creator's post or a listing on each."""
    key, feeds = m.keys[Stream.FEED], m.feeds
    home = m.members[i].platform
    pages = guided(uniform(key, m.day, i, 0), feeds.pages_guide[home], feeds.pages[home])
    m.out.tally.pages[home] += pages
    if pages > 0:
        weigh_categories(i, m)
    for page in range(pages):
        category = category_of_page(uniform(key, m.day, i, 4 * page + 1), m)
        kind, which = uniform(key, m.day, i, 4 * page + 2), uniform(key, m.day, i, 4 * page + 3)
        attend_page(i, category, kind, which, m)


@inlined
def weigh_categories(i: int, m: Day) -> None:
    """How much each category draws consumer i's attention in the feed: by taste and need, summed up."""
    person, weight = m.people[i], m.out.weight
    total = 0.0
    for category in range(m.categories):
        needed = m.out.visit.needs >> category & 1 == 1
        total += person.pull[category] * m.wanted if needed else 1.0 * person.pull[category]
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
    home, feeds = m.members[i].platform, m.feeds
    platform, table = m.platforms[home], home * m.categories + category
    if kind < platform.ad_share and feeds.paid[home, category] == 1:
        see_ad(i, category, which, m)
        return
    is_post = platform.ad_share <= kind < platform.ad_share + (1.0 - platform.ad_share) * platform.content_share
    if is_post and feeds.post_first[table + 1] > feeds.post_first[table]:
        attend_public_post(i, table, which, m)
        return
    if not platform.shelf:
        return
    position = guided(which, feeds.goods_guide[0, home, category], feeds.goods[0, home, category])
    m.out.tally.delivered[Channel.LISTING.value] += 1
    see(i, feeds.product[category, position], Channel.LISTING.value, NOBODY, m)


@inlined
def see_ad(i: int, category: int, which: float, m: Day) -> None:
    """See an ad of a category: it is remembered."""
    home, feeds = m.members[i].platform, m.feeds
    position = guided(which, feeds.goods_guide[1, home, category], feeds.goods[1, home, category])
    product = feeds.product[category, position]
    m.out.tally.ads_viewed[home, product] += 1
    m.out.tally.delivered[Channel.AD.value] += 1
    remember_page(i, product, m)
    see(i, product, Channel.AD.value, NOBODY, m)


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


@inlined
def search(i: int, m: Day) -> None:
    """Search for something needed: results by rank and ads among them, each looked at once."""
    key, feeds = m.keys[Stream.SEARCH], m.feeds
    home = m.members[i].platform
    if not m.platforms[home].shelf or uniform(key, m.day, i, 0) >= m.p.attention.search:
        return
    category = one_of(m.out.visit.needs, m.categories, uniform(key, m.day, i, 1))
    results = m.p.attention.search_results
    m.out.tally.pages[home] += results
    first = m.out.counts[Count.OFFERS]
    for result in range(results):
        u = uniform(key, m.day, i, 2 + 2 * result)
        if uniform(key, m.day, i, 3 + 2 * result) < m.platforms[home].ad_share and feeds.paid[home, category] == 1:
            see_ad(i, category, u, m)
            continue
        position = guided(u, feeds.goods_guide[0, home, category], feeds.goods[0, home, category])
        product = feeds.product[category, position]
        if is_found(product, first, m):
            continue
        m.out.tally.delivered[Channel.SEARCH.value] += 1
        see(i, product, Channel.SEARCH.value, NOBODY, m)


@inlined
def is_found(product: int, first: int, m: Day) -> bool:
    """Whether a product is among the results of today's search so far, which are offers ``first`` and after."""
    found = False
    for n in range(first, m.out.counts[Count.OFFERS]):
        offer = m.out.offers[n]
        found = found or (offer.product == product and offer.channel == Channel.SEARCH.value)
    return found


@inlined
def recall(i: int, m: Day) -> None:
    """Products come to mind when they are needed, without anybody's page: once drawn for each need that opens."""
    consumer = m.consumers[i]
    for slot in range(MEMORY_SLOTS):
        product = m.memories[i, slot].product
        if product < 0:
            break
        category = m.products[product].category
        if m.out.visit.needs >> category & 1:
            u = uniform(m.keys[Stream.RECALL], max(consumer.due[category], 0) % MOST_DAYS, i, product)
            if u < recall_probability(goodwill_today(i, slot, m)):
                m.out.tally.delivered[Channel.RECALL.value] += 1
                see(i, product, Channel.RECALL.value, NOBODY, m)


@inlined
def ask_expert(i: int, m: Day) -> None:
    """Put a question about something needed to the contact whom i trusts most in it; the answer may come tomorrow."""
    key = m.keys[Stream.ASK]
    if uniform(key, m.day, i, 0) >= m.p.attention.ask:
        return
    category = one_of(m.out.visit.needs, m.categories, uniform(key, m.day, i, 1))
    best, most = NOBODY, 0.0
    for slot in range(FOLLOW_SLOTS):
        creator = m.follows[i, slot].creator
        if creator < 0:
            break
        profile = m.profiles[creator]
        if profile.private and profile.active and m.creators[creator].platforms & m.members[i].looks:
            merit = profile.specialty[category] * trust_in(i, creator, slot, m)
            if merit > most:
                best, most = creator, merit
    if best >= 0:
        question = m.out.questions[m.out.counts[Count.QUESTIONS]]
        m.out.counts[Count.QUESTIONS] += 1
        question.consumer = i
        question.creator = best
        question.category = category
