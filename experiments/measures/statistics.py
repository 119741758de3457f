"""Paired statistics of a factorial experiment: a contrast for each seed, then a t interval over the seeds.

All arms of a seed share their people, graph and random shocks, so a seed is the unit of replication and the only source
of error: whatever contrast of the arms is of interest is computed seed by seed, and the seeds' values are independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

LEVEL = 0.95


class Estimate(NamedTuple):
    """A mean over seeds with its 95 % t interval and the two-sided p value against zero."""

    value: float
    low: float
    high: float
    p: float
    seeds: int

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0

    def mapped(self, rising: Callable[[float], float]) -> Estimate:
        """Value and interval by a rising function, such as from logarithms."""
        value, low, high = (float(rising(end)) for end in self[:3])
        return self._replace(value=value, low=low, high=high)

    def columns(self, name: str, ends: str | None = None) -> dict[str, float]:
        """Its cells in a table: the value under a name, and the ends under ``low`` and ``high`` after it or `ends`."""
        before = f"{name}_" if ends is None else ends
        return {name: self.value, f"{before}low": self.low, f"{before}high": self.high}


class Comparison(NamedTuple):
    """One factor moved from one of its levels to another."""

    factor: str
    low: str
    high: str


def t_interval(samples: Sequence[float] | NDArray[np.float64] | pd.Series) -> Estimate:
    """Mean and Student's t interval of independent values, n - 1 degrees of freedom.

    Parameters
    ----------
    samples : shape (seeds,)
        A value of each seed; those that are not finite are left out.

    Returns
    -------
    Estimate
        One seed has an unbounded interval and p = 1; none has NaN throughout.
    """
    x = np.asarray(samples, dtype=float)
    x = x[np.isfinite(x)]
    n = len(x)
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0)
    mean = float(x.mean())
    if n == 1:
        return Estimate(mean, -np.inf, np.inf, 1.0, 1)
    return around(mean, float(x.std(ddof=1)) / np.sqrt(n), n - 1, n)


def half_width(deviation: pd.Series, count: pd.Series) -> pd.Series:
    """Half of the 95 % t intervals of many means, by the standard deviations and counts of their values."""
    return special.stdtrit(np.maximum(count - 1, 1), (1 + LEVEL) / 2) * (deviation / np.sqrt(count))


def t_interval_by(samples: pd.Series, others: pd.Series) -> Estimate:
    """Mean of independent values, with an interval by the variance among other values of the same kind.

    Parameters
    ----------
    samples
        Few values, perhaps one; those that are not finite are left out.
    others
        More of them, whose variance is taken for that of the samples; with fewer than two, `t_interval` of the samples.
    """
    x, y = (np.asarray(each, float)[np.isfinite(each)] for each in (samples, others))
    if len(y) < 2 or not len(x):
        return t_interval(x)
    return around(float(x.mean()), float(y.std(ddof=1)) / np.sqrt(len(x)), len(y) - 1, len(x))


def around(mean: float, error: float, freedom: int, seeds: int, factor: float = 1.0) -> Estimate:
    """A mean by its standard error: Student's interval and test, with a factor on the critical value."""
    if error == 0:
        return Estimate(mean, mean, mean, float(mean == 0), seeds)
    half = factor * float(special.stdtrit(freedom, (1 + LEVEL) / 2)) * error
    p = 2 * float(special.stdtr(freedom, -abs(mean) / (factor * error)))
    return Estimate(mean, mean - half, mean + half, p, seeds)


class Regression(NamedTuple):
    """Ordinary least squares with an intercept; of logarithms, its slopes are elasticities."""

    slopes: NDArray[np.float64]  # (factors,)
    covariance: NDArray[np.float64]  # (factors, factors)
    freedom: int
    fit: float  # share of variance explained

    @classmethod
    def of(cls, outcome: NDArray[np.float64], factors: NDArray[np.float64]) -> Regression:
        """Of an outcome, shape (n,), on some factors, shape (n, factors)."""
        x = np.column_stack([np.ones(len(outcome)), factors])
        inverse = np.linalg.inv(x.T @ x)
        slopes = inverse @ x.T @ outcome
        rest, freedom = outcome - x @ slopes, len(outcome) - x.shape[1]
        covariance = inverse * (rest @ rest) / freedom
        return cls(slopes[1:], covariance[1:, 1:], freedom, 1 - rest.var() / outcome.var())

    def contrast(self, weights: NDArray[np.float64]) -> Estimate:
        """A weighted sum of slopes."""
        error = float(np.sqrt(weights @ self.covariance @ weights))
        return around(float(weights @ self.slopes), error, self.freedom, self.freedom + 1 + len(weights))


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], count: int, draws: int, rng: int | np.random.Generator
) -> tuple[float, float, float]:
    """A statistic with its 95 % percentile interval (Efron & Tibshirani 1993).

    Parameters
    ----------
    statistic
        Of rows of what is resampled, which are seeds, villages or cascades as a rule.
    count, draws, rng
        Rows, how many times they are drawn anew with replacement, and the seed, or what draws.
    """
    rng = np.random.default_rng(rng)
    found = [statistic(rng.integers(count, size=count)) for _ in range(draws)]
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(statistic(np.arange(count))), float(low), float(high)


def share_of(times: int, trials: int, level: float = LEVEL, method: str = "exact") -> tuple[float, float, float]:
    """Share of trials that succeeded, with its interval (Clopper & Pearson 1934, or ``wilson``)."""
    from scipy.stats import binomtest  # takes half a second to load

    share = binomtest(times, trials)
    low, high = share.proportion_ci(level, method)
    return float(share.statistic), float(low), float(high)


def within_seeds(values: pd.DataFrame) -> dict[str, Estimate]:
    """Mean of every arm with an interval from which is taken what all arms of a seed share.

    Parameters
    ----------
    values : DataFrame, a row per seed, a column per arm
        Seeds that miss an arm are left out; an arm that all seeds miss has NaN.

    Returns
    -------
    dict of Estimate
        To compare arms with one another by eye: what is left is how far an arm strays from its seed's mean (Cousineau
        2005, with the factor of Morey 2008).
    """
    known = values.dropna(axis="columns", how="all").dropna()
    arms = max(known.shape[1], 2)
    strays = known.sub(known.mean(axis=1), axis=0)
    centred = strays.mean() + float(known.to_numpy().mean() if known.size else np.nan)
    scaled = (strays - strays.mean()) * np.sqrt(arms / (arms - 1)) + centred
    return {str(arm): t_interval(scaled.get(arm, [])) for arm in values}


def contrast_weights(arms: pd.DataFrame, comparisons: Sequence[Comparison]) -> pd.Series:
    """Weights that turn the arms of a full factorial into one effect.

    Parameters
    ----------
    arms : DataFrame, a row per arm, a column per factor
        Levels of every arm.
    comparisons
        One for a main effect; two or three, of different factors, for an interaction.

    Returns
    -------
    Series, a weight per arm
        A main effect is the mean at `high` less the mean at `low`. An interaction of two factors is the effect of the
        first at the second's `high` less its effect at the second's `low`; of three, the difference of two such.
    """
    signs = np.ones(len(arms))
    for comparison in comparisons:
        level = arms[comparison.factor].to_numpy()
        signs *= np.where(level == comparison.high, 1.0, np.where(level == comparison.low, -1.0, 0.0))
    cells = 2 ** len(comparisons)
    return pd.Series(signs * cells / np.abs(signs).sum(), index=arms.index)


def contrast(values: pd.DataFrame, arms: pd.DataFrame, comparisons: Sequence[Comparison]) -> pd.Series:
    """Effect in every seed.

    Parameters
    ----------
    values : DataFrame, a row per seed, a column per arm
        An outcome.
    arms, comparisons
        As for `contrast_weights`.

    Returns
    -------
    Series, a value per seed
        NaN where an arm that has weight has no value.
    """
    weights = contrast_weights(arms, comparisons)
    weights = weights[weights != 0]
    return pd.Series(values[weights.index].to_numpy(float) @ weights.to_numpy(), index=values.index)


def baseline(values: pd.DataFrame, arms: pd.DataFrame, comparisons: Sequence[Comparison]) -> pd.Series:
    """Mean, in every seed, of the arms that have all compared factors at `low`.

    Parameters and shapes are those of `contrast`.
    """
    at_low = np.ones(len(arms), bool)
    for comparison in comparisons:
        at_low &= arms[comparison.factor].to_numpy() == comparison.low
    return pd.Series(values[arms.index[at_low]].to_numpy(float).mean(axis=1), index=values.index)


def relative_contrast(values: pd.DataFrame, arms: pd.DataFrame, comparisons: Sequence[Comparison]) -> pd.Series:
    """Effect in every seed as a share of its baseline.

    Parameters and shapes are those of `contrast`.

    Returns
    -------
    Series, a value per seed
        A main effect over its baseline; an interaction is the relative effect of the first factor at the last factor's
        `high` less that at its `low`. NaN where a mean is below zero or the baseline not above: a share of nothing,
        or across the sign, says nothing.
    """
    *first, last = comparisons
    if not first:
        return share_of_base(contrast(values, arms, comparisons), baseline(values, arms, comparisons))
    high, low = (arms[arms[last.factor] == level] for level in (last.high, last.low))
    return relative_contrast(values, high, first) - relative_contrast(values, low, first)


def share_of_base(difference: pd.Series, base: pd.Series) -> pd.Series:
    """Difference over base, a value per seed; NaN unless the base is above zero and base plus difference not below."""
    return difference / base.where((base > 0) & (base + difference >= -1e-9 * base))


def relative(shares: pd.Series, difference: pd.Series) -> Estimate:
    """Interval of relative effects; NaN throughout if a seed has an effect without a relative one.

    Parameters
    ----------
    shares, difference : Series, a value per seed
        From `relative_contrast` and `contrast`.
    """
    return t_interval(shares if (shares.notna() | difference.isna()).all() else [])


def holm(p: Sequence[float] | NDArray[np.float64] | pd.Series) -> NDArray[np.float64]:
    """P values adjusted so that the chance of any false finding in the family stays at its level (Holm 1979).

    Parameters
    ----------
    p : shape (outcomes,)
        P values of one family; NaN is not part of it and stays NaN.

    Returns
    -------
    ndarray, shape (outcomes,)
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: int(np.isfinite(p).sum())]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def pairs(arms: pd.DataFrame, comparison: Comparison) -> tuple[list[str], list[str]]:
    """Arms of a factorial at either level of a comparison: those of the same place differ in it alone."""
    others = [str(factor) for factor in arms if factor != comparison.factor]
    ordered = arms.sort_values(others) if others else arms
    level = ordered[comparison.factor]
    low, high = (list(map(str, ordered.index[level == end])) for end in (comparison.low, comparison.high))
    return low, high


def log_mean(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithmic mean (a - b) / (ln a - ln b) of positive values; a where they are equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.log(a / b)
        return np.where(np.abs(gap) < 1e-12, a, (a - b) / np.where(gap == 0, 1.0, gap))


def decompose(terms: dict[str, pd.DataFrame], arms: pd.DataFrame, comparison: Comparison) -> dict[str, pd.Series]:
    """Split the main effect on a product into what each of its terms contributes, without residual.

    Parameters
    ----------
    terms : a DataFrame, a row per seed, a column per arm, for each term
        Positive; their product is the outcome.
    arms : DataFrame, a row per arm, a column per factor
    comparison
        The factor and its two levels.

    Returns
    -------
    dict of Series, a value per seed
        Contributions in the unit of the product. They sum to its main effect in every seed; NaN where a term is not
        positive.

    Notes
    -----
    The additive log-mean Divisia index (Ang 2005, Energy Policy 33): between two arms that differ in the factor alone,
    term x contributes L(g1, g0) ln(x1 / x0), where L is the logarithmic mean of the products g. Averaged over the
    pairs of arms.
    """
    low, high = pairs(arms, comparison)
    positive = {name: frame.where(frame > 0) for name, frame in terms.items()}
    product = reduce(mul, positive.values())
    weight = log_mean(product[high].to_numpy(float), product[low].to_numpy(float))
    parts = {}
    for name, frame in positive.items():
        change = np.log(frame[high].to_numpy(float) / frame[low].to_numpy(float))
        parts[name] = pd.Series((weight * change).mean(axis=1), index=product.index)
    return parts
