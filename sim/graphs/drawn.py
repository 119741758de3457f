"""Drawn graphs: three ways to draw friendships.

Homophily is the share of ties made inside the own group beyond chance: a tie falls inside with probability
``h + (1 - h) w``, where w is the group's share of all people (the inbreeding index of Coleman 1958, in every group
alike), so that Newman's (2003) assortativity by group comes out as h. A group too small for the ties asked of it
falls short of that, since two people share one tie at most; its members then find friends elsewhere.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compilation import allocating
from sim.draw_numbers import PER_STEP, GraphDay, RewiredDraw
from sim.draws import Stream, uniform
from sim.errors import UserError
from sim.graphs.graph import Graph, rows_of
from sim.graphs.partners import (
    Pool,
    add_tie,
    block_ties,
    drawn_ties,
    new_friend,
    pool_of,
    power_law_weights,
    room_for,
)


def small_world(
    consumers: int,
    mean_degree: float,
    rewiring: float,
    homophily: float,
    interest: NDArray[np.integer],
    city_tier: NDArray[np.integer],
    keys: NDArray[np.uint64],
) -> Graph:
    """Ring of neighbours with some ties rewired (Watts & Strogatz 1998), on a ring ordered by city tier and interest.

    On the ring a person stands in the stretch of their own tier and, with probability sqrt(h), in the part of it that
    belongs to their interest group, else anywhere in the tier. Two neighbours are both so placed with probability h,
    and meet at random otherwise, so ring ties have homophily h within the tier; rewired ties have it by choice of the
    new friend. Clustering is that of Watts & Strogatz whatever the homophily, close to
    ``3 (k - 2) / (4 (k - 1)) (1 - rewiring)**3`` (Barrat & Weigt 2000): at a mean degree of 10 or 12 a rewiring of 0.41
    gives 0.14, the median among people with a hundred friends on Facebook (Ugander et al. 2011).

    Parameters
    ----------
    consumers
        Number of people, N.
    mean_degree
        Friends per person, 0 to N - 1, met exactly; where it is not even, ring neighbourhoods alternate in width.
    rewiring
        Share of ring ties given a new friend, 0 to 1.
    homophily
        Share of ties inside the own interest group beyond chance, 0 to 1.
    interest, city_tier
        Group of each person, counted from 0, and tier of each person's city; integers, shape (N,).
    keys
        From `sim.draws.stream_keys`.

    Raises
    ------
    UserError
        If a number is outside its range or the ties do not fit.
    """
    _check(consumers, mean_degree, homophily, interest, city_tier)
    if not 0 <= rewiring <= 1:
        raise UserError(f"rewiring={rewiring}: expected a share from 0 to 1")
    key = keys[Stream.WORLD_GRAPH]
    pool = pool_of(interest)
    ring = _ring_order(key, homophily, interest, city_tier)
    wanted = _ties_of(consumers, mean_degree)
    slots = room_for(wanted)
    made = _ring_ties(key, mean_degree / 2, rewiring, homophily, ring, pool, slots)
    made += drawn_ties(key, wanted - made, homophily, pool, slots)
    return _finished(consumers, wanted, made, slots)


def scale_free(
    consumers: int,
    mean_degree: float,
    exponent: float,
    homophily: float,
    interest: NDArray[np.integer],
    keys: NDArray[np.uint64],
) -> Graph:
    """Ties between people drawn in proportion to power-law weights (Chung & Lu 2002).

    A weight is the number of friends to be expected, rounded at random to a whole number (at mean degrees below 10, of
    tenths of the mean). Weights stop at sqrt(N x mean degree), the structural cut-off beyond which two hubs would need
    more than one tie between them (Boguñá, Pastor-Satorras & Vespignani 2004). An exponent of 2.3 is that of the
    networks on which Goel et al. (2016) reproduce the cascades of Twitter. Some people have no friend at all (2 % at
    mean degree 10), and there is next to no clustering. Hubs who know each other by interest cannot meet by chance as
    well, which costs a little homophily: 0.001 of 0.9 among 20,000 people, less among more.

    Parameters
    ----------
    exponent
        Of the density of weights, above 2, so that a mean exists.
    consumers, mean_degree, homophily, interest, keys
        As in `small_world`.

    Raises
    ------
    UserError
        If a number is outside its range or the ties do not fit.
    """
    _check(consumers, mean_degree, homophily, interest)
    if not 2 < exponent < math.inf:
        raise UserError(f"exponent={exponent}: expected a number above 2, such as 2.3")
    key = keys[Stream.WORLD_GRAPH]
    mean = max(mean_degree, 1.0)
    largest = max(math.sqrt(consumers * mean), 2 * mean)
    weights = power_law_weights(_uniforms(key, GraphDay.WEIGHT, consumers), mean, exponent, largest)
    lots = np.floor(weights * max(1.0, 10 / mean) + _uniforms(key, GraphDay.ROUNDING, consumers))
    pool = pool_of(interest, lots.astype(np.int64))
    wanted = _ties_of(consumers, mean_degree)
    slots = room_for(wanted)
    return _finished(consumers, wanted, drawn_ties(key, wanted, homophily, pool, slots), slots)


def stochastic_blocks(
    consumers: int,
    mean_degree: float,
    homophily: float,
    interest_group: NDArray[np.integer],
    city_tier: NDArray[np.integer],
    keys: NDArray[np.uint64],
) -> Graph:
    """Blocks of people with like interest and city tier (Holland, Laskey & Leinhardt 1983).

    Homophily acts on both traits, independently: a tie is kept to the own interest group with probability h and to
    the own city tier with probability h. Everybody expects the same number of friends.

    Parameters
    ----------
    interest_group
        Interest group of each person, counted from 0, shape (N,).
    consumers, mean_degree, homophily, city_tier, keys
        As in `small_world`.

    Raises
    ------
    UserError
        If a number is outside its range or the ties do not fit.
    """
    _check(consumers, mean_degree, homophily, interest_group, city_tier)
    key = keys[Stream.WORLD_GRAPH]
    block = interest_group.astype(np.int64) * (int(city_tier.max()) + 1) + city_tier
    pools = pool_of(interest_group), pool_of(city_tier), pool_of(block)
    wanted = _ties_of(consumers, mean_degree)
    slots = room_for(wanted)
    return _finished(consumers, wanted, block_ties(key, wanted, homophily, pools, slots), slots)


def _check(consumers: int, mean_degree: float, homophily: float, *traits: NDArray[np.integer]) -> None:
    if consumers < 1:
        raise UserError(f"consumers={consumers}: expected at least 1")
    if not 0 <= mean_degree <= consumers - 1:
        raise UserError(f"mean_degree={mean_degree}: expected 0 to {consumers - 1}, among {consumers} consumers")
    if not 0 <= homophily <= 1:
        raise UserError(f"homophily={homophily}: expected a share from 0 to 1")
    for trait in traits:
        if trait.shape != (consumers,):
            raise ValueError(f"trait of shape {trait.shape}: expected ({consumers},)")


def _ties_of(consumers: int, mean_degree: float) -> int:
    return math.floor(consumers * mean_degree / 2 + 0.5)


def _finished(consumers: int, wanted: int, made: int, slots: NDArray[np.int64]) -> Graph:
    if made < wanted:
        raise UserError(
            f"mean_degree={2 * wanted / consumers:g}: only {made} of {wanted} ties found room among {consumers} "
            "consumers; expected a lower mean_degree or more consumers"
        )
    return rows_of(consumers, np.sort(slots[slots >= 0]))


def _ring_order(
    key: np.uint64, homophily: float, interest: NDArray[np.integer], city_tier: NDArray[np.integer]
) -> NDArray[np.int64]:
    """People by tier and, within it, at a random place of their group's part or of the whole tier."""
    counts = np.zeros((int(city_tier.max()) + 1, int(interest.max()) + 1))
    np.add.at(counts, (city_tier, interest), 1)
    width = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    begin = np.cumsum(width, axis=1) - width
    place = _uniforms(key, GraphDay.PLACE, len(interest))
    at_home = _uniforms(key, GraphDay.MIXED, len(interest)) < math.sqrt(homophily)
    home = begin[city_tier, interest] + place * width[city_tier, interest]
    return np.lexsort((np.where(at_home, home, place), city_tier))


@allocating
def _uniforms(key: np.uint64, day: int, count: int) -> NDArray[np.float64]:
    out = np.empty(count)
    for i in range(count):
        out[i] = uniform(key, day, i, 0)
    return out


@allocating
def _ring_ties(
    key: np.uint64,
    ahead: float,
    rewiring: float,
    homophily: float,
    ring: NDArray[np.int64],
    pool: Pool,
    slots: NDArray[np.int64],
) -> int:
    """Add ties to the next ``ahead`` people on the ring, a fraction spread evenly over the places; returns how many."""
    consumers = len(ring)
    full = int(ahead)
    made = 0
    for rewire in (False, True):  # ties that are kept first, lest a rewired one take their place
        for place in range(consumers):
            extra = int((place + 1) * (ahead - full)) - int(place * (ahead - full))
            i = int(ring[place])
            for step in range(1, full + extra + 1):
                draw = PER_STEP * step + RewiredDraw.IS_REWIRED
                if (uniform(key, GraphDay.REWIRED, i, draw) < rewiring) != rewire:
                    continue
                if rewire:
                    made += new_friend(key, i, step, homophily, pool, slots)
                else:
                    made += add_tie(i, int(ring[(place + step) % consumers]), consumers, slots)
    return made
