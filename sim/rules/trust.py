"""Trust in a creator: Beta counts of met and broken claims, and expertise by category."""

from __future__ import annotations

from sim.compiled import compiled
from sim.parameters import Trust


@compiled
def trust(met: float, broken: float, pool_met: float, pool_broken: float) -> float:
    """Expected probability that the creator's next claim is met (Jøsang & Ismail 2002).

    Parameters
    ----------
    met, broken
        Beta counts on the edge, prior included.
    pool_met, pool_broken
        What the follower hears of the pool's experience, in claims.

    Returns
    -------
    float
        ``(a + gA) / (a + b + g(A + B))``, between 0 and 1.
    """
    return (met + pool_met) / (met + broken + pool_met + pool_broken)


@compiled
def is_met(experienced: float, claim: float, p: Trust) -> bool:
    """Whether a claim was met, within the tolerance.

    A tighter tolerance drags honest creators down: what is bought is what was over-estimated (Thaler 1988).
    """
    return experienced >= claim - p.tolerance


@compiled
def expertise(share: float, p: Trust) -> float:
    """Expertise that followers grant in a category.

    Parameters
    ----------
    share
        Share of the category in the creator's past posts, 0 to 1.
    p
        Trust parameters.

    Returns
    -------
    float
        ``m₀ + (1 − m₀)·s / (s + s½)``, between ``expertise_floor`` and 1.
    """
    return p.expertise_floor + (1.0 - p.expertise_floor) * share / (share + p.expertise_half)
