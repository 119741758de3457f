"""The well-mixed limit: its own invariants, its closed forms, and a small market that keeps to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.studies.models import mean_field_limit
from experiments.studies.models.mean_field_limit import limit_of
from experiments.studies.models.mean_field_theory import (
    at_start,
    by_days,
    by_equations,
    day,
    derivative,
    pack,
    trust_of,
    unpack,
)
from sim.parameters import Parameters

DAYS = 40
LIMIT = limit_of(Parameters.model_validate(mean_field_limit.settings(1_000)))


def after(days: int) -> np.ndarray:
    """State in the morning after some days."""
    y = pack(at_start(LIMIT))
    for _ in range(days):
        y = y + day(LIMIT, y)
    return y


@pytest.mark.parametrize("days", [0, 1, 30, 120])
def test_nobody_is_lost_or_made(days: int) -> None:
    state = unpack(after(days))
    assert state.strangers.sum() + state.followers.sum() == pytest.approx(1, abs=1e-12)
    assert min(state.strangers.min(), state.followers.min()) >= 0
    rim = state.followers[-1].sum() + state.followers[:, -1].sum()
    assert rim < 1e-6


def test_reach_is_geometric() -> None:
    """Each day the same share of those not yet reached is reached."""
    path = by_days(LIMIT, DAYS)
    stays = 1 - LIMIT.online * LIMIT.post_seen
    np.testing.assert_allclose(path.reach, 1 - stays ** np.arange(1, DAYS + 1), rtol=1e-12)


def test_needs_without_purchases_come_to_rest_at_the_closed_form() -> None:
    """Nobody buys: needs open with rate 1/T and lapse with rate l, so a share o of them is open."""
    still = LIMIT._replace(online=0.0)
    y = pack(at_start(still))
    for _ in range(500):
        y = y + day(still, y)
    state = unpack(y)
    opened = state.strangers[1] + state.followers[..., 1].sum()
    assert opened == pytest.approx(still.opens / (still.opens + still.lapses), abs=1e-9)
    np.testing.assert_allclose(derivative(still, y), 0, atol=1e-9)


def test_trust_at_rest_is_the_pools_share_of_claims_met() -> None:
    """With the pool's word alone, and broken claims of weight 1 there, trust is the chance that a claim is met."""
    met = 0.5 * (1 + math.erf((LIMIT.tolerance - LIMIT.claim) / LIMIT.noise / math.sqrt(2)))
    pool = unpack(after(200)).pool
    assert pool[0] / pool.sum() == pytest.approx(met, rel=1e-9)
    assert trust_of(LIMIT._replace(heard=1e9), pool, 0.0, 0.0) == pytest.approx(met, rel=1e-6)


def test_equations_pass_through_the_mornings_of_the_days() -> None:
    """Far closer than Euler's rule would be, whose error is half a day's change."""
    exact, smooth = by_days(LIMIT, DAYS), by_equations(LIMIT, DAYS)
    for one, other in zip(exact, smooth, strict=True):
        euler = 0.5 * np.abs(np.diff(one)).max()
        assert np.abs(np.subtract(one, other)).max() < 0.1 * euler


def test_a_market_keeps_to_the_equations() -> None:
    """Mean over days of one run, within 4 standard errors of its mean over seeds."""
    people, seeds = 4_000, 6
    p = Parameters.model_validate(mean_field_limit.settings(people))
    runs = [run for seed in range(seeds) if (run := mean_field_limit.observed(p, seed, DAYS))]
    gaps = np.array(runs) - np.array(by_equations(limit_of(p), DAYS))
    means = gaps.mean(axis=2)
    assert (np.abs(means.mean(axis=0)) < 4 * means.std(axis=0, ddof=1) / np.sqrt(len(runs))).all()


def test_word_of_mouth_breaks_the_limit() -> None:
    """The comparison can fail: buyers who tell friends leave the equations."""
    people = 4_000
    p = Parameters.model_validate(mean_field_limit.settings(people, told=8.0))
    run = mean_field_limit.observed(p, 1, DAYS)
    assert run is not None
    expected = by_equations(limit_of(p), DAYS)
    error = math.sqrt(expected.sales.sum() / people)  # of the sum of Poisson numbers
    assert abs(run.sales.sum() - expected.sales.sum()) > 4 * error


def test_rate_of_a_known_law() -> None:
    squares = np.random.default_rng(1).chisquare(20, (5, 30)) / np.array([[10.0**k] for k in range(5)])
    slope, low, high = mean_field_limit.rate([10**k for k in range(5)], squares)
    assert low <= -0.5 <= high
    assert slope == pytest.approx(-0.5, abs=0.05)
