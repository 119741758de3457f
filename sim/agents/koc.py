"""The key opinion consumer, as a Mesa agent."""

from __future__ import annotations

from sim.agents.consumer import Consumer
from sim.columns import RowAgent


class KOC(RowAgent):
    """A consumer who also shares and sells to people who trust them."""

    @property
    def person(self) -> Consumer:
        """The same person among consumers."""
        return self.model.consumers[self.consumer]

    def step(self) -> None:
        """Nothing beyond the phases of the day in which creators post and learn."""
