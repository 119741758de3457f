"""Audiences: who follows whom at the start. KOC pools grow out of the graph, KOL audiences mostly do not."""

from __future__ import annotations

import numpy as np

from sim.compiled import allocating, compiled
from sim.draws import Stream, partner, uniform
from sim.graph import Graph
from sim.records import COUNT_UNITS, FOLLOW_SLOTS, Byte, Double, Float, Follows, Int64, Luck

RINGS = 3  # friends, their friends, and theirs
TRIES = 80  # draws for one stranger before the place stays empty


@compiled
def add_follow(i: int, creator: int, met: float, broken: float, follows: Follows) -> bool:
    """Follow a creator with the given prior counts, if a slot is free; returns whether it was."""
    for slot in range(FOLLOW_SLOTS):
        if follows.creator[i, slot] == creator:
            return False
        if follows.creator[i, slot] < 0:
            follows.creator[i, slot] = creator
            follows.fatigue[i, slot] = 0
            follows.met[i, slot] = min(int(met * COUNT_UNITS), 255)
            follows.broken[i, slot] = min(int(broken * COUNT_UNITS), 255)
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
    group: Byte,
    luck: Luck,
    follows: Follows,
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
    graph, group, luck, follows
        Friendships, interest groups (N,), keys of luck, and the edges, which are written.

    Returns
    -------
    int
        Followers found; fewer than ``size`` where the neighbourhood or the followers' attention is exhausted.
    """
    wanted = int(size * from_graph)
    found = _gather_neighbours(k, host, wanted, priors, graph, luck, follows)
    return found + _gather_others(k, host, size - wanted, priors, graph, group, luck, follows)


@allocating
def _gather_neighbours(
    k: int, host: int, wanted: int, priors: Double, graph: Graph, luck: Luck, follows: Follows
) -> int:  # fmt: skip
    """Ring by ring around the host, until as many are found as wanted."""
    key = luck[Stream.WORLD_AUDIENCE]
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
    k: int, host: int, wanted: int, priors: Double, graph: Graph, group: Byte, luck: Luck, follows: Follows
) -> int:
    """By turns somebody of the host's interests and anybody, each drawn a few times at most."""
    key = luck[Stream.WORLD_AUDIENCE]
    found = 0
    # drawn from a power of two and refused beyond the last person: one person more changes nobody else's draw
    people = group.shape[0]
    span = 1
    while span < people:
        span *= 2
    for place in range(wanted):
        alike = place % 2 == 0
        for attempt in range(TRIES):
            person = int(uniform(key, 1 + place % 1000, host, attempt + TRIES * (place // 1000)) * span)
            if person >= people or graph.offsets[person] == graph.offsets[person + 1]:
                continue
            if person == host or (alike and group[person] != group[host]):
                continue
            row = 2 if alike else 3
            if add_follow(person, k, priors[row, 0], priors[row, 1], follows):
                found += 1
                break
    return found


@compiled
def gather_audience(
    k: int, host: int, share: float, category: int, pull: Float, met: float, broken: float, luck: Luck, follows: Follows
) -> int:
    """Fill the mass audience of a KOL: everybody follows with a probability that rises with taste for the specialty."""
    key = luck[Stream.WORLD_AUDIENCE]
    people = pull.shape[0]
    mean = 0.0
    for i in range(people):
        mean += float(pull[i, category])
    mean /= people
    found = 0
    for i in range(people):
        comes = i != host and uniform(key, 2000, i, partner(host)) < share * float(pull[i, category]) / mean
        if comes and add_follow(i, k, met, broken, follows):
            found += 1
    return found


@compiled
def mean_taste(follows: Follows, taste: Float, fit: Double, audience: Int64) -> None:
    """Mean taste of each creator's followers by category, and their number; overwrites ``fit`` and ``audience``."""
    fit[:] = 0.0
    audience[:] = 0
    for i in range(taste.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = follows.creator[i, slot]
            if k < 0:
                break
            audience[k] += 1
            for category in range(taste.shape[1]):
                fit[k, category] += float(taste[i, category])
    for k in range(fit.shape[0]):
        for category in range(taste.shape[1]):
            fit[k, category] /= max(audience[k], 1)


def empty_follows(consumers: int) -> Follows:
    """Nobody follows anybody."""
    shape = (consumers, FOLLOW_SLOTS)
    return Follows(
        creator=np.full(shape, -1, np.int32),
        fatigue=np.zeros(shape, np.uint16),
        met=np.zeros(shape, np.uint8),
        broken=np.zeros(shape, np.uint8),
    )


def pool_bounds(consumers: int, least: int, most: int) -> tuple[int, int]:
    """Smallest and largest pool in a market of a given size.

    Below 10,000 people the pools shrink in proportion, so that a pool remains the same share of the market.
    """
    scale = min(1.0, consumers / 10_000)
    return max(1, round(least * scale)), max(1, round(most * scale))
