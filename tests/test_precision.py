"""The sequential rule covers what it promises; looking until it is narrow enough does not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from experiments.measures.precision import Rule, coverage, inflation, interval, narrow_enough, savings

TRIALS = 20_000
ERROR = np.sqrt(0.95 * 0.05 / TRIALS)  # standard error of a coverage of 95 %


def covered(rule: Rule, factor: float, ratio: float, mean: float, seed: int) -> float:
    """Share of trials whose interval, at the time of stopping, holds the mean of normal values of deviation 1.

    A simulation of the rule itself: cumulative sums of draws, no use made of what the module knows.
    """
    draws = np.random.default_rng(seed).normal(mean, 1.0, size=(TRIALS, rule.most))
    total, squares = np.cumsum(draws, axis=1), np.cumsum(draws**2, axis=1)
    open_ = np.ones(TRIALS, dtype=bool)
    hits = np.zeros(TRIALS, dtype=bool)
    for n in rule.looks():
        average = total[:, n - 1] / n
        deviation = np.sqrt((squares[:, n - 1] - n * average**2) / (n - 1))
        half = factor * stats.t.ppf(0.975, n - 1) * deviation / np.sqrt(n)
        ends = open_ & ((half <= ratio) | (n == rule.most))
        hits[ends] = np.abs(average - mean)[ends] <= half[ends]
        open_ &= ~ends
    assert not open_.any()
    return float(hits.mean())


@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.8])
def test_it_covers_while_the_naive_rule_does_not(ratio: float) -> None:
    rule = Rule(pilot=5, batch=1, most=120)
    assert covered(rule, inflation(rule), ratio, mean=3.0, seed=1) > 0.95 - 3 * ERROR
    assert covered(rule, 1.0, ratio, mean=3.0, seed=1) < 0.95 - 5 * ERROR


@pytest.mark.parametrize("rule", [Rule(10, 5, 500), Rule(10, 10, 200), Rule(20, 5, 100), Rule(5, 5, 60)])
def test_its_price_is_small(rule: Rule) -> None:
    """Against knowing the number of seeds beforehand, at the same spread: the square of the factor."""
    assert 1.0 < inflation(rule) ** 2 < 1.3
    worst = min(coverage(rule, inflation(rule), ratio) for ratio in np.geomspace(0.05, 3, 40))
    assert worst > 0.95 - 3 * 0.001  # of the numerical integral


@pytest.mark.parametrize("ratio", [0.3, 0.7])
def test_the_integral_is_the_simulation(ratio: float) -> None:
    rule = Rule(pilot=5, batch=5, most=100)
    simulated = covered(rule, 1.0, ratio, mean=0.0, seed=2)
    assert abs(coverage(rule, 1.0, ratio) - simulated) < 4 * ERROR


def test_a_single_look_needs_no_correction() -> None:
    assert inflation(Rule(pilot=30, batch=5, most=30)) < 1.003


def test_the_interval_is_students_times_the_factor() -> None:
    values: NDArray[np.float64] = np.array([1.0, 2.0, 4.0, 3.0, 2.5, 1.5])
    rule = Rule(5, 1, 50)
    found, test = interval(values, rule), stats.ttest_1samp(values, 0.0)
    low, high = test.confidence_interval(0.95)
    assert found.high - found.low == pytest.approx(inflation(rule) * (high - low))
    assert found.value == pytest.approx(2.333333333)
    assert found.p > test.pvalue
    assert narrow_enough(found, (found.high - found.low) / 2 + 1e-9)
    assert not narrow_enough(found, (found.high - found.low) / 2 - 1e-9)


def test_the_p_value_is_that_of_the_interval() -> None:
    """Where the interval just reaches zero, p is 5 %."""
    rule = Rule(10, 5, 100)
    values = np.random.default_rng(3).normal(0, 1, 20)
    at_zero = interval(values, rule)
    moved = interval(values - at_zero.low, rule)
    assert moved.low == pytest.approx(0.0, abs=1e-12)
    assert moved.p == pytest.approx(0.05)


def test_savings_are_the_ratio_of_variances() -> None:
    generator = np.random.default_rng(4)
    shared = generator.normal(0, 3, 4000)
    arms = np.column_stack([shared + generator.normal(0, 1, 4000), shared + generator.normal(0, 1, 4000)])
    saved = savings(arms, np.array([-1.0, 1.0]))
    assert saved.paired == 4000
    # variances 10 each against 2 of the difference; standard error of a ratio of variances about sqrt(4 / 4000)
    assert saved.unpaired / saved.paired == pytest.approx(10.0, rel=4 * np.sqrt(4 / 4000))
