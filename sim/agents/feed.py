"""The public feed: how many pages each consumer of a block sees, and what stands on them.

Most of it is worked out column by column before the first of the block attends: loops that do one thing, without
branches that cannot be foreseen, let a processor work at several pages at a time.
"""

from __future__ import annotations

import math

from sim.agents.needs import open_needs
from sim.agents.noticing import notice
from sim.agents.places import guided, place, write_guide
from sim.agents.weighing import follow_slot
from sim.audience import add_follow
from sim.compiled import inlined
from sim.draws import Stream, uniform
from sim.parameters import Behaviour
from sim.records import NOBODY, ROW, Channel, Events, Follows, Luck, Sheet, Today, Town


@inlined
def guide_attention(today: Today, rates: Behaviour, out: Events) -> None:
    """Work out what makes the attention of all consumers quicker: guides to the day's tables."""
    common, feeds = out.common, today.feeds
    common.wanted[0] = math.exp(rates.attention.need)
    write_guide(today.venues.pages, common.pages)
    for platform in range(feeds.search.shape[0]):
        for category in range(feeds.search.shape[1]):
            write_guide(feeds.search[platform, category], common.search[platform, category])
            for paid in range(2):
                write_guide(feeds.goods[paid, platform, category], common.goods[paid, platform, category])


@inlined
def wake(start: int, end: int, day: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events) -> None:
    """Who of a block is online today, what each needs, and how much each category draws attention."""
    block, people = out.block, town.people
    wanted = float(out.common.wanted[0])
    for at in range(end - start):
        block.lot[at] = uniform(luck[Stream.ACTIVE], day, start + at, 0)
    for at in range(end - start):
        i = (start + at) & ROW
        block.active[at] = float(block.lot[at]) < float(people.activity[i])
        needs = open_needs(i, day, town.consumers, today.shelf, luck, rates)
        block.needs[at] = needs
        sum_of_weights = 0.0
        for category in range(people.pull.shape[1]):
            pull = float(people.pull[i, category])
            sum_of_weights += pull * wanted if needs >> category & 1 else pull
            block.weight[at, category] = sum_of_weights


@inlined
def open_pages(start: int, end: int, day: int, luck: Luck, today: Today, out: Events) -> int:
    """List the pages of the feed that a block sees, a Poisson number for each who is online; returns how many."""
    block, pages, feed = out.block, out.pages, luck[Stream.FEED]
    for at in range(end - start):
        block.lot[at] = uniform(feed, day, start + at, 0)
    count = 0
    for at in range(end - start):
        block.first_page[at] = count
        number = guided(float(block.lot[at]), out.common.pages, today.venues.pages)
        for page in range(number if block.active[at] else 0):
            pages.at[count] = at
            pages.second[count] = 4 * page
            count += 1
        block.end_page[at] = count
    for page in range(count):
        pages.pick[page] = uniform(feed, day, start + pages.at[page], pages.second[page] + 1)
    for page in range(count):
        pages.kind[page] = uniform(feed, day, start + pages.at[page], pages.second[page] + 2)
    for page in range(count):
        pages.which[page] = uniform(feed, day, start + pages.at[page], pages.second[page] + 3)
    return count


@inlined
def fill_pages(start: int, count: int, town: Town, today: Today, out: Events) -> None:
    """Decide what stands on each page: its category by what draws attention, then a post, an ad or a listing."""
    block, pages, feeds, venues = out.block, out.pages, today.feeds, today.venues
    last = town.people.pull.shape[1] - 1
    for row in range(count):
        page = row & ROW
        at = int(pages.at[page]) & ROW
        u = float(pages.pick[page]) * float(block.weight[at, last])
        category = 0
        for c in range(last):
            category += u >= block.weight[at, c]
        pages.category[page] = category
    for row in range(count):
        page = row & ROW
        home, category = int(town.people.home[(start + pages.at[page]) & ROW]) & ROW, int(pages.category[page]) & ROW
        kind, ad_load = float(pages.kind[page]), float(venues.ad_load[home])
        table = home * (last + 1) + category
        is_ad = int(kind < ad_load) & int(feeds.paid[home, category])
        is_post = (kind >= ad_load) & (kind < ad_load + float(venues.content_share[home]))
        is_post &= feeds.post_first[table + 1] > feeds.post_first[table]
        listed = Channel.AD.value if is_ad else Channel.LISTING.value
        pages.channel[page] = Channel.PUBLIC_POST.value if is_post else listed
        position = guided(
            float(pages.which[page]), out.common.goods[is_ad, home, category], feeds.goods[is_ad, home, category]
        )
        pages.product[page] = feeds.product[category, position]


@inlined
def attend_feed(i: int, day: int, at: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events) -> None:
    """Look at the pages of the feed that were filled for consumer i, ``at`` in the block."""
    pages, reached = out.pages, town.consumers.reached
    home = int(town.people.home[i]) & ROW
    for row in range(out.block.first_page[at], out.block.end_page[at]):
        page = row & ROW
        channel = int(pages.channel[page])
        if channel == Channel.PUBLIC_POST.value:
            attend_public_post(i, day, home, page, luck, town, today, rates, out)
            continue
        product, category = int(pages.product[page]) & ROW, int(pages.category[page])
        out.tally.ads_viewed[home, product] += channel == Channel.AD.value
        out.tally.delivered[channel] += 1
        notice(i, product, category, channel, NOBODY, NOBODY, math.nan, 0.0, False, NOBODY, reached, out)


@inlined
def attend_public_post(
    i: int, day: int, home: int, page: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Look at a creator's post in the feed."""
    feeds, posts, category = today.feeds, today.posts, int(out.pages.category[page])
    table = home * town.people.pull.shape[1] + category
    first, end = int(feeds.post_first[table]) & ROW, int(feeds.post_first[table + 1])
    post = int(feeds.post[first + place(float(out.pages.which[page]), feeds.post_weight[first:end])]) & ROW
    product, creator = int(posts.product[post]), int(posts.creator[post]) & ROW
    claim, incentive, paid = float(posts.claim[post]), float(posts.incentive[post]), posts.paid[post] == 1
    out.tally.creator_delivered[creator] += 1
    if creator == town.consumers.creator[i]:
        return
    slot = follow_slot(i, creator, town.follows)
    if today.venues.follow_gate[home] == 1 and slot < 0:
        slot = follow_to_trade(i, day, creator, luck, town.follows, today.sheet, rates, out)
    channel, reached = Channel.PUBLIC_POST.value, town.consumers.reached
    out.tally.delivered[channel] += 1
    notice(i, product, category, channel, creator, slot, claim, incentive, paid, NOBODY, reached, out)


@inlined
def follow_to_trade(
    i: int, day: int, creator: int, luck: Luck, follows: Follows, sheet: Sheet, rates: Behaviour, out: Events
) -> int:
    """Where trade needs a follow, a page seen may lead to one; returns the follow slot, or `NOBODY`."""
    if uniform(luck[Stream.FOLLOW], day, i, int(sheet.partner[creator])) >= rates.attention.follow_gate:
        return NOBODY
    if not add_follow(i, creator, float(sheet.stranger_met[creator]), float(sheet.stranger_broken[creator]), follows):
        return NOBODY
    out.tally.creator_followers[creator] += 1
    return follow_slot(i, creator, follows)
