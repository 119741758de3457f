"""Keyed randomness: every draw is a pure function of (seed, stream, day, who, with whom).

The generator is *squares* (Widynski 2020, arXiv:2004.06278), a counter-based generator: four rounds of squaring a
64-bit counter under a 64-bit key. The key is made of the seed and the stream, the counter packs the day (12 bits),
the first agent (28 bits) and the second (24 bits), so that no two draws share both. Nothing is ever "consumed":
adding an agent, switching a mechanism off or a second thread changes no other draw.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compilation import allocating, compiled

MOST_DAYS = 1 << 12
MOST_FIRST = 1 << 28
MOST_SECOND = 1 << 24

_DAY_SHIFT = np.uint64(52)
_FIRST_SHIFT = np.uint64(24)
_HALF = np.uint64(32)
_SCALE = 2.0**-32
PARTNERS = 1 << 21  # leaves room for eight draws with each


class Stream(IntEnum):
    """One stream of random numbers for each mechanism; the order is part of every result.

    Beside each stands what is drawn, of whom, and what the second number is, on a day; or the classes of
    `sim.draw_numbers` that say so, where a stream is drawn from for several things.
    """

    WORLD_TASTE = 0  # of a person, day 0; two numbers of each category
    WORLD_PERSON = 1  # `PersonDay`, `OriginDraw`, `TraitNormal`
    WORLD_PRODUCT = 2  # `GoodsNormal`, day 0
    WORLD_NEED = 3  # `FirstNeedDay`, `NeedDraw`
    WORLD_CREATOR = 4  # `CreatorDay`, `FirstCreatorDraw`, `CreatorNormal`
    WORLD_AUDIENCE = 5  # `AudienceDay`
    WORLD_GRAPH = 6  # `GraphDay`, `RewiredDraw`, `TieDraw`
    NEED = 7  # `NeedDraw`
    ACTIVE = 8  # whether a person is online; 0
    FEED = 9  # `FeedDraw`
    OPEN = 10  # whether a person opens a post; the author (`partner`) and which of today's eight posts
    SEARCH = 11  # `SearchDraw`
    ASK = 12  # `AskDraw`
    CHOICE = 13  # the shock of a person with a product
    OUTSIDE = 14  # that of a person with buying nothing of a category
    EXPERIENCE = 15  # `ExperienceDraw`
    SHARE = 16  # `ShareDraw`
    UNFOLLOW = 17  # whether a person is tempted to leave a creator (`partner`)
    FOLLOW = 18  # whether a person follows a creator (`partner`), on the day of a view or of an order
    POST = 19  # `PostDraw`, `OwnPostDraw`
    CLAIM = 20  # `ClaimDraw`
    ENTRY = 21  # `EntryDraw`
    EXIT = 22  # whether a creator is tempted to leave; 0
    GROWTH = 23  # not drawn from
    BRAND = 24  # not drawn from
    WITHDRAWAL = 25  # whether a brand withdraws on a platform; a creator, whose number is that of all platforms
    IMPORT = 26  # what an experiment adds to a market
    REACH = 27  # whether a public post reaches a follower; as in OPEN
    CASCADE = 28  # outside markets: of a tie or a person, by run
    STOCK = 29  # the lot of a person's order of a product that is short
    MATCH = 30  # `MatchDay`; two numbers of each product
    RECALL = 31  # whether a product comes to a person's mind, on the day on which the need opened
    PAST = 32  # `PastDay`
    MEMBERSHIP = 33  # `MembershipDraw`, `FirstShopDraw`
    LEAKAGE = 34  # whether a person's order of a product is settled outside
    SHOCK = 35  # whether one of the list of shocks begins; 0


def stream_keys(seed: int) -> NDArray[np.uint64]:
    """Keys of all streams under one seed.

    Parameters
    ----------
    seed
        Any integer from 0 to 2**63 - 1.

    Returns
    -------
    ndarray of uint64, shape (len(Stream),)
        Odd keys without a zero and without two equal neighbours among their hexadecimal digits, the form that
        Widynski (2020, section 4) asks for.
    """
    if not 0 <= seed < 1 << 63:
        raise ValueError(f"seed={seed}: expected an integer from 0 to 2**63 - 1")
    return np.array([_key(seed, stream) for stream in Stream], dtype=np.uint64)


_LAST = 15  # digit of a key, which is odd
_DIGITS = [[[d for d in range(1, 16, step) if d != before] for before in range(16)] for step in (1, 2)]
"""Digits that may follow each digit: before the last place, and there."""


def _key(seed: int, stream: int) -> int:
    state = _splitmix(_splitmix(seed) ^ _splitmix(0xA5A5_0000 + stream))
    key = previous = 0
    for position in range(_LAST + 1):
        state = _splitmix(state)
        allowed = _DIGITS[position == _LAST][previous]
        previous = allowed[state % len(allowed)]
        key = key << 4 | previous
    return key


def _splitmix(x: int) -> int:
    """One step of splitmix64 (Steele, Lea & Flood 2014), on Python integers."""
    mask = (1 << 64) - 1
    x = (x + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & mask
    return x ^ x >> 31


@compiled
def bits(key: np.uint64, day: int, first: int, second: int) -> np.uint64:
    """Thirty-two random bits.

    Parameters
    ----------
    key
        Key of a stream under a seed, from `stream_keys`.
    day
        Below 2**12.
    first, second
        Whom the draw concerns; below 2**28 and 2**24.
    """
    counter = (np.uint64(day) << _DAY_SHIFT) | (np.uint64(first) << _FIRST_SHIFT) | np.uint64(second)
    x = counter * key
    y = x
    z = y + key
    x = x * x + y
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + z
    x = (x >> _HALF) | (x << _HALF)
    x = x * x + y
    x = (x >> _HALF) | (x << _HALF)
    return (x * x + z) >> _HALF


@compiled
def uniform(key: np.uint64, day: int, first: int, second: int) -> float:
    """Uniform draw in the open interval (0, 1), with a resolution of 2**-32."""
    return (float(np.int64(bits(key, day, first, second))) + 0.5) * _SCALE  # a signed integer converts faster


@compiled
def partner(person: int) -> int:
    """Whom a draw concerns with whom, as the second of the two: unique up to two million people, then shared by few.

    A brand's own account has that of the person in its row.
    """
    return person % PARTNERS


@compiled
def gumbel_of(u: float) -> float:
    """Standard Gumbel deviate from a uniform one."""
    return -math.log(-math.log(u))


def _gumbel_bounds(upper: bool) -> NDArray[np.float64]:
    edges = np.arange(256) + (1.0 if upper else 0.0)
    with np.errstate(divide="ignore"):
        bounds = -np.log(-np.log(np.clip(edges / 256.0, 2.0**-34, 1.0)))
    # a hair wider than the edge itself, so that no rounding can turn a bound into a wrong answer
    return bounds + (1e-9 if upper else -1e-9)


_GUMBEL_UPPER = _gumbel_bounds(True)
_GUMBEL_LOWER = _gumbel_bounds(False)


@compiled
def gumbel_at_most(u: float) -> float:
    """Cheap upper bound of `gumbel_of`, from a table by the first eight bits of u; infinite in the last."""
    return float(_GUMBEL_UPPER[int(u * 256.0)])


@compiled
def gumbel_at_least(u: float) -> float:
    """Cheap lower bound of `gumbel_of`."""
    return float(_GUMBEL_LOWER[int(u * 256.0)])


@compiled
def geometric_of(u: float, mean: float) -> int:
    """Wait in whole days, at least 1, with the given mean (at least 1), from a uniform draw."""
    if mean <= 1.0:
        return 1
    return 1 + int(math.log(u) / math.log1p(-1.0 / mean))


@compiled
def normal_of(u: float, v: float) -> float:
    """Standard normal deviate from two uniform ones (Box & Muller 1958)."""
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


_ENDS = np.clip(np.arange(257) / 256.0, 2.0**-34, 1.0)  # of parts of (0, 1), where both functions rise or fall
_RADIUS, _TURNS = np.sqrt(-2.0 * np.log(_ENDS)), np.cos(2.0 * np.pi * _ENDS)
_TURN = np.maximum(_TURNS[:-1], _TURNS[1:])
_FORTH, _BACK = np.maximum(_TURN, 0.0), np.minimum(_TURN, 0.0)


@compiled
def normal_at_most(u: float, v: float) -> float:
    """Cheap upper bound of `normal_of`, from tables by the first eight bits of u and v."""
    part, turned = int(u * 256.0), int(v * 256.0)
    return float(_RADIUS[part] * _FORTH[turned] + _RADIUS[part + 1] * _BACK[turned] + 1e-9)


@allocating
def uniforms(key: np.uint64, day: int, count: int, second: int) -> NDArray[np.float64]:
    """Uniform draws of agents 0 to ``count - 1``, all with the same partner."""
    out = np.empty(count)
    for first in range(count):
        out[first] = uniform(key, day, first, second)
    return out


@allocating
def normals(key: np.uint64, day: int, count: int, second: int) -> NDArray[np.float64]:
    """Standard normal draws of agents 0 to ``count - 1``; uses partners ``2 second`` and ``2 second + 1``."""
    out = np.empty(count)
    for first in range(count):
        out[first] = normal_of(uniform(key, day, first, 2 * second), uniform(key, day, first, 2 * second + 1))
    return out


@allocating
def uniforms_at(key: np.uint64, day: int, who: NDArray[np.int64], second: int) -> NDArray[np.float64]:
    """Uniform draws of the agents named; the same as `uniforms` gives them."""
    out = np.empty(who.shape[0])
    for n in range(who.shape[0]):
        out[n] = uniform(key, day, who[n], second)
    return out


@allocating
def normals_at(key: np.uint64, day: int, who: NDArray[np.int32], second: int) -> NDArray[np.float64]:
    """Standard normal draws of the agents named; the same as `normals` gives them."""
    out = np.empty(who.shape[0])
    for n in range(who.shape[0]):
        u, v = uniform(key, day, who[n], 2 * second), uniform(key, day, who[n], 2 * second + 1)
        out[n] = normal_of(u, v)
    return out


@compiled
def poisson_of(u: float, mean: float) -> int:
    """Poisson deviate from a uniform one, by inversion; for means up to about 20."""
    chance = math.exp(-mean)
    below = chance
    n = 0
    while u >= below and n < 100:
        n += 1
        chance *= mean / n
        below += chance
    return n
