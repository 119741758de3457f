"""Brands: a weekly budget, its split over channels, and what it has brought."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.records import Double, Int64
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


class Purses(NamedTuple):
    """Marketing money of all brands, a row each."""

    budget: Int64  # (B,) fen per week
    split: Double  # (B, CHANNELS) shares of the budget for ads, KOLs, KOCs and the own pool
    spent: Int64  # (B, len(Spending)) fen this week
    earned: Int64  # (B, CHANNELS) gross margin this week of the orders that each channel led to, fen


def full_purses(brands: int, budget: int, split: NDArray[np.float64]) -> Purses:
    """Purses at the start: one budget, fen per week, and one split, shape (4,), for all brands."""
    return Purses(
        budget=np.full(brands, budget),
        split=np.tile(split, (brands, 1)),
        spent=np.zeros((brands, len(Spending)), np.int64),
        earned=np.zeros((brands, CHANNELS), np.int64),
    )


@compiled
def promotes(brand: int, channel: int, purses: Purses) -> bool:
    """Whether a brand has money left this week, in all and for the channel."""
    spent = 0
    for kind in range(purses.spent.shape[1]):
        spent += int(purses.spent[brand, kind])
    budget = int(purses.budget[brand])
    return spent < budget and int(purses.spent[brand, channel]) < float(purses.split[brand, channel]) * budget


class Brand(mesa.Agent):
    """A brand: an ordinary Mesa agent, whose money is a row of the market's purses.

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
        return int(self.model.purses.budget[self.number])

    @property
    def split(self) -> Double:
        """Shares of the budget for ads, KOLs, KOCs and the own pool, shape (4,)."""
        return self.model.purses.split[self.number]

    @property
    def spent(self) -> Int64:
        """Fen spent this week by `Spending`."""
        return self.model.purses.spent[self.number]

    @property
    def earned(self) -> Int64:
        """Gross margin this week of the orders that each of the four channels led to, fen."""
        return self.model.purses.earned[self.number]

    def plan(self) -> None:
        """Start a week with a new budget, split by what each channel returned."""
        self.split[:] = adapted_split(
            self.split, self.spent[:CHANNELS].astype(float), self.earned.astype(float), self.adapt
        )
        self.spent[:] = 0
        self.earned[:] = 0

    def step(self) -> None:
        """Plan, on the first day of a week."""
        if self.model.day % DAYS_A_WEEK == 0:
            self.plan()
