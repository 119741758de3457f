"""Platforms: a policy, the revenue it brings, and what people bought there of late."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.ledger import Stream
from sim.parameters import Platform as Policy

POPULARITY_DECAY = 0.05  # share of recent sales that no longer counts, per day


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
    products
        How many there are.
    """

    def __init__(self, model: Any, number: int, policy: Policy, products: int) -> None:
        super().__init__(model)
        self.number = number
        self.policy = policy
        self.sales = np.zeros(products)

    def revenue(self, stream: Stream) -> int:
        """Revenue of a stream since the first day, fen."""
        return int(self.model.settlement.ledger.accounts.revenue[self.number, stream])

    def count_sales(self, sold: NDArray[np.int64]) -> None:
        """Let today's orders of each product make it popular, and old ones fade."""
        self.sales = (1 - POPULARITY_DECAY) * self.sales + sold

    def step(self) -> None:
        """Nothing of its own: ranking and settlement are phases of the market's day."""
