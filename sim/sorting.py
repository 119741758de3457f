"""Counting sort: rows put in the order of small whole numbers, in one pass without a comparison."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import allocating


@allocating
def rows_by(key: NDArray[np.int32], keys: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows in the order of their keys, and among equal keys in their own order.

    Parameters
    ----------
    key
        Key of each row, -1 for a row to be left out, otherwise below ``keys``; shape (n,).
    keys
        How many there are.

    Returns
    -------
    rows, first
        ``rows[first[k]:first[k + 1]]`` are those of key k; shapes (m,) and (keys + 1,).

    Examples
    --------
    >>> rows, first = rows_by(np.array([1, -1, 0, 1], np.int32), 2)
    >>> rows.tolist(), first.tolist()
    ([2, 0, 3], [0, 1, 3])
    """
    place = np.zeros(keys + 2, np.int64)  # of a key's next row, two further on, so that one further on it ends right
    for n in range(key.shape[0]):
        if key[n] >= 0:
            place[key[n] + 2] += 1
    for k in range(keys):
        place[k + 2] += place[k + 1]
    rows = np.empty(place[keys + 1], np.int32)
    for n in range(key.shape[0]):
        if key[n] >= 0:
            rows[place[key[n] + 1]] = n
            place[key[n] + 1] += 1
    return rows, place[: keys + 1]
