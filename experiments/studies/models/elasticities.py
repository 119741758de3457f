"""Elasticities by least squares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats


class Effects(NamedTuple):
    """Ordinary least squares of the log of a time on the logs of the factors, so that effects are elasticities."""

    slopes: NDArray[np.float64]  # (factors,)
    covariance: NDArray[np.float64]  # (factors, factors)
    freedom: int
    fit: float  # share of variance explained

    def contrast(self, weights: NDArray[np.float64]) -> tuple[float, float, float]:
        """A weighted sum of effects with its 95 % t interval."""
        value = float(weights @ self.slopes)
        half = float(stats.t.isf(0.025, self.freedom)) * float(np.sqrt(weights @ self.covariance @ weights))
        return value, value - half, value + half


def regressed(factors: pd.DataFrame, days: NDArray[np.float64]) -> Effects:
    """Elasticities of a time with respect to each factor."""
    x, y = np.column_stack([np.ones(len(days)), np.log(factors.to_numpy(float))]), np.log(days)
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ y
    rest = y - x @ slopes
    freedom = len(y) - x.shape[1]
    covariance = inverse * (rest @ rest) / freedom
    return Effects(slopes[1:], covariance[1:, 1:], freedom, 1 - rest.var() / y.var())
