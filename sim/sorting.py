"""Sorting: rows put in the order of whole numbers, and among equal numbers in their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compilation import allocating, compiled

ROW_BITS = np.uint64(32)
ROW_MASK = np.uint64((1 << 32) - 1)


def order_of(numbers: NDArray[Any]) -> NDArray[np.int64]:
    """Rows in the order of their numbers, and among equal ones in their own.

    Number and row are sorted as one whole number: numpy sorts those many times quicker than it finds a stable order.

    Parameters
    ----------
    numbers
        From 0 to 2**32 - 1, of which the whole part counts; shape (n,), of 2**32 rows at most.

    Examples
    --------
    >>> order_of(np.array([1, 3, 0, 1])).tolist()
    [2, 0, 3, 1]
    """
    pairs = above_rows(numbers)
    sort_pairs(pairs)
    return pairs.view(np.int64)


@compiled
def pair_of(number: np.uint64, row: int) -> np.uint64:
    """A number of `ROW_BITS` bits above a row."""
    return number << ROW_BITS | np.uint64(row)


@allocating
def above_rows(numbers: NDArray[Any]) -> NDArray[np.uint64]:
    """Each number of `ROW_BITS` bits above its row."""
    pairs = np.empty(numbers.shape[0], np.uint64)
    for n in range(numbers.shape[0]):
        pairs[n] = pair_of(np.uint64(numbers[n]), n)
    return pairs


def sort_pairs(pairs: NDArray[np.uint64]) -> None:
    """Sort numbers that stand above rows, as `pair_of` has them, and leave the rows."""
    pairs.sort()
    pairs &= ROW_MASK


@allocating
def rows_by(key: NDArray[np.int32], keys: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows in the order of their keys, and among equal keys in their own order: a counting sort, for few keys.

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
