"""What is said of many cascades: sizes, how far they go, and their shape."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade import Cascades
from experiments.measures.statistics import bootstrap

LARGE = 100
ENOUGH = 20  # large cascades, to speak of their shape


class Facts(NamedTuple):
    """Cascades, and what is said of them; each a value with its 95 % interval."""

    cascades: Cascades
    size: NDArray[np.float64]
    near: NDArray[np.float64]
    large: NDArray[np.float64]
    virality: NDArray[np.float64]  # mean of the large ones
    slope: NDArray[np.float64]  # of log virality on log size, among the large ones

    @classmethod
    def of(cls, cascades: Cascades) -> Facts:
        """Intervals of means by their standard errors, of shares and slopes by ratio estimator and bootstrap."""
        size, near = cascades.size.astype(float), (1 + cascades.direct).astype(float)
        big = size >= LARGE
        ratio = near.sum() / size.sum()  # Cochran 1977, section 6.4
        error = 1.96 * (near - ratio * size).std(ddof=1) / np.sqrt(len(size)) / size.mean()
        virality, slope = cascades.virality[big], np.full(3, np.nan)
        if big.sum() >= ENOUGH:
            x, y = np.log(size[big]), np.log(virality)
            slope = np.array(bootstrap(lambda rows: np.polyfit(x[rows], y[rows], 1)[0], len(x), 400, 6))
        mean = _interval(virality) if len(virality) > 1 else np.full(3, np.nan)
        share = ratio + np.array([0.0, -error, error])
        return cls(cascades, _interval(size), share, _interval(big.astype(float)), mean, slope)

    @property
    def one_in(self) -> str:
        """How rare large ones are."""
        return f"1 in {1 / self.large[0]:,.0f}" if self.large[0] else "none"


def _interval(x: NDArray[np.float64]) -> NDArray[np.float64]:
    half = 1.96 * x.std(ddof=1) / np.sqrt(len(x))
    return np.asarray(x.mean() + np.array([0.0, -half, half]))
