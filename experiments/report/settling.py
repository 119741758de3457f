"""Whether an answer is settled over the posterior, and if not, which parameter would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.measures.statistics import Comparison
from experiments.report.unknown import effects_drawn
from experiments.table.results import Results
from sim.parameters import Parameters

FEWEST_DRAWS = 6
SHUFFLES = 2_000
CHANCE = 0.05

Array = NDArray[np.float64]


class Explains(NamedTuple):
    """The parameter that goes most with an effect over the draws.

    Attributes
    ----------
    path : str
    correlation : float
        Of the ranks (Spearman).
    chance : float
        How often the strongest of all parameters would be as strong if none mattered: draws shuffled.
    turns_at : float
        Value at which a straight line through the draws changes sign; NaN beyond what was drawn.
    rises : bool
        Whether the effect is larger where the parameter is.
    parameters, draws : int
        How many were looked at.
    """

    path: str
    correlation: float
    chance: float
    turns_at: float
    rises: bool
    parameters: int
    draws: int

    @property
    def is_clear(self) -> bool:
        """Whether chance is no explanation."""
        return self.chance < CHANCE


def explains(results: Results, comparison: Comparison, outcome: str) -> Explains | None:
    """Find which of the drawn parameters an effect hangs on most; None with too few draws."""
    rows, drawn = effects_drawn(results, comparison, outcome), results.tables.get("drawn")
    if drawn is None or rows.empty:
        return None
    effects = rows.groupby("draw")["effect"].mean().dropna()
    known = _parameters(drawn.columns)
    values = drawn.groupby("draw")[known].first().loc[effects.index]
    values = values.loc[:, values.nunique() > 1]
    if len(effects) < FEWEST_DRAWS or values.empty:
        return None
    x, y = values.to_numpy(float), effects.to_numpy(float)
    found = correlations(x, y)
    most = int(np.abs(found).argmax())
    return Explains(
        str(values.columns[most]), float(found[most]), _chance(x, y), _turn(x[:, most], y), bool(found[most] > 0),
        x.shape[1], len(y),
    )  # fmt: skip


def correlations(x: Array, y: Array) -> Array:
    """Rank correlation of each column with y.

    Parameters
    ----------
    x : shape (draws, parameters)
    y : shape (draws,)
    """
    return np.asarray(_unit_ranks(y) @ _unit_ranks(x), float)


def _unit_ranks(values: Array) -> Array:
    """Ranks of each column, of mean 0 and length 1; 0 where all are equal."""
    from scipy.stats import rankdata  # takes half a second to load

    ranks = rankdata(values, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    return np.asarray(ranks / np.where(length == 0, 1.0, length), float)


def _chance(x: Array, y: Array) -> float:
    """Share of shuffles in which the strongest correlation is as strong; the draws as they are count as one."""
    generator, ranks = np.random.default_rng(0), _unit_ranks(y)
    shuffled = np.stack([generator.permutation(ranks) for _ in range(SHUFFLES)])
    strongest = np.abs(shuffled @ _unit_ranks(x)).max(axis=1)
    return float(1 + (strongest >= np.abs(correlations(x, y)).max() - 1e-12).sum()) / (1 + SHUFFLES)


def _turn(x: Array, y: Array) -> float:
    slope, level = np.polyfit(x, y, 1)
    at = -level / slope if slope else np.nan
    return float(at) if x.min() < at < x.max() else float("nan")


def _parameters(columns: Iterable[str]) -> list[str]:
    """Those columns that are paths of parameters."""
    groups = tuple(f"{name}." for name in Parameters.model_fields)
    return [column for column in map(str, columns) if column.startswith(groups)]
