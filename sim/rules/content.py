"""Content: how often a creator posts, and what is claimed of a product."""

from __future__ import annotations

from sim.compilation import compiled
from sim.parameters import Creators


@compiled
def claim(known: float, paid: bool, integrity: float, p: Creators) -> float:
    """What a creator says that a product is worth.

    Parameters
    ----------
    known
        What the creator takes it to be worth: own use, or else the brand's word.
    paid
        Whether the creator earns by it, by a fee, a commission or a mark-up.
    integrity
        1 never inflates a claim for pay.
    p
        Creators' parameters.
    """
    return known + p.claim_inflation * (1.0 - integrity) if paid else known


@compiled
def organic_reach(audience: float, least_affected: float, reach: float, fall: float) -> float:
    """Share of followers whom a public post reaches: falls in the audience beyond a size (Minter.io 2019).

    Parameters
    ----------
    audience, least_affected
        People on the platform at large, and the size up to which reach does not fall.
    reach, fall
        Share up to that size, and fall of its log per log of the audience beyond.
    """
    return reach * (least_affected / audience) ** fall if audience > least_affected else reach


@compiled
def post_rate(marginal_income: float, effort_cost: float, p: Creators) -> float:
    """Posts a day at which the income from one more equals its convex effort cost.

    Parameters
    ----------
    marginal_income
        Estimated yuan earned by one more post.
    effort_cost
        Marginal effort cost c, yuan day/post²: effort is ``c n² / 2``.
    p
        Creators' parameters: with an intrinsic reward r of a post the optimum is ``(m + r) / c``.
    """
    return min(max((marginal_income + p.intrinsic) / effort_cost, 0.0), p.posts_most)


@compiled
def post_rate_in_expectation(marginal_income: float, effort_cost: float, p: Creators) -> float:
    """The same of who reckons with the chance of a day: posts are Poisson, so that effort is more than at their mean.

    Expected effort of a rate n is ``c (n + n²) / 2``, so that the optimum is ``(m + r) / c − ½``. To be set as a rule:
    ``rules.post_rate=sim.rules.content.post_rate_in_expectation``.

    Parameters
    ----------
    marginal_income, effort_cost, p
        As in `post_rate`.
    """
    return min(max((marginal_income + p.intrinsic) / effort_cost - 0.5, 0.0), p.posts_most)
