"""The equations of section 7, a function each."""

from __future__ import annotations

from math import exp, log, log1p, sqrt
from typing import NamedTuple

from sim.parameters import Parameters


def logistic(x: float) -> float:
    """Inverse of `logit`."""
    return 1.0 / (1.0 + exp(-x))


def logit(p: float) -> float:
    """Log odds."""
    return log(p / (1.0 - p))


def trust(met: float, broken: float, pool_met: float, pool_broken: float, share: float) -> float:
    """7.8: the expected share of claims met."""
    return (met + share * pool_met) / (met + broken + share * (pool_met + pool_broken))


def expertise(posts: float, all_posts: float, p: Parameters) -> float:
    """7.8: from the share of a category in what a creator posts."""
    share = posts / all_posts
    floor = p.market.trust.expertise_floor
    return floor + (1.0 - floor) * share / (share + p.market.trust.expertise_half)


def open_probability(taste: float, needed: bool, fatigue: float, p: Parameters) -> float:
    """7.3: to open a post that was delivered."""
    a = p.market.attention
    return logistic(logit(a.open_rate) + a.interest * taste + a.need * needed) * exp(-fatigue)


def fatigue_added(first_of_day: bool, irrelevant: bool, p: Parameters) -> float:
    """7.3: by a post delivered."""
    a = p.market.attention
    return (a.fatigue_first if first_of_day else a.fatigue_more) + (a.fatigue_irrelevant if irrelevant else 0.0)


class Belief(NamedTuple):
    """Quality as believed: mean and precision."""

    mean: float
    precision: float


def belief(signals: list[tuple[float, float]]) -> Belief:
    """7.7: the mean of (value, precision), weighted by precision."""
    weighted = total = 0.0
    for value, precision in signals:
        weighted += value * precision
        total += precision
    return Belief(weighted / total, total)


def rating_precision(ratings: int, p: Parameters) -> float:
    """7.7: of the public rating; it saturates."""
    return p.market.belief.rating * ratings / (ratings + p.market.belief.rating_half)


def claim_precision(trusted: float, mastery: float, visible_pay: float, p: Parameters) -> float:
    """7.7: of a claim; ``visible_pay`` as a share of the price."""
    b = p.market.belief
    return b.claim * trusted * mastery * max(0.0, 1.0 - b.disclosure * visible_pay)


def believed_value(believed: Belief, p: Parameters) -> float:
    """7.11: what quality as believed adds to utility."""
    c = p.market.choice
    return c.quality * (believed.mean - c.risk / believed.precision)


def other_utility(
    taste: float, relative_price: float, sensitivity: float, friends: int, impulse: float, p: Parameters
) -> float:
    """7.11: the rest of utility, without luck."""
    return taste - sensitivity * log(relative_price) + p.market.choice.herding * log1p(friends) - impulse


def share_probability(sociability: float, surprise: float, p: Parameters) -> float:
    """7.10: to tell friends."""
    if sociability in (0.0, 1.0):
        return sociability
    return logistic(logit(sociability) + p.market.sharing.surprise * surprise)


def honest_claim(quality: float, luck: float, mastery: float, p: Parameters) -> float:
    """7.14: what a creator thinks of a product."""
    return quality + p.creators.claim_noise * luck / sqrt(mastery)


def inflation(integrity: float, pay: float, p: Parameters) -> float:
    """7.14: what pay, visible or not, adds to a claim; ``pay`` as a share of the price."""
    return p.creators.hype * (1.0 - integrity) * pay


def orders_per_post(orders: float, posts: float, audience: int, p: Parameters) -> float:
    """7.13: what a post of a category is expected to sell."""
    weight = p.creators.orders_confidence
    return (orders + weight * p.creators.orders_per_follower * audience) / (posts + weight)


def marginal_income(n: float, y: float, nn: float, ny: float, p: Parameters) -> float:
    """7.17: of a further post, in yuan, from means of weekly posts n, income y, n² and ny."""
    c = p.creators
    prior = c.posting_elasticity * y / max(n, 0.5)
    return (ny - n * y + c.posting_confidence * prior) / (max(nn - n * n, 0.0) + c.posting_confidence)


def intended_rate(marginal: float, effort_cost: float, p: Parameters) -> float:
    """7.17: posts a day at which a further one is not worth its effort."""
    return min(max((marginal + p.creators.intrinsic) / effort_cost, 0.0), float(p.creators.posts_most))
