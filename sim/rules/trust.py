"""Trust in a creator: Beta counts of met and broken claims."""

from __future__ import annotations

from sim.compilation import compiled
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
