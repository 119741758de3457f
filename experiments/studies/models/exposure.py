"""Odds of adopting with an adopter among those one names: tables of exposure, their odds ratio, and shuffles of time.

A person is at risk in every period up to the own adoption, and exposed from the period after the first adoption among
those whom the person names. The odds ratio of Mantel & Haenszel (1959) takes one two-by-two table per stratum, so that
only people of the same stratum are compared: of the same period, or of the same village and period.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.measures.statistics import bootstrap
from sim.errors import UserError

Strata = Literal["period", "village"]
"""What people must share to be compared: the period; the village and the period."""

Exposure = Literal["any", "one"]
"""What is compared with no adopter among those named: at least one; exactly one."""

Z = 1.959964  # of a 95 % interval


class Network(NamedTuple):
    """A village (or several) of people, whom they name, and when they adopted; N people, E ties."""

    people: NDArray[np.int64]  # shape (N,); ids, rising
    village: NDArray[np.int64]  # shape (N,); village of each, counted from 0
    # shape (N,); period of adoption, 1 to ``last``; ``last + 1`` where it did not come within the window (censored)
    time: NDArray[np.int64]
    last: int  # last period of the window
    # shape (E,); rows of who names and who is named, each pair once
    ego: NDArray[np.int64]
    nominee: NDArray[np.int64]

    @property
    def curve(self) -> NDArray[np.float64]:
        """Share of people who have adopted by the end of each period, shape (last,)."""
        return np.array([np.mean(self.time <= period) for period in range(1, self.last + 1)])


def read_network(folder: Path, name: str) -> Network:
    """Read ``NAME_adoption.csv`` (id, group, toa, adopted) and ``NAME_edges.csv`` (ego, nominee).

    Raises
    ------
    UserError
        If a file or a column is missing, a tie names somebody unknown, or ``adopted`` and ``toa`` disagree about who
        was censored.
    """
    path = folder / f"{name}_adoption.csv"
    people = _table(path, ("id", "group", "toa", "adopted")).sort_values("id")
    ties = _table(folder / f"{name}_edges.csv", ("ego", "nominee")).drop_duplicates()
    ids, time = people["id"].to_numpy(np.int64), people["toa"].to_numpy(np.int64)
    last = int(time[people["adopted"] == 1].max())
    if not np.array_equal(time <= last, people["adopted"] == 1):
        raise UserError(f"{path}: adopted=0 with toa up to {last}; expected a later period for all who did not adopt")
    ends = ties[["ego", "nominee"]].to_numpy(np.int64)
    if not np.isin(ends, ids).all():
        raise UserError(f"{folder / f'{name}_edges.csv'}: names people who are not in {path.name}")
    ego, nominee = np.searchsorted(ids, ends).T
    return Network(ids, np.unique(people["group"], return_inverse=True)[1], time, last, ego, nominee)


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        return pd.read_csv(path)[list(columns)]
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; expected columns {', '.join(columns)}") from None
    except (KeyError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise UserError(f"{path}: expected columns {', '.join(columns)}") from None


def coarser(network: Network, periods: int) -> Network:
    """The network with so many periods taken as one; those censored stay so."""
    last = -(-network.last // periods)
    time = np.where(network.time <= network.last, -(-network.time // periods), last + 1)
    return network._replace(time=time, last=last)


def exposure_tables(network: Network, time: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Count person-periods at risk by village, period, adopters among those named, and adoption.

    People who name nobody cannot be exposed, and are left out.

    Parameters
    ----------
    time
        Periods of adoption other than the network's own, shape (N,).

    Returns
    -------
    ndarray of int64, shape (villages, periods, 3, 2)
        The last two axes: adopters among those named at the end of the period before (none, one, more), and whether the
        person adopts in the period.
    """
    time = network.time if time is None else time
    people, last = len(time), network.last
    begun = np.bincount(network.ego * (last + 2) + time[network.nominee], minlength=people * (last + 2))
    adopters = np.cumsum(begun.reshape(people, last + 2)[:, :last], axis=1)  # column t: by the end of period t
    names = np.bincount(network.ego, minlength=people) > 0
    person, column = np.nonzero(names[:, None] & (time[:, None] > np.arange(last)))
    level, adopts = np.minimum(adopters[person, column], 2), time[person] == column + 1
    villages = int(network.village.max()) + 1
    cell = ((network.village[person] * last + column) * 3 + level) * 2 + adopts
    return np.bincount(cell, minlength=villages * last * 6).reshape(villages, last, 3, 2)


def stratified(tables: NDArray[np.int64], strata: Strata, exposure: Exposure = "any") -> NDArray[np.int64]:
    """Tables summed over what people need not share; shape (strata, 2, 2): exposed or not, adopts or not."""
    exposed = tables[:, :, 1] if exposure == "one" else tables[:, :, 1:].sum(axis=2)
    table = np.stack([tables[:, :, 0], exposed], axis=2)
    return table.sum(axis=0) if strata == "period" else table.reshape(-1, 2, 2)


class OddsRatio(NamedTuple):
    """An odds ratio with its 95 % interval, and the standard error of its logarithm."""

    value: float
    low: float
    high: float
    error: float


def mantel_haenszel(tables: NDArray[np.int64]) -> OddsRatio:
    """Common odds ratio of two-by-two tables, with the variance of Robins, Breslow & Greenland (1986).

    Parameters
    ----------
    tables
        Counts, shape (strata, 2, 2): exposed or not, adopts or not.

    Returns
    -------
    OddsRatio
        nan where no stratum has both kinds of people and both outcomes.
    """
    total = tables.sum(axis=(1, 2))
    kept = tables[total > 0].astype(float)
    total = total[total > 0]
    a, b, c, d = kept[:, 1, 1], kept[:, 1, 0], kept[:, 0, 1], kept[:, 0, 0]
    for_, against = a * d / total, b * c / total
    up, down = for_.sum(), against.sum()
    if up == 0 or down == 0:
        return OddsRatio(np.nan, np.nan, np.nan, np.nan)
    concordant, discordant = (a + d) / total, (b + c) / total
    variance = (
        (concordant * for_).sum() / (2 * up**2)
        + (concordant * against + discordant * for_).sum() / (2 * up * down)
        + (discordant * against).sum() / (2 * down**2)
    )
    error = float(np.sqrt(variance))
    value = float(up / down)
    return OddsRatio(value, value * float(np.exp(-Z * error)), value * float(np.exp(Z * error)), error)


def over_villages(
    tables: NDArray[np.int64], strata: Strata, draws: int, generator: np.random.Generator
) -> tuple[float, float]:
    """95 % interval of the odds ratio by resampling whole villages (the cluster bootstrap; Efron & Tibshirani 1993)."""
    _, low, high = bootstrap(
        lambda rows: mantel_haenszel(stratified(tables[rows], strata)).value, len(tables), draws, generator
    )
    return low, high


def shuffled_times(network: Network, adopters_only: bool, generator: np.random.Generator) -> NDArray[np.int64]:
    """Times of adoption dealt anew within each village, shape (N,).

    Ties and each village's own curve of adoption stay, the link between the two is broken.

    Parameters
    ----------
    adopters_only
        True keeps who ever adopts, and shuffles when (Anagnostopoulos, Kumar & Mahdian 2008): friends who are alike in
        being disposed to adopt stay so.
    """
    moved = network.time <= network.last if adopters_only else np.ones(len(network.time), bool)
    rows = np.flatnonzero(moved)
    place = rows[np.argsort(network.village[rows], kind="stable")]
    dealt = rows[np.lexsort((generator.random(len(rows)), network.village[rows]))]
    time = network.time.copy()
    time[place] = network.time[dealt]
    return time


class Shuffles(NamedTuple):
    """What the odds ratio is when times are shuffled."""

    value: float  # median over shuffles
    # range of the middle 95 % of shuffles
    low: float
    high: float
    p: float  # share of shuffles, the data counted as one of them, that reach the odds ratio of the data (one-sided)


def shuffle_test(
    network: Network, strata: Strata, adopters_only: bool, draws: int, generator: np.random.Generator
) -> Shuffles:
    """Odds ratio of the data against that of so many shuffles; see `shuffled_times`."""

    def ratio(time: NDArray[np.int64]) -> float:
        return mantel_haenszel(stratified(exposure_tables(network, time), strata)).value

    found = np.array([ratio(shuffled_times(network, adopters_only, generator)) for _ in range(draws)])
    p = (1 + np.count_nonzero(found >= ratio(network.time))) / (draws + 1)
    low, middle, high = np.nanquantile(found, (0.025, 0.5, 0.975))
    return Shuffles(float(middle), float(low), float(high), float(p))
