"""Ranges of parameters, along which values are spaced evenly or by their logarithm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Scale(NamedTuple):
    """How a parameter becomes an input between 0 and 1; by its logarithm where the design spaced it so."""

    low: float
    high: float
    log: bool = False

    def unit(self, value: Array | float) -> Array:
        """Values as inputs."""
        low, high, x = (np.log(v) if self.log else np.asarray(v, float) for v in (self.low, self.high, value))
        return np.asarray((x - low) / (high - low), dtype=float)

    def value(self, unit: Array | float) -> Array:
        """The inverse of `unit`."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** unit)
        return np.asarray(self.low + (self.high - self.low) * unit)

    def between(self, count: int) -> Array:
        """Evenly spaced values from one end to the other."""
        return np.geomspace(self.low, self.high, count) if self.log else np.linspace(self.low, self.high, count)
