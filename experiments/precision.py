"""How many seeds are enough: a sequential rule whose interval holds what it promises.

Whoever adds seeds until Student's interval is narrow enough stops by preference where the spread happens to look
small, and the interval covers less often than it says (Starr 1966; Singham & Schruben 2012). Here the critical value is
raised by the factor that makes up for it. For normal values the mean is independent of all spreads seen on the way
(Basu's theorem), so that the coverage of the rule is, for a ratio of precision to spread, an integral over the
chi-square paths of the variance alone; the factor is the least at which it is 95 % or more whatever that ratio.

References
----------
Chow, Y. S., & Robbins, H. (1965). On the asymptotic theory of fixed-width sequential confidence intervals for the
mean. Annals of Mathematical Statistics, 36, 457-462.
Starr, N. (1966). The performance of a sequential procedure for the fixed-width interval estimation of the mean.
Annals of Mathematical Statistics, 37, 36-50.
Singham, D. I., & Schruben, L. W. (2012). Finite-sample performance of absolute precision stopping rules. INFORMS
Journal on Computing, 24, 624-635.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from experiments.report.statistics import LEVEL, Estimate

PATHS = 8_000  # of the variance: the coverage is known to 0.001
MOST_LOOKS = 60  # the rule is tightest early on; what is later hardly moves the factor
RATIOS = 24


class Rule(NamedTuple):
    """When to look: after so many seeds, then after each batch of so many, until there are too many."""

    pilot: int
    batch: int
    most: int

    def looks(self) -> list[int]:
        """Numbers of seeds after which the width is looked at."""
        return [*range(self.pilot, self.most, self.batch), self.most]


class Savings(NamedTuple):
    """What pairing saved: seeds an arm, with the arms on the same seeds and on seeds of their own."""

    paired: int
    unpaired: float


def interval(values: NDArray[np.float64], rule: Rule) -> Estimate:
    """Mean with its 95 % interval, which may be looked at after every batch.

    Parameters
    ----------
    values : shape (seeds,)
        Paired differences, one a seed.
    rule
        By which the number of seeds is decided.

    Returns
    -------
    Estimate
        `p` is that of the same test: the level at which the interval would just reach zero.
    """
    n = len(values)
    mean, error = float(values.mean()), float(values.std(ddof=1)) / np.sqrt(n)
    factor = inflation(rule)
    half = factor * float(special.stdtrit(n - 1, (1 + LEVEL) / 2)) * error
    p = 2 * float(special.stdtr(n - 1, -abs(mean) / (factor * error))) if error else float(mean == 0)
    return Estimate(mean, mean - half, mean + half, p, n)


def narrow_enough(estimate: Estimate, half_width: float) -> bool:
    """Whether an interval reaches no further than `half_width` to either side."""
    return (estimate.high - estimate.low) / 2 <= half_width


def coverage(rule: Rule, factor: float, ratio: float) -> float:
    """Probability that the interval at the end covers the mean of normal values.

    Parameters
    ----------
    rule
        When to look.
    factor
        By which Student's critical value is multiplied.
    ratio
        Half-width asked for, over the standard deviation of the values.
    """
    sizes, spreads = _paths(rule)
    critical = factor * special.stdtrit(sizes - 1, (1 + LEVEL) / 2)
    narrow = critical * spreads <= ratio * np.sqrt(sizes)
    narrow[:, -1] = True
    end = narrow.argmax(axis=1)
    reach = critical[end] * spreads[np.arange(len(end)), end]  # in standard errors, that is, sigma / sqrt(n)
    return float((2 * special.ndtr(reach) - 1).mean())


@lru_cache
def inflation(rule: Rule) -> float:
    """Factor on Student's critical value at which the rule covers 95 % at the least favourable ratio."""
    sizes, _ = _paths(rule)
    z = float(special.ndtri((1 + LEVEL) / 2))
    ratios = z / np.sqrt(np.geomspace(sizes[0] / 3, 3 * sizes[-1], RATIOS))
    low, high = 1.0, 2.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        if min(coverage(rule, middle, ratio) for ratio in ratios) < LEVEL:
            low = middle
        else:
            high = middle
    return high


def savings(arms: NDArray[np.float64], weights: NDArray[np.float64]) -> Savings:
    """Seeds that the same width would take if every arm had seeds of its own.

    Parameters
    ----------
    arms : shape (seeds, arms)
        The outcome.
    weights : shape (arms,)
        Of the contrast.

    Returns
    -------
    Savings
        The variance of the contrast of independent arms is the weighted sum of the arms' variances; the seeds needed
        are in proportion.
    """
    difference = float((arms @ weights).var(ddof=1))
    independent = float((weights**2 * arms.var(axis=0, ddof=1)).sum())
    return Savings(len(arms), len(arms) * independent / difference if difference > 0 else np.inf)


@lru_cache(maxsize=4)
def _paths(rule: Rule) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Looks, and standard deviations seen at them in units of the true one, shape (paths, looks)."""
    sizes = np.array(rule.looks()[:MOST_LOOKS], dtype=float)
    steps = np.diff(sizes, prepend=1.0)  # degrees of freedom that each look adds
    generator = np.random.default_rng(1966)  # a numerical integral, the same on every machine; no part of any run
    sums = np.cumsum(generator.chisquare(steps, size=(PATHS, len(sizes))), axis=1)
    return sizes, np.sqrt(sums / (sizes - 1))
