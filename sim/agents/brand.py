"""Brands: a weekly budget, its split over channels, and what it has brought."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from operator import add
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.rules.budget import adapted_split

DAYS_A_WEEK = 7
CHANNELS = 4  # that a budget is split over: the first of `Spending`


class Spending(IntEnum):
    """What marketing money is spent on."""

    ADS = 0
    KOL = 1
    KOC = 2
    OWN = 3
    FEES = 4  # the platform's take on orders that no promotion led to, and annual fees


class Brand(mesa.Agent):
    """A brand: an ordinary Mesa agent.

    Parameters
    ----------
    model
        The market.
    number
        Index among brands.
    budget
        Marketing budget, fen per week.
    split
        Shares of the budget for ads, KOLs, KOCs and the own pool, shape (4,).
    adapt
        Share of the split moved to the better return, per week.

    Attributes
    ----------
    spent : list of int
        Fen spent this week by `Spending`.
    earned : list of int
        Gross margin this week of the orders that each of the four channels led to, fen.
    """

    def __init__(self, model: Any, number: int, budget: int, split: NDArray[np.float64], adapt: float) -> None:
        super().__init__(model)
        self.number = number
        self.budget = budget
        self.split = split
        self.adapt = adapt
        self.spent = [0] * len(Spending)
        self.earned = [0] * CHANNELS

    def promotes(self, channel: Spending) -> bool:
        """Whether there is money left this week, in all and for the channel."""
        return sum(self.spent) < self.budget and self.spent[channel] < self.split[channel] * self.budget

    def book(self, cost: Sequence[int], margin: Sequence[int]) -> None:
        """Book marketing cost, and the gross margin that it led to, fen by `Spending`."""
        self.spent = list(map(add, self.spent, cost))
        self.earned = list(map(add, self.earned, margin))

    def plan(self) -> None:
        """Start a week with a new budget, split by what each channel returned."""
        spent, earned = np.array(self.spent[:CHANNELS], float), np.array(self.earned, float)
        self.split = adapted_split(self.split, spent, earned, self.adapt)
        self.spent = [0] * len(Spending)
        self.earned = [0] * CHANNELS

    def step(self) -> None:
        """Plan, on the first day of a week."""
        if self.model.day % DAYS_A_WEEK == 0:
            self.plan()
