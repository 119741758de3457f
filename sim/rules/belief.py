"""Belief: what a consumer expects to get from a product, from everything that is known of it.

A product j is worth ``u_ij = q_j + ξ_ij`` to person i: its quality, and a match that lasts. All that is known of u is a
sum of signals, each with its precision (Erdem & Keane 1996; Ching, Erdem & Keane 2013). No precision is a parameter: a
signal counts as much as the variances of the world make it tell.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.compilation import compiled
from sim.parameters import Belief

LEAST_VARIANCE = 1e-6


class Signal(NamedTuple):
    """What a source says of a product, put as what one would get oneself, and its precision."""

    value: float
    precision: float


class Signals(NamedTuple):
    """What a consumer knows of one product.

    Attributes
    ----------
    evidence, precision
        Remembered signals, each times its precision, summed up; and their precisions, summed up.
    rating, rating_precision
        The public rating as a signal.
    prior
        Precision of belief before anything is known; its mean is 0.
    most_told
        What others can add to precision at most: they do not know one's own taste.
    ratings, purchases, words
        Public ratings, own purchases, and friends who spoke of it, as far as remembered.
    rival_purchases, rival_words
        The same of the other products of the category that are remembered.
    """

    evidence: float
    precision: float
    rating: float
    rating_precision: float
    prior: float
    most_told: float
    ratings: float
    purchases: float
    words: float
    rival_purchases: float = 0.0
    rival_words: float = 0.0


class Believed(NamedTuple):
    """Posterior mean of what a product is worth, and its precision."""

    mean: float
    precision: float


@compiled
def told(said: float, noise: float, likeness: float, quality: float, match: float) -> Signal:
    """Signal in what somebody says that a product is worth.

    What is said is ``z = q + ξ' + noise``; the match ξ' of who says it correlates with one's own. The best guess of
    ``u = q + ξ`` from z is linear (DeGroot 1970, section 9.9); written as a signal about u it is ``a·z`` with
    ``a = V₀ / cov(u, z)`` and the variance ``a² var z − V₀``.

    Parameters
    ----------
    said
        z, in utility over that of an average product.
    noise
        Variance of z around what the product is worth to who says it.
    likeness
        Correlation r of the two matches.
    quality, match
        Variances of q and ξ, so that ``V₀ = quality + match`` and ``cov(u, z) = quality + r·match``.
    """
    prior, covariance = quality + match, quality + likeness * match
    if covariance <= LEAST_VARIANCE:
        return Signal(0.0, 0.0)
    scale = prior / covariance
    return Signal(scale * said, 1.0 / max(scale * scale * (prior + noise) - prior, LEAST_VARIANCE))


@compiled
def rated(deviation: float, ratings: float, bias: float, use: float, quality: float, match: float) -> Signal:
    """Signal in a mean public rating: as `told`, by so many people whose matches are not like one's own.

    Parameters
    ----------
    deviation
        Mean rating less that of the category, which takes out that people buy what they like.
    ratings
        How many there are.
    bias, use
        Variances of what all ratings of a product share, and of one use.
    quality, match
        Variances of quality and match.
    """
    if ratings <= 0.0 or quality <= LEAST_VARIANCE:
        return Signal(0.0, 0.0)
    prior = quality + match
    scale = prior / quality
    error = scale * scale * (quality + bias + (match + use) / ratings) - prior
    return Signal(scale * deviation, 1.0 / max(error, LEAST_VARIANCE))


@compiled
def room_for_more(precision: float, most_told: float) -> float:
    """Share of what others say that is new to who knows so much already, 0 to 1."""
    return max(0.0, 1.0 - precision / most_told)


@compiled
def expected_worth(heard: Signals, p: Belief) -> Believed:
    """Posterior belief: a normal prior of mean 0, and signals weighted by their precision (DeGroot 1970)."""
    rating_precision = heard.rating_precision * room_for_more(heard.precision, heard.most_told)
    precision = heard.prior + heard.precision + rating_precision
    return Believed((heard.evidence + rating_precision * heard.rating) / precision, precision)


@compiled
def knows_more(remembered: bool) -> bool:
    """Whether a consumer knows more of a product than everybody does, who know its public rating."""
    return remembered


@compiled
def may_know_more(remembered: bool) -> bool:
    """True: for a belief that also rests on what is known of rival products."""
    return True


@compiled
def credibility(trust: float, incentive: float, p: Belief) -> float:
    """Share of a claim's precision that it is given: trust is precision, not a bonus.

    Parameters
    ----------
    trust
        Trust in the source, 0 to 1.
    incentive
        What the source visibly earns on an order, as a share of its price (Tuk et al. 2009: pay lowers
        sincerity, though less so where it is disclosed than where it is found out).
    p
        Belief parameters.
    """
    return trust * max(0.0, 1.0 - p.disclosure * incentive)
