"""Experience: what becomes of what was delivered."""

from __future__ import annotations

from sim.compilation import compiled
from sim.parameters import Experience

MEAN_SHOCK = 0.5772156649015329  # of a standard Gumbel draw: Euler's constant


@compiled
def is_returned(liking: float, experienced: float, shock: float, p: Experience) -> bool:
    """Whether a purchase is sent back: the mood of the purchase has passed, and having nothing would be better.

    ``liking + x + η (ε − γ) < −g``: what is missing is the urgency of the moment and a part of its mood, so that what
    was bought without a need comes back more often than what was needed.

    Parameters
    ----------
    liking
        Utility of having it over having nothing, but for what it is worth.
    experienced
        What it turned out to be worth, x.
    shock
        Shock ε with which it was chosen.
    p
        Experience parameters: η is ``mood``, g is ``return_below``.
    """
    return liking + experienced + p.mood * (shock - MEAN_SHOCK) < -p.return_below


@compiled
def is_satisfying(experienced: float, expected: float, p: Experience) -> bool:
    """Whether a purchase meets what was expected, within a forgiven shortfall (Oliver 1980)."""
    return experienced >= expected - p.tolerance
