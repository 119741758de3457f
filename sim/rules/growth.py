"""Growth: who enters as a creator, how much more is posted for more income, and who leaves."""

from __future__ import annotations

import math

from sim.compilation import compiled
from sim.parameters import Creators
from sim.ranges import LARGEST_EXPONENT


@compiled
def enters(usual_income: float, reservation: float) -> bool:
    """Whether somebody who considers to become a KOC does: what KOCs usually net must exceed the own reservation.

    Both in yuan per day (Roy 1951: self-selection by comparative earnings).
    """
    return usual_income > reservation


@compiled
def recruits(entry: float, yuan: float, recruiting: float) -> float:
    """Probability that a satisfied buyer considers to become a KOC, where a recruiter expects so many yuan a day by it.

    Parameters
    ----------
    entry
        The same without a recruiter's pay.
    recruiting
        Yuan a day for which its log odds rise by 1.
    """
    if yuan <= 0.0:
        return entry
    odds = entry * math.exp(min(yuan / recruiting, LARGEST_EXPONENT))
    return odds / (1.0 - entry + odds)


@compiled
def wants_to_leave(net_income: float, reservation: float) -> bool:
    """Whether a creator's learnt net income, in yuan per day, is below the reservation income."""
    return net_income < reservation


@compiled
def marginal_income(
    posts_mean: float, income_mean: float, posts_square: float, posts_income: float, p: Creators
) -> float:
    """Yuan that one more post earns: the slope of weekly income on weekly posts, shrunk towards a prior.

    The average income per post over-posts, since followers tire; the slope alone is noise for a creator with few
    sales. The prior slope is the average times an elasticity below 1 (diminishing returns).

    Parameters
    ----------
    posts_mean, income_mean, posts_square, posts_income
        Learnt means of posts n and income y (yuan) in a week, of n² and of n·y.
    p
        Creators' parameters: the prior's elasticity, the posts to which it at least relates income, and its weight in
        posts².
    """
    prior = p.posting_elasticity * income_mean / max(posts_mean, p.posting_least)
    variance = max(posts_square - posts_mean * posts_mean, 0.0)
    covariance = posts_income - posts_mean * income_mean
    return (covariance + p.posting_confidence * prior) / (variance + p.posting_confidence)
