"""PRIM finds a planted box, and none where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import spread, table

from experiments.analysis.assumption import varied_in
from experiments.analysis.response import question_of, response
from experiments.analysis.scenarios import discover, find_box
from experiments.analysis.words import rule
from experiments.table.results import Results, results_of
from sim.errors import UserError

CONFIG = {"experiment": {"labels": {"commission_free": "commission-free"}}}
RANGES = {"creators__effort_cost": (0, 10), "creators__claim_inflation": (0, 5), "market__choice__friends": (0, 1)}


def planted(points: pd.DataFrame) -> np.ndarray:
    inside = (points["creators.effort_cost"] < 4) & (points["creators.claim_inflation"] > 2)
    return np.where(inside, 30.0, -30.0)


def made(effect, count: int = 300, noise: float = 0.0) -> Results:  # type: ignore[no-untyped-def]
    points = spread(count, seed=3, **RANGES)
    return results_of(table(points, effect, seeds=2, noise=noise), name="fake", config=CONFIG)


def test_it_finds_the_planted_box() -> None:
    sweep = made(planted)
    high, low = discover(sweep, response(sweep, question_of(sweep, "fees"), "surplus"))
    assert (high.side, low.side) == ("commission-free", "commission")
    assert high.box is not None
    limits = {limit.path: limit for limit in high.box.limits}
    assert set(limits) == {"creators.effort_cost", "creators.claim_inflation"}
    # a point in three hundred lies every 0.03 of a range; a peel takes a twentieth of what is left
    assert limits["creators.effort_cost"].high == pytest.approx(4.0, abs=0.6)
    assert limits["creators.claim_inflation"].low == pytest.approx(2.0, abs=0.4)
    assert high.box.density >= 0.9 and high.box.coverage >= 0.8
    assert high.box.honest_density > 0.8


def test_the_rule_is_told_in_words() -> None:
    sweep = made(planted)
    high = discover(sweep, response(sweep, question_of(sweep, "fees"), "surplus"))[0]
    told = rule(high, varied_in(sweep))
    assert told.startswith("commission-free wins if creators.")
    assert "creators.effort_cost < " in told and " and " in told and "creators.claim_inflation > " in told


def test_a_loss_is_a_win_where_less_is_better() -> None:
    sweep = made(planted)
    runs = sweep.runs.assign(return_rate=-sweep.runs["consumer_surplus"])
    other = results_of(runs, name="fake", config=CONFIG)
    boxes = [
        discover(s, response(s, question_of(s), o))[0].box for s, o in ((sweep, "surplus"), (other, "return_rate"))
    ]
    assert boxes[0] == boxes[1]


def test_chance_makes_no_rule() -> None:
    told = 0
    for seed in range(6):
        generator = np.random.default_rng(seed)
        sweep = made(lambda p, g=generator: g.choice([-1.0, 1.0], len(p)), count=100)
        told += sum(s.box is not None for s in discover(sweep, response(sweep, question_of(sweep), "surplus")))
    # of 12 searches: quasi p values do not count that the box was searched for, but half of such boxes fail outside
    assert told <= 5


def test_there_is_no_box_where_one_side_always_wins() -> None:
    assert find_box(spread(50, a=(0, 1)), np.ones(50, dtype=bool)) is None
    sweep = made(lambda p: np.full(len(p), 5.0))
    scenarios = discover(sweep, response(sweep, question_of(sweep), "surplus"))
    assert [s.box for s in scenarios] == [None, None]
    assert (
        rule(scenarios[0], varied_in(sweep)) == "commission-free wins at 100 % of all 300 points: no condition decides."
    )


def test_few_points_and_levels_are_refused() -> None:
    sweep = made(planted, count=20)
    with pytest.raises(UserError, match="20 points, expected 40"):
        discover(sweep, response(sweep, question_of(sweep), "surplus"))
    with pytest.raises(UserError, match="expected --contrast"):
        discover(sweep, response(sweep, question_of(sweep, arm="commission"), "surplus"))
