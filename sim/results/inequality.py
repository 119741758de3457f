"""Inequality of incomes and of sales."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def gini(values: NDArray[Any]) -> float:
    """Gini coefficient of values that are at least 0; 0 where all are 0 (Gini 1912)."""
    ordered = np.sort(np.maximum(np.asarray(values, float), 0.0))
    if ordered.size == 0 or ordered.sum() == 0:
        return 0.0
    n = ordered.size
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))
