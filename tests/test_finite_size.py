"""Finite size: what is read off a table of runs, on tables whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.validation import finite_size
from experiments.validation.study import Request
from sim.audience import pool_bounds

PEOPLE = [1_000, 10_000, 100_000, 1_000_000]
SEEDS = 40


def table(goods: float, luck: float, drift: float = 0.0) -> pd.DataFrame:
    """An outcome around 1: luck of the goods by seed, luck of people, and a drift that fades with size."""
    generator = np.random.default_rng(5)
    size = np.array(PEOPLE, float)[:, None]
    shared = goods * generator.standard_normal((1, SEEDS))
    own = luck / np.sqrt(size) * generator.standard_normal((len(PEOPLE), SEEDS))
    return pd.DataFrame(1 + shared + own + drift / size, PEOPLE)


def test_settles_where_the_drift_has_faded() -> None:
    found = finite_size.settling("GMV a head", table(0.1, 0.1, drift=300.0), 0.05)
    assert found.settled == 10_000  # 30 % off at 1,000, 3 % at 10,000
    assert finite_size.settling("GMV a head", table(0.1, 0.1, drift=1e6), 0.05).settled == np.inf


def test_luck_of_people_falls_as_the_square_root_and_that_of_goods_stays() -> None:
    found = finite_size.settling("GMV a head", table(0.1, 1.0), 0.05)
    slope, low, high = finite_size.power(PEOPLE[:-1], found.paired[:-1], SEEDS)
    assert low <= -0.5 <= high
    np.testing.assert_allclose(found.paired[:-1], 1 / np.sqrt(PEOPLE[:-1]), rtol=4 / np.sqrt(2 * SEEDS))
    slope, low, high = finite_size.power(PEOPLE, found.spread, SEEDS)
    assert low > -0.5
    assert slope == pytest.approx(0, abs=0.05)


def test_by_the_head_leaves_the_market_of_ten_thousand_as_it_is() -> None:
    p = finite_size.arms(10_000)
    assert p[finite_size.IN_PROPORTION] == p[finite_size.BASE]
    small = finite_size.arms(1_000)[finite_size.IN_PROPORTION]
    assert small.platform.annual_fee == pytest.approx(p[finite_size.BASE].platform.annual_fee / 10)
    base = p[finite_size.BASE].creators
    assert pool_bounds(1_000, small.creators.pool_least, small.creators.pool_most) == (base.pool_least, base.pool_most)


def test_sizes_end_with_the_largest() -> None:
    assert finite_size.sizes(30_000) == [1_000, 2_000, 5_000, 10_000, 30_000]
    assert finite_size.sizes(1_000_000)[-2:] == [300_000, 1_000_000]


def test_study_answers() -> None:
    options = {name: option.default for name, option in finite_size.STUDY.options.items()}
    answer = finite_size.STUDY.run(Request({**options, "largest": 5_000, "seeds": 3, "days": 20}))
    assert len(answer.checks) == 13
    assert answer.draw().figure is not None
