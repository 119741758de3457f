"""Content: how often a creator posts, and what is claimed of a product."""

from __future__ import annotations

import math

from sim.compiled import compiled
from sim.parameters import Creators


@compiled
def claim(quality: float, noise: float, expertise: float, inflation: float, p: Creators) -> float:
    """Quality that a creator claims for a product.

    Parameters
    ----------
    quality
        True quality.
    noise
        Standard normal draw, the same for ever for one creator and product.
    expertise
        The creator's expertise m in the category: experts judge with standard deviation ``σ / √m``.
    inflation
        ``(1 − integrity) · incentive``, the incentive being what the creator earns on an order over its price.
    p
        Creators' parameters.
    """
    return quality + p.claim_noise * noise / math.sqrt(expertise) + p.hype * inflation


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
    return min(max((marginal_income + p.intrinsic) / effort_cost, 0.0), float(p.posts_most))
