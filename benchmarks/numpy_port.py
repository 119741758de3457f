"""The consumers' day in numpy: every mechanism acts on all consumers at once, without a Python loop over them.

Written the way a competent numpy user would write it, on the engine's own columns and keyed draws, so that it gives the
engine's orders. Logarithms and exponentials come from numpy, whose last bit may differ from the C library's: a draw
would have to fall within 1e-15 of a threshold for that to show. Only a person who sees more than
`sim.records.MOST_OFFERS` offers on one day is treated otherwise: here they all count.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.numpy_buying import Till, add_follows, schedule_needs, table
from benchmarks.numpy_rules import Ints, Mask, Reals, fatigue_after, may_leave, open_probability, uniform
from benchmarks.numpy_weighing import Offers, trust_in, weigh
from sim.agents.attending import FATIGUE_MOST
from sim.agents.crowd import Happened, new_tally
from sim.agents.living import SAVED_DAYS
from sim.agents.noticing import REACHED
from sim.draws import Stream
from sim.market import Market
from sim.parameters import Behaviour
from sim.records import (
    FATIGUE_UNITS,
    FOLLOW_SLOTS,
    MOST_POSTS,
    NOBODY,
    Channel,
    Luck,
    Questions,
    Tally,
    Today,
    Town,
    empty,
    join,
)

AFTER_POSTS = FOLLOW_SLOTS * MOST_POSTS  # places in the order in which a person meets offers
AFTER_WORDS, AFTER_ANSWER, AFTER_FEED, AFTER_HABITS = 100_000, 100_001, 101_000, 102_000


class NumpyMarket(Market):
    """A `Market` whose consumers live in numpy; takes what `Market` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.crowd: Any = NumpyCrowd(len(self.shop.by_category), len(self.shop.price), len(self.platforms))


class NumpyCrowd:
    """Stands where the engine has its `Crowd`.

    Parameters
    ----------
    categories, products, platforms
        Sizes of the market.
    """

    def __init__(self, categories: int, products: int, platforms: int) -> None:
        self.sizes = (categories, products, platforms)

    def open_day(self, creators: int) -> None:
        """Begin the day's counts."""
        self.tally = new_tally(creators, *self.sizes[1:])
        self.offers: list[Offers] = []
        self.questions = empty(Questions, 0)

    def run(self, start: int, end: int, day: int, luck: Luck, town: Town, today: Today, rates: Behaviour) -> None:
        """Let all consumers live their day; ``start`` and ``end`` must name all of them."""
        self.day, self.luck, self.town, self.today, self.rates = day, luck, town, today, rates
        people, consumers = town.people, town.consumers
        everybody = np.arange(len(people.activity))
        consumers.wallet[:] = np.minimum(consumers.wallet + people.income, SAVED_DAYS * people.income.astype(np.int64))
        self.feel_needs()
        active = uniform(luck[Stream.ACTIVE], day, everybody, 0) < people.activity
        leaving = self.attend_posts(active)
        self.attend_words(active)
        awake = np.flatnonzero(active)
        self.attend_answers(awake[consumers.adviser[awake] >= 0])
        self.attend_feed(awake)
        needy = awake[self.needs[awake].any(axis=1)]
        self.attend_habits(needy)
        self.attend_search(needy)
        self.ask_experts(needy)
        offers = join(self.offers)
        self.count_pages(offers)
        best = weigh(offers, self.needs, day, luck, town, today, rates)
        self.orders, self.shares = Till(day, luck, town, today, rates, self.tally).ring_up(best)
        self.remove(leaving)

    def close_day(self) -> tuple[Happened, Tally]:
        """What all consumers did today."""
        return Happened(0, self.orders, self.shares, self.questions), self.tally

    def feel_needs(self) -> None:
        """Who needs what; needs met outside the market lapse."""
        consumers = self.town.consumers
        lapsed = consumers.lapse <= self.day
        self.needs: Mask = (consumers.due <= self.day) & ~lapsed
        who, category = np.nonzero(lapsed)
        schedule_needs(who, category, self.day, self.luck, self.town, self.today, self.rates)

    def follow_slot(self, who: Ints, creator: Ints) -> Ints:
        """Slots in which creators are followed, or `NOBODY`."""
        same = (self.town.follows.creator[who] == creator[:, None]) & (creator[:, None] >= 0)
        return np.where(same.any(axis=1), same.argmax(axis=1), NOBODY)

    def notice(
        self, who: Ints, place: Ints | int, product: Ints, channel: Ints | int,
        creator: Ints | int = NOBODY, slot: Ints | int = NOBODY,
        claim: Reals | float = np.nan, incentive: Reals | float = 0.0, paid: Mask | bool = False,
        parent: Ints | int = NOBODY,
    ) -> None:  # fmt: skip
        """Keep offers to be weighed."""
        columns = np.broadcast_arrays(who, place, product, channel, creator, slot, claim, incentive, paid, parent)
        self.offers.append(Offers(*columns))

    def attend_posts(self, active: Mask) -> tuple[Ints, Ints]:
        """Posts of followed creators; returns who will stop following in which slot."""
        p, posts, sheet = self.rates.attention, self.today.posts, self.today.sheet
        follows, people, tally = self.town.follows, self.town.people, self.tally
        who, slot = np.nonzero(follows.creator >= 0)
        k = follows.creator[who, slot].astype(np.int64)
        partner = sheet.partner.astype(np.int64)
        fatigue = follows.fatigue[who, slot] / FATIGUE_UNITS * (1.0 - p.fatigue_decay)
        delivered = np.zeros(len(who), np.int64)
        posted = np.diff(posts.first)[k]
        for nth in range(int(posted.max(initial=0))):
            edge = np.flatnonzero(posted > nth)
            post = posts.first[k[edge]] + nth
            reached = posts.private[post] == 1
            public = np.flatnonzero(~reached)
            i = who[edge[public]]
            u = uniform(self.luck[Stream.REACH], self.day, i, partner[k[edge[public]]] * MOST_POSTS + nth)
            reached[public] = u < self.today.venues.organic_reach[people.home[i]]
            edge, post = edge[reached], post[reached]
            i, author = who[edge], k[edge]
            category = self.today.shelf.category[posts.product[post]]
            needed, interest = self.needs[i, category], people.pull[i, category].astype(np.float64)
            channel = np.where(posts.private[post] == 1, Channel.PRIVATE_POST, Channel.PUBLIC_POST)
            tally.delivered[:] += np.bincount(channel, minlength=len(tally.delivered))
            tally.creator_delivered[:] += np.bincount(author, minlength=len(tally.creator_delivered))

            opened = np.flatnonzero(active[i] & (fatigue[edge] <= p.mute_fatigue))
            odds_ratio = np.where(needed[opened], interest[opened] * np.exp(p.need), interest[opened])
            u = uniform(self.luck[Stream.OPEN], self.day, i[opened], partner[author[opened]] * MOST_POSTS + nth)
            opened = opened[u < open_probability(odds_ratio, fatigue[edge[opened]], p)]
            read = post[opened]
            self.notice(
                i[opened], slot[edge[opened]] * MOST_POSTS + nth, posts.product[read].astype(np.int64), channel[opened],
                author[opened], slot[edge[opened]], posts.claim[read], posts.incentive[read], posts.paid[read] == 1,
            )  # fmt: skip
            trusted = trust_in(i[opened], author[opened], slot[edge[opened]], follows, sheet)
            tally.trust[:] += (int((trusted * 1e6).astype(np.int64).sum()), len(trusted))
            irrelevant = ~needed & (interest < 1.0)
            fatigue[edge] = np.minimum(fatigue_after(fatigue[edge], delivered[edge], irrelevant, p), FATIGUE_MOST)
            delivered[edge] += 1
        follows.fatigue[who, slot] = (fatigue * FATIGUE_UNITS).astype(np.uint16)

        gone = sheet.active[k] == 0
        asked = np.flatnonzero(~gone & (delivered > 0))
        asked = asked[uniform(self.luck[Stream.UNFOLLOW], self.day, who[asked], partner[k[asked]]) < p.leave]
        gone[asked] = may_leave(fatigue[asked], trust_in(who[asked], k[asked], slot[asked], follows, sheet), p)
        tally.creator_followers[:] -= np.bincount(k[gone], minlength=len(tally.creator_followers))
        return who[gone], slot[gone]

    def attend_words(self, active: Mask) -> None:
        """Friends' words of yesterday; the n-th word to each person is heard in the n-th round."""
        inbox, consumers = self.today.inbox, self.town.consumers
        nth = np.arange(len(inbox.to)) - np.searchsorted(inbox.to, inbox.to)
        for n in range(int(nth.max(initial=-1)) + 1):
            row = np.flatnonzero(nth == n)
            who, product = inbox.to[row], inbox.product[row]
            known = consumers.word_product[who] == product[:, None]
            oldest = np.where(consumers.word_product[who] < 0, -1, consumers.word_day[who]).argmin(axis=1)
            new = ~known.any(axis=1)
            slot = np.where(new, oldest, known.argmax(axis=1))
            count = np.minimum(np.where(new, 0, consumers.word_count[who, slot]).astype(np.int64) + 1, 255)
            mean = np.where(new, 0.0, consumers.word_mean[who, slot].astype(np.float64))
            consumers.word_product[who, slot] = product
            consumers.word_count[who, slot] = count
            consumers.word_mean[who, slot] = (mean * (count - 1.0) + inbox.word[row]) / count
            consumers.word_day[who, slot] = self.day
        self.tally.delivered[Channel.FRIEND] += len(nth)
        row = np.flatnonzero(active[inbox.to])
        who, seller = inbox.to[row].astype(np.int64), inbox.creator[row].astype(np.int64)
        sells = (seller >= 0) & (self.today.sheet.active[seller] == 1) & (seller != consumers.creator[who])
        seller = np.where(sells, seller, NOBODY)
        product, slot = inbox.product[row].astype(np.int64), self.follow_slot(who, seller)
        parent = inbox.order[row].astype(np.int64)
        self.notice(who, AFTER_POSTS + nth[row], product, Channel.FRIEND.value, seller, slot, parent=parent)

    def attend_answers(self, who: Ints) -> None:
        """Answers of expert contacts to yesterday's questions."""
        consumers, sheet, tally = self.town.consumers, self.today.sheet, self.tally
        k, category = consumers.adviser[who].astype(np.int64), consumers.question[who]
        consumers.adviser[who] = NOBODY
        product, slot = sheet.advice[k, category].astype(np.int64), self.follow_slot(who, k)
        given = (product >= 0) & (slot >= 0)
        who, k, category, product, slot = who[given], k[given], category[given], product[given], slot[given]
        tally.delivered[Channel.ONE_TO_ONE] += len(who)
        tally.creator_delivered[:] += np.bincount(k, minlength=len(tally.creator_delivered))
        self.notice(
            who, AFTER_WORDS, product, Channel.ONE_TO_ONE.value, k, slot,
            sheet.advice_claim[k, category], sheet.advice_incentive[k, category], sheet.advice_paid[k, category] == 1,
        )  # fmt: skip

    def attend_feed(self, awake: Ints) -> None:
        """The public feed: pages of ads, creators' posts and listings, in categories of interest."""
        people, feeds, venues, key = self.town.people, self.today.feeds, self.today.venues, self.luck[Stream.FEED]
        posts, tally = self.today.posts, self.tally
        pages = place(uniform(key, self.day, awake, 0), venues.pages)
        pull = people.pull[awake].astype(np.float64)
        weight = np.cumsum(np.where(self.needs[awake], pull * np.exp(self.rates.attention.need), pull), axis=1)
        row = np.repeat(np.arange(len(awake)), pages)
        page = np.arange(len(row)) - np.repeat(np.cumsum(pages) - pages, pages)
        who = awake[row]
        home = people.home[who].astype(np.int64)
        u = uniform(key, self.day, who, 4 * page + 1) * weight[row, -1]
        category = (u[:, None] >= weight[row, :-1]).sum(axis=1)
        kind = uniform(key, self.day, who, 4 * page + 2)
        which = uniform(key, self.day, who, 4 * page + 3)
        content = (kind >= venues.ad_load[home]) & (kind < venues.ad_load[home] + venues.content_share[home])
        product, creator = np.empty(len(who), np.int64), np.full(len(who), NOBODY)
        channel = np.full(len(who), Channel.LISTING.value)
        claim, incentive, paid = np.full(len(who), np.nan), np.zeros(len(who)), np.zeros(len(who), np.bool_)
        table = home * self.sizes[0] + category
        for t in range(self.sizes[2] * self.sizes[0]):
            v, c = divmod(t, self.sizes[0])
            here = np.flatnonzero(table == t)
            ads = (kind[here] < venues.ad_load[v]) & (feeds.paid[v, c] == 1)
            first, end = feeds.post_first[t : t + 2]
            shared = content[here] & (end > first)
            listed = here[~ads & ~shared]
            product[listed] = feeds.product[c, place(which[listed], feeds.goods[0, v, c])]
            ads, shared = here[ads], here[shared]
            product[ads] = feeds.product[c, place(which[ads], feeds.goods[1, v, c])]
            channel[ads] = Channel.AD
            tally.ads_viewed[v] += np.bincount(product[ads], minlength=self.sizes[1])
            post = feeds.post[first + place(which[shared], feeds.post_weight[first:end])]
            channel[shared] = Channel.PUBLIC_POST
            product[shared], creator[shared] = posts.product[post], posts.creator[post]
            claim[shared], incentive[shared], paid[shared] = posts.claim[post], posts.incentive[post], posts.paid[post]
        tally.creator_delivered[:] += np.bincount(creator[creator >= 0], minlength=len(tally.creator_delivered))
        seen = (creator < 0) | (creator != self.town.consumers.creator[who])
        tally.delivered[:] += np.bincount(channel[seen], minlength=len(tally.delivered))
        slot = np.full(len(who), NOBODY)
        led = np.flatnonzero(seen & (creator >= 0))
        self.follow_to_trade(who[led], creator[led])
        slot[led] = self.follow_slot(who[led], creator[led])
        columns = (who, AFTER_ANSWER + page, product, channel, creator, slot, claim, incentive, paid)
        self.notice(*(column[seen] for column in columns))

    def follow_to_trade(self, who: Ints, creator: Ints) -> None:
        """Where trade needs a follow, a page seen may lead to one; each person's pages in turn."""
        gated = self.today.venues.follow_gate[self.town.people.home[who]] == 1
        who, creator = who[gated], creator[gated]
        partner = self.today.sheet.partner[creator].astype(np.int64)
        likes = uniform(self.luck[Stream.FOLLOW], self.day, who, partner) < self.rates.attention.follow_gate
        who, creator = who[likes], creator[likes]
        nth = np.arange(len(who)) - np.searchsorted(who, who)
        for n in range(int(nth.max(initial=-1)) + 1):
            now = nth == n
            add_follows(who[now], creator[now], 0.0, self.town.follows, self.today.sheet, self.tally)

    def attend_habits(self, needy: Ints) -> None:
        """Products bought by habit come to mind when they are needed."""
        consumers = self.town.consumers
        habit = consumers.own_run[needy] >= self.rates.experience.habit_purchases
        row, slot = np.nonzero(habit & (consumers.own_product[needy] >= 0))
        who, product = needy[row], consumers.own_product[needy[row], slot].astype(np.int64)
        needed = self.needs[who, self.today.shelf.category[product]]
        self.tally.delivered[Channel.HABIT] += int(needed.sum())
        self.notice(who[needed], AFTER_FEED + slot[needed], product[needed], Channel.HABIT.value)

    def one_of_needs(self, who: Ints, u: Reals) -> Ints:
        """One of each person's open needs, each as likely."""
        counted = np.cumsum(self.needs[who], axis=1)
        nth = (u * counted[:, -1]).astype(np.int64)
        return (counted > nth[:, None]).argmax(axis=1)

    def attend_search(self, needy: Ints) -> None:
        """Search for something needed: results by rank, each looked at once."""
        p, key, feeds = self.rates.attention, self.luck[Stream.SEARCH], self.today.feeds
        who = needy[uniform(key, self.day, needy, 0) < p.search]
        category = self.one_of_needs(who, uniform(key, self.day, who, 1))
        table = feeds.search[self.town.people.home[who], category]
        seen = np.zeros(table.shape, np.bool_)
        everybody = np.arange(len(who))
        for result in range(p.search_results):
            u = uniform(key, self.day, who, 2 + result)
            position = (u[:, None] >= table[:, :-1]).sum(axis=1)
            new = ~seen[everybody, position]
            seen[everybody, position] = True
            product = feeds.product[category[new], position[new]].astype(np.int64)
            self.tally.delivered[Channel.SEARCH] += len(product)
            self.notice(who[new], AFTER_HABITS + result, product, Channel.SEARCH.value)

    def ask_experts(self, needy: Ints) -> None:
        """Questions to the contacts who know most about something needed."""
        key, sheet = self.luck[Stream.ASK], self.today.sheet
        who = needy[uniform(key, self.day, needy, 0) < self.rates.attention.ask]
        category = self.one_of_needs(who, uniform(key, self.day, who, 1))
        k = self.town.follows.creator[who]
        can = (k >= 0) & (sheet.private[k] == 1) & (sheet.active[k] == 1)
        known = np.where(can, sheet.expertise[k, category[:, None]], 0.0)
        best = known.argmax(axis=1)
        asks = known.max(axis=1, initial=0.0) > 0.0
        self.questions = table(Questions, who[asks], k[asks, best[asks]], category[asks])

    def count_pages(self, offers: Offers) -> None:
        """Count pages by channel, product and creator, and who was reached by paid ones."""
        tally = self.tally
        for counts in (tally.viewed, tally.considered):
            counts[:] += np.bincount(offers.channel, minlength=len(counts))
        tally.product_viewed[:] += np.bincount(offers.product, minlength=len(tally.product_viewed))
        led = (offers.creator >= 0) & (offers.channel != Channel.FRIEND)
        tally.creator_viewed[:] += np.bincount(offers.creator[led], minlength=len(tally.creator_viewed))
        tally.paid_viewed[0] += int(offers.paid.sum())
        self.town.consumers.reached[offers.consumer[offers.paid]] = REACHED

    def remove(self, leaving: tuple[Ints, Ints]) -> None:
        """End follows, in each row from the right; the last one fills the gap."""
        follows = self.town.follows
        who, slot = leaving
        for s in range(FOLLOW_SLOTS - 1, -1, -1):
            i = who[slot == s]
            last = (follows.creator[i] >= 0).sum(axis=1) - 1
            for column in follows:
                column[i, s] = column[i, last]
            follows.creator[i, last] = NOBODY


def place(u: Reals, cumulative: Reals) -> Ints:
    """Index of the first cumulative weight above each u, at most the last."""
    return np.minimum(np.searchsorted(cumulative, u, side="right"), len(cumulative) - 1)
