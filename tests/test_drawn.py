"""The factorial at draws from the posterior, and what its spread says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report.synthetic import write_run

from experiments.calibration.calibrate import read
from experiments.design import Study
from experiments.drawn import drawn, effects
from experiments.mistakes import validated
from experiments.report import load as loading
from experiments.report.page import plain
from experiments.report.statistics import Comparison
from experiments.report.unknown import posterior_note, span_text, spread, unknown_sentences
from experiments.report.verdict import judge
from experiments.report.words import tell
from sim.errors import UserError
from sim.parameters import Parameters

BASE = Parameters().model_dump(mode="json")
FACTORS = {
    "fees": {"with": {"creators": {"commission": 0.1}}, "without": {"creators": {"commission": 0.0}}},
    "posts": {"few": {"creators": {"posts_fixed": 1.0}}, "many": {"creators": {"posts_fixed": 2.0}}},
}
WISH = {"draws": 3, "seeds": 2, "consumers": 100, "days": 9, "burn_in": 3}


def study(**settings: object) -> Study:
    return validated(Study, {"name": "e", "factors": FACTORS, "posterior": WISH, **settings})


def test_every_draw_sets_what_the_calibration_found_with_seeds_of_its_own() -> None:
    kept = read()
    found = drawn(study(), BASE)
    assert [one.draw for one in found] == [0, 1, 2]
    seeds = [run.seed for one in found for run in one.runs[0]]
    assert seeds == list(range(6))
    path, value = next(iter(kept["parameters"])), kept["draws"][1][0]
    parameters = found[1].arms[0].parameters.model_dump(mode="json")
    for key in path.split("."):
        parameters = parameters[key]
    assert parameters == value
    assert {arm.parameters.market.consumers for one in found for arm in one.arms} == {100}


def test_what_somebody_decided_is_not_drawn() -> None:
    path = "market.choice.risk"
    mine = Parameters.model_validate({"market": {"choice": {"risk": 1.234}}}).model_dump(mode="json")
    assert all(one.arms[0].parameters.market.choice.risk == 1.234 for one in drawn(study(), mine))
    factors = {"risk": {"low": {"market": {"choice": {"risk": 0.5}}}, "high": {"market": {"choice": {"risk": 3.0}}}}}
    found = drawn(study(factors=factors), BASE)
    assert path not in found[0].values
    assert [arm.parameters.market.choice.risk for arm in found[0].arms] == [0.5, 3.0]


def test_more_draws_than_there_are() -> None:
    with pytest.raises(UserError, match=r"experiment\.posterior\.draws=999: configs/posterior\.yaml holds \d+"):
        drawn(study(posterior={**WISH, "draws": 999}), BASE)


def test_no_draws_unless_asked_for() -> None:
    assert drawn(study(posterior={}), BASE) == []


def test_effects_are_paired_within_draw_and_seed() -> None:
    found = drawn(study(), BASE)
    y = {"with-few": 1.0, "with-many": 4.0, "without-few": 3.0, "without-many": 6.0}
    outcomes = {
        run.id: {"y": y[arm.name] + 10 * one.draw + run.seed}
        for one in found
        for arm, runs in zip(one.arms, one.runs, strict=True)
        for run in runs
    }
    table = effects(found, outcomes)
    assert len(table) == 3 * 2 * 2  # draws, seeds, factors
    fees = table[table["factor"] == "fees"]
    assert (fees["effect"] == 2.0).all()
    assert fees["base"].to_list() == [2.5 + 10 * draw + seed for draw in range(3) for seed in (2 * draw, 2 * draw + 1)]


def test_spread_takes_the_luck_of_seeds_out() -> None:
    rng = np.random.default_rng(0)
    draws, seeds, people, luck = 400, 2, 1.0, 2.0
    samples = 5 + rng.normal(0, people, (draws, 1)) + rng.normal(0, luck, (draws, seeds))
    found = spread(samples)
    between = people**2 + luck**2 / seeds
    half = 1.966 * np.sqrt(people**2 + between / draws)
    # the deviation of an estimated variance of means, B, is B times the root of 2 / draws
    assert found.estimate.high - found.estimate.low == pytest.approx(2 * half, rel=0.35)
    assert found.estimate.value == pytest.approx(5, abs=4 * np.sqrt(between / draws))
    assert found.of_people == pytest.approx(people**2 / (people**2 + luck**2), abs=0.15)


def test_where_draws_do_not_matter_the_interval_is_that_of_the_mean() -> None:
    rng = np.random.default_rng(1)
    samples = rng.normal(0, 1, (200, 4))
    samples -= samples.mean(axis=1, keepdims=True)  # no difference between draws at all
    found = spread(samples)
    assert found.of_people == 0
    assert found.estimate.high == pytest.approx(0, abs=1e-9)


def test_one_draw_or_one_seed_has_no_interval() -> None:
    assert spread(np.ones((1, 4))).estimate.seeds == spread(np.ones((4, 1))).estimate.seeds == 0


def test_the_verdict_carries_the_interval(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    rng = np.random.default_rng(0)
    rows = [
        (draw, 2 * draw + k, "fees", "commission", "commission_free", outcome, effect, 100.0)
        for draw in range(12)
        for outcome, centre in (("gmv_kept", 8.0), ("consumer_surplus", 0.0))
        for k, effect in enumerate(centre + rng.normal(0, 2) + rng.normal(0, 0.1, 2))
    ]
    columns = ["draw", "seed", "factor", "low", "high", "outcome", "effect", "base"]
    pd.DataFrame(rows, columns=columns).to_parquet(folder / "posterior.parquet")
    results = loading.load(folder)
    fees = Comparison("fees", "commission", "commission_free")
    assert results.posterior is not None
    first, second = unknown_sentences(results, fees)
    assert first.startswith("GMV net of returns: +")
    assert "not settled" not in first
    assert second.endswith("so its sign is not settled.")
    assert " to " in span_text(results, fees, "gmv_kept")
    assert span_text(results, Comparison("domain", "public", "private"), "gmv_kept") == ""
    text = plain(results, tell(results, judge(results)))
    said = " ".join(text.split())
    assert "over what is not known of people" in said
    assert "How sure? GMV net of returns" in said
    assert posterior_note(results.posterior).split(";")[0] in said
