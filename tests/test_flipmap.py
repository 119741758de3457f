"""The flip line known in closed form lies in the band, as often as the band says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import folder, spread, table

from experiments.analysis import flipmap
from experiments.analysis.flipmap import FlipMap, crossings, flip_map, of_seeds
from experiments.analysis.response import question_of, response
from experiments.analysis.words import of_map
from experiments.measures.scale import Scale
from experiments.measures.surrogate import Surrogate
from experiments.table.results import Results, read, results_of
from sim.errors import UserError

CONFIG = {"creators": {"effort_cost": 4.0, "claim_inflation": 2.5}, "market": {"choice": {"friends": 0.5}}}
RANGES = {"creators__effort_cost": (1, 12), "creators__claim_inflation": (0, 5), "market__choice__friends": (0, 1)}


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ninth of the nodes, for the time's sake."""
    monkeypatch.setattr(flipmap, "FINENESS", 28)


def line(inflation: np.ndarray) -> np.ndarray:
    """Effort cost at which the winner changes, at the default of herding."""
    return 3.0 + inflation + 0.4 * np.sin(2 * inflation)


def effect(points: pd.DataFrame) -> np.ndarray:
    """Zero on `line`; herding, at 0.5 by default, moves it."""
    inflation = points["creators.claim_inflation"].to_numpy()
    herding = points.get("market.choice.friends", pd.Series(0.5, index=points.index)).to_numpy()
    return 20 * (line(inflation) - points["creators.effort_cost"].to_numpy()) + 40 * (herding - 0.5)


def mapped(sweep: Results) -> FlipMap:
    return flip_map(sweep, response(sweep, question_of(sweep, "fees"), "surplus"), "effort_cost", "claim_inflation")


def made(count: int = 80, seed: int = 0, seeds: int = 3, noise: float = 25.0, shift: float = 0.0) -> Results:
    points = spread(count, seed=seed, **RANGES)
    runs = table(points, effect, seeds=seeds, noise=noise, shift=shift, seed=seed + 1000)
    return results_of(runs, name="fake", config=CONFIG)


def covered(found: FlipMap) -> float:
    """Share of the true line, where it is on the map, on whose nearest node the interval covers zero."""
    rows = np.arange(len(found.up))
    truth = line(found.up)
    inside = (truth > found.across[0]) & (truth < found.across[-1])
    columns = np.abs(found.across[None, :] - truth[:, None]).argmin(axis=1)
    return float((~found.clear)[rows[inside], columns[inside]].mean())


def test_the_band_holds_the_line() -> None:
    """Over sweeps of different points and shocks; their shares of the line differ, so the error is over sweeps."""
    shares = np.array([covered(mapped(made(seed=seed))) for seed in range(6)])
    assert shares.mean() > 0.95 - 3 * max(shares.std(ddof=1), 0.02) / np.sqrt(len(shares))
    assert shares.min() > 0.5


def test_the_band_counts_what_the_seeds_share() -> None:
    """A shift of all points by the seeds' shocks moves the line where no surrogate sees it."""
    with_shift = [mapped(made(seed=seed, noise=5.0, shift=30.0)) for seed in range(4)]
    shares = np.array([covered(found) for found in with_shift])
    blind = np.array([covered(found._replace(half=0.1 * found.half)) for found in with_shift])
    assert shares.mean() > 0.8 > blind.mean()


def test_what_seeds_do_alike_is_told_from_what_is_their_own() -> None:
    """Own variance 4; of slopes that differ between seeds with variance 9, 3 in the mean over a range of [-1, 1]."""
    generator = np.random.default_rng(8)
    x, seeds = generator.uniform(-1, 1, (150, 1)), 40
    slopes = generator.normal(0, 3, seeds)
    cells = 5 * x + x * slopes + generator.normal(0, 2, (150, seeds))
    found = of_seeds(Surrogate(x, cells.mean(axis=1), [Scale(-1, 1)], 4 / seeds), cells)
    assert found.own * seeds == pytest.approx(4.0, rel=4 * np.sqrt(2 / (150 * seeds)))
    expected = float((x**2).mean() * slopes.var(ddof=1))  # the slopes drawn
    assert found.common * seeds == pytest.approx(expected, rel=0.1)


def test_the_map_is_narrow_where_there_is_little_noise() -> None:
    found = mapped(made(noise=2.0))
    at = found.nearest(0)
    assert at is not None
    assert at.low < line(np.array([2.5]))[0] < at.high
    assert at.high - at.low < 1.0
    assert found.error.r2 > 0.98
    assert found.held == {"market.choice.friends": 0.5}
    assert found.share(1) + found.share(-1) > 0.85


def test_a_surrogate_no_better_than_the_mean_draws_nothing() -> None:
    points = spread(60, creators__effort_cost=(1, 12), creators__claim_inflation=(0, 5))
    runs = table(points, lambda p: np.zeros(len(p)), noise=10.0)
    with pytest.raises(UserError, match="explains too little"):
        mapped(results_of(runs, name="fake", config=CONFIG))


def test_intervals_of_points_left_out_cover() -> None:
    """200 points, 95 % intervals: a share of 95 % with a standard error of 1.5 %."""
    generator = np.random.default_rng(1)
    x = generator.random((200, 2))
    y = np.sin(5 * x[:, 0]) + x[:, 1] + generator.normal(0, 0.2, 200)
    error = Surrogate(x, y, [Scale(0, 1)] * 2, 0.04).error()
    assert abs(error.coverage - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200)
    assert error.rmse == pytest.approx(0.2, rel=0.2)  # the noise, which nothing predicts
    assert error.r2 == pytest.approx(1 - error.rmse**2 / y.var())


def test_noise_is_learnt_where_one_seed_cannot_tell() -> None:
    generator = np.random.default_rng(2)
    x = generator.random((150, 1))
    y = 3 * x[:, 0] + generator.normal(0, 0.3, 150)
    learnt, told = (Surrogate(x, y, [Scale(0, 1)], noise).error() for noise in (np.nan, 0.09))
    assert learnt.rmse == pytest.approx(told.rmse, rel=0.05)
    assert abs(learnt.coverage - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 150)


def test_crossings_are_interpolated() -> None:
    values = np.linspace(0, 10, 11)
    found = crossings(values, 5.25 - values, np.full(11, 1.5))
    assert [tuple(c) for c in found] == [(5.25, 3.0, 7.0)]
    assert crossings(values, values + 1, np.full(11, 0.5)) == []
    open_ended = crossings(values, 9.5 - values, np.full(11, 2.0))[0]
    assert open_ended.low == 7.0 and np.isnan(open_ended.high)


def said_of(found: FlipMap, half: float) -> str:
    """What is said of a map whose intervals are that wide."""
    return " ".join(of_map(found._replace(half=np.full_like(found.half, half))).sentences)


def test_nothing_is_said_of_the_winner_where_none_is_clear() -> None:
    found = mapped(made(count=60))
    assert "the winner changes at creators.effort_cost" in said_of(found, 1.0)
    hidden = said_of(found, 1e9)
    assert (
        "not clear on 100 %" in hidden
        and "who is ahead is not clear at any value of creators.claim_inflation" in hidden
    )
    assert "the winner changes" not in hidden and "does not change" not in hidden


def test_a_map_whose_intervals_miss_too_many_points_says_so() -> None:
    found = mapped(made(count=60))
    assert "less sure" not in " ".join(of_map(found).sentences)
    missing = found._replace(error=found.error._replace(coverage=0.8))
    assert "80 % of the points left out" in " ".join(of_map(missing).sentences)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ("effort_cost", "creators.effort_cost", "two different"),
        ("gossip", "claim_inflation", "--x gossip"),
        ("", "claim_inflation", "--x "),
    ],
)
def test_wrong_axes_are_refused(x: str, y: str, said: str) -> None:
    sweep = made(count=20)
    with pytest.raises(UserError, match=said):
        flip_map(sweep, response(sweep, question_of(sweep), "surplus"), x, y)


def test_logarithmic_designs_are_read_as_such(tmp_path: Path) -> None:
    points = spread(40, creators__effort_cost=(0.0, np.log(12)), creators__claim_inflation=(0, 5))
    points["creators.effort_cost"] = np.exp(points["creators.effort_cost"])
    vary = {"creators.effort_cost": {"low": 1, "high": 12, "scale": "log"}}
    experiment = {"factors": {"fees": {"commission": {}, "commission_free": {}}}, "design": {"vary": vary}}
    place = folder(tmp_path / "a", table(points, effect, noise=5.0), {"experiment": experiment})
    found = mapped(read(place))
    assert found.log == (True, False)
    assert np.diff(np.log(found.across)) == pytest.approx(np.diff(np.log(found.across))[0])
