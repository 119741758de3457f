"""A finished run, read from its folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.measures.outcomes import capital
from experiments.measures.statistics import Comparison
from experiments.report.worth import with_worth
from experiments.runs.working_folder import destination
from experiments.settings.language import said
from experiments.table.reading import Folder, find
from sim.errors import UserError

ALL_ARMS = "arm"


CELLS = "map_"  # with which the names of the arms begin that make the map of tipping


@dataclass(frozen=True)
class Results:
    """The tables of a run folder and the design they come from.

    Attributes
    ----------
    runs : DataFrame
        A row per arm and seed that finished, with the outcomes.
    daily, funnel, creators, split : DataFrame
        Tidy tables with columns `arm` and `seed`.
    flips : DataFrame or None
        Checks of the soft assumptions, if they were made.
    posterior : DataFrame or None
        Effects at draws from the posterior, if they were made.
    drawn : DataFrame or None
        The runs at these draws: a row for each draw, arm and seed, with the parameters drawn and the outcomes.
    graph : DataFrame or None
        What the social graph of each run is like, if it was kept.
    platforms : DataFrame or None
        What each platform has on each day, if it was kept.
    factors : dict
        Levels of every factor; the first is what the others are compared with. An experiment without factors has one,
        its arms.
    arms : DataFrame, a row per arm of the factorial, a column per factor
    extras : DataFrame, the same for arms beside the factorial
        No level where the arm steps out of the design.
    labels : dict
        Names for people of arms, factors and levels.
    unfinished : int
        Arms and seeds that did not finish.
    without_promotion : dict
        For each arm, the one of equal policy in which brands spend nothing, if there is one.
    days : int
        That were measured.
    """

    folder: Path
    name: str
    runs: pd.DataFrame
    daily: pd.DataFrame
    funnel: pd.DataFrame
    creators: pd.DataFrame
    split: pd.DataFrame
    flips: pd.DataFrame | None
    posterior: pd.DataFrame | None
    drawn: pd.DataFrame | None
    graph: pd.DataFrame | None
    platforms: pd.DataFrame | None
    config: dict[str, Any]
    manifest: dict[str, Any]
    factors: dict[str, tuple[str, ...]]
    arms: pd.DataFrame
    extras: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    unfinished: int = 0
    without_promotion: dict[str, str] = field(default_factory=dict)
    days: int = 0
    _by_seed: dict[str, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def seeds(self) -> int:
        """Seeds with at least one finished arm."""
        return int(self.runs["seed"].nunique())

    @property
    def comparisons(self) -> list[Comparison]:
        """Every level of every factor against its first; not of one at whose levels answers stand side by side."""
        asked = {factor: levels for factor, levels in self.factors.items() if factor != find(self.config, "beside")}
        return [Comparison(factor, levels[0], level) for factor, levels in asked.items() for level in levels[1:]]

    @property
    def burn_in(self) -> int:
        """Days before the outcomes are counted; 0 if the configuration does not say."""
        return int(find(self.config, "burn_in") or 0)

    @property
    def people(self) -> float:
        """Consumers of a market, in the mean; 0 where nothing tells."""
        if self.graph is not None:
            return float(self.graph["consumers"].mean())  # a graph from a file brings its own people
        return float((self.config.get("market") or {}).get("consumers") or 0)

    def label(self, name: str) -> str:
        """Name for people of a factor, level or arm."""
        return said(self.labels.get(name, name.replace("_", " ")))

    def arm_label(self, arm: str) -> str:
        """Name for people of an arm: its own, or its levels'."""
        if arm in self.labels or arm not in self.arms.index:
            return self.label(arm)
        return said(", ").join(self.label(str(level)) for level in self.arms.loc[arm])

    @property
    def each_arm(self) -> list[str]:
        """Arms that are told of one by one: all but the cells of a map."""
        return [arm for arm in map(str, (*self.arms.index, *self.extras.index)) if not arm.startswith(CELLS)]

    @property
    def against(self) -> dict[str, str]:
        """Arms beside the factorial that are compared with one arm that they name."""
        told = find(self.config, "extra_arms") or {}
        named = {str(arm): str((each or {}).get("against") or "") for arm, each in told.items()}
        known = {*self.arms.index, *self.extras.index}
        return {arm: other for arm, other in named.items() if other in known}

    def is_own_market(self, check: str) -> bool:
        """Whether the runs of a check, ``flips`` or ``posterior``, are as large and as long as the experiment's."""
        told = find(self.config, check) or {}
        return all(told.get(key) is None for key in ("consumers", "days", "burn_in"))

    @property
    def has_draws(self) -> bool:
        """Whether there are effects at draws from the posterior."""
        return self.posterior is not None and not self.posterior.empty

    def question(self, factor: str, comparison: Comparison | None = None) -> str:
        """The question that a factor answers; of a factor of several levels, that of one comparison."""
        levels = (comparison.high, comparison.low) if comparison else self.factors[factor]
        asked = None if comparison else (find(self.config, "questions") or {}).get(factor)
        return said(str(asked)) if asked else capital(f" {said('or')} ".join(map(self.label, levels))) + said("?")

    def outcome(self, key: str) -> pd.DataFrame:
        """An outcome with a row per seed and a column per arm; NaN where a run did not finish."""
        if key not in self._by_seed:  # a report asks for each some twenty times
            wide = self.runs.pivot(index="seed", columns="arm", values=key).astype(float)
            self._by_seed[key] = wide.reindex(columns=[*self.arms.index, *self.extras.index])
        return self._by_seed[key]

    def outcomes(self, keys: Iterable[str]) -> pd.DataFrame:
        """Outcomes one below the other: a row for each outcome and seed, a column per arm."""
        return pd.concat({key: self.outcome(key) for key in keys}, names=["outcome"])


def load(folder: Path) -> Results:
    """Read a run folder.

    Parameters
    ----------
    folder
        ``results/<experiment>/<time>``.

    Returns
    -------
    Results

    Raises
    ------
    UserError
        If a file is missing or broken, nothing finished, or the arms do not make a full factorial.
    """
    left = Folder(folder)
    config = left.config()
    every = left.runs(config)
    finished = every[every["status"] == "finished"]
    if finished.empty:
        raise UserError(f"{folder / 'runs.parquet'}: no run finished, so there is nothing to report")
    factors = _factors(every, config)
    levels = every.drop_duplicates("arm").set_index("arm")
    levels = levels.assign(**{ALL_ARMS: levels.index})[list(factors)]
    inside = pd.Series(True, index=levels.index)
    for factor, known in factors.items():
        inside &= levels[factor].isin(known)
    _check_factorial(folder, levels[inside], factors)
    tables = {name: left.table(name) for name in ("daily", "funnel", "creators", "split")}
    flips, posterior, drawn, graph, platforms = (
        left.table(n) if left.has(n) else None for n in ("flips", "posterior", "drawn", "graph", "platforms")
    )
    unpaid = left.manifest.get("without_promotion") or {}
    days = int(find(config, "days") or 0) - int(find(config, "burn_in") or 0)
    finished = with_worth(finished, unpaid, days)
    labels = {str(k): str(v) for k, v in (find(config, "labels") or {}).items()}
    name = find(config, "name") if isinstance(find(config, "name"), str) else None
    return Results(
        folder=folder, name=name or destination(folder.resolve()).parent.name, runs=finished, config=config,
        manifest=left.manifest, factors=factors, arms=levels[inside], extras=levels[~inside], labels=labels,
        unfinished=len(every) - len(finished), flips=flips, posterior=posterior, graph=graph, platforms=platforms,
        drawn=None if drawn is None else with_worth(drawn, unpaid, days), without_promotion=unpaid, days=days,
        **tables,
    )  # fmt: skip


def _factors(runs: pd.DataFrame, config: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    declared = find(config, "factors")
    if isinstance(declared, dict) and declared:
        return {str(factor): tuple(map(str, levels)) for factor, levels in declared.items()}
    return {ALL_ARMS: tuple(runs["arm"].unique())}


def _check_factorial(folder: Path, arms: pd.DataFrame, factors: dict[str, tuple[str, ...]]) -> None:
    expected = 1
    for levels in factors.values():
        expected *= len(levels)
    distinct = len(arms.drop_duplicates())
    if distinct != expected or len(arms) != expected:
        raise UserError(
            f"{folder / 'runs.parquet'}: {len(arms)} arms with {distinct} combinations of levels, expected one arm for "
            f"each of the {expected} combinations of {', '.join(factors)}"
        )
