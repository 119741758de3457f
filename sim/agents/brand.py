"""Brands: a weekly budget, its split over channels, and what it has brought."""

from __future__ import annotations

from typing import Any

import mesa

from sim.arrays import Double, Int64
from sim.rules.budget import adapted_split
from sim.state.brands import CHANNELS
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
        """Fen spent this week by `Spending`."""
        return self.model.m.brands["spent"][self.number]

    @property
    def earned(self) -> Int64:
        """Gross margin this week of the orders that each of the four channels led to, fen."""
        return self.model.m.brands["earned"][self.number]

    def plan(self) -> None:
        """Start a week with a new budget, split by what each channel returned."""
        self.split[:] = adapted_split(
            self.split, self.spent[:CHANNELS].astype(float), self.earned.astype(float), self.adapt
        )
        self.spent[:] = 0
        self.earned[:] = 0

    def step(self) -> None:
        """Plan, on the first day of a week; the market itself asks brands on that day only."""
        if self.model.day % DAYS_A_WEEK == 0:
            self.plan()
