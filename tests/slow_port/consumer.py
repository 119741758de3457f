"""A consumer's day up to the offers seen (7.1 to 7.6, 7.9, 7.10)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp
from typing import NamedTuple

from . import platform, rules
from .creating import Post
from .platform import Shelves
from .town import BRAND, KOC, KOL, Creator, Edge, Person, Product, Town, Words

CHANNELS = ["listing", "ad", "public_post", "search", "private_post", "answer", "friend", "habit"]
LISTING, AD, PUBLIC_POST, SEARCH, PRIVATE_POST, ANSWER, FRIEND, HABIT = range(8)
MOST_PAGES = 23
WORDS_REMEMBERED = 3


class Offer(NamedTuple):
    product: Product
    channel: int
    seller: Creator | None = None
    claim: float | None = None
    visible_pay: float = 0.0


@dataclass
class Day:
    """What was prepared this morning, and what the day comes to."""

    number: int
    posts_of: dict[int, list[Post]]
    shelves: Shelves
    views: list[int] = field(default_factory=lambda: [0] * len(CHANNELS))
    creator_views: int = 0
    ad_views: dict[int, int] = field(default_factory=dict)
    questions: list[tuple[Person, Creator, int]] = field(default_factory=list)


def needed(person: Person, category: int, today: int) -> bool:
    return person.due[category] <= today < person.lapse[category]


def live(town: Town, person: Person, day: Day) -> list[Offer]:
    """Offers that the person sees; none to somebody offline."""
    rng, today = town.rng, day.number
    person.wallet = min(person.wallet + person.income, 60 * person.income)
    for c in range(len(town.categories)):
        if person.lapse[c] <= today:
            person.due[c], person.lapse[c] = town.next_need(c, today)
    online = rng.random() < person.activity
    offers = posts_of_followed(town, person, day, online)
    offers += hear(town, person, today)
    if not online:
        return []
    needs = [needed(person, c, today) for c in range(len(town.categories))]
    open_needs = [c for c, need in enumerate(needs) if need]
    offers += answer(town, person)
    offers += feed(town, person, day, needs)
    offers += habits(town, person, needs)
    if open_needs and rng.random() < town.p.market.attention.search:
        offers += search(town, day, open_needs[int(rng.integers(len(open_needs)))])
    if open_needs and rng.random() < town.p.market.attention.ask:
        ask(person, day, town, open_needs[int(rng.integers(len(open_needs)))])
    return offers


def posts_of_followed(town: Town, person: Person, day: Day, online: bool) -> list[Offer]:
    """7.3: posts are delivered, tire, and are opened or not; who has enough leaves."""
    a, rng = town.p.market.attention, town.rng
    offers = []
    for edge in list(person.follows):
        k = edge.creator
        if not k.active:
            person.leaving.append(edge)
            continue
        edge.fatigue *= 1.0 - a.fatigue_decay
        delivered = 0
        for post in day.posts_of.get(id(k), []):
            if not post.private and rng.random() >= town.p.platform.feed.organic_reach:
                continue
            c = post.product.category
            theta, need = person.taste[c], needed(person, c, day.number)
            looks = online and edge.fatigue <= a.mute_fatigue
            if looks and rng.random() < rules.open_probability(theta, need, edge.fatigue, town.p):
                channel = PRIVATE_POST if post.private else PUBLIC_POST
                offers.append(Offer(post.product, channel, k, post.claim, post.visible_pay))
            edge.fatigue += rules.fatigue_added(delivered == 0, not need and theta < 0.0, town.p)
            delivered += 1
        fed_up = edge.fatigue > a.leave_fatigue or trust_in(town, edge, k) < a.leave_trust
        if delivered and fed_up and rng.random() < a.leave:
            person.leaving.append(edge)
    return offers


def trust_in(town: Town, edge: Edge | None, creator: Creator) -> float:
    """7.8: who does not follow holds the counts of a stranger, or of a mass audience."""
    t = town.p.market.trust
    mass = creator.tier == KOL
    share = t.reputation_mass if mass else t.reputation
    if edge is not None:
        met, broken = edge.met, edge.broken
    elif mass:
        met, broken = t.mass_met, t.mass_broken
    else:
        met, broken = t.stranger_met, t.stranger_broken
    return rules.trust(met, broken, creator.pool_met, creator.pool_broken, share)


def feed(town: Town, person: Person, day: Day, needs: list[bool]) -> list[Offer]:
    """7.4."""
    a, rng, shelves = town.p.market.attention, town.rng, day.shelves
    pages = min(int(rng.poisson(a.public_slots)), MOST_PAGES)
    weights = [exp(a.interest * theta + a.need * need) for theta, need in zip(person.taste, needs, strict=True)]
    cumulative = list(accumulate(weights))
    offers = []
    for _ in range(pages):
        c = bisect_right(cumulative, rng.random() * cumulative[-1])
        advertised, ad_shares = shelves.ads[c]
        posts, post_shares = shelves.posts[c]
        kind, load = rng.random(), town.p.platform.feed.ad_load
        if kind < load and advertised:
            product = advertised[platform.drawn(town, ad_shares)]
            day.ad_views[product.brand.number] = day.ad_views.get(product.brand.number, 0) + 1
            offers.append(Offer(product, AD))
        elif load <= kind < load + shelves.post_share and posts:
            post = posts[platform.drawn(town, post_shares)]
            if post.creator.person is person:
                continue
            gate(town, person, post.creator)
            offers.append(Offer(post.product, PUBLIC_POST, post.creator, post.claim, post.visible_pay))
        else:
            offers.append(Offer(town.goods_of[c][platform.drawn(town, shelves.goods[c])], LISTING))
    return offers


def gate(town: Town, person: Person, creator: Creator) -> None:
    """7.4: where trade needs a follow, some follow at the sight of a post."""
    if town.p.platform.follow_gate and town.rng.random() < town.p.market.attention.follow_gate:
        t = town.p.market.trust
        mass = creator.tier == KOL
        town.follow(person, creator, *((t.mass_met, t.mass_broken) if mass else (t.stranger_met, t.stranger_broken)))


def search(town: Town, day: Day, c: int) -> list[Offer]:
    """7.5."""
    draws = [platform.drawn(town, day.shelves.goods[c]) for _ in range(town.p.market.attention.search_results)]
    return [Offer(town.goods_of[c][n], SEARCH) for n in dict.fromkeys(draws)]


def habits(town: Town, person: Person, needs: list[bool]) -> list[Offer]:
    """7.6."""
    often = town.p.market.experience.habit_purchases
    kept = [town.products[number] for number, own in person.bought.items() if own.satisfying_in_a_row >= often]
    return [Offer(product, HABIT) for product in kept if needs[product.category]]


def answer(town: Town, person: Person) -> list[Offer]:
    """7.9: what the adviser says, on the first day online after the question was taken up."""
    if person.answer is None:
        return []
    creator, c = person.answer
    person.answer = None
    if person.edge_to(creator) is None or not creator.advice[c]:
        return []
    product, claim, visible = creator.advice[c][0]
    return [Offer(product, ANSWER, creator, claim, visible)]


def has_pool(town: Town, creator: Creator) -> bool:
    c = town.p.creators
    shares = {KOC: c.private_share_koc, KOL: c.private_share_kol, BRAND: 1.0}
    return creator.active and shares[creator.tier] > 0.0


def ask(person: Person, day: Day, town: Town, c: int) -> None:
    """7.9."""
    experts = [edge.creator for edge in person.follows if has_pool(town, edge.creator)]
    if experts:
        day.questions.append((person, max(experts, key=lambda k: k.mastery[c]), c))


def hear(town: Town, person: Person, today: int) -> list[Offer]:
    """7.10: words told yesterday are remembered; each is an offer."""
    offers = []
    for number, experienced, root in person.inbox:
        if number not in person.heard and len(person.heard) == WORDS_REMEMBERED:
            del person.heard[min(person.heard, key=lambda n: person.heard[n].last)]
        words = person.heard.setdefault(number, Words(0, 0.0, today))
        words.mean += (experienced - words.mean) / (words.count + 1)
        words.count, words.last = words.count + 1, today
        sells = root is not None and root.active and root.person is not person
        seller = root if sells else None
        offers.append(Offer(town.products[number], FRIEND, seller))
    person.inbox.clear()
    return offers
