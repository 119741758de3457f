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

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy import special

from experiments.measures.statistics import LEVEL, Estimate, around
from experiments.settings.names import check_known
from sim.parameters import ASSUMPTION, Group, par

PATHS = 8_000  # of the variance: the coverage is known to 0.001
MOST_LOOKS = 60  # the rule is tightest early on; what is later hardly moves the factor
RATIOS = 24
FEWEST = 5  # seeds to begin with


class Precision(Group):
    """How narrow an interval should be; while it is not, the experiment gets further seeds.

    It begins with the seeds of the experiment.
    """

    outcome: str = Field(default="", description="outcome whose effect is to be known; empty for seeds as given")
    contrast: str = Field(default="", description="factor of the effect; empty for the first")
    half_width: float | str = Field(
        default="", description="of the 95 % interval: in the outcome's unit, or such as 2%"
    )
    batch: int = par(5, "seeds added at a time", "seeds", ASSUMPTION, ge=1, le=10_000)
    max_seeds: int = par(200, "seeds at most", "seeds", ASSUMPTION, ge=FEWEST, le=100_000)

    @property
    def is_relative(self) -> bool:
        """Whether the half-width is a share of the mean at the contrast's first level."""
        return isinstance(self.half_width, str)

    @property
    def amount(self) -> float:
        """Half-width, in the outcome's unit or as a share."""
        if isinstance(self.half_width, str):
            return float(self.half_width.removesuffix("%")) / 100
        return self.half_width

    def check(self, seeds: Sequence[int], factors: Mapping[str, Mapping[str, object]]) -> None:
        """See that it fits the experiment."""
        if not self.outcome:
            return
        if not factors:
            raise ValueError("precision.outcome: the experiment has no factors, so there is no difference to know")
        factor = self.contrast or next(iter(factors))
        check_known(f"precision.contrast={factor}", factor, factors, "factor")
        if len(factors[factor]) != 2:
            raise ValueError(f"precision.contrast={factor}: {len(factors[factor])} levels, expected a factor of two")
        if not FEWEST <= len(seeds) <= self.max_seeds:
            span = f"{FEWEST} to max_seeds={self.max_seeds}"
            raise ValueError(f"precision: {len(seeds)} seeds to begin with, expected experiment.seeds from {span}")

    @model_validator(mode="after")
    def _something_to_reach(self) -> Precision:
        from sim.results.outcomes import ALWAYS

        if self.outcome:
            check_known(f"outcome={self.outcome}", self.outcome, ALWAYS, "outcome")
        if not self.outcome and self.half_width == "":
            return self
        try:
            positive = np.isfinite(self.amount) and self.amount > 0
        except ValueError:
            positive = False
        if not positive or (self.is_relative and not str(self.half_width).endswith("%")):
            raise ValueError(f"half_width={self.half_width}: expected a number above 0, or per cent such as 2%")
        return self


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
    return around(float(values.mean()), float(values.std(ddof=1)) / np.sqrt(n), n - 1, n, inflation(rule))


def narrow_enough(estimate: Estimate, half_width: float) -> bool:
    """Whether an interval reaches no further than `half_width` to either side."""
    return bool((estimate.high - estimate.low) / 2 <= half_width)


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
