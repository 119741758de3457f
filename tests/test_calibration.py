"""The inference of the calibration against a posterior known in closed form, and how it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration import simulate, words
from experiments.calibration.calibrate import calibrate
from experiments.calibration.emulator import Emulator
from experiments.calibration.figures import draw_targets
from experiments.calibration.findings import PREDICTIVE, Shelf, distance, expected, identified_directions, left_out
from experiments.calibration.observables import cascades
from experiments.calibration.posterior import Nested, Posterior, log_likelihoods, sample
from experiments.calibration.settings import FILE, Calibration, Prior, Target, load
from experiments.calibration.simulate import Place
from experiments.calibration.words import RELIEF
from experiments.design.posterior_file import read
from experiments.runs import executor
from experiments.runs.progress import terminal
from experiments.runs.run import Finished, Run
from experiments.settings.paths import at
from sim.errors import UserError
from sim.parameters import Parameters
from sim.state.channels import Channel

NOISE = 0.05
SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -0.5]])  # targets, parameters; the third is seen by the second alone
GOALS, ERRORS = np.array([0.8, 0.2]), np.array([0.1, 0.1])
NAMES = ("market.choice.outside", "market.choice.risk", "market.choice.friends")
OBSERVED = ("buys_per_view", "product_gini")


def toy(points: int = 96) -> Calibration:
    """Two targets that are linear in three parameters, with noise."""
    priors = {name: Prior(low=0.0, high=1.0) for name in NAMES}
    targets = {
        f"T{i}": Target(observable=OBSERVED[i], value=GOALS[i], error=ERRORS[i]) for i in range(len(GOALS))
    }  # fmt: skip
    return Calibration(
        points=points, seed=3, consumers=200, burn_in=0, days=1, cohort=1, priors=priors, targets=targets
    )  # fmt: skip


def toy_emulator(calibration: Calibration) -> Emulator:
    unit = calibration.places
    noise = np.random.default_rng(0).normal(0, NOISE, (len(unit), len(GOALS)))
    return Emulator(unit, pd.DataFrame(unit @ SLOPES.T + noise, columns=list(OBSERVED)), calibration.targets)


def closed_form(rows: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of the posterior: a normal one, cut to the unit cube; by a dense grid of it."""
    axis = (np.arange(100) + 0.5) / 100
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    weights = np.exp(sum(stats.norm.logpdf(grid @ SLOPES[i], GOALS[i], ERRORS[i]) for i in rows))
    weights /= weights.sum()
    mean = weights @ grid
    return mean, np.sqrt(weights @ (grid - mean) ** 2)


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    return toy_emulator(toy())


@pytest.fixture(scope="module")
def nested(emulator: Emulator) -> Nested:
    return sample(log_likelihoods(emulator), 3, [0, 1], seed=1)


@pytest.mark.parametrize("rows", [[0, 1], [1], [0]])
def test_the_posterior_is_the_one_in_closed_form(nested: Nested, rows: list[int]) -> None:
    found = nested.posterior(rows, seed=1)  # without a target: the same sample, weighted by the other alone
    mean, deviation = closed_form(rows)
    error = deviation / np.sqrt(found.effective) + NOISE / np.sqrt(96)  # the surface adds its own
    assert found.effective > 300
    assert np.all(np.abs(found.unit.mean(axis=0) - mean) < 4 * error)
    assert np.all(np.abs(found.unit.std(axis=0) - deviation) < 4 * error)


@pytest.mark.parametrize("without", [0, 1])
def test_a_reweighted_sample_agrees_with_one_of_its_own(emulator: Emulator, nested: Nested, without: int) -> None:
    kept = [1 - without]
    reweighted = nested.posterior(kept, seed=1)
    own = sample(log_likelihoods(emulator), 3, kept, seed=2).posterior(kept, seed=2)
    evidence = np.hypot(reweighted.error, own.error)
    assert reweighted.log_evidence == pytest.approx(own.log_evidence, abs=4 * evidence)
    error = own.unit.std(axis=0) * np.sqrt(1 / reweighted.effective + 1 / own.effective)
    assert np.all(np.abs(reweighted.unit.mean(axis=0) - own.unit.mean(axis=0)) < 4 * error)


def test_a_target_far_from_the_others_is_left_out_by_a_sample_of_its_own(tmp_path: Path) -> None:
    far = toy()
    names = list(far.targets)
    far.targets[names[1]] = far.targets[names[1]].model_copy(update={"value": -0.3, "error": 0.02})
    told: list[str] = []
    left_out(toy_emulator(far), far, Shelf(tmp_path, "key", told.append))
    assert told == ["sampling, given all targets", f"sampling without {names[1]}"]


def test_evidence_is_the_mean_likelihood() -> None:
    found = sample(lambda x: stats.norm.logpdf(x[:1], 0.5, 0.05), 2, [0], seed=0).posterior([0], seed=0)
    assert found.log_evidence == pytest.approx(0.0, abs=4 * found.error)  # the density integrates to one


def test_a_parameter_that_no_target_sees_keeps_its_prior(nested: Nested) -> None:
    found = nested.posterior([0], seed=1)  # T0 does not depend on the third parameter
    assert found.unit[:, 2].std() == pytest.approx(np.sqrt(1 / 12), rel=0.15)
    assert found.unit[:, 0].std() < 0.8 * np.sqrt(1 / 12)


def test_what_is_left_out_is_predicted_by_the_others(emulator: Emulator, nested: Nested) -> None:
    found = nested.posterior([0], seed=1)
    predicted = expected(emulator, found.unit, 0)[:, 1]
    mean, _ = closed_form([0])
    assert predicted.mean() == pytest.approx(SLOPES[1] @ mean, abs=0.06)
    assert abs(distance(emulator.targets["T1"], predicted)) < 2


def test_directions_find_what_no_parameter_shows_alone() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(4000)
    unit = np.column_stack([x, 1 - x + rng.normal(0, 0.01, 4000), rng.random(4000)])
    (first, *rest) = identified_directions(unit, ["a", "b", "c"])
    assert first["shrinkage"] > 0.95
    assert first["of"]["a"] == pytest.approx(first["of"]["b"], abs=0.02)
    assert not rest


@pytest.mark.parametrize(
    ("bound", "scaled", "sign"), [("least", 0.5, -1), ("least", 1.5, 0), ("most", 1.5, 1), ("most", 0.5, 0)]
)
def test_a_bound_counts_on_its_wrong_side_alone(bound: str, scaled: float, sign: int) -> None:
    target = Target.model_validate({"observable": "buys_per_view", "value": 1.0, "error": 0.1, "bound": bound})
    assert np.sign(distance(target, np.full(10, scaled))) == sign
    ends = (1.5, 0.5) if bound == "least" else (0.5, 1.5)
    right, wrong = (float(target.log_likelihood(np.array(x), 0.0)) for x in ends)
    assert right == pytest.approx(0.0, abs=1e-4)
    assert wrong < -10


@pytest.mark.parametrize("scale", ["linear", "log", "log_excess", "logit"])
def test_scales_lead_back(scale: str) -> None:
    value = 1.3 if scale == "log_excess" else 0.3
    target = Target.model_validate({"observable": "buys_per_view", "value": value, "error": 0.1, "scale": scale})
    assert target.off_scale(np.array(target.goal)) == pytest.approx(target.value)


def test_an_interrupted_calibration_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    calibration = toy(32).model_copy(update={"refine": 8})

    def observed(run: Run, days: int) -> Finished:
        if len(made) == 10 and run.id not in made:
            made.append("stop")
            raise KeyboardInterrupt
        made.append(run.id)
        choice = run.parameters.market.choice
        y = SLOPES @ [choice.outside, choice.risk, choice.friends]
        return Finished(run.id, 0.0, dict(zip(OBSERVED, y, strict=True)), {}, {})

    monkeypatch.setattr(simulate, "_observed", observed)
    monkeypatch.setattr(executor, "prepare", lambda *_: None)
    place = Place(tmp_path, tmp_path / "posterior.yaml", 1, terminal())
    with pytest.raises(KeyboardInterrupt):
        calibrate(calibration, place)
    first = [id for id in made if id != "stop"]
    calibrate(calibration, place)
    ids = [id for id in made if id != "stop"]
    assert len(first) == 10
    assert len(ids) == len(set(ids)) == 32 + 8 + PREDICTIVE  # none is made twice
    text = place.write.read_text()
    calibrate(calibration, place)
    assert len(made) == len(ids) + 1  # all is kept
    assert place.write.read_text() == text


def test_posteriors_are_kept(tmp_path: Path, emulator: Emulator) -> None:
    told: list[str] = []
    once = left_out(emulator, toy(), Shelf(tmp_path, "key", told.append))
    again = left_out(emulator, toy(), Shelf(tmp_path, "key", told.append))
    assert len(told) == 1
    assert np.array_equal(once["T0"].unit, again["T0"].unit)
    assert isinstance(again[""], Posterior)


def test_more_points_begin_with_the_same() -> None:
    few, many = (simulate.runs_at(asked, asked.named(asked.values(asked.places))) for asked in map(toy, (40, 64)))
    assert [run.id for run in few] == [run.id for run in many[:40]]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"targets": ["B33"]}, "--target B33: not among the targets"),
        ({"parameters": ["market.choice.risks"]}, "--parameter market.choice.risks: not among the priors"),
        ({"points": 20}, "points=20: too few simulations for 16 parameters; expected 160 or more"),
        ({"seed": -1}, "seed=-1: expected a whole number from 0"),
    ],
)
def test_mistakes_are_told_in_a_line(wish: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as told:
        load(FILE, **wish)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"priors": {"market.choice.risky": {"low": 0, "high": 1}}}, "market.choice.risky is no parameter"),
        ({"priors": {"market.choice.risk": {"low": 2, "high": 1}}}, "low=2 is not below high=1"),
        ({"priors": {"market.choice.risk": {"low": -2, "high": 1}}}, "allowed is 0 to 10"),
        ({"targets": {"X": {"observable": "gmvv", "value": 1, "error": 1}}}, "X.observable=gmvv: expected one of"),
        ({"targets": {"X": {"observable": "product_gini", "value": 1, "error": 0}}}, "error"),
        ({"days": 10}, "days=10: expected above burn_in=150"),
    ],
)
def test_mistakes_in_the_file_name_the_key(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(FILE.read_text()), **change}))
    with pytest.raises(UserError) as told:
        load(file)
    assert said in str(told.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file; koc calibrate writes it"):
        read(tmp_path / "posterior.yaml")
    with pytest.raises(UserError, match="cannot be read"):
        load(tmp_path / "calibration.yaml")


def test_what_is_kept_is_of_the_parameters_and_targets_there_are() -> None:
    found, asked = read(), load()
    assert list(found["parameters"]) == list(asked.priors)
    assert list(found["targets"]) == list(asked.targets)
    for (path, prior), column in zip(asked.priors.items(), np.transpose(found["draws"]), strict=True):
        assert found["parameters"][path]["prior"] == prior.model_dump()
        assert np.all((column >= prior.low) & (column <= prior.high))


def test_the_documentation_says_what_the_file_says() -> None:
    page = (FILE.parent.parent / "docs" / "calibration.md").read_text("utf-8")
    assert "\n".join(words.of(read())) in page  # koc calibrate --show


def test_nothing_is_said_of_targets_let_go_where_none_was() -> None:
    found = read()
    targets = {name: {k: v for k, v in one.items() if k != "left_out"} for name, one in found["targets"].items()}
    drawn = draw_targets({**found, "targets": targets})
    assert "none was held out" in drawn.title and len(drawn.figure.axes) == 1
    (told,) = words.conflicts({**found, "targets": targets})
    assert not any(name in told.split() for name in targets)


def test_the_figure_marks_targets_that_are_missed_and_that_conflict() -> None:
    found = read()
    targets = {name: found["targets"][name] for name in ("B1", "B3", "B7")}
    for one in targets.values():
        one["left_out"] = {"distance": 0.5, "relieves": dict.fromkeys(targets, 0.0)}
    calm = draw_targets({**found, "targets": targets})
    assert not any(name in calm.title for name in targets)
    targets["B1"]["left_out"]["distance"] = -2.5
    targets["B3"]["left_out"]["relieves"]["B7"] = RELIEF  # B7 comes closer without B3
    torn = draw_targets({**found, "targets": targets})
    assert torn.title.startswith("B3 and B7 ") and "B1" in torn.title.partition(";")[2]
    data = torn.data.set_index("name")
    assert data.loc["B7", "without_B3"] == RELIEF
    assert data.loc["B3", "without_B7"] == 0
    assert data["off_held_out"].tolist() == [-2.5, 0.5, 0.5]


def test_the_figure_speaks_in_errors_of_the_target() -> None:
    found = read()
    one = found["targets"]["B7"]  # linear: half an error below, at, and three above
    one["posterior"] = [one["value"] + shift * one["error"] for shift in (-0.5, 0.0, 3.0)]
    row = draw_targets(found).data.set_index("name").loc["B7"]
    np.testing.assert_allclose(row[["all_low", "all_median", "all_high"]].astype(float), [-0.5, 0, 3], atol=1e-9)


def orders(rows: list[tuple[int, int, int, int, int]]) -> pd.DataFrame:
    """Day, consumer, product, channel, parent."""
    return pd.DataFrame(rows, columns=["day", "consumer", "product", "channel", "parent"])


def test_cascades_count_first_orders_and_their_steps() -> None:
    listing, friend, recall = Channel.LISTING, Channel.FRIEND, Channel.RECALL
    found = cascades(orders([
        (0, 0, 5, listing, -1), (1, 1, 5, friend, 0), (2, 1, 5, recall, -1), (3, 2, 5, friend, 2),
        (3, 1, 5, friend, 0), (4, 3, 6, listing, -1),
    ]))  # fmt: skip
    # 0 -> 1 -> 2, the last through a repeat order of 1; and 3 alone
    assert found == {"cascade_size": 2.0, "cascade_deep": 0.25, "cascade_large": 0.0}


def test_the_defaults_are_one_point_of_the_posterior() -> None:
    """Not the medians, which are no joint best: a point inside all intervals, of which `koc validate demand` tells."""
    defaults = Parameters().model_dump(mode="json")
    outside = {
        path: (one["low"], at(defaults, path), one["high"])
        for path, one in read()["parameters"].items()
        if not one["low"] <= at(defaults, path) <= one["high"]
    }
    assert outside == {}
