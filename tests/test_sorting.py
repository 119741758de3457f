from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.sorting import order_of, rows_by


@given(st.lists(st.integers(-1, 9), max_size=60))
def test_rows_by_is_a_stable_sort_without_the_rows_left_out(keys: list[int]) -> None:
    key = np.array(keys, np.int32)
    rows, first = rows_by(key, 10)
    expected = np.argsort(key, kind="stable")[np.count_nonzero(key < 0) :]
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(first, np.searchsorted(np.sort(key[key >= 0]), np.arange(11)))


@given(st.lists(st.integers(0, 9) | st.integers(0, 2**32 - 1), max_size=60))
def test_order_of_is_a_stable_sort(numbers: list[int]) -> None:
    expected = np.argsort(np.array(numbers, np.int64), kind="stable")
    np.testing.assert_array_equal(order_of(np.array(numbers, np.int64)), expected)
