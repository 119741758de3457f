"""Two arms, or two experiments, against each other: paired by seed and point where they share them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.measures.statistics import LEVEL, Estimate, holm, t_interval
from experiments.table.results import Results, chosen, read
from sim.errors import UserError
from sim.results.outcomes import OUTCOMES

FIXED = ("days", "burn_in")


class Side(NamedTuple):
    """Runs of one arm, or of all arms together where `arm` is None."""

    sweep: Results
    arm: str | None
    beside: bool = False  # whether the other side is another arm of the same folder, which then goes without saying

    @property
    def name(self) -> str:
        """Name for people, in the language spoken."""
        if self.arm is None:
            return self.sweep.name
        return self.sweep.arm_label(self.arm) if self.beside else f"{self.sweep.name}:{self.arm}"


class Difference(NamedTuple):
    """The second side less the first, on one outcome.

    `size` is Cohen's d_z where paired: mean over standard deviation of the differences; else the difference over the
    root mean square of the two sides' standard deviations.
    """

    outcome: str
    first: float
    second: float
    estimate: Estimate
    size: float
    p_holm: float = np.nan


class Taken(NamedTuple):
    """How differences were taken: over the seeds that the sides share, over points of one seed, or apart."""

    over: str  # ``seeds``, ``points`` or ``apart``
    units: int  # of the first side; of both where they are shared
    others: int  # of the second side
    points: int = 1  # shared points whose mean each seed is
    unlike: bool = False  # whether each side is a mean over points of its own

    @property
    def paired(self) -> bool:
        """Whether each unit of one side has its like on the other."""
        return self.over != "apart"


class Compared(NamedTuple):
    """All differences, how they were taken, and what to be careful about: its kind and what it is about."""

    differences: list[Difference]
    taken: Taken
    cautions: list[tuple[str, ...]]


_Samples = tuple[pd.Series, pd.Series, Taken]
"""Values of the units of replication on either side, alike in order where paired; and how they were taken."""


def sides(first: str, second: str) -> tuple[Side, Side]:
    """What the user names: two folders, or arms of them, ``FOLDER:ARM``.

    Raises
    ------
    UserError
        If there is no such folder or arm, or the two are the same.
    """
    one, other = _side(first), _side(second)
    if one.name == other.name:
        raise UserError(f"{first} {second}: the same twice; expected two arms or two folders")
    beside = bool(one.arm and other.arm and one.sweep.name == other.sweep.name)
    return one._replace(beside=beside), other._replace(beside=beside)


def _side(text: str) -> Side:
    folder, colon, arm = text.rpartition(":")
    if not colon or Path(text).is_dir():
        sweep = read(Path(text))
        return Side(sweep, None)
    sweep = read(Path(folder))
    return Side(sweep, chosen(arm, sweep.finished, f"{text}: arm"))


def compare(first: Side, second: Side, outcomes: Sequence[str]) -> Compared:
    """Compare two sides on some outcomes.

    Parameters
    ----------
    first, second
        The difference is the second less the first.
    outcomes
        Outcomes that both have; a family for Holm's adjustment.

    Returns
    -------
    Compared
        By seed: a seed's value is its mean over points and arms, and the interval is over seeds. Where the sides share
        a single seed, but several points, the interval is over points.

    Raises
    ------
    UserError
        If the two sides share no arm where none is named, or no run of an outcome finished on both.
    """
    arms = _arms(first, second)
    samples = [
        _samples(*(_cells(side, names, outcome) for side, names in zip((first, second), arms, strict=True)))
        for outcome in outcomes
    ]
    found = [_difference(outcome, own) for outcome, own in zip(outcomes, samples, strict=True)]
    if not any(d.estimate.seeds for d in found):
        raise UserError(f"{first.name} and {second.name}: no run finished on both sides")
    adjusted = holm([d.estimate.p for d in found])
    found = [d._replace(p_holm=float(p)) for d, p in zip(found, adjusted, strict=True)]
    *_, taken = samples[-1]
    return Compared(found, taken, _cautions(first.sweep, second.sweep, taken))


def shared_outcomes(first: Results, second: Results, wanted: Sequence[str]) -> list[str]:
    """The outcomes asked for, as far as both sides have them."""
    both = [name for name in first.outcomes if name in second.outcomes]
    return [name for name in dict.fromkeys(wanted) if name in both]


def _arms(first: Side, second: Side) -> tuple[list[str], list[str]]:
    """Arms of either side that are averaged."""
    ones, others = (side.sweep.finished for side in (first, second))
    if first.arm and second.arm:
        return [first.arm], [second.arm]
    if first.arm or second.arm:  # an arm against a folder: against its arm of that name, or its only one
        named, free, side = (first.arm, others, second) if first.arm else (second.arm, ones, first)
        assert named is not None
        if named not in free and len(free) > 1:
            raise UserError(f"{side.name}: has no arm {named} and several others; expected {side.name}:ARM")
        other = named if named in free else free[0]
        return ([named], [other]) if first.arm else ([other], [named])
    shared = [arm for arm in ones if arm in others]
    if shared:
        return shared, shared
    if len(ones) == len(others) == 1:
        return ones, others
    raise UserError(f"{first.name} and {second.name}: share no arm; expected FOLDER:ARM")


def _cells(side: Side, arms: list[str], outcome: str) -> pd.DataFrame:
    """A row for each point, named by its parameters' values, a column for each seed; the mean over arms."""
    cells = side.sweep.cells(outcome, *arms)
    points = side.sweep.points.loc[cells.index]
    cells.index = pd.Index([" ".join(f"{k}={v!r}" for k, v in row.items()) for row in points.to_dict("records")])
    return cells


def _samples(first: pd.DataFrame, second: pd.DataFrame) -> _Samples:
    points = [p for p in first.index if p in set(second.index)]
    unlike = not points and max(len(first), len(second)) > 1
    if points:
        first, second = first.loc[points], second.loc[points]
    seeds = [s for s in first.columns if s in set(second.columns)]
    if not seeds:
        ones, others = first.mean().dropna(), second.mean().dropna()
        return ones, others, Taken("apart", len(ones), len(others), unlike=unlike)
    first, second = first[seeds], second[seeds]
    if points:  # the same points in every seed
        whole = first.notna().all(axis=1) & second.notna().all(axis=1)
        if whole.any():
            first, second = first[whole], second[whole]
    if len(seeds) == 1 and points and len(first) > 1:
        return first.iloc[:, 0], second.iloc[:, 0], Taken("points", len(first), len(first))
    among = len(first) if points else 1
    return first.mean(), second.mean(), Taken("seeds", len(seeds), len(seeds), among, unlike)


def _difference(outcome: str, samples: _Samples) -> Difference:
    first, second, taken = samples
    if taken.paired:
        gaps = (second - first).dropna()
        kept = gaps.index
        spread = float(gaps.std(ddof=1)) if len(gaps) > 1 else np.nan
        means = float(first[kept].mean()), float(second[kept].mean())
        return Difference(outcome, *means, t_interval(gaps), _ratio(float(gaps.mean()), spread))
    spread = float(np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2))
    estimate = welch(first, second)
    return Difference(outcome, float(first.mean()), float(second.mean()), estimate, _ratio(estimate.value, spread))


def welch(first: pd.Series, second: pd.Series) -> Estimate:
    """Second mean less the first, variances unequal (Welch 1947)."""
    gap = float(second.mean() - first.mean())
    seeds = len(first) + len(second)
    if min(len(first), len(second)) < 2:
        return Estimate(gap, -np.inf, np.inf, 1.0, 1)
    if first.nunique() == second.nunique() == 1:
        return Estimate(gap, gap, gap, float(gap == 0), seeds)
    from scipy.stats import ttest_ind  # takes half a second to load

    test = ttest_ind(second, first, equal_var=False)
    low, high = test.confidence_interval(LEVEL)
    return Estimate(gap, float(low), float(high), float(test.pvalue), seeds)


def _ratio(value: float, spread: float) -> float:
    return float(value / spread) if spread > 0 else np.nan


def _cautions(first: Results, second: Results, taken: Taken) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    models = [(s.manifest.get("model") or {}).get("hash") for s in (first, second)]
    if None not in models and models[0] != models[1]:
        found.append(("sources",))
    for key in FIXED:
        values = [(s.config.get("experiment") or {}).get(key) for s in (first, second)]
        if None not in values and values[0] != values[1]:
            found.append(("setting", f"experiment.{key}", *map(str, values)))
    if not taken.paired:
        found.append(("apart",))
    return found


def standing(difference: Difference) -> str:
    """Which side is better: ``second``, ``first``, or empty where unclear or neither."""
    better = OUTCOMES[difference.outcome].better
    if not difference.estimate.clear or better == 0:
        return ""
    return "second" if difference.estimate.value * better > 0 else "first"
