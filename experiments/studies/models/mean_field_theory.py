"""The well-mixed limit of a small market: one good, one leader, no friends' words. Derived in docs/mean_field.md.

Equations are written out here from the description of the model, without a call to its rules, so that an error in
either would show in their comparison.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.special import expit, ndtr

from experiments.studies.models.mean_field_limit import Limit, Path

Vector = NDArray[np.float64]

MET_MOST, BROKEN_MOST = 14, 7
"""Claims met and broken that an edge is followed up to; in 90 days of the study's market fewer than one edge in a
million gets there."""

STEP = 1e-4  # of the derivative along a path, in days


class State(NamedTuple):
    """State of the limit at the start of a day.

    Attributes
    ----------
    strangers : shape (2,)
        Share of people who do not follow, without and with an open need.
    followers : shape (MET_MOST + 1, BROKEN_MOST + 1, 2)
        Share of people who follow, by claims met and broken on the edge, without and with an open need.
    rated
        Ratings a head.
    pool
        Claims met and broken per hundred followers, fading, shape (2,).
    reached
        Share of people ever reached by a paid page.
    """

    strangers: Vector
    followers: Vector
    rated: float
    pool: Vector
    reached: float


SHAPE = (MET_MOST + 1, BROKEN_MOST + 1, 2)
SIZE = 2 + math.prod(SHAPE) + 4


def pack(state: State) -> Vector:
    """A state as one vector, shape (SIZE,)."""
    return np.concatenate([state.strangers, state.followers.ravel(), [state.rated], state.pool, [state.reached]])


def unpack(y: Vector) -> State:
    """A vector as a state."""
    return State(y[:2], y[2:-4].reshape(SHAPE), float(y[-4]), y[-3:-1], float(y[-1]))


def at_start(p: Limit) -> State:
    """Nobody needs anything yet, nothing is rated, nobody reached."""
    followers = np.zeros(SHAPE)
    followers[0, 0, 0] = p.audience
    return State(np.array([1 - p.audience, 0.0]), followers, 0.0, np.zeros(2), 0.0)


def trust_of(p: Limit, pool: Vector, met: Any, broken: Any) -> Any:
    """Trust of an edge with so many claims met and broken since the start, in the leader with such a reputation."""
    a = p.met + met + p.heard * pool[0]
    b = p.broken + p.broken_weight * broken + p.heard * pool[1]
    return a / (a + b)


class Flows(NamedTuple):
    """Purchases of a day as shares of all people, by edge and need, and the chances of what follows from them.

    Attributes
    ----------
    posted, listed : shape (..., 2)
        Probability to buy by a post, and from a listing.
    expected : shape (...)
        Expected quality of who has read the post; others expect 0.
    """

    posted: Vector
    listed: Vector
    expected: Vector


def flows(p: Limit, state: State, trust: Vector) -> Flows:
    """Purchases of people with such trust, shape (...), on a day."""
    rating = p.rating * state.rated / (state.rated + p.rating_half)
    heard = p.prior + rating
    claim = p.claim_weight * trust
    precision = heard + claim
    expected = claim * p.claim / precision
    need = np.array([-p.impulse, 0.0])
    by_post = (p.beta * (expected - p.risk / precision) + p.price)[..., None] + need
    by_listing = -p.beta * p.risk / heard + p.price + need
    sees_listing = 1 - (1 - p.listing_seen) * (1 - p.search * np.array([0.0, 1.0]))
    better = by_post > by_listing  # the same good with the same luck: the better opinion of it decides
    posted = p.online * p.post_seen * expit(by_post) * np.where(better, 1.0, 1 - sees_listing)
    listed = p.online * sees_listing * expit(by_listing) * np.where(better, 1 - p.post_seen, 1.0)
    return Flows(posted, listed, expected)


def above(p: Limit, threshold: Any) -> Any:
    """Probability that what is delivered exceeds a threshold."""
    return ndtr(-threshold / p.noise)


def met_counts() -> tuple[Vector, Vector]:
    """Claims met and broken of each kind of edge, shape SHAPE[:2] each."""
    met, broken = np.meshgrid(np.arange(SHAPE[0]), np.arange(SHAPE[1]), indexing="ij")
    return met.astype(float), broken.astype(float)


def day(p: Limit, y: Vector) -> Vector:
    """What a day adds to the state, ``F(y)``; shape (SIZE,)."""
    s = unpack(y)
    strangers = flows(p, s, np.asarray(trust_of(p, s.pool, 0.0, 0.0)))
    followers = flows(p, s, trust_of(p, s.pool, *met_counts()))
    kept, met = above(p, -p.gap), float(above(p, p.claim - p.tolerance))

    # strangers: who is satisfied with what the leader sold may follow, with one claim met on the edge
    posted, listed = s.strangers * strangers.posted, s.strangers * strangers.listed
    joins = p.follow * posted * above(p, strangers.expected - min(p.tolerance, p.gap))
    settled = posted * above(p, strangers.expected - p.gap) + listed * kept - joins
    outside = s.strangers - joins - settled + np.array([settled.sum(), 0.0])

    # followers: a claim met or broken moves the edge, what is kept meets the need
    sold, seen = s.followers * followers.posted, s.followers * followers.listed
    returned = 1 - above(p, followers.expected - p.gap)
    both = np.minimum(met, 1 - returned)  # met and kept: quality above the higher of two thresholds
    inside = s.followers - sold - kept * seen
    inside[..., 0] += kept * seen.sum(axis=-1)
    for broken, (happens, and_kept) in enumerate(((met, both), (1 - met, 1 - returned - both))):
        arrives = sold * (happens - and_kept)[..., None]
        arrives[..., 0] += sold.sum(axis=-1) * and_kept
        inside += moved(arrives, broken)
    inside[1, 0, 0] += joins.sum()

    orders = posted.sum() + listed.sum() + sold.sum() + seen.sum()
    claims = (posted.sum() + sold.sum()) * np.array([met, 1 - met])
    after = State(
        next_needs(p, outside),
        next_needs(p, inside),
        s.rated + p.review * orders,
        (1 - p.fades) * s.pool + 100 * claims / s.followers.sum(),
        s.reached + (1 - s.reached) * p.online * p.post_seen,
    )
    return pack(after) - y


def moved(arrives: Vector, broken: int) -> Vector:
    """Edges with one claim more met (``broken`` 0) or broken (1); what would leave the table stays on its rim."""
    result = np.zeros_like(arrives)
    if broken:
        result[:, 1:] = arrives[:, :-1]
        result[:, -1] += arrives[:, -1]
    else:
        result[1:] = arrives[:-1]
        result[-1] += arrives[-1]
    return result


def next_needs(p: Limit, people: Vector) -> Vector:
    """Needs of the next morning: some open, some were met elsewhere; people by need in the last axis."""
    closed, opened = people[..., 0], people[..., 1]
    stays = opened * (1 - p.lapses) + closed * p.opens
    return np.stack([closed + opened - stays, stays], axis=-1)


def derivative(p: Limit, y: Vector) -> Vector:
    """Right-hand side of the ordinary differential equations, ``F − ½ F′F``, per day.

    The first term alone is the limit of short days. With the second, the solution of the equations passes through the
    states of the mornings of a market that moves by whole days, up to terms of third order in a day's changes
    (backward error analysis: Hairer, Lubich & Wanner 2006, *Geometric Numerical Integration*, IX.1).
    """
    change = day(p, y)
    along = (day(p, y + STEP * change) - day(p, y - STEP * change)) / (2 * STEP)
    return change - 0.5 * along


def by_equations(p: Limit, days: int) -> Path:
    """The path by ordinary differential equations."""
    solved = solve_ivp(
        lambda _, y: derivative(p, y), (0, days), pack(at_start(p)), t_eval=np.arange(days + 1), rtol=1e-8, atol=1e-11
    )
    return seen(p, solved.y.T)


def by_days(p: Limit, days: int) -> Path:
    """The path by days, ``y ← y + F(y)``: exact in an infinite market."""
    states = [pack(at_start(p))]
    for _ in range(days):
        states.append(states[-1] + day(p, states[-1]))
    return seen(p, np.array(states))


def seen(p: Limit, states: Vector) -> Path:
    """What is observed along states of mornings, shape (days + 1, SIZE)."""
    kinds = met_counts()
    reach, trust, sales = [], [], []
    for y in states:
        s = unpack(y)
        edges = s.followers.sum(axis=-1)
        reach.append(s.reached)
        trust.append(float((edges * trust_of(p, s.pool, *kinds)).sum() / edges.sum()))
        strangers = flows(p, s, np.asarray(trust_of(p, s.pool, 0.0, 0.0)))
        followers = flows(p, s, trust_of(p, s.pool, *kinds))
        bought = s.strangers * (strangers.posted + strangers.listed)
        sales.append(float(bought.sum() + (s.followers * (followers.posted + followers.listed)).sum()))
    return Path(np.array(reach[1:]), np.array(trust[1:]), np.array(sales[:-1]))
