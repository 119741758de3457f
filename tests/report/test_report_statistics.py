from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.measures.statistics import (
    Comparison,
    baseline,
    contrast,
    decompose,
    holm,
    log_mean,
    relative,
    relative_contrast,
    share_of_base,
    t_interval,
    within_seeds,
)

FACTORS = ("a", "b", "c")
A, B, C = (Comparison(f, "no", "yes") for f in FACTORS)


def factorial() -> pd.DataFrame:
    levels = list(itertools.product(("no", "yes"), repeat=3))
    return pd.DataFrame(levels, columns=FACTORS, index=["-".join(v) for v in levels])


def outcomes(seeds: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arms = factorial()
    return pd.DataFrame(rng.lognormal(1, 0.3, (seeds, len(arms))), columns=arms.index)


def test_interval_is_students() -> None:
    x = np.random.default_rng(1).normal(0.3, 2, 7)
    ours = t_interval(x)
    theirs = stats.ttest_1samp(x, 0)
    low, high = theirs.confidence_interval(0.95)
    assert ours == pytest.approx((x.mean(), low, high, theirs.pvalue, 7), rel=1e-12)


def test_one_factor_is_the_paired_t_test() -> None:
    values = outcomes(9)[["no-no-no", "yes-no-no"]]
    effect = t_interval(contrast(values, factorial().loc[values.columns], [A]))
    theirs = stats.ttest_rel(values["yes-no-no"], values["no-no-no"])
    assert (effect.p, effect.low) == pytest.approx((theirs.pvalue, theirs.confidence_interval(0.95).low), rel=1e-10)


def test_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    runs, covered = 3000, 0
    for sample in rng.normal(1.0, 3.0, (runs, 4)):
        e = t_interval(sample)
        covered += e.low <= 1.0 <= e.high
    assert covered / runs == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / runs))


@pytest.mark.parametrize(
    ("samples", "expected"),
    [([3.0], (3.0, -np.inf, np.inf, 1.0, 1)), ([2.0, 2.0], (2.0, 2.0, 2.0, 0.0, 2)), ([0.0, 0.0], (0, 0, 0, 1, 2))],
)
def test_interval_without_spread(samples: list[float], expected: tuple[float, ...]) -> None:
    assert t_interval(samples) == expected


def test_nothing_is_not_clear() -> None:
    nothing = t_interval([np.nan])
    assert np.isnan(nothing.value)
    assert nothing.seeds == 0
    assert not nothing.clear


def test_contrasts_recover_the_model_they_are_made_of() -> None:
    arms = factorial()
    on = (arms == "yes").astype(float)
    y = 10 + 2 * on.a - 3 * on.b + 5 * on.a * on.b + 7 * on.a * on.b * on.c
    values = pd.DataFrame([y, y + 1])
    # A three-way term of 7 at c = yes adds 7 / 2 to the interaction of a and b, and a quarter of 7 to a's main effect.
    assert contrast(values, arms, [A]).tolist() == pytest.approx([2 + 5 / 2 + 7 / 4] * 2)
    assert contrast(values, arms, [A, B]).tolist() == pytest.approx([5 + 7 / 2] * 2)
    assert contrast(values, arms, [A, C]).tolist() == pytest.approx([7 / 2] * 2)
    assert contrast(values, arms, [A, B, C]).tolist() == pytest.approx([7] * 2)


def test_interaction_is_the_difference_of_simple_effects() -> None:
    values, arms = outcomes(4), factorial()
    simple = [contrast(values, arms[arms.b == level], [A]) for level in ("yes", "no")]
    pd.testing.assert_series_equal(contrast(values, arms, [A, B]), simple[0] - simple[1])
    shares = [relative_contrast(values, arms[arms.b == level], [A]) for level in ("yes", "no")]
    pd.testing.assert_series_equal(relative_contrast(values, arms, [A, B]), shares[0] - shares[1])


def test_levels_swapped_turn_the_sign() -> None:
    values, arms = outcomes(4), factorial()
    swapped = Comparison("a", "yes", "no")
    pd.testing.assert_series_equal(contrast(values, arms, [A]), -contrast(values, arms, [swapped]))
    pd.testing.assert_series_equal(contrast(values, arms, [A, B]), -contrast(values, arms, [swapped, B]))


def test_order_of_arms_does_not_matter() -> None:
    values, arms = outcomes(4), factorial()
    mixed = arms.sample(frac=1, random_state=3)
    assert list(mixed.index) != list(arms.index)
    for design in ([A], [A, B], [A, B, C]):
        again = contrast(values[mixed.index[::-1]], mixed, design)
        assert again.to_numpy() == pytest.approx(contrast(values, arms, design).to_numpy(), rel=1e-12)


def test_a_level_not_compared_has_no_weight() -> None:
    arms = pd.DataFrame({"a": ["low", "middle", "high"]}, index=["l", "m", "h"])
    values = pd.DataFrame({"l": [1.0], "m": [np.nan], "h": [5.0]})
    assert contrast(values, arms, [Comparison("a", "low", "high")]).tolist() == [4.0]


def test_a_missing_run_costs_its_seed_only() -> None:
    values, arms = outcomes(5), factorial()
    whole = contrast(values, arms, [A])
    values.iloc[2, 3] = np.nan
    partial = contrast(values, arms, [A])
    assert np.isnan(partial[2])
    assert t_interval(partial) == t_interval(whole.drop(2))


def test_shares_are_ratios_by_seed() -> None:
    values, arms = outcomes(5), factorial()
    high, low = values[arms.index[arms.a == "yes"]].mean(axis=1), values[arms.index[arms.a == "no"]].mean(axis=1)
    assert relative_contrast(values, arms, [A]).to_numpy() == pytest.approx((high / low - 1).to_numpy())
    assert baseline(values, arms, [A]).to_numpy() == pytest.approx(low.to_numpy())


def test_no_share_of_nothing_or_across_the_sign() -> None:
    shares = share_of_base(pd.Series([1.0, 1.0, -3.0, -2.0]), pd.Series([0.0, -1.0, 2.0, 2.0]))
    assert shares.isna().tolist() == [True, True, True, False]
    assert shares[3] == -1
    assert relative(shares, pd.Series([1.0, 1.0, -3.0, -2.0])).seeds == 0


def test_holm() -> None:
    assert holm([0.01, 0.04, np.nan, 0.03, 0.005]).tolist() == pytest.approx(
        [0.03, 0.06, np.nan, 0.06, 0.02], nan_ok=True
    )
    assert holm([0.5, 0.9]).tolist() == [1.0, 1.0]


def test_holm_keeps_its_promise() -> None:
    p = np.random.default_rng(4).uniform(size=(4000, 6))
    any_found = np.mean([holm(row).min() <= 0.05 for row in p])
    expected = 1 - (1 - 0.05 / 6) ** 6
    assert any_found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 4000))


def test_log_mean_lies_between_the_geometric_and_the_arithmetic() -> None:
    a, b = np.array([1.0, 2.0, 5.0]), np.array([3.0, 2.0, 5.0 * (1 + 1e-14)])
    assert log_mean(a, b) == pytest.approx([2 / np.log(3), 2.0, 5.0])
    assert np.sqrt(3) < log_mean(a, b)[0] < 2


def test_parts_sum_to_the_effect_without_residual() -> None:
    arms = factorial()
    terms = {name: outcomes(4, seed) for seed, name in enumerate(("traffic", "conversion", "value"))}
    product = terms["traffic"] * terms["conversion"] * terms["value"]
    parts = decompose(terms, arms, A)
    assert sum(parts.values()).to_numpy() == pytest.approx(contrast(product, arms, [A]).to_numpy(), rel=1e-12)  # type: ignore[union-attr]


def test_the_only_term_that_moves_has_it_all() -> None:
    arms = factorial()
    still = pd.DataFrame(4.0, index=[0, 1], columns=arms.index)
    moving = pd.DataFrame([np.where(arms.a == "yes", 3.0, 1.0)] * 2, columns=arms.index)
    parts = decompose({"still": still, "moving": moving}, arms, A)
    assert parts["still"].tolist() == [0, 0]
    assert parts["moving"].tolist() == pytest.approx([8, 8])


def test_two_arms_within_seeds_have_the_paired_interval() -> None:
    values = outcomes(6)[["no-no-no", "yes-no-no"]] + 100 * np.arange(6)[:, None]
    first, second = within_seeds(values).values()
    difference = t_interval(values["yes-no-no"] - values["no-no-no"])
    assert second.value - first.value == pytest.approx(difference.value)
    assert first.high - first.low == pytest.approx((difference.high - difference.low) / np.sqrt(2))
