"""The estimator of contagion, on data whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.studies.models import contagion
from experiments.studies.models.exposure import (
    Network,
    coarser,
    exposure_tables,
    mantel_haenszel,
    over_villages,
    read_network,
    shuffle_test,
    shuffled_times,
    stratified,
)
from sim.errors import UserError

VILLAGES, PEOPLE, NAMED, PERIODS = 25, 40, 4, 10


def simulated(odds_ratio: float, generator: np.random.Generator, uneven: float = 0.0) -> Network:
    """People who adopt with given odds, times the odds ratio once somebody whom they name has; villages may differ."""
    n = VILLAGES * PEOPLE
    village = np.repeat(np.arange(VILLAGES), PEOPLE)
    ego = np.repeat(np.arange(n), NAMED)
    nominee = village[ego] * PEOPLE + generator.integers(PEOPLE, size=len(ego))
    other = ego != nominee
    ego, nominee = ego[other], nominee[other]
    base = np.log(0.08) + uneven * generator.standard_normal(VILLAGES)[village]
    time = np.full(n, PERIODS + 1)
    for period in range(1, PERIODS + 1):
        exposed = np.zeros(n, bool)
        exposed[ego[time[nominee] < period]] = True
        odds = np.exp(base + np.log(odds_ratio) * exposed)
        adopts = (time > PERIODS) & (generator.random(n) < odds / (1 + odds))
        time[adopts] = period
    return Network(np.arange(n), village, time, PERIODS, ego, nominee)


def write_networks(folder: Path) -> None:
    """Files of networks made with an odds ratio of 2, as the published ones are."""
    generator = np.random.default_rng(0)
    for name in contagion.FILES.values():
        network = simulated(2.0, generator)
        people = {"id": network.people, "group": network.village + 1, "toa": network.time}
        adopted = (network.time <= network.last).astype(int)
        pd.DataFrame({**people, "adopted": adopted}).to_csv(folder / f"{name}_adoption.csv", index=False)
        ties = pd.DataFrame({"ego": network.ego, "nominee": network.nominee, "survey_item": "net"})
        ties.to_csv(folder / f"{name}_edges.csv", index=False)


def test_recovers_the_odds_ratio_it_was_simulated_with() -> None:
    generator = np.random.default_rng(1)
    z = []
    for _ in range(60):
        found = mantel_haenszel(stratified(exposure_tables(simulated(2.0, generator, 0.5)), "village"))
        z.append((np.log(found.value) - np.log(2.0)) / found.error)
    assert abs(np.mean(z)) < 3 / np.sqrt(60)
    # the standard error is that of the estimator: the variance of z is that of 60 standard normal draws
    assert stats.chi2.ppf(0.001, 60) < np.sum(np.square(z)) < stats.chi2.ppf(0.999, 60)


def test_villages_that_adopt_early_fool_the_plain_odds_ratio_alone() -> None:
    generator = np.random.default_rng(2)
    tables = [exposure_tables(simulated(1.0, generator, 1.0)) for _ in range(10)]
    plain = [np.log(mantel_haenszel(stratified(one, "period")).value) for one in tables]
    within = [np.log(mantel_haenszel(stratified(one, "village")).value) for one in tables]
    assert np.mean(plain) > 5 * stats.sem(plain)
    assert abs(np.mean(within)) < 3.5 * stats.sem(within)


def test_a_table_by_hand() -> None:
    network = Network(
        people=np.arange(3), village=np.zeros(3, int), time=np.array([1, 2, 3]), last=2,
        ego=np.array([1, 2, 2]), nominee=np.array([0, 0, 1]),
    )  # fmt: skip
    tables = exposure_tables(network)
    # the first names nobody and is left out; in period 1 nobody is exposed, in period 2 both are by one adopter
    assert tables[0].tolist() == [[[2, 0], [0, 0], [0, 0]], [[0, 0], [1, 1], [0, 0]]]
    assert exposure_tables(network, np.array([1, 1, 3]))[0, 1].tolist() == [[0, 0], [0, 0], [1, 0]]


def test_mantel_haenszel_of_one_table_is_the_cross_product_with_woolfs_error() -> None:
    found = mantel_haenszel(np.array([[[30, 10], [20, 25]]]))
    assert found.value == pytest.approx(25 * 30 / (20 * 10))
    assert found.error == pytest.approx(np.sqrt(1 / 30 + 1 / 10 + 1 / 20 + 1 / 25))


def test_no_odds_ratio_where_nobody_can_be_compared() -> None:
    assert np.isnan(mantel_haenszel(np.array([[[3, 1], [0, 0]]])).value)


@pytest.mark.parametrize("adopters_only", [False, True])
def test_p_values_of_shuffles_are_uniform_under_the_null(adopters_only: bool) -> None:
    generator = np.random.default_rng(3)
    values = [
        shuffle_test(simulated(1.0, generator, 0.7), "village", adopters_only, 19, generator).p for _ in range(60)
    ]
    # p takes the values 1/20 to 20/20: spread over its step it is uniform
    spread = np.array(values) - generator.random(60) / 20
    assert stats.kstest(spread, "uniform").pvalue > 0.001


def test_shuffles_keep_every_village_curve_and_who_adopts() -> None:
    generator = np.random.default_rng(4)
    network = simulated(2.0, generator, 0.7)
    for adopters_only in (False, True):
        time = shuffled_times(network, adopters_only, generator)
        assert np.any(time != network.time)
        for village in range(VILLAGES):
            here = network.village == village
            assert np.array_equal(np.sort(time[here]), np.sort(network.time[here]))
        if adopters_only:
            assert np.array_equal(time > PERIODS, network.time > PERIODS)


def test_resampled_villages_cover_as_the_formula_does() -> None:
    generator = np.random.default_rng(5)
    tables = exposure_tables(simulated(2.0, generator))
    found = mantel_haenszel(stratified(tables, "village"))
    low, high = over_villages(tables, "village", 400, generator)
    # with 25 villages the standard error is known to about one part in seven
    assert np.log(high / low) / (2 * 1.96) == pytest.approx(found.error, rel=3 / 7)


def test_coarser_periods_keep_those_censored() -> None:
    network = simulated(1.0, np.random.default_rng(6))
    wide = coarser(network, 3)
    assert wide.last == 4
    assert np.array_equal(wide.time > 4, network.time > PERIODS)
    assert set(wide.time[network.time == 7]) == {3}


def test_periods_follow_the_curve_of_the_data() -> None:
    days = np.array([5, 9, 2, contagion.NEVER, 30, 14, 11, contagion.NEVER, 3, 7])
    curve = np.array([0.2, 0.5, 0.8])
    periods = contagion.in_periods(days, curve)
    assert [int((periods <= period).sum()) for period in (1, 2, 3)] == [2, 5, 8]
    assert np.all(periods[days == contagion.NEVER] == 4)
    few = contagion.in_periods(np.where(days > 8, contagion.NEVER, days), curve)  # four adopt where eight did
    assert [int((few <= period).sum()) for period in (1, 2, 3)] == [1, 3, 4]


def test_a_missing_file_and_a_wrong_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_network(tmp_path, "net")
    (tmp_path / "net_adoption.csv").write_text("id,group,toa,adopted\n1,1,2,1\n2,1,1,0\n")
    (tmp_path / "net_edges.csv").write_text("ego,nominee\n1,2\n")
    with pytest.raises(UserError, match="expected a later period"):
        read_network(tmp_path, "net")
    (tmp_path / "net_adoption.csv").write_text("id,toa\n1,2\n")
    with pytest.raises(UserError, match="expected columns"):
        read_network(tmp_path, "net")


@pytest.mark.parametrize(
    ("name", "plain", "people", "villages"),
    [("kfamily", 2.06, 1047, 25), ("brfarmers", 2.80, 692, 11), ("medInnovations", 0.69, 125, 4)],
)
def test_published_networks(
    optional_data: Callable[[str], Path], name: str, plain: float, people: int, villages: int
) -> None:
    folder = optional_data(f"netdiffuser/{name}_edges.csv").parent
    network = read_network(folder, name)
    assert (len(network.people), int(network.village.max()) + 1) == (people, villages)
    assert round(mantel_haenszel(stratified(exposure_tables(network), "period")).value, 2) == plain
