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
    first = np.zeros(keys + 1, np.int64)
    for n in range(key.shape[0]):
        if key[n] >= 0:
            first[key[n] + 1] += 1
    for k in range(keys):
        first[k + 1] += first[k]
    rows = np.empty(first[keys], np.int32)
    for n in range(key.shape[0]):
        if key[n] >= 0:
            rows[first[key[n]]] = n
            first[key[n]] += 1
    for k in range(keys, 0, -1):  # each has moved to where the next one begins
        first[k] = first[k - 1]
    first[0] = 0
    return rows, first
