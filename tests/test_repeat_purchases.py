"""Models of repeat purchases, on counts whose truth is known and on those of CDNOW."""

from __future__ import annotations

from importlib import util

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.studies.models import purchases
from experiments.studies.models.purchases import Brand, comparable
from experiments.studies.repeat_purchases import BG_NBD
from sim.results.inequality import gini

HAS_CDNOW = pytest.mark.skipif(util.find_spec("lifetimes") is None, reason="lifetimes, which ships CDNOW, is missing")


def counts(r: float, a: float, customers: int, generator: np.random.Generator) -> np.ndarray:
    return generator.poisson(generator.gamma(r, 1 / a, customers))


def test_negative_binomial_is_recovered_within_its_standard_error() -> None:
    generator = np.random.default_rng(0)
    found = np.log([purchases.fit_negative_binomial(counts(0.4, 0.2, 3000, generator)) for _ in range(20)])
    # a mean over 20 samples lies within four of its standard errors of the truth
    assert np.all(np.abs(found.mean(axis=0) - np.log([0.4, 0.2])) < 4 * stats.sem(found, axis=0))


def test_chi_square_is_uniform_where_the_model_is_true_and_sees_where_it_is_not() -> None:
    generator = np.random.default_rng(1)
    values = []
    for _ in range(60):
        repeats = counts(0.8, 0.4, 1500, generator)
        values.append(purchases.goodness(repeats).p)
    assert stats.kstest(values, "uniform").pvalue > 0.001
    even = generator.binomial(6, 0.5, 1500)  # less spread than any mixture of Poisson rates
    assert purchases.goodness(even).p < 1e-6


def test_cells_of_the_chi_square_hold_every_customer() -> None:
    repeats = np.array([0] * 50 + [1] * 30 + [2] * 10 + [3] * 6 + [9] * 4)
    fit = purchases.fit_negative_binomial(repeats)
    expected = len(repeats) * fit.probability(np.arange(200))
    assert expected.sum() == pytest.approx(len(repeats))
    assert purchases.goodness(repeats).freedom >= 1


def test_beta_geometric_is_recovered_within_its_standard_error() -> None:
    generator = np.random.default_rng(2)
    truth = np.array([0.8, 4.0, 1.2, 3.0])
    found = np.array([np.log(purchases.fit_beta_geometric(*histories(truth, 2000, generator))) for _ in range(8)])
    assert np.all(np.abs(found.mean(axis=0) - np.log(truth)) < 4 * stats.sem(found, axis=0))


def histories(truth: np.ndarray, customers: int, generator: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Repeats, last purchase and time observed of customers, each with a rate and a chance to drop out of their own."""
    r, alpha, a, b = truth
    rate, drop = generator.gamma(r, 1 / alpha, customers), generator.beta(a, b, customers)
    observed = generator.uniform(27, 39, customers)
    repeats, last = np.zeros(customers), np.zeros(customers)
    alive = np.ones(customers, bool)
    clock = np.zeros(customers)
    while alive.any():
        clock[alive] += generator.exponential(1 / rate[alive])
        alive &= clock < observed
        repeats[alive] += 1
        last[alive] = clock[alive]
        alive &= generator.random(customers) >= drop
    return repeats, last, observed


def test_several_purchases_on_a_day_count_once() -> None:
    log = pd.DataFrame({"customer": [1, 1, 1, 2], "day": [3, 3, 17, 10], "spend": [1.0, 2.0, 4.0, 8.0]})
    found = purchases.cohort(log, 31)
    assert found.repeats.tolist() == [1, 0]
    assert found.spend.tolist() == [7.0, 8.0]
    assert found.last.tolist() == [2.0, 0.0]
    assert found.observed.tolist() == [4.0, 3.0]


def test_head_share_and_lorenz_curve_agree_with_the_gini() -> None:
    spend = np.random.default_rng(3).lognormal(size=4000)
    share, spent = purchases.lorenz(spend, 4001)
    assert 1 - spent[np.searchsorted(share, 0.8)] == pytest.approx(purchases.head_share(spend), abs=1e-9)
    assert 1 - 2 * np.trapezoid(spent, share) == pytest.approx(gini(spend), abs=1e-3)


def test_the_brand_compared_is_the_one_that_is_bought_as_often() -> None:
    def brand(seed: int, number: int, mean: int) -> Brand:
        repeats = np.full(10, mean)
        return Brand(seed, number, purchases.Cohort(repeats, repeats * 1.0, repeats * 1.0, repeats * 1.0))

    made = [brand(0, 0, 1), brand(0, 1, 2), brand(0, 2, 30), brand(1, 0, 9), brand(1, 1, 4)]
    assert [one.brand for one in comparable(made, 1.9)] == [1, 1]


@HAS_CDNOW
def test_cdnow_gives_the_published_values() -> None:
    log = purchases.cdnow()
    model = purchases.fit_negative_binomial(log.repeats)
    assert len(log.repeats) == 23_570
    assert (round(model.r, 3), round(model.a, 3)) == (0.360, 0.193)
    assert round(float(np.mean(log.repeats > 0)), 3) == 0.489
    assert (round(gini(log.spend), 3), round(purchases.head_share(log.spend), 2)) == (0.635, 0.68)
    found = purchases.fit_beta_geometric(*purchases.cdnow_sample())
    assert [round(float(value), 3) for value in found] == list(BG_NBD.values())
