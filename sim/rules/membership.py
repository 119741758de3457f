"""Membership: what people expect of a platform, whether they join or leave, where they look, what creators expect.

A platform is worth to each side what the other side makes it (Rochet & Tirole 2003; Caillaud & Jullien 2003), and to
come or to go has a cost, which holds people where they are (Farrell & Klemperer 2007). All amounts are in yuan.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compilation import compiled
from sim.draws import gumbel_at_least, gumbel_at_most, gumbel_of
from sim.sets import has
from sim.units import DAYS_A_WEEK

Array = NDArray[np.float64]
MOST_ODDS = 500.0  # of which the exponential is a number


@compiled
def presence_worth(base: float, by_creators: float, present: float, usual: float, goods: float) -> float:
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
        The same share on platforms as people look at them now, above 0.
    goods
        Share of the goods people buy that is sold there, as against platforms as people look at them now.
    """
    return base * ((1.0 - by_creators) * goods + by_creators * present / usual)


@compiled
def expected_surplus(own: float, own_days: float, friends: float, friends_days: float, known: float, p: Any) -> float:
    """Surplus expected of a platform, yuan a week: own experience, friends', and what everybody knows, by weight.

    Parameters
    ----------
    own, own_days
        Surplus so far and days on which one looked there, both fading.
    friends, friends_days
        Their sums over friends.
    known
        What everybody knows, yuan a week.
    p
        Numbers of membership: the weights of a friend's day, and of what everybody knows.
    """
    weight = own_days + p.friends * friends_days + p.confidence
    return (DAYS_A_WEEK * (own + p.friends * friends) + p.confidence * known) / weight


@compiled
def value_of_set(expected: Array, held: int, p: Any) -> float:
    """What a set of memberships is worth, yuan a week; to be nowhere is worth nothing.

    The expected maximum over the set (Small & Rosen 1981), less the cost of keeping each.

    Parameters
    ----------
    expected
        Of each platform, shape (V,).
    held
        Platforms of the set, as bits.
    p
        Numbers of membership: the scale of the shock in where one looks, and the cost of keeping a membership.
    """
    if held == 0:
        return 0.0
    top, total, count = -math.inf, 0.0, 0
    for v in range(expected.shape[0]):
        if has(held, v):
            top = max(top, expected[v] / p.variety)
            count += 1
    if count == 1:
        return p.variety * top - p.keep
    for v in range(expected.shape[0]):
        if has(held, v):
            total += math.exp(expected[v] / p.variety - top)
    return p.variety * (top + math.log(total)) - p.keep * count


@compiled
def chance(gain: float, cost: float, horizon: float, noise: float) -> float:
    """Probability of a change that gains so much a week and costs so much once: a logit in the sum over the horizon."""
    odds = (horizon * gain - cost) / noise
    return 1.0 / (1.0 + math.exp(-min(max(odds, -MOST_ODDS), MOST_ODDS)))


@compiled
def chance_of_contact(friends_there: float, advertised: float, p: Any) -> float:
    """Probability that a person hears of a platform in a week: by oneself, from friends, or by its advertising."""
    return 1.0 - (1.0 - p.by_oneself) * (1.0 - advertised) * (1.0 - p.invite) ** friends_there


@compiled
def draw(expected: float, u: float, variety: float) -> float:
    """How much a platform draws a person today: surplus expected and a random shock (multinomial logit).

    Parameters
    ----------
    expected
        Yuan a week.
    u
        Uniform draw, of which the shock is made, which is Gumbel distributed.
    variety
        Scale of the shock.
    """
    return expected + variety * gumbel_of(u)


@compiled
def draw_at_least(expected: float, u: float, variety: float) -> float:
    """Lower bound of `draw`, which costs less."""
    return expected + variety * gumbel_at_least(u)


@compiled
def draw_at_most(expected: float, u: float, variety: float) -> float:
    """Upper bound of it."""
    return expected + variety * gumbel_at_most(u)


@compiled
def expected_income(rate: float, reach: float, coming: float) -> float:
    """Income that a creator expects of a platform, yuan a week: what a follower brings there, times followers there.

    Parameters
    ----------
    rate
        Yuan a week per follower.
    reach, coming
        Followers who are there, and who can be expected to come along.
    """
    return rate * (reach + coming)
