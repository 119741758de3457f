"""Belief: what a consumer expects of a product, from everything heard about it."""

from __future__ import annotations

from typing import NamedTuple

from sim.compiled import compiled
from sim.parameters import Belief


class Signals(NamedTuple):
    """What a consumer has heard of one product; qualities are on the scale of true quality.

    Attributes
    ----------
    prior
        Reputation of the brand.
    rating, ratings
        Mean public rating and how many there are.
    claim, claim_precision
        The source's claim and the precision it is given; 0 where nobody claims anything.
    word, words
        Mean of friends' words, and how many.
    own, purchases
        Mean of own experience, and from how many purchases.
    rival_words, rival_purchases
        Friends' words of the other products of the category that are remembered, and own purchases of those.
    """

    prior: float
    rating: float
    ratings: float
    claim: float
    claim_precision: float
    word: float
    words: float
    own: float
    purchases: float
    rival_words: float = 0.0
    rival_purchases: float = 0.0


class Believed(NamedTuple):
    """Posterior mean of quality and its precision."""

    mean: float
    precision: float


@compiled
def expected_quality(heard: Signals, p: Belief) -> Believed:
    """Posterior belief as the precision-weighted mean of all signals (DeGroot 1970, normal-normal updating).

    The precision of public ratings saturates, because ratings share a product's bias; so does that of own experience.
    """
    rating = p.rating * heard.ratings / (heard.ratings + p.rating_half)
    words = p.friend * heard.words
    own = min(p.own * heard.purchases, p.own_most)
    precision = p.prior + rating + heard.claim_precision + words + own
    mean = (
        p.prior * heard.prior
        + rating * heard.rating
        + heard.claim_precision * heard.claim
        + words * heard.word
        + own * heard.own
    ) / precision
    return Believed(mean, precision)


@compiled
def knows_more(claimed: bool, remembered: bool) -> bool:
    """Whether a consumer knows more of a product than everybody does, who know its brand and its public rating."""
    return claimed or remembered


@compiled
def may_know_more(claimed: bool, remembered: bool) -> bool:
    """True: for a belief that also rests on what is known of rival products."""
    return True


@compiled
def claim_precision(trust: float, expertise: float, incentive: float, p: Belief) -> float:
    """Precision that a claim is given: trust is precision, not a bonus.

    Parameters
    ----------
    trust
        Trust in the source, 0 to 1.
    expertise
        Expertise of the source in the category, 0 to 1.
    incentive
        What the source visibly earns on an order, as a share of its price (Tuk et al. 2009: pay lowers sincerity).
    p
        Belief parameters.
    """
    return p.claim * trust * expertise * max(0.0, 1.0 - p.disclosure * incentive)
