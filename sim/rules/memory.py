"""Memory: how goodwill is built, and when it makes a product come to mind."""

from __future__ import annotations

import math

from sim.compilation import compiled


@compiled
def goodwill_after(goodwill: float, impression: float, most: float) -> float:
    """Goodwill after one more impression (Nerlove & Arrow 1962), of which the next adds less than the last.

    Parameters
    ----------
    goodwill
        Before it, faded.
    impression
        What it adds where there is none.
    most
        What impressions of its kind can build; more, built otherwise, stays as it is.
    """
    return goodwill + impression * max(0.0, 1.0 - goodwill / most)


@compiled
def recall_probability(goodwill: float) -> float:
    """Probability that a product comes to mind when a need of its category opens: ``1 − e^(−A)``.

    Limited consideration: Hauser & Wernerfelt (1990), Goeree (2008).
    """
    return 1.0 - math.exp(-goodwill)
