"""What a yuan brings and what a customer is worth, against hand-worked figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.measures.worth import DISCOUNT, per_yuan, twelve_months
from experiments.report.worth import with_worth


def of(*values: float) -> pd.Series:
    return pd.Series(values, dtype=float)


def test_a_yuan_brings_what_is_earned_more_over_what_is_spent_more() -> None:
    assert per_yuan(of(30.0, -10.0, 5.0), of(20.0, -20.0, 0.0)).to_list() == pytest.approx(
        [1.5, 0.5, np.nan], nan_ok=True
    )


def test_the_value_of_a_customer_is_the_sum_of_discounted_margins() -> None:
    """Half-years: m (1 + rho) with rho = r / 1.12^(1/2); a whole year is one period, two years half a one."""
    half = twelve_months(of(1000.0), of(50.0), of(0.4), 365 // 2)
    periods = 365 / 182
    rho = 0.4 / (1 + DISCOUNT) ** (182 / 365)
    assert half.iloc[0] == pytest.approx(20 * (1 + rho + (periods - 2) * rho**2))
    assert twelve_months(of(1000.0), of(50.0), of(0.4), 365).iloc[0] == pytest.approx(20.0)
    assert twelve_months(of(1000.0), of(50.0), of(0.4), 730).iloc[0] == pytest.approx(10.0)
    for retention in (0.0, 0.9):  # who never comes back is worth one period; a longer one is worth no less
        month, quarter = (twelve_months(of(days * 10.0), of(50.0), of(retention), days).iloc[0] for days in (30, 90))
        assert quarter > month


def test_pairs_share_seed_and_draw() -> None:
    runs = pd.DataFrame({
        "arm": ["paid", "free", "paid", "free"], "draw": [0, 0, 1, 1], "seed": [0, 0, 1, 1],
        "contribution": [150.0, 100.0, 90.0, 60.0], "marketing_cost": [25.0, 0.0, 30.0, 0.0],
        "customers": 10.0, "repurchase": 0.0,
    })  # fmt: skip
    found = with_worth(runs, {"paid": "free"}, 365)
    assert found.loc[found["arm"] == "paid", "contribution_per_yuan"].to_list() == [2.0, 1.0]
    assert found.loc[found["arm"] == "free", "contribution_per_yuan"].isna().all()
    assert with_worth(runs.sample(frac=1, random_state=1), {"paid": "free"}, 365).sort_index().equals(found)
    assert with_worth(runs.astype({"arm": "string[pyarrow]"}), {}, 365)["contribution_per_yuan"].isna().all()
    assert with_worth(runs.drop(columns="customers"), {}, 365).columns.isin(runs.columns).all()
