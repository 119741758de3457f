"""Audiences: who follows whom at the start. KOC pools grow out of the graph, KOL audiences mostly do not."""

from __future__ import annotations

from sim.arrays import Double, Keys
from sim.compiled import allocating, compiled
from sim.draws import Stream, partner, uniform
from sim.graph import Graph
from sim.ranges import COUNT_UNITS
from sim.records import Table
from sim.state.creators import Creator
from sim.state.people import FOLLOW_SLOTS, Follow, Person

RINGS = 3  # friends, their friends, and theirs
TRIES = 80  # draws for one stranger before the place stays empty
COUNT_MOST = 255


@compiled
def add_follow(i: int, creator: int, met: float, broken: float, follows: Table[Follow]) -> bool:
    """Follow a creator with the given prior counts, if a slot is free; returns whether it was."""
    for slot in range(FOLLOW_SLOTS):
        edge = follows[i, slot]
        if edge.creator == creator:
            return False
        if edge.creator < 0:
            edge.creator = creator
            edge.fatigue = 0
            edge.met = min(int(met * COUNT_UNITS), COUNT_MOST)
            edge.broken = min(int(broken * COUNT_UNITS), COUNT_MOST)
            return True
    return False


@allocating
def gather_pool(
    k: int,
    host: int,
    size: int,
    from_graph: float,
    priors: Double,
    graph: Graph,
    people: Table[Person],
    keys: Keys,
    follows: Table[Follow],
) -> int:
    """Fill the pool of a KOC: ring by ring through the graph, the rest by shared interest and at random.

    Parameters
    ----------
    k, host
        Row among creators, and among consumers.
    size
        People wanted.
    from_graph
        Share of them from the neighbourhood, up to three steps away.
    priors
        Prior counts (met, broken) of a friend, a friend's friend, shared interest, a stranger; shape (4, 2).
    graph, people, keys, follows
        Friendships, people, keys of all streams of shocks, and the edges, which are written.

    Returns
    -------
    int
        Followers found; fewer than ``size`` where the neighbourhood or the followers' attention is exhausted.
    """
    wanted = int(size * from_graph)
    found = _gather_neighbours(k, host, wanted, priors, graph, keys, follows)
    return found + _gather_others(k, host, size - wanted, priors, graph, people, keys, follows)


@allocating
def _gather_neighbours(
    k: int, host: int, wanted: int, priors: Double, graph: Graph, keys: Keys, follows: Table[Follow]
) -> int:  # fmt: skip
    """Ring by ring around the host, until as many are found as wanted."""
    key = keys[Stream.WORLD_AUDIENCE]
    found = 0
    seen = {host}
    ring = [host]
    for distance in range(RINGS):
        outer = [host for _ in range(0)]
        for person in ring:
            for place in range(graph.offsets[person], graph.offsets[person + 1]):
                friend = int(graph.friends[place])
                if friend not in seen:
                    seen.add(friend)
                    outer.append(friend)
        # the last ring may be larger than the places left: who comes in is drawn, not the first in the list
        places = wanted - found
        if places <= 0 or len(outer) == 0:
            break
        chance = min(1.0, places / len(outer))
        row = min(distance, 1)  # friends of friends' friends are met through friends, too
        for person in outer:
            comes = chance == 1.0 or uniform(key, 0, person, partner(host)) < chance
            if comes and add_follow(person, k, priors[row, 0], priors[row, 1], follows):
                found += 1
        ring = outer
    return found


@compiled
def _gather_others(
    k: int,
    host: int,
    wanted: int,
    priors: Double,
    graph: Graph,
    people: Table[Person],
    keys: Keys,
    follows: Table[Follow],
) -> int:
    """By turns somebody of the host's interests and anybody, each drawn a few times at most."""
    key = keys[Stream.WORLD_AUDIENCE]
    found = 0
    # drawn from a power of two and refused beyond the last person: one person more changes nobody else's draw
    count = people.shape[0]
    span = 1
    while span < count:
        span *= 2
    for place in range(wanted):
        alike = place % 2 == 0
        for attempt in range(TRIES):
            person = int(uniform(key, 1 + place % 1000, host, attempt + TRIES * (place // 1000)) * span)
            if person >= count or graph.offsets[person] == graph.offsets[person + 1]:
                continue
            if person == host or (alike and people[person].group != people[host].group):
                continue
            row = 2 if alike else 3
            if add_follow(person, k, priors[row, 0], priors[row, 1], follows):
                found += 1
                break
    return found


@compiled
def gather_audience(
    k: int, host: int, share: float, category: int, met: float, broken: float, people: Table[Person], keys: Keys,
    follows: Table[Follow],
) -> int:  # fmt: skip
    """Fill the mass audience of a KOL: everybody follows with a probability that rises with taste for the specialty."""
    key = keys[Stream.WORLD_AUDIENCE]
    count = people.shape[0]
    mean = 0.0
    for i in range(count):
        mean += people[i].pull[category]
    mean /= count
    found = 0
    for i in range(count):
        comes = i != host and uniform(key, 2000, i, partner(host)) < share * people[i].pull[category] / mean
        if comes and add_follow(i, k, met, broken, follows):
            found += 1
    return found


@compiled
def mean_taste(first: int, last: int, people: Table[Person], follows: Table[Follow], creators: Table[Creator]) -> None:
    """Write the mean taste of the followers of creators ``first`` to ``last - 1`` by category, and their number."""
    categories = creators[first].fit.shape[0]
    for k in range(first, last):
        creators[k].audience = 0
        for category in range(categories):
            creators[k].fit[category] = 0.0
    for i in range(people.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = follows[i, slot].creator
            if k < 0:
                break
            if first <= k < last:
                creators[k].audience += 1
                for category in range(categories):
                    creators[k].fit[category] += people[i].taste[category]
    for k in range(first, last):
        for category in range(categories):
            creators[k].fit[category] /= max(creators[k].audience, 1)


def pool_bounds(consumers: int, least: int, most: int) -> tuple[int, int]:
    """Smallest and largest pool in a market of a given size: as stated, but a quarter of the market at most.

    So many KOCs with pools of so many people make the same number of follows a person in a market of any size.
    """
    return min(least, max(1, consumers // 4)), min(most, max(1, consumers // 4))
