"""How a creator comes by followers at the start (7.26)."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import TYPE_CHECKING

from reference.records import Tier

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.creator import Creator
    from reference.market import PlainMarket


def gather_audiences(model: PlainMarket) -> None:
    """Of all creators at the start; KOLs come first."""
    for creator in model.creators.select(lambda one: one.tier is Tier.KOL):
        gather_mass(model, creator)
        creator.reservation = model.parameters.creators.kol_reservation * creator.audience
    for creator in model.creators.select(lambda one: one.tier is Tier.KOC):
        assert creator.person is not None, "a KOC is a consumer"
        gather_pool(model, creator.person, creator)


def gather_mass(model: PlainMarket, kol: Creator) -> None:
    """Everybody follows with a probability that grows with taste for the KOL's main category."""
    c, interest = model.parameters.creators, model.parameters.market.attention.interest
    main = kol.posts.index(max(kol.posts))
    share = min(c.kol_audience * exp(c.kol_audience_spread * float(model.rng.standard_normal())), 0.9)
    weights = [exp(interest * consumer.taste[main]) for consumer in model.consumers]
    mean = sum(weights) / len(weights)
    for consumer, weight in zip(model.consumers, weights, strict=True):
        if model.random.random() < share * weight / mean:
            consumer.follow(kol, *model.prior_counts("mass"))


def pool_sizes(model: PlainMarket) -> tuple[int, int]:
    """Smallest and largest pool of a new KOC: a quarter of the market at most."""
    c, most = model.parameters.creators, max(1, model.population // 4)
    return min(c.pool_least, most), min(c.pool_most, most)


def gather_pool(model: PlainMarket, person: Consumer, koc: Creator) -> None:
    """A pool from the graph around the KOC, and from people who share the interest or are anybody."""
    size = model.random.randint(*pool_sizes(model))
    from_graph = int(model.parameters.creators.pool_from_graph * size)
    gather_rings(model, person, koc, from_graph)
    gather_others(model, person, koc, size - from_graph)


def gather_rings(model: PlainMarket, person: Consumer, koc: Creator, places: int) -> None:
    """Friends, their friends, and theirs; a ring too large for the places left comes by lot."""
    ring = [person]
    met = set(ring)
    for relation in ("friend", "second", "second"):
        ring = [one for one in dict.fromkeys(f for member in ring for f in member.friends) if one not in met]
        met.update(ring)
        share = places / len(ring) if ring else 0.0
        for consumer in ring:
            if model.random.random() < share:
                places -= consumer.follow(koc, *model.prior_counts(relation))
        if places <= 0:
            return


def gather_others(model: PlainMarket, person: Consumer, koc: Creator, places: int) -> None:
    """People with friends of their own: every other one, the first included, shares the interest."""
    like = strangers(model, [one for one in model.people_with_friends if one.group == person.group])
    anybody = strangers(model, model.people_with_friends)
    for n in range(places):
        people, relation = (like, "interest") if n % 2 == 0 else (anybody, "stranger")
        new = next((consumer for consumer in people if consumer.may_follow(koc)), None)
        if new is not None:
            new.follow(koc, *model.prior_counts(relation))


def strangers(model: PlainMarket, people: list[Consumer]) -> Iterator[Consumer]:
    """These people in an order drawn by lot."""
    return (people[n] for n in model.rng.permutation(len(people)))
