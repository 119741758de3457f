"""Budget: how a brand splits its marketing money over channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def adapted_split(
    split: NDArray[np.float64], spent: NDArray[np.float64], returned: NDArray[np.float64], speed: float
) -> NDArray[np.float64]:
    """Next week's split: a share of the budget moves to channels in proportion to their return on spend.

    Parameters
    ----------
    split
        Shares of the budget by channel, shape (n,).
    spent, returned
        Money spent on and gross margin earned through each channel last week, in one unit of money, shape (n,).
    speed
        Share of the split that follows the returns, per week; 0 holds the split.

    Returns
    -------
    ndarray, shape (n,)
        Shares with the same sum. Channels that spent nothing keep their share.
    """
    used = (spent > 0) & (split > 0)
    if speed <= 0 or used.sum() < 2:
        return split.copy()
    rates = np.where(used, np.maximum(returned, 0.0) / np.maximum(spent, 1.0), 0.0)
    if rates.sum() == 0:
        return split.copy()
    target = np.where(used, split[used].sum() * rates / rates.sum(), split)
    return (1 - speed) * split + speed * target
