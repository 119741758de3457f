"""The consumer of this market as a plain Mesa agent: Python attributes, lists and a `step()`, no columns.

Written the way a careful Mesa user would write it. It applies the same rules, in plain Python, to the same keyed draws
as the engine, so that it lives the same days to the bit; only the draws are compiled, since in plain Python they would
take three times as long. `benchmarks.mesa_market` puts such agents into a market.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import mesa
import numpy as np

from sim.agents.attending import FATIGUE_MOST
from sim.agents.living import SAVED_DAYS
from sim.agents.noticing import REACHED
from sim.draws import geometric_of, gumbel_of, normal_of, uniform
from sim.records import (
    COUNT_UNITS,
    FATIGUE_UNITS,
    FOLLOW_SLOTS,
    MOST_POSTS,
    NOBODY,
    OWN_SLOTS,
    WORD_SLOTS,
    Channel,
)
from sim.rules import attention, belief, choice, experience, loyalty, sharing, trust

if TYPE_CHECKING:
    from benchmarks.mesa_market import MesaTown

COUNT_MOST = 255 / COUNT_UNITS
BYTE_MOST = 255

def plain(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Python form of a compiled function."""
    return getattr(rule, "py_func", rule)


open_probability, fatigue_after = plain(attention.open_probability), plain(attention.fatigue_after)
may_leave = plain(attention.may_leave)
expected_quality, claim_precision = plain(belief.expected_quality), plain(belief.claim_precision)
utility, total, realised_surplus = plain(choice.utility), plain(choice.total), plain(choice.realised_surplus)
is_returned, is_satisfying = plain(experience.is_returned), plain(experience.is_satisfying)
trust_of, is_met = plain(trust.trust), plain(trust.is_met)
share_probability, stage = plain(sharing.share_probability), plain(loyalty.stage)
geometric, gumbel, normal = plain(geometric_of), plain(gumbel_of), plain(normal_of)

LISTING, AD, PUBLIC_POST, PRIVATE_POST, ONE_TO_ONE, SEARCH, FRIEND, HABIT = (channel.value for channel in Channel)


class Follow:
    """A creator followed: how tired of the posts, and claims met and broken."""

    __slots__ = ("broken", "creator", "fatigue", "met")

    def __init__(self, creator: int, met: float, broken: float) -> None:
        self.creator = creator
        self.fatigue = 0.0
        self.met = min(int(met * COUNT_UNITS) / COUNT_UNITS, COUNT_MOST)
        self.broken = min(int(broken * COUNT_UNITS) / COUNT_UNITS, COUNT_MOST)


@dataclass(slots=True)
class Memory:
    """A product bought before."""

    product: int
    count: int = 0
    mean: float = 0.0
    run: int = 0


@dataclass(slots=True)
class Word:
    """What friends said of a product."""

    product: int
    count: int = 0
    mean: float = 0.0
    day: int = 0
    order: int = NOBODY
    creator: int = NOBODY


class Offer(NamedTuple):
    """An item page seen."""

    product: int
    channel: int
    creator: int = NOBODY
    follow: Follow | None = None
    claim: float | None = None
    incentive: float = 0.0
    parent: int = NOBODY


class Bargain(NamedTuple):
    """The best offer of a category so far."""

    value: float
    offer: Offer
    before_quality: float
    expected: float
    word: Word | None
    price: int
    coupon: int


class MesaConsumer(mesa.Agent):
    """Somebody who attends, weighs, chooses, buys, feels and shares.

    Parameters
    ----------
    model
        The town, whose columns the person is read from.
    row
        Row in those columns.
    """

    model: MesaTown

    def __init__(self, model: MesaTown, row: int) -> None:
        super().__init__(model)
        people, consumers, _, graph = model.market.town
        self.row = row
        self.home = int(people.home[row])
        self.taste: list[float] = people.taste[row].tolist()
        self.pull: list[float] = people.pull[row].tolist()
        self.activity = float(people.activity[row])
        self.sensitivity = float(people.sensitivity[row])
        self.sociability = float(people.sociability[row])
        self.income = int(people.income[row])
        self.friends: list[int] = graph.friends[graph.offsets[row] : graph.offsets[row + 1]].tolist()
        self.due: list[int] = consumers.due[row].tolist()
        self.lapse: list[int] = consumers.lapse[row].tolist()
        self.wallet = int(consumers.wallet[row])
        self.memories: list[Memory] = []
        self.words: list[Word] = []
        self.follows: list[Follow] = []
        self.creator = self.adviser = NOBODY
        self.question = self.reached = self.customer_of = self.bought_from = self.bought_again = 0
        self.needs: set[int] = set()
        self.offers: list[Offer] = []

    def step(self) -> None:
        """Live a day."""
        town = self.model
        self.wallet = min(self.wallet + self.income, SAVED_DAYS * self.income)
        self.offers = []
        self.feel_needs()
        active = uniform(town.luck.active, town.day, self.row, 0) < self.activity
        leaving = self.receive_posts(active)
        self.hear_words(active)
        if active:
            if self.adviser >= 0:
                self.read_answer()
            self.scroll_feed()
            if self.needs:
                self.recall_habits()
                self.search()
                self.ask_expert()
        if self.offers:
            best = self.weigh()
            for category in sorted(best):
                bargain = best[category]
                if bargain.price - bargain.coupon <= self.wallet:
                    self.buy(category, bargain)
        for slot in reversed(leaving):
            last = self.follows.pop()
            if slot < len(self.follows):
                self.follows[slot] = last

    def feel_needs(self) -> None:
        """Notice what is needed, and let lapse what was met outside the market."""
        day = self.model.day
        self.needs = {category for category, due in enumerate(self.due) if due <= day}
        for category in [c for c in self.needs if self.lapse[c] <= day]:
            self.needs.remove(category)
            self.schedule_need(category)

    def schedule_need(self, category: int) -> None:
        """Draw the next need of a category."""
        town = self.model
        wait = geometric(uniform(town.luck.need, town.day, self.row, 2 * category), town.interval[category])
        open_for = geometric(
            uniform(town.luck.need, town.day, self.row, 2 * category + 1), 1.0 / town.rates.need.lapse
        )
        self.due[category] = min(town.day + wait, 32_000)
        self.lapse[category] = min(self.due[category] + open_for, 32_500)

    def notice(self, offer: Offer, paid: bool = False) -> None:
        """See an item page."""
        tally = self.model.tally
        tally.viewed[offer.channel] += 1
        tally.product_viewed[offer.product] += 1
        if offer.creator >= 0 and offer.channel != FRIEND:
            tally.creator_viewed[offer.creator] += 1
        if paid:
            tally.paid_viewed[0] += 1
            self.reached = REACHED
        self.offers.append(offer)

    def following(self, creator: int) -> Follow | None:
        """How this person follows a creator."""
        for follow in self.follows:
            if follow.creator == creator:
                return follow
        return None

    def trust(self, creator: int, follow: Follow | None) -> float:
        """Trust in a creator, followed or not."""
        known = self.model.creators[creator]
        if follow:
            return trust_of(follow.met, follow.broken, known.heard_met, known.heard_broken)
        return trust_of(known.stranger_met, known.stranger_broken, known.heard_met, known.heard_broken)

    def receive_posts(self, active: bool) -> list[int]:
        """Posts of followed creators; returns the places of those whom this person stops following today."""
        town, row, pull = self.model, self.row, self.pull
        day, tally, p = town.day, town.tally, town.rates.attention
        wanted = math.exp(p.need)
        leaving = []
        for place, follow in enumerate(self.follows):
            k = follow.creator
            partner = town.creators[k].partner
            fatigue = follow.fatigue * (1.0 - p.fatigue_decay)
            delivered = 0
            for nth, post in enumerate(town.posts[k]):
                key = partner * MOST_POSTS + nth
                if post.channel == PUBLIC_POST and uniform(town.luck.reach, day, row, key) >= town.reach[self.home]:
                    continue
                needed = post.category in self.needs
                interest = pull[post.category]
                tally.delivered[post.channel] += 1
                tally.creator_delivered[k] += 1
                if active and fatigue <= p.mute_fatigue:
                    odds_ratio = interest * wanted if needed else interest
                    if uniform(town.luck.open, day, row, key) < open_probability(odds_ratio, fatigue, p):
                        offer = Offer(post.product, post.channel, k, follow, post.claim, post.incentive)
                        self.notice(offer, post.paid)
                        tally.trust[0] += int(self.trust(k, follow) * 1_000_000.0)
                        tally.trust[1] += 1
                irrelevant = not needed and interest < 1.0
                fatigue = min(fatigue_after(fatigue, delivered, irrelevant, p), FATIGUE_MOST)
                delivered += 1
            follow.fatigue = int(fatigue * FATIGUE_UNITS) / FATIGUE_UNITS
            gone = not town.creators[k].active
            if not gone and delivered and uniform(town.luck.unfollow, day, row, partner) < p.leave:
                gone = may_leave(fatigue, self.trust(k, follow), p)
            if gone:
                leaving.append(place)
                tally.creator_followers[k] -= 1
        return leaving

    def hear_words(self, active: bool) -> None:
        """Friends' words of yesterday."""
        town = self.model
        for said in town.inbox.get(self.row, ()):
            self.remember_word(said.product, said.word, said.order, said.creator)
            town.tally.delivered[FRIEND] += 1
            if active:
                sells = said.creator >= 0 and town.creators[said.creator].active and said.creator != self.creator
                seller = said.creator if sells else NOBODY
                follow = self.following(seller) if seller >= 0 else None
                self.notice(Offer(said.product, FRIEND, seller, follow, parent=said.order))

    def remember_word(self, product: int, said: float, order: int, creator: int) -> None:
        """Remember a friend's word, in place of the oldest where memory is full."""
        word = next((word for word in self.words if word.product == product), None)
        if word is None:
            word = Word(product)
            if len(self.words) < WORD_SLOTS:
                self.words.append(word)
            else:
                oldest = min(range(WORD_SLOTS), key=lambda n: self.words[n].day)
                self.words[oldest] = word
        word.count = min(word.count + 1, BYTE_MOST)
        word.mean = float(np.float32((word.mean * (word.count - 1.0) + said) / word.count))
        word.day, word.order, word.creator = self.model.day, order, creator

    def read_answer(self) -> None:
        """The answer of an expert contact to yesterday's question."""
        k, tally = self.adviser, self.model.tally
        self.adviser = NOBODY
        expert, follow = self.model.creators[k], self.following(k)
        product = expert.advice[self.question]
        if product >= 0 and follow:
            tally.delivered[ONE_TO_ONE] += 1
            tally.creator_delivered[k] += 1
            claim, incentive = expert.advice_claim[self.question], expert.advice_incentive[self.question]
            self.notice(Offer(product, ONE_TO_ONE, k, follow, claim, incentive), expert.advice_paid[self.question])

    def scroll_feed(self) -> None:
        """The public feed: pages of ads, creators' posts and listings, in categories of interest."""
        town, row = self.model, self.row
        day, tally, key, feed = town.day, town.tally, town.luck.feed, town.feeds[self.home]
        pages = pick(town.pages, uniform(key, day, row, 0))
        if pages == 0:
            return
        wanted = math.exp(town.rates.attention.need)
        weights = []
        weight = 0.0
        for category, pull in enumerate(self.pull):
            weight += pull * wanted if category in self.needs else pull
            weights.append(weight)
        for page in range(pages):
            category = pick(weights, uniform(key, day, row, 4 * page + 1) * weight)
            kind = uniform(key, day, row, 4 * page + 2)
            which = uniform(key, day, row, 4 * page + 3)
            table = feed.tables[category]
            if kind < feed.ad_load and table.ads[-1] > 0.0:
                product = table.products[pick(table.ads, which)]
                tally.ads_viewed[self.home][product] += 1
                offer, paid = Offer(product, AD), False
            elif feed.ad_load <= kind < feed.ad_load + feed.content_share and table.posts:
                post = table.posts[pick(table.post_weights, which)]
                tally.creator_delivered[post.creator] += 1
                if post.creator == self.creator:
                    continue
                follow = self.following(post.creator)
                if follow is None and town.venues[self.home].follow_gate:
                    follow = self.follow(post.creator, town.rates.attention.follow_gate)
                offer = Offer(post.product, PUBLIC_POST, post.creator, follow, post.claim, post.incentive)
                paid = post.paid
            else:
                offer, paid = Offer(table.products[pick(table.listing, which)], LISTING), False
            tally.delivered[offer.channel] += 1
            self.notice(offer, paid)

    def recall_habits(self) -> None:
        """Products bought by habit come to mind when they are needed."""
        town = self.model
        for memory in self.memories:
            habitual = stage(memory.run, town.rates.experience) == loyalty.Stage.HABIT
            if habitual and town.goods[memory.product].category in self.needs:
                town.tally.delivered[HABIT] += 1
                self.notice(Offer(memory.product, HABIT))

    def something_needed(self, u: float) -> int:
        """One of the open needs, each as likely."""
        return sorted(self.needs)[int(u * len(self.needs))]

    def search(self) -> None:
        """Search for something needed: results by rank, each looked at once."""
        town, row, p = self.model, self.row, self.model.rates.attention
        day, key = town.day, town.luck.search
        if uniform(key, day, row, 0) >= p.search:
            return
        table = town.feeds[self.home].tables[self.something_needed(uniform(key, day, row, 1))]
        seen = set()
        for result in range(p.search_results):
            place = pick(table.search, uniform(key, day, row, 2 + result))
            if place not in seen:
                seen.add(place)
                town.tally.delivered[SEARCH] += 1
                self.notice(Offer(table.products[place], SEARCH))

    def ask_expert(self) -> None:
        """Put a question to the contact who knows most about something needed."""
        town, row = self.model, self.row
        if uniform(town.luck.ask, town.day, row, 0) >= town.rates.attention.ask:
            return
        category = self.something_needed(uniform(town.luck.ask, town.day, row, 1))
        best, most = NOBODY, 0.0
        for follow in self.follows:
            known = town.creators[follow.creator]
            if known.private and known.active and known.expertise[category] > most:
                best, most = follow.creator, known.expertise[category]
        if best >= 0:
            town.questions.append((row, best, category))

    def weigh(self) -> dict[int, Bargain]:
        """Weigh all offers; returns the best of each category that beats buying nothing."""
        town, row, rates = self.model, self.row, self.model.rates
        day, goods, venue, considered = town.day, town.goods, town.venues[self.home], town.tally.considered
        best: dict[int, Bargain] = {}
        nothing: dict[int, float] = {}
        for offer in self.offers:
            product, channel, creator, follow, claim, incentive, _ = offer
            item = goods[product]
            category = item.category
            considered[channel] += 1
            precision = 0.0
            if claim is not None:
                expert = town.creators[creator].expertise[category]
                precision = claim_precision(self.trust(creator, follow), expert, incentive, rates.belief)
            own = next((memory for memory in self.memories if memory.product == product), None)
            word = next((word for word in self.words if word.product == product), None)
            lately = float(word.count) if word and day - word.day <= rates.sharing.recall else 0.0
            believed = expected_quality(
                belief.Signals(
                    item.prior, item.rating, item.ratings,
                    claim if claim is not None else 0.0, precision,
                    word.mean if word else 0.0, float(word.count) if word else 0.0,
                    own.mean if own else 0.0, float(own.count) if own else 0.0,
                ),
                rates.belief,
            )  # fmt: skip
            price = item.price
            if creator >= 0 and town.creators[creator].discount > 0.0:
                price = int(price * (1.0 - town.creators[creator].discount))
            coupon = 0
            if venue.coupon > 0.0 and (not venue.coupon_newcomers or self.customer_of == 0):
                coupon = int(price * venue.coupon)
            log_price = item.log_price
            if price - coupon != item.price:
                log_price += math.log(max(price - coupon, 1) / item.price)
            impulse_cost = 0.0 if category in self.needs else town.impulse_cost[category]
            buyer = choice.Buyer(self.taste[category], self.sensitivity, impulse_cost)
            terms = utility(buyer, believed, log_price, lately, rates.choice)
            systematic = total(terms)
            noise = gumbel(uniform(town.luck.choice, day, row, product))
            value = systematic + noise
            if category not in nothing:
                nothing[category] = self.value_of_nothing(category)
            if venue.follow_gate and follow is None and channel != HABIT:
                continue
            if price - coupon > self.wallet:
                continue
            if value > (best[category].value if category in best else nothing[category]):
                before_quality = systematic - terms.quality - terms.risk + noise
                best[category] = Bargain(value, offer, before_quality, believed.mean, word, price, coupon)
        return best

    def value_of_nothing(self, category: int) -> float:
        """Utility of buying nothing in a category today."""
        town = self.model
        return town.rates.choice.outside + gumbel(uniform(town.luck.outside, town.day, self.row, category))

    def buy(self, category: int, bargain: Bargain) -> None:
        """Buy: order, experience, memory, trust, rating, words to friends."""
        town, row, rates = self.model, self.row, self.model.rates
        day, luck, offer = town.day, town.luck, bargain.offer
        product, creator, follow = offer.product, offer.creator, offer.follow
        item, expected, paid = town.goods[product], bargain.expected, bargain.price - bargain.coupon
        self.wallet -= paid
        delivery = normal(
            uniform(luck.experience, day, row, 4 * product), uniform(luck.experience, day, row, 4 * product + 1)
        )
        experienced = item.quality + rates.experience.noise * delivery
        returned = is_returned(experienced, expected, rates.experience)
        satisfying = not returned and is_satisfying(experienced, expected, rates.trust.tolerance)
        met = 0
        if offer.claim is not None:
            met = 1 if is_met(experienced, offer.claim, rates.trust) else -1
            if follow and met > 0:
                follow.met = min(follow.met + 1.0, COUNT_MOST)
            elif follow:
                broken = int(COUNT_UNITS * rates.trust.broken_weight) / COUNT_UNITS
                follow.broken = min(follow.broken + broken, COUNT_MOST)
        gain = bargain.before_quality + rates.choice.quality * experienced - self.value_of_nothing(category)
        surplus = 0.0 if returned else realised_surplus(gain, float(paid), self.sensitivity)
        brand = 1 << item.brand
        new_customer = not self.customer_of & brand
        self.customer_of |= brand
        self.bought_again |= self.bought_from & brand
        self.bought_from |= brand
        reviewed = uniform(luck.experience, day, row, 4 * product + 2) < rates.experience.review
        considers = uniform(luck.entry, day, row, product) < self.sociability
        number = len(town.orders)
        town.orders.append((
            row, product, creator, offer.channel, offer.parent,
            bargain.price, bargain.coupon, returned, met, satisfying, experienced if reviewed else math.nan,
            int(surplus), new_customer, satisfying and self.creator < 0 and considers,
        ))  # fmt: skip
        self.remember_purchase(product, experienced, satisfying)
        if not returned:
            self.schedule_need(category)
        if satisfying:
            for account in (creator if follow is None else NOBODY, item.own_account):
                if account >= 0:
                    self.follow(account, rates.attention.follow, 1.0)
        self.tell_friends(number, product, creator, experienced, experienced - expected)

    def remember_purchase(self, product: int, experienced: float, satisfying: bool) -> None:
        """Remember an experience, in place of the least bought product where memory is full."""
        memory = next((memory for memory in self.memories if memory.product == product), None)
        if memory is None:
            memory = Memory(product)
            if len(self.memories) < OWN_SLOTS:
                self.memories.append(memory)
            else:
                least = min(range(OWN_SLOTS), key=lambda n: self.memories[n].count)
                self.memories[least] = memory
        memory.count = min(memory.count + 1, BYTE_MOST)
        memory.mean = float(np.float32(memory.mean + (experienced - memory.mean) / memory.count))
        memory.run = min(memory.run + 1, BYTE_MOST) if satisfying else 0

    def follow(self, creator: int, chance: float, met: float = 0.0) -> Follow | None:
        """Perhaps follow a creator, of whose claims some were met already."""
        town = self.model
        if uniform(town.luck.follow, town.day, self.row, town.creators[creator].partner) >= chance:
            return None
        if len(self.follows) == FOLLOW_SLOTS or self.following(creator):
            return None
        known = town.creators[creator]
        follow = Follow(creator, known.stranger_met + met, known.stranger_broken)
        self.follows.append(follow)
        town.tally.creator_followers[creator] += 1
        return follow

    def tell_friends(self, number: int, product: int, creator: int, word: float, surprise: float) -> None:
        """Tell some friends of a purchase: a stretch of the friends' list that starts at random."""
        town, row, day, key = self.model, self.row, self.model.day, self.model.luck.share
        degree = len(self.friends)
        p_share = share_probability(self.sociability, surprise, town.rates.sharing)
        if degree == 0 or uniform(key, day, row, 4 * product) >= p_share:
            return
        told = int(town.rates.sharing.friends_told + uniform(key, day, row, 4 * product + 1))
        start = int(uniform(key, day, row, 4 * product + 2) * degree)
        for n in range(min(told, degree)):
            town.shares.append((self.friends[(start + n) % degree], product, word, number, creator))


def pick(cumulative: list[float], u: float) -> int:
    """Index of the first cumulative weight above u, at most the last."""
    return min(bisect_right(cumulative, u), len(cumulative) - 1)
