"""Memory: how goodwill is built, how it and knowledge fade, and when goodwill makes a product come to mind."""

from __future__ import annotations

import math

import numpy as np

from sim.arrays import Double, Int64
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


def left_after(days: Int64, tau: float) -> Double:
    """What is left after some days of goodwill, of knowledge or of a public rating: ``e^(−days / τ)``.

    Parameters
    ----------
    days
        Any shape.
    tau
        Time constant τ, days.
    """
    return np.exp(-days / tau)


@compiled
def recall_probability(goodwill: float) -> float:
    """Probability that a product comes to mind when a need of its category opens: ``1 − e^(−A)``.

    Limited consideration: Hauser & Wernerfelt (1990), Goeree (2008).
    """
    return 1.0 - math.exp(-goodwill)
