"""Differences, their intervals and adjustments are those that scipy gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import folder, spread, table
from scipy import stats

from experiments.analysis.compare import compare, sides, standing
from experiments.analysis.words import say
from experiments.measures.statistics import holm

ONE_POINT = pd.DataFrame(index=[0])


def gain(value: float, slope: float = 0.0):  # type: ignore[no-untyped-def]
    return lambda points: np.full(len(points), value) + slope * points.sum(axis=1).to_numpy(float)


def by_seed(runs: pd.DataFrame, arm: str) -> pd.Series:
    return runs[runs["arm"] == arm].groupby("seed")["consumer_surplus"].mean()


def test_two_arms_are_paired_by_seed(tmp_path: Path) -> None:
    runs = table(ONE_POINT, gain(5.0), seeds=8, noise=4.0)
    place = folder(tmp_path / "a", runs)
    found = compare(*sides(f"{place}:commission", f"{place}:commission_free"), ["consumer_surplus", "gmv"])
    low, free = by_seed(runs, "commission"), by_seed(runs, "commission_free")
    test = stats.ttest_rel(free, low)
    surplus, gmv = found.differences
    assert found.taken.paired and "8 shared seeds" in say("taken", found.taken)
    assert surplus.estimate.value == pytest.approx((free - low).mean())
    assert surplus.estimate.p == pytest.approx(test.pvalue)
    assert surplus.estimate[1:3] == pytest.approx(tuple(test.confidence_interval(0.95)))
    assert surplus.size == pytest.approx((free - low).mean() / (free - low).std())
    assert (gmv.estimate.value, standing(gmv)) == (0.0, "")
    assert [d.p_holm for d in found.differences] == pytest.approx(holm([surplus.estimate.p, gmv.estimate.p]))


def test_without_shared_seeds_it_is_welch(tmp_path: Path) -> None:
    one, other = table(ONE_POINT, gain(0.0), seeds=6), table(ONE_POINT, gain(20.0), seeds=9, seed=1)
    other["seed"] += 100
    places = folder(tmp_path / "a", one), folder(tmp_path / "b", other)
    found = compare(*sides(f"{places[0]}:commission", f"{places[1]}:commission_free"), ["consumer_surplus"])
    first, second = by_seed(one, "commission"), by_seed(other, "commission_free")
    test = stats.ttest_ind(second, first, equal_var=False)
    difference = found.differences[0]
    assert not found.taken.paired and "Welch" in say("taken", found.taken) and ("apart",) in found.cautions
    assert difference.estimate.p == pytest.approx(test.pvalue)
    assert difference.estimate[1:3] == pytest.approx(tuple(test.confidence_interval(0.95)))


def test_two_sweeps_are_paired_by_seed_and_by_the_points_that_they_share(tmp_path: Path) -> None:
    """The second has the first's points in another order, and one of its own."""
    points = pd.DataFrame({"creators.claim_inflation": [1.0, 2.0, 3.0]})
    others = pd.DataFrame({"creators.claim_inflation": [3.0, 9.0, 1.0, 2.0]})
    one, other = table(points, gain(0.0, 10.0), seeds=4), table(others, gain(7.0, 10.0), seeds=4)
    places = folder(tmp_path / "a", one), folder(tmp_path / "b", other)
    found = compare(*sides(f"{places[0]}:commission_free", f"{places[1]}:commission_free"), ["consumer_surplus"])
    assert "each a mean over 3 shared points" in say("taken", found.taken)
    shared = other[other["creators.claim_inflation"] != 9.0]
    expected = by_seed(shared, "commission_free") - by_seed(one, "commission_free")
    assert found.differences[0].estimate.value == pytest.approx(expected.mean())
    assert found.differences[0].estimate.seeds == 4


def test_two_folders_are_compared_on_the_arms_they_share(tmp_path: Path) -> None:
    one, other = table(ONE_POINT, gain(0.0), seeds=4), table(ONE_POINT, gain(8.0), seeds=4)
    places = folder(tmp_path / "a", one), folder(tmp_path / "b", other)
    found = compare(*sides(str(places[0]), str(places[1])), ["consumer_surplus"])
    assert found.differences[0].estimate.value == pytest.approx(4.0)  # the gain is in one of two arms


def test_points_of_one_seed_are_the_units_where_there_is_no_other(tmp_path: Path) -> None:
    points = spread(12, creators__claim_inflation=(0, 5))
    place = folder(tmp_path / "a", table(points, gain(3.0, 1.0), seeds=1))
    found = compare(*sides(f"{place}:commission", f"{place}:commission_free"), ["consumer_surplus"])
    expected = stats.ttest_1samp(3.0 + points["creators.claim_inflation"], 0.0)
    assert "12 points" in say("taken", found.taken) and "chance" in say("taken", found.taken)
    assert found.differences[0].estimate[1:3] == pytest.approx(tuple(expected.confidence_interval(0.95)))
