"""Brands: a weekly budget, its split over funds, and what it has brought."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.arrays import Double, Int64
from sim.compilation import compiled
from sim.records import Table
from sim.rules.budget_allocation import adapt_split
from sim.state.brands import FUNDS
from sim.state.brands import Brand as Row
from sim.units import DAYS_A_WEEK


class Brand(mesa.Agent):
    """A brand: an ordinary Mesa agent, whose money is a row of the market's table of brands.

    Parameters
    ----------
    model
        The market.
    number
        Index among brands.
    adapt
        Share of the split moved to the better return, per week.
    """

    def __init__(self, model: Any, number: int, adapt: float) -> None:
        super().__init__(model)
        self.number = number
        self.adapt = adapt

    @property
    def budget(self) -> int:
        """Marketing budget, fen per week."""
        return int(self.model.m.brands["budget"][self.number])

    @property
    def split(self) -> Double:
        """Shares of the budget for ads, KOLs, KOCs and the own pool, shape (4,)."""
        return self.model.m.brands["split"][self.number]

    @property
    def spent(self) -> Int64:
        """Fen spent this week out of each `Fund`, shape (4,)."""
        return self.model.m.brands["spent"][self.number]

    @property
    def earned(self) -> Int64:
        """Gross margin this week of the orders that what each `Fund` paid for led to, fen, shape (4,)."""
        return self.model.m.brands["earned"][self.number]

    def plan(self) -> None:
        """Start a week with a new budget, split by what each fund returned."""
        plan_week(np.array([self.adapt]), self.model.m.brands[self.number : self.number + 1])

    def step(self) -> None:
        """Plan, on the first day of a week; the market itself asks brands on that day only."""
        if self.model.day % DAYS_A_WEEK == 0:
            self.plan()


@compiled
def plan_week(adapt: Double, rows: Table[Row]) -> None:
    """Start a week of some brands with a new budget, split by what each fund returned.

    Parameters
    ----------
    adapt
        Share of the split moved to the better return by each, per week.
    """
    for b in range(rows.shape[0]):
        brand = rows[b]
        adapt_split(brand.split, brand.spent, brand.earned, adapt[b])
        for fund in range(FUNDS):
            brand.spent[fund] = 0
            brand.earned[fund] = 0


@compiled
def marketing_cost(rows: Table[Row]) -> int:
    """What brands have spent this week to be promoted, fen: what platforms take is none of it."""
    fen = 0
    for b in range(rows.shape[0]):
        for fund in range(FUNDS):
            fen += rows[b].spent[fund]
    return fen
