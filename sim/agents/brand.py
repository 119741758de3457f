"""Brands: a weekly budget, its split over channels, and what it has brought."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.rules.budget import adapted_split

DAYS_A_WEEK = 7


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
    spent : ndarray of int64, shape (5,)
        Fen spent this week by `Spending`.
    earned : ndarray of int64, shape (4,)
        Gross margin this week of the orders that each channel led to, fen.
    """

    def __init__(self, model: Any, number: int, budget: int, split: NDArray[np.float64], adapt: float) -> None:
        super().__init__(model)
        self.number = number
        self.budget = budget
        self.split = split
        self.adapt = adapt
        self.spent = np.zeros(len(Spending), np.int64)
        self.earned = np.zeros(4, np.int64)

    def promotes(self, channel: Spending) -> bool:
        """Whether there is money left this week, in all and for the channel."""
        in_all = int(self.spent.sum()) < self.budget
        return in_all and int(self.spent[channel]) < self.split[channel] * self.budget

    def book(self, cost: NDArray[np.int64], margin: NDArray[np.int64] | None = None) -> None:
        """Book marketing cost, and the gross margin that it led to, fen by `Spending`."""
        self.spent += cost
        if margin is not None:
            self.earned += margin[: len(self.earned)]

    def plan(self) -> None:
        """Start a week with a new budget, split by what each channel returned."""
        self.split = adapted_split(self.split, self.spent[:4].astype(float), self.earned.astype(float), self.adapt)
        self.spent[:] = 0
        self.earned[:] = 0

    def step(self) -> None:
        """Plan, on the first day of a week."""
        if self.model.day % DAYS_A_WEEK == 0:
            self.plan()
