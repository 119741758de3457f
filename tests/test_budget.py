"""Budget: what a brand spends moves to the funds that return most."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.brand import plan_week
from sim.records import Table
from sim.state.brands import FUNDS, Brand


def planned(adapt: float, spent: list[int], earned: list[int]) -> Table[Brand]:
    """A brand, and one beside it that has neither spent nor earned, when a week has begun."""
    rows = Brand.table(2)
    rows["split"] = [0.4, 0.3, 0.2, 0.1]
    rows["spent"][0, :FUNDS], rows["earned"][0] = spent, earned
    plan_week(np.array([adapt, adapt]), rows)
    return rows


def test_a_share_of_the_budget_moves_to_channels_in_proportion_to_their_return() -> None:
    rows = planned(0.5, [100, 100, 100, 0], [300, 100, -50, 900])
    # what three funds have, 0.9, in proportion to 3, 1 and 0; the fourth spent nothing and keeps its share
    target = np.array([0.675, 0.225, 0.0, 0.1])
    assert rows["split"][0] == pytest.approx(0.5 * np.array([0.4, 0.3, 0.2, 0.1]) + 0.5 * target)
    assert rows["split"][1].tolist() == [0.4, 0.3, 0.2, 0.1]
    assert not rows["spent"].any() and not rows["earned"].any()


@pytest.mark.parametrize(
    ("adapt", "spent", "earned"),
    [(0.0, [9, 9, 9, 9], [1, 2, 3, 4]), (0.5, [9, 0, 0, 0], [1, 2, 3, 4]), (0.5, [9, 9, 9, 9], [0, -1, 0, 0])],
)
def test_the_split_stays_where_nothing_is_learnt(adapt: float, spent: list[int], earned: list[int]) -> None:
    assert planned(adapt, spent, earned)["split"][0].tolist() == [0.4, 0.3, 0.2, 0.1]
