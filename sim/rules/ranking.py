"""Ranking: the weights by which feed and search lend attention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Feed

NOT_ZERO = 1e-9


def ranking_weights(
    popularity: NDArray[np.float64], merit: NDArray[np.float64], bids: NDArray[np.float64], feed: Feed
) -> NDArray[np.float64]:
    """Chance of each item to fill a slot.

    Each part is a share of the whole, so that the mix weights are the shares of attention given to it. Popularity
    enters as ``sales^r``: below 1 the best goods win in the end, above 1 the luckiest (Salganik, Dodds & Watts 2006).

    Parameters
    ----------
    popularity
        Recent sales or audience of each item, at least 0, shape (n,).
    merit
        Truth of claims and satisfaction of each item, at least 0, shape (n,).
    bids
        What is paid for each item's exposure, in any unit, at least 0, shape (n,); if nobody pays, all count alike.
    feed
        Mix and exponent.

    Returns
    -------
    ndarray, shape (n,)
        Weights that sum to 1 (for n > 0).
    """
    if popularity.size == 0:
        return np.zeros(0)
    parts = (
        (feed.popularity, (popularity + 1.0) ** feed.exponent),
        (feed.merit, merit + NOT_ZERO),
        (feed.paid, bids + NOT_ZERO),
    )
    mixed = sum(weight * part / part.sum() for weight, part in parts)
    return mixed / np.sum(mixed)
