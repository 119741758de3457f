"""Who is on which platform (7.28): each day people look at one of theirs, and once a week everybody chooses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import exp
from typing import TYPE_CHECKING

from reference.moving import creators_move
from reference.records import Order
from reference.shops import brands_move, goods_there

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.market import PlainMarket
    from reference.platform import Platform


@dataclass
class Known:
    """What everybody can know of platforms this week; yuan a week."""

    base: float  # surplus that a platform brings on the average
    by_creators: float  # share of it that creators sell
    saving: dict[Platform, float]  # by lower prices than elsewhere
    goods: dict[Platform, float]  # share of the goods people buy that is sold there, over its mean
    audience_there: dict[Platform, float] = field(default_factory=dict)  # share of all creators' audience
    present: float = 1.0  # share of the creators one follows who are where one looks, on the average
    advertised: dict[Platform, float] = field(default_factory=dict)  # probability to see advertising
    members: dict[Consumer, list[Platform]] = field(default_factory=dict)  # as the week begins


def begin(model: PlainMarket) -> None:
    """On the first day a share of people are members of their home platform, and creators post where they are."""
    start = model.parameters.membership.start
    for person in model.consumers:
        if model.random.random() >= start:
            person.member.platforms = []
    for creator in model.creators:
        if creator.person is not None:
            creator.platforms = list(creator.person.member.platforms)
    settle(model)
    for platform in model.platforms:
        platform.feed.expect_pages()
    for brand in model.brands:
        brand.begin_funds()


def morning(model: PlainMarket) -> None:
    """Once a week all choose; each day people look at one of their platforms."""
    if model.day % 7 == 0:
        choose(model)
    looking: Counter[Platform] = Counter()
    for person in model.consumers:
        if person.member.platforms:
            person.platform = person.member.look()
            looking[person.platform] += 1
    for platform in model.platforms:
        platform.visits.days += looking[platform]
        platform.weight = looking[platform] / max(looking.total(), 1)


def choose(model: PlainMarket) -> None:
    """Creators, brands and people, in this order; on the first day nobody moves yet."""
    if model.day > 0:
        fade(model)
    known = what_is_known(model)
    asked = creators_move(model, known.by_creators) if model.day > 0 else {}
    if model.day > 0:
        brands_move(model)
    meet_creators(model, known)
    known.members = {person: person.member.platforms for person in model.consumers}
    if model.day > 0:
        known.advertised = {platform: platform.advertise() for platform in model.platforms}
        for person in model.consumers:
            person.member.platforms = person.member.reconsider(asked.get(person, []), known)
        for platform in model.platforms:
            platform.growth_cost += model.by_size(platform.policy.upkeep)
    known.goods = goods_there(model)
    for person in model.consumers:
        person.member.expect(known)
    settle(model)


def fade(model: PlainMarket) -> None:
    """What is remembered of platforms fades."""
    left = exp(-1.0 / model.parameters.membership.memory)
    for person in model.consumers:
        person.member.fade(left)
    for platform in model.platforms:
        platform.fade(left)


def what_is_known(model: PlainMarket) -> Known:
    """Of what platforms have brought, and what they ask."""
    p, platforms = model.parameters.membership, model.platforms
    days = sum(platform.visits.days for platform in platforms)
    surplus = sum(platform.visits.surplus for platform in platforms)
    by_creators = sum(platform.by_creators for platform in platforms)
    spending = 7.0 * sum(platform.spending for platform in platforms) / max(days, 1.0)
    prices = {platform: platform.mean_price() for platform in platforms}
    usual = over_visits(prices)
    return Known(
        base=(7.0 * surplus + p.confidence * p.expected) / (days + p.confidence),
        by_creators=min(max(by_creators / surplus, 0.0), 1.0) if surplus > 0.0 else 0.0,
        saving={platform: spending * (1.0 - price / usual) for platform, price in prices.items()},
        goods=goods_there(model),
    )


def over_visits(values: dict[Platform, float]) -> float:
    """Mean over platforms, by how much they are looked at."""
    weights = {platform: platform.visits.days + 1.0 for platform in values}
    return sum(values[platform] * weight for platform, weight in weights.items()) / sum(weights.values())


def meet_creators(model: PlainMarket, known: Known) -> None:
    """How many of the creators whom people follow are where people look, and how many of all are on each platform."""
    working = [creator for creator in model.creators if creator.active]
    audience = max(sum(creator.audience for creator in working), 1)
    for platform in model.platforms:
        there = [creator.audience for creator in working if creator.posts_on(platform)]
        known.audience_there[platform] = sum(there) / audience
    members = [person for person in model.consumers if person.is_member]  # as last week left it
    if members:
        known.present = sum(one.member.present(one.platform, known) for one in members) / len(members)


def settle(model: PlainMarket) -> None:
    """Who is a member nowhere is not online this week; brands spend on the people whom they can reach."""
    for person in model.consumers:
        person.is_member = bool(person.member.platforms)
        if not person.is_member:
            person.platform = person.home
    model.reached = sum(person.activity > 0.0 and person.is_member for person in model.consumers)
    for brand in model.brands:
        brand.budget = brand.weekly(model.parameters.brands)


def remember(order: Order) -> None:
    """What an order that has arrived was worth to its buyer and to the brand counts for its platform."""
    platform, brand = order.platform, order.product.brand
    order.buyer.member.visits[platform].surplus += order.surplus
    platform.visits.surplus += order.surplus
    if order.offer.seller is not None:
        platform.by_creators += order.surplus
    if not order.returned:
        shipping = round(100 * brand.model.parameters.brands.shipping)
        platform.spending += order.price / 100.0
        platform.shops[brand].earned += (order.rest - order.cost - shipping) / 100.0
