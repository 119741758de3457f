from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincinv

from sim.arrays import Double, Int16
from sim.compilation import compiled
from sim.day import GUIDE
from sim.parameters import Parameters, scalars
from sim.rules.attention import most_open_probability, open_probability
from sim.weighted_draws import guided, place, write_guide
from sim.world.need_waits import LONGEST_WAIT, need_waits


@compiled
def both(u: float, cumulative: Double, guide: Int16) -> tuple[int, int]:
    write_guide(cumulative, guide)
    return place(u, cumulative), guided(u, guide, cumulative)


@given(
    st.lists(st.sampled_from((0.0, 1e-9, 0.5, 1.0, 3.0)) | st.floats(0, 10), min_size=1, max_size=90),
    st.integers(0, 2**32 - 1) | st.integers(0, GUIDE - 1).map(lambda part: part * 2**32 // GUIDE),
)
def test_a_guide_finds_what_a_search_finds(weights: list[float], lot: int) -> None:
    u = (lot + 0.5) * 2.0**-32
    summed = np.cumsum(weights)
    cumulative = summed / summed[-1] if summed[-1] > 0 else np.ones(len(weights))
    cumulative[-1] = 1.0
    expected = int(np.count_nonzero(u >= cumulative[:-1]))
    assert both(u, cumulative, np.zeros(GUIDE, np.int16)) == (expected, expected)


@given(
    st.floats(1e-3, 1e3), st.floats(0, 8) | st.floats(0, 1e-8), st.floats(0.01, 0.99), st.sampled_from((0.0, 1.0))
)  # fmt: skip
def test_no_follower_opens_above_the_bound(odds_ratio: float, fatigue: float, rate: float, tired: float) -> None:
    p = scalars(Parameters().market.attention.model_copy(update={"open_rate": rate}))
    fatigue *= tired
    found, bound = open_probability(odds_ratio, fatigue, p), most_open_probability(odds_ratio, fatigue, p)
    assert found <= bound
    assert bound <= found * math.exp(fatigue) * (1 + 1e-8)  # and it rules something out


@pytest.mark.parametrize("shape", [0.05, 0.6, 1.0, 7.0, 1000.0])
def test_waits_for_a_need_are_those_of_the_inverse_distribution_to_the_bit(shape: float) -> None:
    lots = np.random.default_rng(1).integers(0, 2**32, 20_000)
    u = (np.concatenate([lots, [0, 1, 2**31, 2**32 - 2, 2**32 - 1]]) + 0.5) * 2.0**-32
    rates = np.maximum(gammaincinv(shape, u) / shape / 30.0, 1 / LONGEST_WAIT)
    np.testing.assert_array_equal(need_waits(30.0, shape, u), np.maximum(1 / rates, 1.0).astype(np.float32))
