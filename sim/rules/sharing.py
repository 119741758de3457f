"""Sharing: who tells friends of a purchase, for better or worse."""

from __future__ import annotations

import math

from sim.compiled import compiled
from sim.parameters import Sharing


@compiled
def share_probability(sociability: float, surprise: float, p: Sharing) -> float:
    """Probability to tell friends of a purchase.

    Both delight and disappointment make people talk (Anderson 1998): the log odds rise with the size of the surprise.

    Parameters
    ----------
    sociability
        Probability to share an unsurprising purchase, strictly between 0 and 1.
    surprise
        Experienced less expected worth, of either sign.
    p
        Sharing parameters.
    """
    odds = sociability / (1.0 - sociability) * math.exp(p.surprise * abs(surprise))
    return odds / (1.0 + odds)
