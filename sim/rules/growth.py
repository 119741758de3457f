"""Growth: who enters as a creator, who leaves, and when a KOC has become a KOL."""

from __future__ import annotations

from sim.compiled import compiled


@compiled
def enters(usual_income: float, reservation: float) -> bool:
    """Whether somebody who considers to become a KOC does: what KOCs usually net must exceed the own reservation.

    Both in yuan per day (Roy 1951: self-selection by comparative earnings).
    """
    return usual_income > reservation


@compiled
def wants_to_leave(net_income: float, reservation: float) -> bool:
    """Whether a creator's learnt net income, in yuan per day, is below the reservation income."""
    return net_income < reservation


@compiled
def marginal_income(
    posts_mean: float, income_mean: float, posts_square: float, posts_income: float, confidence: float
) -> float:
    """Yuan that one more post a day earns: the slope of income on posts, shrunk towards the average per post.

    The average alone over-posts, since followers tire; the slope alone is noise for a creator with few sales.

    Parameters
    ----------
    posts_mean, income_mean, posts_square, posts_income
        Learnt means of posts n per day, income y in yuan per day, n² and n·y.
    confidence
        Variance of posts at which slope and average weigh the same, posts².
    """
    average = income_mean / max(posts_mean, 0.1)
    variance = max(posts_square - posts_mean * posts_mean, 0.0)
    covariance = posts_income - posts_mean * income_mean
    return (covariance + confidence * average) / (variance + confidence)
