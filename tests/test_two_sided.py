"""Two-sided pricing: peaks and differences whose truth is known, and what a coupon costs the platform."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.measures.checks import ends
from experiments.settings.paths import merged
from experiments.studies import two_sided
from sim.market import Market
from sim.parameters import Parameters

PAID, GIVEN = two_sided.CHARGES
PAY, COUPONS = two_sided.CHARGES.values()


def hills(top: float, seeds: int = 8) -> np.ndarray:
    """Revenue with its peak at some commission, and noise by seed; shape (seeds, len(PAY))."""
    noise = 0.01 * np.random.default_rng(2).standard_normal((seeds, len(PAY)))
    return 1 - 0.2 * np.log(np.array(PAY) / top) ** 2 + noise


def test_best_pay_is_the_peak() -> None:
    for top in (0.02, 0.05, 0.09):
        assert two_sided.best(PAID, hills(top)) == pytest.approx(top, rel=0.1)
    assert two_sided.best(PAID, hills(0.001)) == pytest.approx(min(PAY))


def test_difference_covers_a_known_one_and_no_difference() -> None:
    gap, low, high = ends(two_sided.difference(PAID, {PAID: hills(0.09)}, {PAID: hills(0.03)}))
    assert low <= gap <= high
    assert low > 0.03
    _, low, high = ends(two_sided.difference(PAID, {PAID: hills(0.05)}, {PAID: hills(0.05)}))
    assert low <= 0 <= high


def test_checks_can_fail() -> None:
    """Four markets that are the same show none of the signs."""
    same = {PAID: hills(0.05), GIVEN: hills(0.05)[:, : len(COUPONS)]}
    markets = (two_sided.BASE, two_sided.KNOWN, two_sided.RESPECT, two_sided.PRECISE)
    checks = two_sided.checks(two_sided.Options(), dict.fromkeys(markets, same))
    assert not any(check.passed for check in checks)


def test_the_platform_pays_the_coupons() -> None:
    """Its revenue is the take on orders and, smaller by far, fees and interest; less all coupons of kept orders."""
    nested = two_sided.settings(500, 0.35)
    at_once = {"delivery_days": 0, "settlement_days": 0, "return_days": 0}
    policy = {"creators": {"commission": 0.05}, "platform": {"coupon": 0.1, **at_once}}
    p = Parameters.model_validate(merged(nested, policy))
    market = Market(p, 1, keep_orders=True).run(20)
    kept = market.orders()[market.orders().returned == 0]
    outcomes = market.result().outcomes
    take, coupons = 0.35 * kept.price.sum() / 100, kept.coupon.sum() / 100
    assert outcomes["revenue_coupon"] == pytest.approx(-coupons, abs=0.01)
    assert outcomes["revenue_take"] == pytest.approx(take, abs=0.01 * len(kept))
    small = outcomes["revenue_withdrawal_fee"] + outcomes["revenue_float"] + outcomes["revenue_ads"]
    assert outcomes["platform_revenue"] == pytest.approx(take - coupons + small, abs=0.01 * len(kept))
