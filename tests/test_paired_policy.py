"""Levers of platforms at zero, at a usual value and doubled, paired by seed: what moves, and what does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from experiments.studies.paired import outcomes as outcomes_of
from sim.parameters import Parameters

SEEDS, DAYS, BURN_IN = range(1, 7), 100, 60
TWO = {"membership": {"choice": True, "start": 0.55}, "rivals": [{"name": "rival", "share": 0.5}]}


def outcomes(arms: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Outcomes of markets of 1,500 people, by arm and seed."""
    made = {name: Parameters.model_validate({"market": {"consumers": 1_500}, **arm}) for name, arm in arms.items()}
    return outcomes_of(made, SEEDS, DAYS, BURN_IN)


def interval(changes: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of a paired change."""
    half = t.ppf(0.975, len(changes) - 1) * changes.std(ddof=1) / np.sqrt(len(changes))
    return float(changes.mean() - half), float(changes.mean() + half)


def step(runs: pd.DataFrame, outcome: str, first: str, then: str) -> tuple[float, float]:
    """What one arm has more of an outcome than another, seed by seed."""
    return interval(np.asarray(runs.loc[then, outcome], float) - np.asarray(runs.loc[first, outcome], float))


def test_pay_of_staff_costs_the_platform_and_moves_nothing_else() -> None:
    def paid(yuan: float) -> dict[str, Any]:
        return {"platform": {"pay": [{"to": "staff", "of": "day", "sum": yuan, "by": "platform"}]}}

    runs = outcomes({"zero": paid(0.0), "usual": paid(20.0), "double": paid(40.0)})
    own = ["platform_revenue", "revenue_pay"]
    others = runs.drop(columns=own).to_numpy(float)
    zero, usual, double = np.split(others, 3)
    assert np.array_equal(zero, usual, equal_nan=True) and np.array_equal(zero, double, equal_nan=True)
    zero, usual, double = np.split(runs["platform_revenue"].to_numpy(float), 3)
    cost = (zero - usual)[0]
    assert cost > 0 and np.allclose(zero - usual, cost, rtol=1e-9) and np.allclose(zero - double, 2 * cost, rtol=1e-9)


@pytest.mark.parametrize("lever, values, sign", [
    ("take_rate", (0.0, 0.05, 0.10), -1), ("coupon", (0.0, 0.10, 0.20), 1), ("join_cost", (0.0, 15.0, 60.0), -1),
])  # fmt: skip
def test_members_go_where_it_is_dear_less_and_cheap_more(lever: str, values: tuple[float, ...], sign: int) -> None:
    """Of two platforms that are equal but for this; the number of people who are anywhere stays."""
    runs = outcomes({str(value): {**TWO, "platform": {"share": 0.5, lever: value}} for value in values})
    zero, usual, double = map(str, values)
    for first, then in ((zero, usual), (usual, double)):
        low, high = step(runs, "own_members", first, then)
        assert (low if sign > 0 else -high) > 0
    people = runs["members_anywhere"].to_numpy(float)
    assert people.min() > 0.98 * 1_500


def test_a_share_for_authors_leaves_less_where_posts_are_worked_for_out_of_respect() -> None:
    """Income rises with it; what is left net of effort falls, unless nobody posts for respect: then that rises, too."""
    for intrinsic, sign in ((2.0, -1), (0.0, 1)):
        line = [{"to": "author", "of": "price", "share": 0.03}]
        base = {"creators": {"intrinsic": intrinsic}}
        runs = outcomes({"none": base, "shared": {**base, "platform": {"pay": line}}})
        assert step(runs, "koc_income", "none", "shared")[0] > 0
        low, high = step(runs, "koc_net_income", "none", "shared")
        assert min(sign * low, sign * high) > 0
