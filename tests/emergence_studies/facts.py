"""A fact: an effect over seeds, its verdict, and what becomes of it where the market is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from experiments.measures.statistics import t_interval


class Fact(NamedTuple):
    """An effect by seed, as the market is and as it is without some mechanism.

    Attributes
    ----------
    name
        What is measured.
    null
        Its value if there were no such fact.
    side
        +1 if the fact is that it lies above, -1 below; 0 if it is calibrated to lie at ``null``.
    samples
        A value of each seed.
    changed
        Makes the same in other markets, by what is changed in them; for who asks what the fact hangs on.
    """

    name: str
    null: float
    side: int
    samples: pd.Series
    changed: Callable[[], dict[str, pd.Series]]

    def verdict(self) -> str:
        """Where the 95 % interval lies: "emerged" if wholly where the fact says, "met" if around a calibrated value."""
        found = t_interval(self.samples - self.null)
        if self.side == 0:
            return "missed" if found.clear else "met"
        if not found.clear:
            return "open"
        return "emerged" if found.value * self.side > 0 else "reversed"

    def verdict_of(self, changed: pd.Series) -> str:
        """What a change does to the fact: nothing clear, unless the interval of the paired difference excludes zero."""
        shift = t_interval((changed - self.samples) * (self.side or 1))
        if not shift.clear:
            return "no clear effect"
        if self.side == 0:
            return "raises it" if shift.value > 0 else "lowers it"
        if shift.value > 0:
            return "strengthens it"
        left = self._replace(samples=changed).verdict()
        return {"emerged": "weakens it", "reversed": "reverses it", "open": "takes it away"}[left]


def at_peak(table: pd.DataFrame) -> pd.Series:
    """Outcome at the best inner level, seed by seed.

    Which level is best is learnt from the other seeds, so that chance does not choose in its own favour.
    """
    inner = table.iloc[:, 1:-1]
    return pd.Series({seed: inner.at[seed, inner.drop(index=seed).mean().idxmax()] for seed in table.index})


def jackknifed(statistic: Callable[..., float], *samples: pd.Series) -> pd.Series:
    """Pseudo-values of a statistic of paired samples, to be treated as independent values of it (Tukey 1958)."""
    n, whole = len(samples[0]), statistic(*samples)
    return pd.Series([n * whole - (n - 1) * statistic(*(x.drop(index=i) for x in samples)) for i in range(n)])
