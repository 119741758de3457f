"""Ranking: the weights by which feed and search lend attention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Feed

NOT_ZERO = 1e-9


def ranking_weights(
    popularity: NDArray[np.float64],
    merit: NDArray[np.float64],
    bids: NDArray[np.float64],
    table: NDArray[np.int64],
    feed: Feed,
) -> NDArray[np.float64]:
    """Chance of each item to fill a slot of its table.

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
    table
        Ranking table in which each item stands, 0 or more, shape (n,).
    feed
        Mix and exponent.

    Returns
    -------
    ndarray, shape (n,)
        Weights that sum to 1 in each table.
    """
    parts = (
        (feed.popularity, (popularity + 1.0) ** feed.exponent),
        (feed.merit, merit + NOT_ZERO),
        (feed.paid, bids + NOT_ZERO),
    )
    mixed = np.zeros(len(popularity))
    for weight, part in parts:
        mixed += weight * part / np.bincount(table, part)[table]
    return mixed / np.bincount(table, mixed)[table]


def cumulative(weights: NDArray[np.float64], table: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cumulative weights within each table, ending in exactly 1; items must be sorted by table."""
    if len(weights) == 0:
        return weights
    last = np.flatnonzero(np.append(table[1:] != table[:-1], True))
    total = np.cumsum(weights)
    before = np.zeros(int(table[-1]) + 1)
    before[table[last[1:]]] = total[last[:-1]]
    total -= before[table]
    total[last] = 1.0
    return total
