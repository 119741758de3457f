"""Mesa's data collector over the daily figures that a market keeps anyway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from mesa.datacollection import DataCollector


class DailyCollector(DataCollector):
    """What a Mesa user finds as ``model.datacollector``: every day, whether or not anybody calls `collect`.

    Its model reporters are the columns of `daily`; a row is a day, that of the first step being 0. Reporters of one's
    own go into a collector of one's own.

    Parameters
    ----------
    daily
        Returns a row a day so far, with a column ``day``.
    """

    def __init__(self, daily: Callable[[], pd.DataFrame]) -> None:
        self._daily = daily
        super().__init__()

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """The values of each figure, day by day."""
        return {str(name): column.tolist() for name, column in self.get_model_vars_dataframe().items()}

    @model_vars.setter
    def model_vars(self, nothing: dict[str, list[Any]]) -> None:
        """Mesa begins with an empty one."""

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """A row a day so far."""
        return self._daily().drop(columns="day")
