"""The music market: its closed forms, and runs that keep to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.validation import music_market, music_market_crowds
from experiments.validation.study import Request
from sim.world import World

LEAST_P = 1e-4  # of a fixed draw under the true law
PEOPLE = 5_000


def test_equilibrium_is_quality_to_a_power() -> None:
    """Where sales dwarf the one that every song is given, shares go with ``q^(1 / (1 - r))``."""
    q = np.linspace(0.1, 0.6, music_market_crowds.SONGS)
    for r in (0.2, 0.5, 0.8):
        p = music_market_crowds.parameters(50_000_000, r)
        expected = q ** (1 / (1 - r))
        np.testing.assert_allclose(music_market_crowds.equilibrium(p, q), expected / expected.sum(), rtol=0.02)


def test_without_a_signal_downloads_follow_quality_alone() -> None:
    p = music_market_crowds.parameters(PEOPLE, 0.0)
    world = World.build(p, 3)
    q = music_market_crowds.appeal(world, p)
    days = 20
    shares, _ = music_market_crowds.downloads(p, world, 0, days)
    total = PEOPLE * music_market_crowds.TRIALS * days * q.mean()  # expected downloads, all songs tried alike
    expected = q / q.sum()
    statistic = total * ((shares - expected) ** 2 / expected).sum()
    assert stats.chi2(music_market_crowds.SONGS - 1).sf(statistic) > LEAST_P
    assert abs(music_market.power(shares, q, expected) - 1) < 4 / np.sqrt(total * np.log(q).var())


def test_worlds_share_their_songs_and_differ_by_luck() -> None:
    p = music_market_crowds.parameters(1_000, 0.5)
    world = World.build(p, 3)
    one, other = (music_market_crowds.downloads(p, world, luck, 10)[0] for luck in (1, 2))
    again, _ = music_market_crowds.downloads(p, world, 1, 10)
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_unpredictability_of_known_shares() -> None:
    shares = np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    assert music_market_crowds.unpredictability(shares) == pytest.approx((0.5 + 0.5 + 1.0) / 3)


def test_wilson_interval() -> None:
    found = music_market_crowds.won(3, 20)
    expected = stats.binomtest(3, 20).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_study_answers() -> None:
    options = {name: option.default for name, option in music_market.STUDY.options.items()}
    small = {"catalogues": 3, "worlds": 2, "people": 1_000, "days": 5}
    answer = music_market.STUDY.run(Request({**options, **small}))
    assert len(answer.checks) == 11
    assert answer.draw().figure is not None
