"""Waits for a need: how long people wait on average, whose rates of need have a Gamma distribution."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.arrays import Double, Float

LONGEST_WAIT = 1e6  # days: of people who hardly ever need anything of a category
KNOTS, END = 2049, 14.0  # of the curve that stands for the inverse distribution, over the logit of a draw
ERROR = 1e-9  # of the curve, relative, and more


def need_waits(mean: float, shape: float, u: Double) -> Float:
    """Mean waits for a need, days, at least 1, as single numbers.

    The inverse of the Gamma distribution takes long. A curve through some of its points decides what a wait is as a
    single number, nearly always; where it leaves that open, the inverse itself is worked out.

    Parameters
    ----------
    mean
        Days between the needs of all people together.
    shape
        Of the distribution.
    u
        A uniform draw for each person.
    """
    logits = np.log(u / (1 - u))
    on_curve = np.exp(_curve(np.clip(logits, -END, END), shape))
    least, most = (_waits(on_curve * (1 + error), mean, shape) for error in (ERROR, -ERROR))
    is_open = (least != most) | (np.abs(logits) > END)
    least[is_open] = _waits(_inverse(u[is_open], shape), mean, shape)
    return least


def _waits(scaled: Double, mean: float, shape: float) -> Float:
    rates = np.maximum(scaled / shape / mean, 1 / LONGEST_WAIT)
    return np.maximum(1 / rates, 1.0).astype(np.float32)


def _inverse(u: Double, shape: float) -> Double:
    from scipy.special import gammaincinv  # takes a while to import

    found: Double = gammaincinv(shape, u)
    return found


def _curve(logits: Double, shape: float) -> Double:
    """Logarithm of the inverse of the Gamma distribution: Hermite's cubic between two neighbouring points."""
    value, slope, step = _points(shape)
    place = (logits + END) / step
    low = np.minimum(place.astype(np.int64), KNOTS - 2)
    part, rise = place - low, value[low + 1] - value[low]
    first, last = slope[low] - rise, slope[low + 1] - rise
    return value[low] + part * (rise + (1 - part) * (first * (1 - part) - last * part))


@lru_cache(maxsize=8)
def _points(shape: float) -> tuple[Double, Double, float]:
    """Points of the curve at equal distances, its slope there over one distance, and the distance."""
    from scipy.special import gammaln

    logits, step = np.linspace(-END, END, KNOTS, retstep=True)
    u = 1 / (1 + np.exp(-logits))
    value = np.log(_inverse(u, shape))
    density = np.exp(shape * value - np.exp(value) - gammaln(shape))
    return value, float(step) * u / (1 + np.exp(logits)) / density, float(step)
