"""Ranking: the weights by which feed and search lend attention."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compilation import compiled

NOT_ZERO = 1e-9


class Mix(NamedTuple):
    """How a platform ranks."""

    popularity: float  # weight
    merit: float  # weight
    paid: float  # weight
    exponent: float  # of popularity


@compiled
def ranking_weights(
    popularity: NDArray[np.float64],
    merit: NDArray[np.float64],
    bids: NDArray[np.float64],
    mix: Mix,
    weights: NDArray[np.float64],
) -> None:
    """Write the chance of each item of a table to fill a slot; the chances sum to 1.

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
    mix
        Weights and exponent.
    weights
        Written, shape (n,).
    """
    popular = deserving = paid = whole = 0.0
    for n in range(weights.shape[0]):
        weights[n] = (float(popularity[n]) + 1.0) ** mix.exponent
        popular += float(weights[n])
        deserving += float(merit[n]) + NOT_ZERO
        paid += float(bids[n]) + NOT_ZERO
    for n in range(weights.shape[0]):
        weights[n] = (
            mix.popularity * float(weights[n]) / popular
            + mix.merit * (float(merit[n]) + NOT_ZERO) / deserving
            + mix.paid * (float(bids[n]) + NOT_ZERO) / paid
        )
        whole += float(weights[n])
    for n in range(weights.shape[0]):
        weights[n] /= whole


@compiled
def bid_shares(bids: NDArray[np.float64], weights: NDArray[np.float64]) -> bool:
    """Write the share of each bid in all bids of a table, shape (n,); returns whether anybody pays."""
    paid = 0.0
    for n in range(bids.shape[0]):
        paid += float(bids[n])
    for n in range(bids.shape[0]):
        weights[n] = float(bids[n]) / paid if paid > 0.0 else 0.0
    return paid > 0.0


@compiled
def cumulate(weights: NDArray[np.float64]) -> None:
    """Make the weights of a table cumulative, ending in exactly 1."""
    last = weights.shape[0] - 1
    for n in range(last):
        weights[n + 1] += weights[n]
    if last >= 0:
        weights[last] = 1.0
