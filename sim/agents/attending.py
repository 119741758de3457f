"""Attending: how goods find people (posts, words, answers) and people find goods (habit, search, questions)."""

from __future__ import annotations

import math

from sim.agents.needs import one_of
from sim.agents.noticing import notice
from sim.agents.places import guided
from sim.agents.weighing import MILLION, follow_slot, trust_in, word_slot
from sim.compiled import inlined
from sim.draws import Stream, uniform
from sim.parameters import Behaviour
from sim.records import (
    FATIGUE_UNITS,
    FOLLOW_SLOTS,
    MOST_POSTS,
    NOBODY,
    OWN_SLOTS,
    ROW,
    WORD_SLOTS,
    Channel,
    Consumers,
    Count,
    Events,
    Follows,
    Luck,
    Today,
    Town,
)
from sim.rules.attention import fatigue_after, may_leave, most_open_probability, open_probability
from sim.rules.loyalty import Stage, stage

FATIGUE_MOST = 65535.0 / FATIGUE_UNITS


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
def attend_posts(
    i: int, day: int, needs: int, active: bool, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Posts of followed creators: delivered, tiring, perhaps opened and weighed; tired followers leave.

    Fatigue rises with every post delivered, opened or not, else over-posting would go unpunished.
    """
    p = rates.attention
    follows, posts, sheet = town.follows, today.posts, today.sheet
    wanted = float(out.common.wanted[0])
    slot = in_private = in_public = 0
    while slot < FOLLOW_SLOTS and follows.creator[i, slot] >= 0:
        k = int(follows.creator[i, slot]) & ROW
        with_whom = int(sheet.partner[k])
        fatigue = float(follows.fatigue[i, slot]) / FATIGUE_UNITS * (1.0 - p.fatigue_decay)
        delivered = 0
        first = int(posts.first[k])
        for n in range(first, int(posts.first[k + 1])):
            post, key = n & ROW, with_whom * MOST_POSTS + n - first
            private = posts.private[post] == 1
            if not private:
                reach = float(today.venues.organic_reach[town.people.home[i]])
                if uniform(luck[Stream.REACH], day, i, key) >= reach:
                    continue
            category = int(today.shelf.category[posts.product[post]]) & ROW
            needed = needs >> category & 1 == 1
            pull = float(town.people.pull[i, category])
            in_private += private
            in_public += not private
            out.tally.creator_delivered[k] += 1
            if active and fatigue <= p.mute_fatigue:
                u = uniform(luck[Stream.OPEN], day, i, key)
                odds_ratio = pull * wanted if needed else pull
                if u < most_open_probability(odds_ratio, fatigue, p) and u < open_probability(odds_ratio, fatigue, p):
                    open_post(i, post, category, slot, town, today, out)
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
    out.tally.delivered[Channel.PRIVATE_POST.value] += in_private
    out.tally.delivered[Channel.PUBLIC_POST.value] += in_public


@inlined
def open_post(i: int, post: int, category: int, slot: int, town: Town, today: Today, out: Events) -> None:
    """See the page of a post by the creator followed in a slot; so is known how far followers trust whom they hear."""
    posts, reached = today.posts, town.consumers.reached
    product, creator = int(posts.product[post]), int(posts.creator[post]) & ROW
    channel = Channel.PRIVATE_POST.value if posts.private[post] == 1 else Channel.PUBLIC_POST.value
    claim, incentive, paid = float(posts.claim[post]), float(posts.incentive[post]), posts.paid[post] == 1
    notice(i, product, category, channel, creator, slot, claim, incentive, paid, NOBODY, reached, out)
    out.tally.trust[0] += int(trust_in(i, creator, slot, town.follows, today.sheet) * MILLION)
    out.tally.trust[1] += 1


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
            category = int(today.shelf.category[product]) & ROW
            channel, reached = Channel.FRIEND.value, town.consumers.reached
            notice(i, product, category, channel, seller, slot, math.nan, 0.0, False, order, reached, out)
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
        notice(i, product, category, channel, k, slot, claim, incentive, paid, NOBODY, consumers.reached, out)


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
                notice(
                    i, product, category, channel, NOBODY, NOBODY, math.nan, 0.0, False, NOBODY, consumers.reached, out
                )


@inlined
def attend_search(
    i: int, day: int, needs: int, luck: Luck, town: Town, today: Today, rates: Behaviour, out: Events
) -> None:
    """Search for something needed: results by rank, each looked at once."""
    if uniform(luck[Stream.SEARCH], day, i, 0) >= rates.attention.search:
        return
    category = one_of(needs, town.people.taste.shape[1], uniform(luck[Stream.SEARCH], day, i, 1))
    home = int(town.people.home[i]) & ROW
    guide, table = out.common.search[home, category], today.feeds.search[home, category]
    seen = 0
    for result in range(rates.attention.search_results):
        position = guided(uniform(luck[Stream.SEARCH], day, i, 2 + result), guide, table)
        if position < 63 and seen & (1 << position):
            continue
        seen |= 1 << min(position, 63)
        product = int(today.feeds.product[category, position])
        out.tally.delivered[Channel.SEARCH.value] += 1
        channel, reached = Channel.SEARCH.value, town.consumers.reached
        notice(i, product, category, channel, NOBODY, NOBODY, math.nan, 0.0, False, NOBODY, reached, out)


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
