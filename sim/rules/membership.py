"""Membership: what people expect of a platform, whether they join or leave, where they look, what creators expect.

A platform is worth to each side what the other side makes it (Rochet & Tirole 2003; Caillaud & Jullien 2003), and to
come or to go has a cost, which holds people where they are (Farrell & Klemperer 2007). All amounts are in yuan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Membership

Array = NDArray[np.float64]
LEAST_PRESENT = 0.1  # share of creators: where fewer are met, nothing is told by how many
MOST_ODDS = 500.0  # of which the exponential is a number


def presence_worth(base: float, by_creators: float, present: Array, usual: float, goods: Array) -> Array:
    """Surplus that a platform can be expected to bring, by how many of one's creators and of the goods are there.

    Parameters
    ----------
    base
        What platforms bring on the average, yuan a week.
    by_creators
        Share of it that comes from creators.
    present
        Share of the creators followed who are there.
    usual
        The same share on platforms as people look at them now.
    goods
        Share of the goods people buy that is sold there, as against platforms as people look at them now.
    """
    return base * ((1.0 - by_creators) * goods + by_creators * present / max(usual, LEAST_PRESENT))


def expected_surplus(
    own: Array, own_days: Array, friends: Array, friends_days: Array, known: Array, p: Membership
) -> Array:
    """Surplus expected of a platform, yuan a week: own experience, friends', and what everybody knows, by weight.

    Parameters
    ----------
    own, own_days
        Surplus so far and days on which one looked there, both fading.
    friends, friends_days
        Their sums over friends.
    known
        What everybody knows, yuan a week.
    """
    weight = own_days + p.friends * friends_days + p.confidence
    return (7.0 * (own + p.friends * friends) + p.confidence * known) / weight


def value_of_set(expected: Array, held: NDArray[np.bool_], p: Membership) -> Array:
    """What a set of memberships is worth, yuan a week; to be nowhere is worth nothing.

    The expected maximum over the set (Small & Rosen 1981), less the cost of keeping each.
    """
    scaled = np.where(held, expected / p.variety, -np.inf)
    most = scaled.max(axis=1, initial=-np.inf)
    nowhere = ~held.any(axis=1)
    top = np.where(nowhere, 0.0, most)
    with np.errstate(divide="ignore"):
        worth = p.variety * (top + np.log(np.exp(scaled - top[:, None]).sum(axis=1)))
    return np.where(nowhere, 0.0, worth - p.keep * held.sum(axis=1))


def chance(gain: Any, cost: Any, horizon: float, noise: float) -> Any:
    """Probability of a change that gains so much a week and costs so much once: a logit in the sum over the horizon."""
    odds = (horizon * np.asarray(gain) - cost) / noise
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -MOST_ODDS, MOST_ODDS)))


def chance_of_contact(friends_there: Array, advertised: float, p: Membership) -> Array:
    """Probability that a person hears of a platform in a week: by oneself, from friends, or by its advertising."""
    return 1.0 - (1.0 - p.by_oneself) * (1.0 - advertised) * (1.0 - p.invite) ** friends_there


def look(expected: Array, held: NDArray[np.bool_], luck: Array, p: Membership) -> NDArray[np.int64]:
    """Where each person looks today among the platforms held: the best, luck included (multinomial logit).

    Parameters
    ----------
    luck
        Standard Gumbel draws.
    """
    return np.argmax(np.where(held, expected + p.variety * luck, -np.inf), axis=1)


def best_of(gains: Array, lots: Array) -> NDArray[np.int64]:
    """Column of the highest gain in each row; the lot decides among equals."""
    return np.argmax(np.where(gains == gains.max(axis=1, keepdims=True), lots, -1.0), axis=1)


def expected_income(rate: Array, reach: Array, coming: Array) -> Array:
    """Income that a creator expects of a platform, yuan a week: what a follower brings there, times followers there.

    Parameters
    ----------
    rate
        Yuan a week per follower.
    reach, coming
        Followers who are there, and who can be expected to come along.
    """
    return rate * (reach + coming)
