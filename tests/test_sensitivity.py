"""Indices are those known in closed form; noise is told from effects; senseless samples are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from experiments.analysis.assumption import Assumption, over
from experiments.analysis.response import Question, Response, noise
from experiments.analysis.sensitivity import Design, Method, design, indices, tornado
from sim.errors import UserError
from sim.parameters import Parameters

# Ishigami & Homma (1990) with a = 7, b = 0.1: first-order and total indices
FIRST = {"a": 0.3139, "b": 0.4424, "c": 0.0}
TOTAL = {"a": 0.5576, "b": 0.4424, "c": 0.2437}


def assumptions(names: str, low: float, high: float, default: float = 0.0) -> list[Assumption]:
    return [Assumption(name, low, high, default, "", "", "", whole=False) for name in names]


def ishigami(plan: Design) -> pd.Series:
    a, b, c = plan.points[["a", "b", "c"]].to_numpy().T
    return pd.Series(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))


def response(plan: Design, effect: NDArray[np.float64], shocks: NDArray[np.float64]) -> Response:
    cells = pd.DataFrame(effect[:, None] + shocks)
    return Response(Question("fees", pd.Series({"x": 1.0}), "commission", "free"), "consumer_surplus", cells)


def test_sobol_indices_are_those_of_ishigami() -> None:
    plan = design("sobol", assumptions("abc", -np.pi, np.pi), 1024)
    found = indices(plan, ishigami(plan)).set_index("assumption")
    assert len(plan.points) == 1024 * 5
    for kind, known in (("first", FIRST), ("total", TOTAL)):
        for name, value in known.items():
            estimate, low, high = found.loc[name, [kind, f"{kind}_low", f"{kind}_high"]].to_numpy(float)
            width = (high - low) / 2
            assert abs(estimate - value) < 1.6 * width, (kind, name)  # 3 standard errors
            assert width < 0.09
    assert list(found.index) == ["a", "b", "c"]


def test_samples_with_a_gap_are_left_out_whole() -> None:
    plan = design("sobol", assumptions("abc", -np.pi, np.pi), 64)
    full = ishigami(plan)
    holed = full.drop([7, 100])  # of base samples 1 and 20
    kept = np.repeat(~np.isin(np.arange(64), [1, 20]), 5)
    fewer = plan._replace(points=plan.points[kept].reset_index(drop=True))
    expected = indices(fewer, full[kept].reset_index(drop=True))
    pd.testing.assert_frame_equal(indices(plan, holed), expected)


def test_morris_effects_are_the_slopes_of_a_linear_response() -> None:
    plan = design("morris", assumptions("abc", 0.0, 2.0), 8)
    found = indices(plan, pd.Series(plan.points.to_numpy() @ [3.0, -1.0, 0.0])).set_index("assumption")
    assert found["star"].to_dict() == pytest.approx({"a": 6.0, "b": 2.0, "c": 0.0})
    assert found["mean"].to_dict() == pytest.approx({"a": 6.0, "b": -2.0, "c": 0.0})
    assert found["deviation"].abs().max() < 1e-9


@pytest.mark.parametrize(
    ("method", "samples", "said"),
    [
        ("sobol", 100, "powers of two; expected 64 or 128"),
        ("sobol", 8, "expected 16 to 65536"),
        ("sobol", None, "--samples: not given"),
        ("morris", 3, "expected 4 to"),
        ("morris", None, "10 to 50 trajectories"),
        ("tornado", 10, "expected no --samples"),
    ],
)
def test_senseless_samples_are_refused(method: Method, samples: int | None, said: str) -> None:
    with pytest.raises(UserError, match=said):
        design(method, assumptions("ab", 0, 1), samples)


def test_one_assumption_has_no_share_of_anything() -> None:
    with pytest.raises(UserError, match="two or more"):
        design("sobol", assumptions("a", 0, 1), 64)


def test_a_response_that_never_moves_is_refused() -> None:
    plan = design("morris", assumptions("ab", 0, 1), 10)
    with pytest.raises(UserError, match="0 at all points"):
        indices(plan, pd.Series(np.zeros(len(plan.points))))


def test_the_share_of_noise_is_the_variance_within_points() -> None:
    """Variance 4 between points; of seeds 9 at all points alike and 1 of their own, over 4 seeds: 0.25 in a mean."""
    generator = np.random.default_rng(5)
    points, seeds = 2000, 4
    cells = (
        generator.normal(0, 2, (points, 1)) + generator.normal(0, 3, seeds) + generator.normal(0, 1, (points, seeds))
    )
    found = noise(pd.DataFrame(cells))
    assert found.of_mean == pytest.approx(0.25, rel=4 * np.sqrt(2 / (points * (seeds - 1))))
    assert found.share == pytest.approx(0.25 / 4.25, rel=4 * np.sqrt(4 / points))
    assert found.common == pytest.approx(cells.mean(axis=0).var(ddof=1) / seeds, abs=1e-3)
    assert np.isnan(noise(pd.DataFrame(cells[:, :1])).share)


def test_noise_adds_its_share_to_every_total_index() -> None:
    """What the words say of the grey zone: a parameter without effect has the noise's share as its total index."""
    plan = design("sobol", assumptions("abc", -np.pi, np.pi), 1024)
    clean = ishigami(plan).to_numpy()
    shocks = np.random.default_rng(6).normal(0, np.sqrt(0.25 * clean.var()), len(clean))
    found = indices(plan, pd.Series(2 * plan.points["a"] + shocks)).set_index("assumption")
    share = shocks.var() / (2 * plan.points["a"] + shocks).var()
    for name in "bc":
        assert found["total"][name] == pytest.approx(share, rel=4 * np.sqrt(3 / 1024))


def test_the_tornado_tells_what_turns_the_effect_round() -> None:
    """Effect 10 - 4 a + 0.1 b, from a = b = 0: at a = 5 it is -10."""
    plan = design("tornado", assumptions("ab", -1.0, 5.0), None)
    assert plan.points.to_numpy().tolist() == [[0, 0], [-1, 0], [5, 0], [0, -1], [0, 5]]
    effect = 10 - 4 * plan.points["a"] + 0.1 * plan.points["b"]
    shocks = np.array([-1.0, 0.0, 1.0])
    found = tornado(plan, response(plan, effect.to_numpy(), shocks[None, :] + np.zeros((5, 1))))
    assert found[["assumption", "value", "effect", "change"]].to_numpy().tolist() == [
        ["a", -1.0, 14.0, "same"],
        ["a", 5.0, -10.0, "flips"],
        ["b", -1.0, 9.9, "same"],
        ["b", 5.0, 10.5, "same"],
    ]
    assert found["swing"].to_numpy() == pytest.approx([4.0, -20.0, -0.1, 0.5])
    assert found["swing_high"].to_numpy() == pytest.approx([4.0, -20.0, -0.1, 0.5])  # the shocks are shared
    assert (found["high"] - found["low"]).to_numpy() == pytest.approx(2 * 4.302652729911275 / np.sqrt(3))


def test_soft_assumptions_are_those_with_a_plausible_range_that_the_arms_do_not_set() -> None:
    every = [a.path for a in over("soft", Parameters(), set())]
    assert "creators.effort_cost" in every and "market.memory.use" not in every
    assert [a.path for a in over("soft", Parameters(), {"creators.effort_cost"})] == [
        path for path in every if path != "creators.effort_cost"
    ]


def test_ranges_may_be_given() -> None:
    first, second = over("effort_cost, market.memory.use=1:2", Parameters(), set())
    assert (first.path, first.low, first.high, first.default) == ("creators.effort_cost", 2.0, 8.0, 4.0)
    assert (second.path, second.low, second.high, second.default) == ("market.memory.use", 1.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected soft, or paths"),
        ("creators.effort", "creators.effort"),
        ("market.memory.use", "no plausible range"),
        ("creators.claim_inflation=3:1", "lower end first"),
        ("creators.claim_inflation=1-3", "LOW:HIGH"),
        ("creators.claim_inflation=0:30", "within 0 to 20"),
        ("creators.claim_inflation,claim_inflation", "named twice"),
        ("platform.take_rate=0:0.1", "the arms set it"),
    ],
)
def test_wrong_ranges_are_refused(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        over(text, Parameters(), {"platform.take_rate"})
