"""Platforms: a policy, the revenue it brings, and what people bought there of late."""

from __future__ import annotations

from typing import Any

import mesa

from sim.arrays import Double
from sim.ledger import Revenue
from sim.parameters import Platform as Policy


class Platform(mesa.Agent):
    """A platform: an ordinary Mesa agent.

    Parameters
    ----------
    model
        The market.
    number
        Index among platforms.
    policy
        Fees, traffic and tools.
    """

    def __init__(self, model: Any, number: int, policy: Policy) -> None:
        super().__init__(model)
        self.number = number
        self.policy = policy

    @property
    def sales(self) -> Double:
        """Recent sales of each product, orders that fade, shape (J,)."""
        return self.model.m.listings["popularity"][self.number]

    def revenue(self, stream: Revenue) -> int:
        """Revenue of a stream since the first day, fen."""
        return int(self.model.m.accounts.revenue[self.number, stream])

    def step(self) -> None:
        """Nothing of its own: ranking and settlement are phases of the market's day."""
