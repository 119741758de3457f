"""The music market: its closed forms, and runs that keep to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.studies.models import songs

LEAST_P = 1e-4  # of a fixed draw under the true law
PEOPLE = 5_000


def test_equilibrium_is_quality_to_a_power() -> None:
    """Where sales dwarf the one that every song is given, shares go with ``q^(1 / (1 - r))``."""
    q = np.linspace(0.1, 0.6, songs.SONGS)
    for r in (0.2, 0.5, 0.8):
        p = songs.parameters(50_000_000, r)
        expected = q ** (1 / (1 - r))
        np.testing.assert_allclose(songs.equilibrium(p, q, compared=0), expected / expected.sum(), rtol=0.02)


def test_who_compares_two_songs_favours_the_better_one() -> None:
    """Without a signal each of two songs is tried by half, and by half of those who try another one."""
    q = np.array([0.2, 0.6])
    bad, good = q / (1 - q)
    of_two = np.array([bad, good]) / (1 + bad + good)
    expected = 0.7 * q + 0.3 * (q + of_two) / 2
    found = songs.equilibrium(songs.parameters(PEOPLE, 0.0), q, compared=0.3)
    np.testing.assert_allclose(found, expected / expected.sum())


def test_without_a_signal_downloads_follow_quality_alone() -> None:
    p = songs.parameters(PEOPLE, 0.0)
    world = songs.world_of(p, 3)
    q = songs.appeal(world, p)
    days = 20
    shares, _ = songs.downloads(p, world, 0, days)
    total = PEOPLE * songs.TRIALS * days * q.mean()  # expected downloads, all songs tried alike
    expected = q / q.sum()
    statistic = total * ((shares - expected) ** 2 / expected).sum()
    assert stats.chi2(songs.SONGS - 1).sf(statistic) > LEAST_P
    assert abs(songs.power(shares, q, expected) - 1) < 4 / np.sqrt(total * np.log(q).var())


def test_worlds_share_their_songs_and_differ_by_chance() -> None:
    p = songs.parameters(1_000, 0.5)
    world = songs.world_of(p, 3)
    one, other = (songs.downloads(p, world, seed, 10)[0] for seed in (1, 2))
    again, _ = songs.downloads(p, world, 1, 10)
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_unpredictability_of_known_shares() -> None:
    shares = np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    assert songs.unpredictability(shares) == pytest.approx((0.5 + 0.5 + 1.0) / 3)


def test_wilson_interval() -> None:
    found = songs.won([True] * 3 + [False] * 17)
    expected = stats.binomtest(3, 20).proportion_ci(method="wilson")
    assert found[1:] == pytest.approx((expected.low, expected.high), abs=1e-6)
