"""The consumer, as a Mesa agent: one row of the market's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.columns import RowAgent

if TYPE_CHECKING:
    from sim.explanation import Explanation


class Consumer(RowAgent):
    """Somebody who attends, weighs, chooses, buys, feels and shares."""

    def step(self) -> None:
        """Live today, after the market has opened the day (`Market.open_day`)."""
        self.model.live(self.row, self.row + 1)

    def explain(self, day: int | None = None) -> Explanation:
        """Why this person bought, or not, on a day: every offer with every term of its utility.

        Parameters
        ----------
        day
            A simulated day, or the next one (default).
        """
        return self.model.explain(self.row, self.model.day if day is None else day)
