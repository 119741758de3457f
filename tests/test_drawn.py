"""The factorial at draws from the posterior."""

from __future__ import annotations

import pytest

from experiments.calibration.file import read
from experiments.design import Study
from experiments.drawn import drawn, effects
from experiments.mistakes import validated
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
