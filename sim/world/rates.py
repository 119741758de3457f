"""Rates: probabilities that differ between people, whose log odds are normal."""

from __future__ import annotations

import numpy as np

from sim.arrays import Double, Float

LEAST_RATE = 1e-6


def logit_normal(median: float, spread: float, noise: Double) -> Double:
    """Probabilities with a median, and a standard deviation of their log odds, from standard normal draws."""
    median = min(max(median, LEAST_RATE), 1 - LEAST_RATE)
    return 1.0 / (1.0 + np.exp(-(float(np.log(median / (1 - median))) + spread * noise)))


def rates(median: float, spread: float, noise: Double) -> Float:
    """The same as single numbers; a median of exactly 0 or 1 leaves no spread."""
    if median in (0.0, 1.0):
        return np.full(noise.shape, median, np.float32)
    return logit_normal(median, spread, noise).astype(np.float32)
