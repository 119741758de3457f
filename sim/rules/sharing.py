"""Sharing: who tells friends of a purchase, for better or worse."""

from __future__ import annotations

import math

from sim.compilation import compiled
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


@compiled
def rewarded(sociability: float, yuan: float, p: Sharing) -> float:
    """Probability to share an unsurprising purchase where what friends buy is paid for.

    That there is a reward counts, and hardly how large it is (Ryu & Feick 2007).

    Parameters
    ----------
    sociability
        The same without pay, strictly between 0 and 1.
    yuan
        What the buyer earns on a friend's purchase.
    p
        Sharing parameters.
    """
    odds = sociability / (1.0 - sociability) * math.exp(p.reward * (1.0 - math.exp(-yuan / p.reward_scale)))
    return odds / (1.0 + odds)
