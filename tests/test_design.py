from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.design.configuration import load_settings
from experiments.design.factors import Arm, Study, arms
from experiments.design.points import interventions
from experiments.design.sampling import Points
from experiments.runs import run as runs_module
from experiments.runs.plan import Cell, Plan, checks_of
from experiments.runs.run import runs_of
from experiments.settings.mistakes import validated
from experiments.settings.paths import at, leaves, merged
from experiments.table.effects import checks, responses
from sim.errors import UserError
from sim.parameters import Parameters

BASE = Parameters().model_dump(mode="json")


def experiment(**changes: Any) -> Study:
    return validated(Study, {"factors": {}, **changes})


TWO_BY_TWO = {
    "fees": {"with": {"platform": {"take_rate": 0.05}}, "without": {"platform": {"take_rate": 0.0}}},
    "posts": {"few": {"creators": {"posts_start": 1}}, "many": {"creators": {"posts_start": 3}}},
}


def test_arms_are_the_full_factorial_in_the_order_of_the_levels() -> None:
    found = arms(experiment(factors=TWO_BY_TWO), BASE)
    assert [arm.name for arm in found] == ["with-few", "with-many", "without-few", "without-many"]
    assert [arm.parameters.platform.take_rate for arm in found] == [0.05, 0.05, 0.0, 0.0]
    assert [arm.parameters.creators.posts_start for arm in found] == [1, 3, 1, 3]
    assert found[1].levels == {"fees": "with", "posts": "many"}


def test_what_no_level_sets_is_the_same_in_all_arms_and_as_configured() -> None:
    base = merged(BASE, {"market": {"consumers": 777}})
    for arm in arms(experiment(factors=TWO_BY_TWO), base):
        own = arm.parameters.model_dump(mode="json")
        changed = {path for path in leaves(own) if at(own, path) != at(base, path)}
        assert changed <= {"platform.take_rate", "creators.posts_start"}


def test_an_extra_arm_takes_levels_then_sets_its_own() -> None:
    extra = {"half": {"levels": {"posts": "many"}, "set": {"platform": {"take_rate": 0.025}}}}
    arm = arms(experiment(factors=TWO_BY_TWO, extra_arms=extra), BASE)[-1]
    assert (arm.name, arm.levels) == ("half", {"fees": None, "posts": "many"})
    assert (arm.parameters.platform.take_rate, arm.parameters.creators.posts_start) == (0.025, 3)


def test_without_factors_there_is_one_arm() -> None:
    (arm,) = arms(experiment(), BASE)
    assert arm == Arm("base", {}, Parameters())


def test_the_headline_separates_the_take_from_the_pay_at_private_koc() -> None:
    by_name = {arm.name: arm.parameters for arm in load_settings().arms()}
    assert len(by_name) == 21
    take, pay = by_name["take_only"], by_name["commission_only"]
    with_both, with_neither = by_name["commission-private-koc"], by_name["commission_free-private-koc"]
    assert take.platform == with_both.platform and take.creators == with_neither.creators
    assert pay.platform == with_neither.platform and pay.creators == with_both.creators
    for name, arm in by_name.items():
        shares = arm.brands.ads + arm.brands.kol + arm.brands.koc + arm.brands.own
        assert shares == pytest.approx(0 if name.startswith(("no_promotion", "unpaid")) else 1)


@pytest.mark.parametrize(
    ("seeds", "expected"), [(3, (0, 1, 2)), ([5, 7], (5, 7)), ([0], (0,))], ids=["number", "list", "one"]
)
def test_seeds_are_a_number_or_a_list(seeds: Any, expected: tuple[int, ...]) -> None:
    assert experiment(seeds=seeds).seeds == expected


def test_a_run_is_identified_by_all_that_determines_it() -> None:
    arm, other = (
        Arm("one", {}, Parameters()),
        Arm("other", {}, validated(Parameters, {"market": {"choice": {"friends": 0.31}}})),
    )
    ids = [
        runs_of(arm, [0], 10, 5)[0].id,
        runs_of(arm, [1], 10, 5)[0].id,
        runs_of(arm, [0], 11, 5)[0].id,
        runs_of(arm, [0], 10, 4)[0].id,
        runs_of(other, [0], 10, 5)[0].id,
    ]
    assert len(set(ids)) == len(ids)
    assert runs_of(arm._replace(name="renamed"), [7, 0], 10, 5)[1].id == ids[0]


def test_a_run_is_identified_by_the_content_of_its_edge_list(tmp_path: Path) -> None:
    ties = tmp_path / "ties.csv"
    ties.write_text("1,2\n2,3\n")

    def run_id() -> str:
        graph = {"kind": "edgelist", "path": str(ties)}
        return runs_of(Arm("a", {}, validated(Parameters, {"graph": graph})), [0], 10, 5)[0].id

    before = run_id()
    ties.write_text("1,2\n2,4\n")
    assert run_id() != before


def test_a_run_is_identified_by_the_source_of_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "trust.py").write_text("x = 1\n")
    monkeypatch.setattr(runs_module, "MODEL", tmp_path)
    runs_module.model_hash.cache_clear()
    try:
        before = runs_module.model_hash()
        (tmp_path / "rules" / "trust.py").write_text("x = 2\n")
        runs_module.model_hash.cache_clear()
        assert runs_module.model_hash() != before
    finally:
        runs_module.model_hash.cache_clear()


FLIPS = {"assumptions": ["creators.claim_inflation"], "seeds": 2, "consumers": 100, "days": 9, "burn_in": 3}


def cells(**changes: Any) -> list[Cell]:
    return checks_of(experiment(factors=TWO_BY_TWO, **changes), BASE)["flips"]


def effects(found: list[Cell], outcomes: dict[str, dict[str, float]]) -> pd.DataFrame:
    return checks(Plan([], Points((), []), {"flips": found, "posterior": []}, {}), outcomes)["flips"]


def test_checks_try_the_configured_value_and_both_ends_in_a_small_market() -> None:
    found = cells(seeds=[4, 5, 6], flips=FLIPS)
    assert [(c.about["value"], c.about["default"]) for c in found[::4]] == [(1.2, True), (0.0, False), (3.0, False)]
    for cell in found:
        assert [run.seed for run in cell.runs] == [4, 5]
        assert (cell.runs[0].days, cell.runs[0].burn_in) == (9, 3)
        parameters = cell.runs[0].parameters
        assert (parameters.creators.claim_inflation, parameters.market.consumers) == (cell.about["value"], 100)


def test_an_assumption_that_the_arms_set_cannot_be_moved() -> None:
    factors = {
        "claim_inflation": {
            "none": {"creators": {"claim_inflation": 0.0}},
            "much": {"creators": {"claim_inflation": 5.0}},
        }
    }
    with pytest.raises(UserError, match=r"creators\.claim_inflation is set by the arms"):
        checks_of(experiment(factors=factors, flips=FLIPS), BASE)


def test_effects_are_the_paired_means_over_the_other_factor() -> None:
    found = cells(seeds=2, flips=FLIPS)[:4]
    # y = 10 seed + fees 2 + posts 3, and 1 more for both in seed 1 only
    y = {(0, "with-few"): 0, (0, "with-many"): 3, (0, "without-few"): 2, (0, "without-many"): 5}
    y |= {(1, name): 10 + value for (_, name), value in y.items()}
    y[1, "without-many"] += 1
    table = effects(found, {run.id: {"y": float(y[run.seed, cell.arm])} for cell in found for run in cell.runs})
    fees, posts = table.to_dict("records")
    assert (fees["factor"], fees["effect"]) == ("fees", pytest.approx((2.0 + 2.5) / 2))
    assert (posts["factor"], posts["effect"]) == ("posts", pytest.approx((3.0 + 3.5) / 2))
    # two seeds .5 apart: standard error .25, t with one degree of freedom 12.7062
    assert fees["high"] - fees["low"] == pytest.approx(2 * 12.7062 * 0.25, rel=1e-5)
    assert (table["seeds"] == 2).all()


def test_effects_leave_out_a_seed_that_lacks_a_run() -> None:
    found = cells(seeds=3, flips={**FLIPS, "seeds": 3})[:4]
    outcomes = {run.id: {"y": 1.0} for cell in found for run in cell.runs}
    del outcomes[found[0].runs[1].id]
    assert (effects(found, outcomes)["seeds"] == 2).all()


def test_interventions_are_told_as_paired_responses() -> None:
    points = interventions({"creators.claim_inflation": 2.5, "platform.take_rate": 0.05}, [
        {"creators.claim_inflation": 5.0}, {"creators.claim_inflation": 2.5},
        {"platform.take_rate": 0.0, "creators.claim_inflation": 0.0},
    ])  # fmt: skip
    assert points.to_numpy().tolist() == [[2.5, 0.05], [5.0, 0.05], [0.0, 0.0]]  # what changes nothing is left out
    rows = [
        {"point": point, "arm": "base", "seed": seed, "status": "finished", **values,
         "y": 100 * seed + 2 * values["creators.claim_inflation"] + (seed if point == 1 else 0)}
        for point, values in enumerate(points.to_dict("records")) for seed in range(3)
    ]  # fmt: skip
    table = responses(pd.DataFrame(rows), ["y"])
    assert table[["design", "point", "factor", "low_level", "high_level"]].to_numpy().tolist() == [
        ["interventions", 1, "creators.claim_inflation", "2.5", "5.0"],
        ["interventions", 2, "creators.claim_inflation, platform.take_rate", "2.5, 0.05", "0.0, 0.0"],
    ]
    assert table["estimate"].tolist() == pytest.approx([5 + 1, -5])  # the shock of 100 a seed is shared
    assert table["high"].tolist() == pytest.approx([6 + 4.302652729911275 / 3**0.5, -5])
