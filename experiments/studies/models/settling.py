"""Which outcomes of the headline are followed over the size of the market, and from which size on they stay."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from experiments.design.configuration import load_settings
from experiments.drawing.style import BLUE, INK, PALE
from experiments.measures.outcomes import INTERESTS, SHOWN
from experiments.measures.statistics import t_interval
from experiments.studies.paired import effect
from sim.parameters import Parameters
from sim.results.outcomes import OUTCOMES

BASE = "commission-private-koc"
FLIPS = {
    "commission_free-private-koc": "no commission",
    "commission-public-koc": "public domain",
    "commission-private-kol": "KOLs",
}
"""Arms that differ from the base in one factor, and by what."""

TOTALS = ("people", "people/week", "yuan")  # units of what is followed by the head, sums of money also by the day
MEASURED = tuple(outcome for outcome in SHOWN if outcome in OUTCOMES)  # of the verdict, those that one run has
SHORT = {
    "reach": "reach in a week", "creator_conversion": "creators' conversion", "conversion": "conversion",
    "acquisition_cost": "acquisition cost", "gmv_kept": "GMV kept", "repurchase": "repurchase", "trust": "trust",
    "kocs": "KOCs", "koc_income": "KOC's income", "koc_net_income": "KOC's net income",
    "creator_income_gini": "Gini of income", "brand_profit": "brands' profit", "revenue_take": "revenue: take",
    "revenue_annual_fee": "revenue: annual fees", "revenue_ads": "revenue: ads",
    "revenue_withdrawal_fee": "revenue: withdrawals", "revenue_float": "revenue: float",
}  # fmt: skip
"""What fits above a small panel, where the recorder's name does not."""


class Quantity(NamedTuple):
    """An outcome of an arm, or the effect of a single change on it as a share of its value in the base."""

    label: str
    outcome: str
    arm: str
    effect: bool


def quantities() -> list[Quantity]:
    """Every outcome of the verdict, then every factor's effect on what the parties want."""
    name = {outcome: SHORT.get(outcome, one.label) for outcome, one in OUTCOMES.items()}
    level = {outcome: f"{name[outcome]} a head" for outcome, one in OUTCOMES.items() if one.unit in TOTALS}
    wanted = [(arm, outcome) for arm in FLIPS for party in INTERESTS.values() for outcome in party]
    return [
        *(Quantity(level.get(outcome, name[outcome]), outcome, BASE, False) for outcome in MEASURED),
        *(Quantity(f"{FLIPS[arm]}: {name[outcome]}", outcome, arm, True) for arm, outcome in wanted),
    ]


def by_head(outcomes: pd.DataFrame, people: int, days: int) -> pd.DataFrame:
    """Outcomes of the verdict, those that grow with the market by the head (and money by the day)."""
    per = {"people": people, "people/week": people, "yuan": people * days}
    return outcomes[list(MEASURED)] / [per.get(OUTCOMES[name].unit, 1) for name in MEASURED]


def values(table: pd.DataFrame, one: Quantity) -> pd.DataFrame:
    """A quantity, a row per size, a column per seed; effects are NaN where the base is not above zero."""
    level = table.xs(one.arm, level="arm")[one.outcome]
    return (effect(table, one.outcome, BASE, one.arm) if one.effect else level).unstack("seed")


GMV = Quantity("GMV a head", "gmv", BASE, False)


class Settling(NamedTuple):
    """How a quantity depends on size."""

    last: float  # mean in the largest market
    gaps: pd.DataFrame  # distance from the largest, by people: value, low, high
    settled: float  # people from which on it stays within the tolerance; infinite if only the largest is
    spread: NDArray[np.float64]  # standard deviation over seeds, over the mean, by people
    paired: NDArray[np.float64]  # that of the same seed's value around its value in an endless market

    @property
    def before(self) -> pd.Series:
        """Distance of the second largest market."""
        return self.gaps.iloc[-2]


def settling(one: Quantity, values: pd.DataFrame, tolerance: float) -> Settling:
    """How a quantity depends on size; a size is within the tolerance if the whole interval of its distance is."""
    last = values.iloc[-1]
    scale = 1.0 if one.effect else abs(float(last.mean()))  # effects are shares already
    gap = (values - last) / scale
    intervals = [t_interval(row)[:3] for _, row in gap.iterrows()]
    table = pd.DataFrame(intervals, gap.index, columns=["value", "low", "high"])
    inside = (table.low >= -tolerance) & (table.high <= tolerance)
    stays = inside.iloc[:-1][::-1].cummin()[::-1]
    settled = float(stays.index[stays].min()) if stays.any() else np.inf
    # the largest market has shocks of its own, with 1 / N of each market's variance
    share = 1 + gap.index.to_numpy(float) / gap.index[-1]
    spread, given = values.std(axis=1) / scale, gap.std(axis=1) / np.sqrt(share)
    return Settling(float(last.mean()), table, settled, spread.to_numpy(), given.to_numpy())


def power(people: Any, spread: NDArray[np.float64], seeds: int) -> tuple[float, float, float]:
    """Slope of log standard deviation on log size, with its 95 % interval.

    The log of a standard deviation of n normal values has a standard error of ``1 / sqrt(2 (n - 1))``.
    """
    x = np.log(np.asarray(people, float))
    x -= x.mean()
    slope = float(x @ np.log(spread) / (x @ x))
    half = 1.96 / np.sqrt(2 * (seeds - 1) * (x @ x))
    return slope, slope - half, slope + half


MOST = 3.0  # the share beyond which panels are cut


def arms(people: int) -> dict[str, Parameters]:
    """The base of the headline and its three single changes, by name."""
    settings = load_settings(["experiment=headline", f"market.consumers={people}"])
    every = {arm.name: arm.parameters for arm in settings.arms()}
    return {name: every[name] for name in (BASE, *FLIPS)}


def gap(of: pd.Series) -> str:
    """A distance in words."""
    half = (of.high - of.low) / 2
    return f"{of.value:+.1%} ± {half:.1%}" if np.isfinite(half) else "n/a"


def against_size(axes: Axes, one: Settling, tolerance: float) -> None:
    """Distance from the largest market, by people."""
    gaps = one.gaps.clip(-MOST, MOST)
    axes.axhspan(-tolerance, tolerance, color=PALE, lw=0)
    error = np.abs(gaps[["low", "high"]].to_numpy().T - gaps.value.to_numpy())
    axes.errorbar(gaps.index, gaps.value, error, fmt="o-", ms=2.2, color=BLUE, lw=1.1, elinewidth=0.9)
    axes.axhline(0, color=INK, lw=0.5)
    axes.set_yscale("symlog", linthresh=tolerance, linscale=1.0)
    axes.set(ylim=(-MOST, MOST), xscale="log")
    ticks = sorted({-1.0, -0.2, 0.0, 0.2, 1.0, -tolerance, tolerance})
    axes.set_yticks(ticks, [f"{tick:+.0%}" if tick else "0" for tick in ticks])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()
