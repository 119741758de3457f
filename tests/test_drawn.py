"""The factorial at draws from the posterior."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.design.configuration import load_settings
from experiments.design.factors import Study
from experiments.design.posterior_file import read
from experiments.runs.plan import Cell, checks_of, plan
from experiments.settings.mistakes import validated
from experiments.settings.paths import at
from experiments.table.effects import by_seed, checks
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


def drawn(study: Study, base: dict[str, object]) -> list[Cell]:
    return checks_of(study, base)["posterior"]


def test_every_draw_sets_what_the_calibration_found_with_seeds_of_its_own() -> None:
    kept = read()
    found = drawn(study(), BASE)
    assert [cell.about["draw"] for cell in found] == [0] * 4 + [1] * 4 + [2] * 4
    assert [run.seed for cell in found[::4] for run in cell.runs] == list(range(6))
    path, value = next(iter(kept["parameters"])), kept["draws"][1][0]
    assert at(found[4].runs[0].parameters.model_dump(mode="json"), path) == value
    assert {cell.runs[0].consumers for cell in found} == {100}


def test_what_somebody_decided_is_not_drawn() -> None:
    path = "market.choice.risk"
    mine = Parameters.model_validate({"market": {"choice": {"risk": 1.234}}}).model_dump(mode="json")
    assert all(cell.runs[0].parameters.market.choice.risk == 1.234 for cell in drawn(study(), mine))
    factors = {"risk": {"low": {"market": {"choice": {"risk": 0.5}}}, "high": {"market": {"choice": {"risk": 3.0}}}}}
    found = drawn(study(factors=factors), BASE)
    assert path not in found[0].values
    assert [cell.runs[0].parameters.market.choice.risk for cell in found[:2]] == [0.5, 3.0]


def test_more_draws_than_there_are() -> None:
    with pytest.raises(UserError, match=r"experiment\.posterior\.draws=999: configs/posterior\.yaml holds \d+"):
        drawn(study(posterior={**WISH, "draws": 999}), BASE)


def test_no_draws_unless_asked_for() -> None:
    assert drawn(study(posterior={}), BASE) == []


def test_effects_are_paired_within_draw_and_seed() -> None:
    found = drawn(study(), BASE)
    y = {"with-few": 1.0, "with-many": 4.0, "without-few": 3.0, "without-many": 6.0}
    outcomes = {run.id: {"y": y[cell.arm] + 10 * cell.about["draw"] + run.seed} for cell in found for run in cell.runs}
    table = by_seed(found, outcomes)
    assert len(table) == 3 * 2 * 2  # draws, seeds, factors
    fees = table[table["factor"] == "fees"]
    assert (fees["effect"] == 2.0).all()
    assert fees["base"].to_list() == [2.5 + 10 * draw + seed for draw in range(3) for seed in (2 * draw, 2 * draw + 1)]


def test_arms_beside_the_factorial_are_made_at_draws_where_that_is_said() -> None:
    extra = {"free": {"levels": {"fees": "with"}, "set": {"brands": {"weekly_budget": 0.0}}}}
    found = drawn(study(extra_arms=extra, posterior={**WISH, "extra_arms": ["free"]}), BASE)
    assert [cell.arm for cell in found[:5]] == ["with-few", "with-many", "without-few", "without-many", "free"]
    assert "free" not in {cell.arm for cell in drawn(study(extra_arms=extra), BASE)}
    with pytest.raises(UserError, match=r"posterior\.extra_arms: fre: no such arm; did you mean 'free'"):
        study(extra_arms=extra, posterior={**WISH, "extra_arms": ["fre"]})


def test_checks_are_made_in_the_experiments_own_market() -> None:
    own = study(days=20, burn_in=5, posterior={"draws": 2}, flips={"assumptions": ["creators.claim_inflation"]})
    made = checks_of(own, BASE)
    sizes = {(run.consumers, run.days, run.burn_in) for cells in made.values() for cell in cells for run in cell.runs}
    assert sizes == {(BASE["market"]["consumers"], 20, 5)}
    assert {len(cell.runs) for cells in made.values() for cell in cells} == {1}


@pytest.mark.parametrize("check", ["flips", "posterior"])
def test_a_smaller_market_needs_seeds_of_its_own(check: str) -> None:
    with pytest.raises(UserError, match=rf"{check}\.seeds=1: a smaller or shorter market"):
        study(**{check: {"consumers": 100, "seeds": 1}})


def test_one_seed_of_a_check_takes_its_interval_from_the_experiment() -> None:
    """The effect of 2 differs by seed with a variance of 4 in the experiment; so it does at the ends."""
    flips = {"assumptions": ["creators.claim_inflation"], "seeds": 1}
    whole = validated(Study, {"name": "e", "factors": {"fees": FACTORS["fees"]}, "seeds": 9, "days": 9, "burn_in": 3,
                              "flips": flips})  # fmt: skip
    settings = load_settings(["experiment=single"])
    planned = plan(settings.model_copy(update={"experiment": whole}))
    shocks = np.random.default_rng(1).normal(0, 2, 9)
    outcomes = {
        run.id: {"y": (2.0 + shocks[run.seed]) * (cell.arm == "without")}
        for cells in (planned.cells, planned.checks["flips"]) for cell in cells for run in cell.runs
    }  # fmt: skip
    found = checks(planned, outcomes)["flips"]
    assert set(found["seeds"]) == {1}
    half = (found["high"] - found["low"]) / 2
    assert half.to_list() == pytest.approx([2.306 * shocks.std(ddof=1)] * 3, rel=1e-3)
