"""Audiences: who follows whom at the start. KOC pools grow out of the graph, KOL audiences mostly do not."""

from __future__ import annotations

import numpy as np

from sim.arrays import Double, Int32, Int64, Keys
from sim.compilation import allocating, compiled
from sim.compilation.context import Context
from sim.draw_numbers import PLACES, AudienceDay
from sim.draws import Stream, partner, uniform
from sim.engine.threads import BLOCK, Threads, stretches
from sim.ranges import COUNT_UNITS
from sim.records import Table
from sim.state.creators import Creator
from sim.state.people import FOLLOW_SLOTS, Follow, Person

RINGS = 3  # friends, their friends, and theirs
TRIES = 80  # draws for one stranger before the place stays empty
COUNT_MOST = 255
FRIEND, SECOND, INTEREST, STRANGER, MASS = range(5)  # how a follower has met a creator


class Crowd(Context):
    """Who may follow creators, and the follows that are written; N people."""

    people: Table[Person]
    follows: Table[Follow]
    offsets: Int64
    friends: Int32
    keys: Keys
    priors: Double  # (5, 2) claims met and broken that are assumed, by how a follower has met the creator
    from_graph: float  # share of a KOC's pool that comes from the neighbourhood, up to three steps away


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
def gather_pool(k: int, host: int, size: int, crowd: Crowd) -> int:
    """Fill the pool of a KOC: ring by ring through the graph, the rest by shared interest and at random.

    Parameters
    ----------
    k, host
        Row among creators, and among consumers.
    size
        People wanted.

    Returns
    -------
    int
        Followers found; fewer than ``size`` where the neighbourhood or the followers' attention is exhausted.
    """
    wanted = int(size * crowd.from_graph)
    found = _gather_neighbours(k, host, wanted, crowd)
    return found + _gather_others(k, host, size - wanted, crowd)


@allocating
def _gather_neighbours(k: int, host: int, wanted: int, crowd: Crowd) -> int:
    """Ring by ring around the host, until as many are found as wanted."""
    key = crowd.keys[Stream.WORLD_AUDIENCE]
    found = 0
    seen = {host}
    ring = [host]
    for distance in range(RINGS):
        outer = [host for _ in range(0)]
        for person in ring:
            for place in range(crowd.offsets[person], crowd.offsets[person + 1]):
                friend = int(crowd.friends[place])
                if friend not in seen:
                    seen.add(friend)
                    outer.append(friend)
        # the last ring may be larger than the places left: who comes in is drawn, not the first in the list
        places = wanted - found
        if places <= 0 or len(outer) == 0:
            break
        chance = min(1.0, places / len(outer))
        row = min(distance, SECOND)  # friends of friends' friends are met through friends, too
        for person in outer:
            comes = chance == 1.0 or uniform(key, AudienceDay.NEIGHBOUR, person, partner(host)) < chance
            if comes and add_follow(person, k, crowd.priors[row, 0], crowd.priors[row, 1], crowd.follows):
                found += 1
        ring = outer
    return found


@compiled
def _gather_others(k: int, host: int, wanted: int, crowd: Crowd) -> int:
    """By turns somebody of the host's interests and anybody, each drawn a few times at most."""
    key = crowd.keys[Stream.WORLD_AUDIENCE]
    found = 0
    # drawn from a power of two and refused beyond the last person: one person more changes nobody else's draw
    count = crowd.people.shape[0]
    span = 1
    while span < count:
        span *= 2
    for place in range(wanted):
        alike = place % 2 == 0
        for attempt in range(TRIES):
            day, draw = AudienceDay.OTHER + place % PLACES, attempt + TRIES * (place // PLACES)
            person = int(uniform(key, day, host, draw) * span)
            if person >= count or crowd.offsets[person] == crowd.offsets[person + 1]:
                continue
            if person == host or (alike and crowd.people[person].group != crowd.people[host].group):
                continue
            row = INTEREST if alike else STRANGER
            if add_follow(person, k, crowd.priors[row, 0], crowd.priors[row, 1], crowd.follows):
                found += 1
                break
    return found


@compiled
def gather_audience(k: int, host: int, share: float, category: int, crowd: Crowd) -> int:
    """Fill the mass audience of a KOL: everybody follows with a probability that rises with taste for the specialty."""
    key = crowd.keys[Stream.WORLD_AUDIENCE]
    count = crowd.people.shape[0]
    mean = 0.0
    for i in range(count):
        mean += crowd.people[i].pull[category]
    mean /= count
    found = 0
    for i in range(count):
        chance = share * crowd.people[i].pull[category] / mean
        comes = i != host and uniform(key, AudienceDay.MASS, i, partner(host)) < chance
        if comes and add_follow(i, k, crowd.priors[MASS, 0], crowd.priors[MASS, 1], crowd.follows):
            found += 1
    return found


def write_mean_taste(
    people: Table[Person], follows: Table[Follow], creators: Table[Creator], threads: Threads
) -> None:  # fmt: skip
    """Write the mean taste of each creator's followers by category, and their number.

    It is summed block by block of consumers, so that the result does not depend on the threads who share the work.
    """

    def block(first: int, last: int) -> tuple[Double, Int64]:
        taste, audience = np.zeros(creators["fit"].shape), np.zeros(len(creators), np.int64)
        add_taste(first, last, people, follows, taste, audience)
        return taste, audience

    tastes, audiences = zip(*threads.over(stretches(0, len(people), BLOCK), block), strict=True)
    creators["audience"] = sum(audiences)
    creators["fit"] = sum(tastes) / np.maximum(creators["audience"], 1)[:, None]


@compiled
def add_taste(
    first: int, last: int, people: Table[Person], follows: Table[Follow], taste: Double, audience: Int64
) -> None:  # fmt: skip
    """Add consumers ``first`` to ``last - 1`` and their tastes to the sums of all whom they follow."""
    for i in range(first, last):
        for slot in range(FOLLOW_SLOTS):
            k = follows[i, slot].creator
            if k < 0:
                break
            audience[k] += 1
            for category in range(taste.shape[1]):
                taste[k, category] += people[i].taste[category]


def pool_bounds(consumers: int, least: int, most: int) -> tuple[int, int]:
    """Smallest and largest pool in a market of a given size: as stated, but a quarter of the market at most.

    So many KOCs with pools of so many people make the same number of follows a person in a market of any size.
    """
    return min(least, max(1, consumers // 4)), min(most, max(1, consumers // 4))
