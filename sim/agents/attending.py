"""Attending: how goods find people (posts, words, answers, feed) and people find goods (habit, search, questions)."""

from __future__ import annotations

import math

from sim.agents.weighing import MILLION, follow_slot, trust_in, word_slot
from sim.audience import add_follow
from sim.compiled import inlined
from sim.draws import Stream, geometric_of, uniform
from sim.parameters import Behaviour
from sim.records import (
    FATIGUE_UNITS,
    FOLLOW_SLOTS,
    MOST_POSTS,
    NOBODY,
    OWN_SLOTS,
    ROW,
    WORD_SLOTS,
    Byte,
    Channel,
    Consumers,
    Count,
    Double,
    Events,
    Follows,
    Luck,
    Sheet,
    Shelf,
    Today,
    Town,
)
from sim.rules.attention import fatigue_after, may_leave, open_probability
from sim.rules.loyalty import Stage, stage

REACHED = 3  # this week, and since measuring began
SHORT = 32  # entries that are counted through rather than bisected
FATIGUE_MOST = 65535.0 / FATIGUE_UNITS


@inlined
def open_needs(i: int, day: int, consumers: Consumers, shelf: Shelf, luck: Luck, rates: Behaviour) -> int:
    """Bit set of the categories in which consumer i needs something today.

    Needs that were met outside the market have lapsed; their next is drawn here.
    """
    due = lapsed = 0
    for category in range(consumers.due.shape[1]):
        due |= (consumers.due[i, category] <= day) << category
        lapsed |= (consumers.lapse[i, category] <= day) << category
    if lapsed:
        for category in range(consumers.due.shape[1]):
            if lapsed >> category & 1:
                schedule_need(i, category, day, consumers, shelf, luck, rates)
    return due & ~lapsed


@inlined
def schedule_need(
    i: int, category: int, day: int, consumers: Consumers, shelf: Shelf, luck: Luck, rates: Behaviour
) -> None:
    """Draw when the next need of a category opens, and when it would be met outside the market.

    Both waits are geometric: with the category's mean interval, and with the mean ``1 / lapse``.
    """
    wait = geometric_of(uniform(luck[Stream.NEED], day, i, 2 * category), float(shelf.interval[category]))
    open_for = geometric_of(uniform(luck[Stream.NEED], day, i, 2 * category + 1), 1.0 / rates.need.lapse)
    due = min(day + wait, 32_000)
    consumers.due[i, category] = due
    consumers.lapse[i, category] = min(due + open_for, 32_500)


@inlined
def remove_follow(i: int, slot: int, follows: Follows) -> None:
    """Take an edge out of a row; the last one of the row fills the gap."""
    last = slot
    while last + 1 < FOLLOW_SLOTS and follows.creator[i, last + 1] >= 0:
        last += 1
    follows.creator[i, slot] = follows.creator[i, last]
    follows.fatigue[i, slot] = follows.fatigue[i, last]
    follows.met[i, slot] = follows.met[i, last]
    follows.broken[i, slot] = follows.broken[i, last]
    follows.creator[i, last] = NOBODY


@inlined
def notice(
    i: int,
    product: int,
    channel: int,
    creator: int,
    slot: int,
    claim: float,
    incentive: float,
    paid: bool,
    parent: int,
    reached: Byte,
    out: Events,
) -> None:
    """See an item page: count it, and keep the offer to be weighed.

    Parameters
    ----------
    product, channel, creator, slot
        What, where, who sells (or `NOBODY`), and the follow slot of that creator (or `NOBODY`).
    claim, incentive, paid
        Quality claimed (NaN without a claim), what the source visibly earns, share of price, and whether it is paid
        at all.
    parent
        The friend's order that led here, or `NOBODY`.
    reached
        Bit sets of those reached by paid pages, shape (N,).
    """
    tally, offers = out.tally, out.offers
    tally.viewed[channel] += 1
    tally.product_viewed[product] += 1
    if creator >= 0 and channel != Channel.FRIEND.value:
        tally.creator_viewed[creator] += 1
    if paid:
        tally.paid_viewed[0] += 1
        reached[i] = REACHED
    row = out.counts[Count.OFFERS]
    if row < out.counts[Count.MOST]:
        out.counts[Count.OFFERS] += 1
        offers.product[row] = product
        offers.channel[row] = channel
        offers.creator[row] = creator
        offers.slot[row] = slot
        offers.claim[row] = claim
        offers.incentive[row] = incentive
        offers.parent[row] = parent


@inlined
def attend_posts(
    i: int, day: int, needs: int, active: bool, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Posts of followed creators: delivered, tiring, perhaps opened and weighed; tired followers leave.

    Fatigue rises with every post delivered, opened or not, else over-posting would go unpunished.
    """
    p = rates.attention
    follows, posts, sheet = town.follows, today.posts, today.sheet
    wanted = math.exp(p.need) if active else 1.0
    slot = 0
    while slot < FOLLOW_SLOTS and follows.creator[i, slot] >= 0:
        k = int(follows.creator[i, slot]) & ROW
        with_whom = int(sheet.partner[k])
        fatigue = float(follows.fatigue[i, slot]) / FATIGUE_UNITS * (1.0 - p.fatigue_decay)
        delivered = 0
        first = int(posts.first[k])
        for n in range(first, int(posts.first[k + 1])):
            post, key = n & ROW, with_whom * MOST_POSTS + n - first
            private = posts.private[post] == 1
            channel = Channel.PRIVATE_POST.value if private else Channel.PUBLIC_POST.value
            if not private:
                reach = float(today.venues.organic_reach[town.people.home[i]])
                if uniform(luck[Stream.REACH], day, i, key) >= reach:
                    continue
            category = int(today.shelf.category[posts.product[post]]) & ROW
            needed = needs >> category & 1 == 1
            pull = float(town.people.pull[i, category])
            out.tally.delivered[channel] += 1
            out.tally.creator_delivered[k] += 1
            if active and fatigue <= p.mute_fatigue:
                u = uniform(luck[Stream.OPEN], day, i, key)
                if u < open_probability(pull * wanted if needed else pull, fatigue, p):
                    product = int(posts.product[post])
                    claim, incentive = float(posts.claim[post]), float(posts.incentive[post])
                    paid = posts.paid[post] == 1
                    notice(i, product, channel, k, slot, claim, incentive, paid, NOBODY, town.consumers.reached, out)
                    trusted = trust_in(i, k, slot, follows, sheet)
                    out.tally.trust[0] += int(trusted * MILLION)
                    out.tally.trust[1] += 1
            fatigue = min(fatigue_after(fatigue, delivered, not needed and pull < 1.0, p), FATIGUE_MOST)
            delivered += 1
        follows.fatigue[i, slot] = int(fatigue * FATIGUE_UNITS)

        gone = sheet.active[k] == 0
        if not gone and delivered > 0 and uniform(luck[Stream.UNFOLLOW], day, i, with_whom) < p.leave:
            gone = may_leave(fatigue, trust_in(i, k, slot, follows, sheet), p)
        if gone:
            remove_later(i, slot, out)
            out.tally.creator_followers[k] -= 1
        slot += 1


@inlined
def remove_later(i: int, slot: int, out: Events) -> None:
    """Note a follow to end with the day: until then its slot number stays what the day's offers remember."""
    out.counts[Count.LEAVING] |= 1 << slot


@inlined
def remove_leaving(i: int, leaving: int, follows: Follows) -> None:
    """End the follows noted by `remove_later`, from the right, so that slots keep their numbers."""
    for slot in range(FOLLOW_SLOTS - 1, -1, -1):
        if leaving & (1 << slot):
            remove_follow(i, slot, follows)


@inlined
def hear(i: int, product: int, word: float, day: int, consumers: Consumers) -> None:
    """Remember a friend's word of a product, in place of the oldest where all slots are taken."""
    slot = word_slot(i, product, consumers)
    if slot < 0:
        slot = 0
        for other in range(WORD_SLOTS):
            if consumers.word_product[i, other] < 0:
                slot = other
                break
            if consumers.word_day[i, other] < consumers.word_day[i, slot]:
                slot = other
        consumers.word_product[i, slot] = product
        consumers.word_count[i, slot] = 0
        consumers.word_mean[i, slot] = 0.0
    count = min(int(consumers.word_count[i, slot]) + 1, 255)
    mean = float(consumers.word_mean[i, slot])
    consumers.word_count[i, slot] = count
    # not mean + (word - mean) / count: numba would take the difference of two 4-byte numbers in 4 bytes, Python in 8
    consumers.word_mean[i, slot] = (mean * (count - 1.0) + word) / count
    consumers.word_day[i, slot] = day


@inlined
def attend_words(i: int, day: int, active: bool, first: int, town: Town, today: Today, out: Events) -> int:
    """Friends' words of yesterday, from row ``first`` of the inbox; returns the first row of somebody else."""
    inbox = today.inbox
    row = first
    while row < inbox.to.shape[0] and inbox.to[row] == i:
        product = int(inbox.product[row])
        creator, order = int(inbox.creator[row]), int(inbox.order[row])
        hear(i, product, float(inbox.word[row]), day, town.consumers)
        out.tally.delivered[Channel.FRIEND.value] += 1
        if active:
            sells = creator >= 0 and today.sheet.active[creator] == 1 and creator != town.consumers.creator[i]
            seller = creator if sells else NOBODY
            slot = follow_slot(i, seller, town.follows) if seller >= 0 else NOBODY
            channel, reached = Channel.FRIEND.value, town.consumers.reached
            notice(i, product, channel, seller, slot, math.nan, 0.0, False, order, reached, out)
        row += 1
    return row


@inlined
def attend_answer(i: int, town: Town, today: Today, out: Events) -> None:
    """The answer of an expert contact to yesterday's question."""
    consumers, sheet = town.consumers, today.sheet
    k = int(consumers.adviser[i])
    consumers.adviser[i] = NOBODY
    category = int(consumers.question[i])
    product = int(sheet.advice[k, category])
    slot = follow_slot(i, k, town.follows)
    if product >= 0 and slot >= 0:
        channel = Channel.ONE_TO_ONE.value
        out.tally.delivered[channel] += 1
        out.tally.creator_delivered[k] += 1
        claim, incentive = float(sheet.advice_claim[k, category]), float(sheet.advice_incentive[k, category])
        paid = sheet.advice_paid[k, category] == 1
        notice(i, product, channel, k, slot, claim, incentive, paid, NOBODY, consumers.reached, out)


@inlined
def attend_habits(i: int, needs: int, town: Town, today: Today, rates: Behaviour, out: Events) -> None:
    """Products bought by habit come to mind when they are needed, without anybody's post."""
    consumers = town.consumers
    for slot in range(OWN_SLOTS):
        product = int(consumers.own_product[i, slot])
        if product < 0:
            break
        if stage(int(consumers.own_run[i, slot]), rates.experience) == Stage.HABIT.value:
            category = int(today.shelf.category[product])
            if needs >> category & 1:
                channel = Channel.HABIT.value
                out.tally.delivered[channel] += 1
                notice(i, product, channel, NOBODY, NOBODY, math.nan, 0.0, False, NOBODY, consumers.reached, out)


@inlined
def place(u: float, cumulative: Double) -> int:
    """Index of the first cumulative weight above u; the last weight is 1."""
    low = 0
    high = cumulative.shape[0] - 1
    while high - low > SHORT:
        middle = (low + high) // 2
        if u < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    index = low
    for position in range(low, high):  # counted without branches, which could not be foreseen
        index += u >= cumulative[position]
    return index


@inlined
def attend_feed(
    i: int, day: int, needs: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """The public feed: a Poisson number of pages, each an ad, a creator's public post or a listing."""
    p = rates.attention
    people, feeds, venues = town.people, today.feeds, today.venues
    home = int(people.home[i]) & ROW
    pages = place(uniform(luck[Stream.FEED], day, i, 0), venues.pages)
    categories = people.taste.shape[1]
    weight, seen = out.basket.weight, out.pages
    sum_of_weights = 0.0
    wanted = math.exp(p.need)
    for category in range(categories):
        pull = float(people.pull[i, category])
        sum_of_weights += pull * wanted if needs >> category & 1 else pull
        weight[category] = sum_of_weights
    for page in range(pages):  # draws first: what follows from them cannot be foreseen, and would hold up the next
        u = uniform(luck[Stream.FEED], day, i, 4 * page + 1) * sum_of_weights
        category = 0
        for c in range(categories - 1):
            category += u >= weight[c]
        seen.category[page] = category
        seen.kind[page] = uniform(luck[Stream.FEED], day, i, 4 * page + 2)
        seen.which[page] = uniform(luck[Stream.FEED], day, i, 4 * page + 3)
    ad_load, content_share = float(venues.ad_load[home]), float(venues.content_share[home])
    for page in range(pages):
        category = int(seen.category[page]) & ROW
        kind, which = float(seen.kind[page]), float(seen.which[page])
        table = home * categories + category
        first, end = int(feeds.post_first[table]) & ROW, int(feeds.post_first[table + 1])
        creator, slot, claim, incentive, paid = NOBODY, NOBODY, math.nan, 0.0, False
        if kind >= ad_load and kind < ad_load + content_share and end > first:
            channel = Channel.PUBLIC_POST.value
            post = int(feeds.post[first + place(which, feeds.post_weight[first:end])]) & ROW
            product, creator = int(today.posts.product[post]), int(today.posts.creator[post]) & ROW
            slot = follow_slot(i, creator, town.follows)
            claim, incentive = float(today.posts.claim[post]), float(today.posts.incentive[post])
            paid = today.posts.paid[post] == 1
            out.tally.creator_delivered[creator] += 1
            if creator == town.consumers.creator[i]:
                continue
            if venues.follow_gate[home] == 1 and slot < 0:
                slot = follow_to_trade(i, day, creator, luck, town.follows, today.sheet, rates, out)
        else:
            is_ad = int(kind < ad_load) & int(feeds.paid[home, category])
            channel = Channel.AD.value if is_ad else Channel.LISTING.value
            product = int(feeds.product[category, place(which, feeds.goods[is_ad, home, category])]) & ROW
            out.tally.ads_viewed[home, product] += is_ad
        out.tally.delivered[channel] += 1
        notice(i, product, channel, creator, slot, claim, incentive, paid, NOBODY, town.consumers.reached, out)


@inlined
def one_of(needs: int, categories: int, u: float) -> int:
    """One of the open needs, each as likely."""
    count = 0
    for category in range(categories):
        count += needs >> category & 1
    wanted = int(u * count)  # how many open needs come before it
    before = found = 0
    for category in range(categories):  # counted without branches, as above
        before += needs >> category & 1
        found += before <= wanted
    return found


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


@inlined
def attend_search(
    i: int, day: int, needs: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Search for something needed: results by rank, each looked at once."""
    if uniform(luck[Stream.SEARCH], day, i, 0) >= rates.attention.search:
        return
    category = one_of(needs, town.people.taste.shape[1], uniform(luck[Stream.SEARCH], day, i, 1))
    table = today.feeds.search[town.people.home[i], category]
    seen = 0
    for result in range(rates.attention.search_results):
        position = place(uniform(luck[Stream.SEARCH], day, i, 2 + result), table) & ROW
        if position < 63 and seen & (1 << position):
            continue
        seen |= 1 << min(position, 63)
        product = int(today.feeds.product[category, position])
        out.tally.delivered[Channel.SEARCH.value] += 1
        channel, reached = Channel.SEARCH.value, town.consumers.reached
        notice(i, product, channel, NOBODY, NOBODY, math.nan, 0.0, False, NOBODY, reached, out)


@inlined
def ask_expert(
    i: int, day: int, needs: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Put a question to the contact who knows most about something needed; the answer comes tomorrow, if at all."""
    if uniform(luck[Stream.ASK], day, i, 0) >= rates.attention.ask:
        return
    category = one_of(needs, town.people.taste.shape[1], uniform(luck[Stream.ASK], day, i, 1))
    best = NOBODY
    most = 0.0
    for slot in range(FOLLOW_SLOTS):
        k = int(town.follows.creator[i, slot])
        if k < 0:
            break
        known = float(today.sheet.expertise[k, category])
        if today.sheet.private[k] == 1 and today.sheet.active[k] == 1 and known > most:
            most = known
            best = k
    if best >= 0:
        row = out.counts[Count.QUESTIONS]
        out.counts[Count.QUESTIONS] += 1
        out.questions.consumer[row] = i
        out.questions.creator[row] = best
        out.questions.category[row] = category
