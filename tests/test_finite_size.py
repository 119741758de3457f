"""Finite size: what is read off a table of runs, on tables whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.measures.outcomes import INTERESTS, SHOWN
from experiments.studies.models import settling as size
from experiments.studies.models.settling import BASE, FLIPS, GMV, Quantity
from sim.results.outcomes import OUTCOMES

PEOPLE = [1_000, 10_000, 100_000, 1_000_000]
SEEDS = 40


def table(goods: float, shocks: float, drift: float = 0.0) -> pd.DataFrame:
    """An outcome around 1: shocks of the goods by seed, shocks of people, and a drift that fades with size."""
    generator = np.random.default_rng(5)
    people = np.array(PEOPLE, float)[:, None]
    shared = goods * generator.standard_normal((1, SEEDS))
    own = shocks / np.sqrt(people) * generator.standard_normal((len(PEOPLE), SEEDS))
    return pd.DataFrame(1 + shared + own + drift / people, PEOPLE)


def test_settles_where_the_drift_has_faded() -> None:
    found = size.settling(GMV, table(0.1, 0.1, drift=300.0), 0.05)
    assert found.settled == 10_000  # 30 % off at 1,000, 3 % at 10,000
    assert size.settling(GMV, table(0.1, 0.1, drift=1e6), 0.05).settled == np.inf


def test_shocks_of_people_fall_as_the_square_root_and_those_of_goods_stay() -> None:
    found = size.settling(GMV, table(0.1, 1.0), 0.05)
    slope, low, high = size.power(PEOPLE[:-1], found.paired[:-1], SEEDS)
    assert low <= -0.5 <= high
    np.testing.assert_allclose(found.paired[:-1], 1 / np.sqrt(PEOPLE[:-1]), rtol=4 / np.sqrt(2 * SEEDS))
    slope, low, high = size.power(PEOPLE, found.spread, SEEDS)
    assert low > -0.5
    assert slope == pytest.approx(0, abs=0.05)


def test_every_outcome_of_the_verdict_and_every_effect_on_a_party_is_followed() -> None:
    every = size.quantities()
    assert [one.outcome for one in every if not one.effect] == [o for o in SHOWN if o in OUTCOMES]
    wanted = {outcome for party in INTERESTS.values() for outcome in party}
    assert {(one.arm, one.outcome) for one in every if one.effect} == {(arm, o) for arm in FLIPS for o in wanted}
    assert len({one.label for one in every}) == len(every)
    assert {BASE, *FLIPS} <= size.arms(1_000).keys()


def test_an_effect_is_a_share_of_the_base_and_none_where_the_base_is_a_loss() -> None:
    arm = next(iter(FLIPS))
    index = pd.MultiIndex.from_product([[1_000, 2_000], [0, 1], [BASE, arm]], names=["people", "seed", "arm"])
    outcomes = pd.DataFrame({"brand_profit": [10.0, 15.0, -1.0, 2.0, 10.0, 12.0, 20.0, 22.0]}, index)
    found = size.values(outcomes, Quantity("", "brand_profit", arm, True))
    np.testing.assert_allclose(found, [[0.5, np.nan], [0.2, 0.1]])
    level = size.values(outcomes, Quantity("", "brand_profit", BASE, False))
    np.testing.assert_allclose(level, [[10, -1], [10, 20]])


def test_what_grows_with_the_market_is_by_the_head() -> None:
    found = size.by_head(pd.DataFrame(3_000.0, [0], list(SHOWN)), people=100, days=10).loc[0]
    assert (found["gmv"], found["reach"], found["kocs"]) == (3, 30, 30)
    assert (found["koc_income"], found["trust"], found["acquisition_cost"]) == (3_000, 3_000, 3_000)
