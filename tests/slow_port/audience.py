"""Audiences (7.26)."""

from __future__ import annotations

from math import exp

from .town import KOC, KOL, Creator, Person, Town, has_room


def gather_all(town: Town) -> None:
    """KOLs come first."""
    for tier, gather in ((KOL, gather_mass), (KOC, gather_pool)):
        for creator in town.creators:
            if creator.tier == tier:
                gather(town, creator)
    for creator in town.creators:
        if creator.tier == KOL:
            # The reservation income of a KOL is told per follower.
            creator.reservation = town.p.creators.kol_reservation * creator.audience
    town.survey_followers()


def gather_mass(town: Town, creator: Creator) -> None:
    """Everybody follows a KOL with a probability that grows with taste for the KOL's main category."""
    c, rng = town.p.creators, town.rng
    main = max(range(len(creator.posts)), key=creator.posts.__getitem__)
    share = min(c.kol_audience * exp(c.kol_audience_spread * rng.standard_normal()), 0.9)
    weights = [exp(town.p.market.attention.interest * person.taste[main]) for person in town.people]
    mean = sum(weights) / len(weights)
    trust = town.p.market.trust
    for person, weight in zip(town.people, weights, strict=True):
        if rng.random() < share * weight / mean:
            town.follow(person, creator, trust.mass_met, trust.mass_broken)


def pool_sizes(town: Town) -> tuple[int, int]:
    """Smallest and largest pool of a new KOC: in proportion in markets below 10,000 people."""
    scale = min(1.0, len(town.people) / 10_000.0)
    return max(1, round(town.p.creators.pool_least * scale)), max(1, round(town.p.creators.pool_most * scale))


def gather_pool(town: Town, creator: Creator) -> None:
    """Friends, their friends, and theirs, the last ring by lot; then people who share the interest, and anybody."""
    rng, trust = town.rng, town.p.market.trust
    least, most = pool_sizes(town)
    size = int(rng.integers(least, most + 1))
    from_graph = int(town.p.creators.pool_from_graph * size)
    me = creator.person
    assert me is not None
    met_before = {me.row}
    ring = [me.row]
    chosen = 0
    for distance in (1, 2, 3):
        ring = sorted({friend for row in ring for friend in town.people[row].friends} - met_before)
        met_before.update(ring)
        counts = (trust.friend_met, trust.friend_broken) if distance == 1 else (trust.second_met, trust.second_broken)
        places = from_graph - chosen
        for row in ring:
            if places > 0 and rng.random() < places / len(ring):
                chosen += town.follow(town.people[row], creator, *counts)
    with_friends = [person for person in town.people if person.friends]
    same = [person for person in with_friends if person.group == me.group]
    for n in range(size - from_graph):
        if n % 2 == 0:
            _add_one_of(town, creator, same, trust.interest_met, trust.interest_broken)
        else:
            _add_one_of(town, creator, with_friends, trust.stranger_met, trust.stranger_broken)


def _add_one_of(town: Town, creator: Creator, people: list[Person], met: float, broken: float) -> None:
    new = [one for one in people if one is not creator.person and one.edge_to(creator) is None and has_room(one)]
    if new:
        town.follow(new[int(town.rng.integers(len(new)))], creator, met, broken)
