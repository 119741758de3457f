"""Finished runs of an experiment, at one point of its parameters or at many, and the design that they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from experiments.design.factors import RUN_COLUMNS
from experiments.measures.outcomes import capital
from experiments.measures.statistics import Comparison
from experiments.runs.working_folder import destination
from experiments.settings.language import said
from experiments.table.reading import Folder
from sim.errors import UserError, nearest
from sim.results.outcomes import OUTCOMES

POINT, ARM = "point", "arm"
CELLS = "map_"  # with which the names of the arms begin that make the map of tipping


@dataclass(frozen=True)
class Results:
    """Finished runs, and the design that they come from.

    Attributes
    ----------
    name : str
        For messages: the folder, or the experiment.
    runs : DataFrame
        A row for each point, arm and seed that finished; `point` is 0 throughout where no parameter was varied.
    factors : dict
        Levels of every factor; the first is what the others are compared with.
    levels : DataFrame, a row per arm, a column per factor
        No level where an arm steps out of the design.
    varied, choices : tuple of str
        Paths of the parameters that differ between points, those derived from others left out: numbers, and others.
    config, manifest : mapping
        As the folder has them; empty for a table without a folder.
    unfinished : int
        Runs that did not finish.
    tables : dict of DataFrame
        Further tables of the folder, by name.
    """

    name: str
    runs: pd.DataFrame
    factors: dict[str, tuple[str, ...]]
    levels: pd.DataFrame
    varied: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    unfinished: int = 0
    folder: Path = Path()
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def given(self, key: str) -> Any:
        """Value of a key of the experiment, or of the configuration's top level; None if neither has it."""
        experiment = self.config.get("experiment") or {}
        return experiment[key] if key in experiment else self.config.get(key)

    def setting(self, path: str) -> Any:
        """Configured value of a parameter by its dotted path; None if the configuration does not tell."""
        value: Any = self.config
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def design_of(self, path: str) -> Any:
        """What the design says of a parameter: values, a range, or that it is the plausible one; None if nothing."""
        return ((self.given("design") or {}).get("vary") or {}).get(path)

    @property
    def burn_in(self) -> int:
        """Days before the outcomes are counted; 0 if the configuration does not say."""
        return int(self.given("burn_in") or 0)

    @property
    def days(self) -> int:
        """Days that were measured."""
        return int(self.given("days") or 0) - self.burn_in

    @property
    def people(self) -> float:
        """Consumers of a market, in the mean; 0 where nothing tells."""
        if "graph" in self.tables:
            return float(self.tables["graph"]["consumers"].mean())  # a graph from a file brings its own people
        return float(self.setting("market.consumers") or 0)

    @property
    def daily(self) -> pd.DataFrame:
        """Figures of each day, arm and seed."""
        return self.tables["daily"]

    @property
    def seeds(self) -> int:
        """Seeds with at least one finished arm."""
        return int(self.runs["seed"].nunique())

    @property
    def points(self) -> pd.DataFrame:
        """Values of the varied parameters, a row for each point."""
        return self.runs.drop_duplicates(POINT).set_index(POINT)[list(self.varied)].sort_index()

    @cached_property
    def arms(self) -> pd.DataFrame:
        """Levels of the arms of the factorial."""
        return self.levels[self._inside]

    @cached_property
    def extras(self) -> pd.DataFrame:
        """The same of the arms beside it."""
        return self.levels[~self._inside]

    @property
    def _inside(self) -> pd.Series:
        inside = pd.Series(True, index=self.levels.index)
        for factor, known in self.factors.items():
            inside &= self.levels[factor].isin(known)
        return inside

    @property
    def finished(self) -> list[str]:
        """Arms of which a run finished."""
        return list(map(str, self.runs[ARM].unique()))

    @property
    def each_arm(self) -> list[str]:
        """Arms that are told of one by one, those of the factorial first: all but the cells of a map."""
        return [arm for arm in map(str, (*self.arms.index, *self.extras.index)) if not arm.startswith(CELLS)]

    @property
    def without_promotion(self) -> dict[str, str]:
        """For each arm, the one of equal policy in which brands spend nothing, if there is one."""
        return self.manifest.get("without_promotion") or {}

    @property
    def against(self) -> dict[str, str]:
        """Arms beside the factorial that are compared with one arm that they name."""
        named = {str(arm): (each or {}).get("against") for arm, each in (self.given("extra_arms") or {}).items()}
        return {arm: str(other) for arm, other in named.items() if other in self.levels.index}

    @property
    def comparisons(self) -> list[Comparison]:
        """Every level of every factor against its first; not of one at whose levels answers stand side by side."""
        asked = {factor: levels for factor, levels in self.factors.items() if factor != self.given("beside")}
        return [Comparison(factor, levels[0], level) for factor, levels in asked.items() for level in levels[1:]]

    def is_own_market(self, check: str) -> bool:
        """Whether the runs of a check, ``flips`` or ``posterior``, are as large and as long as the experiment's."""
        told = self.given(check) or {}
        return all(told.get(key) is None for key in ("consumers", "days", "burn_in"))

    @property
    def has_draws(self) -> bool:
        """Whether there are effects at draws from the posterior."""
        return len(self.tables.get("posterior", ())) > 0

    @cached_property
    def labels(self) -> dict[str, str]:
        """Names for people of arms, factors and levels."""
        return {str(key): str(text) for key, text in (self.given("labels") or {}).items()}

    def named(self, name: str) -> str:
        """Name for people of a factor, level or arm, as the experiment has it."""
        return self.labels.get(name, name.replace("_", " "))

    def label(self, name: str) -> str:
        """Name for people of a factor, level or arm, in the language spoken."""
        return said(self.named(name))

    def arm_label(self, arm: str) -> str:
        """Name for people of an arm: its own, or its levels'."""
        levels = self.levels.loc[arm] if arm in self.levels.index else pd.Series()
        if arm in self.labels or levels.empty or levels.isna().any():
            return self.label(arm)
        return said(", ").join(self.label(str(level)) for level in levels)

    @property
    def title(self) -> str:
        """Name for people of the experiment."""
        given = self.given("name")
        return self.label(given if isinstance(given, str) else destination(self.folder.resolve()).parent.name)

    def question(self, factor: str, comparison: Comparison | None = None) -> str:
        """The question that a factor answers; of a factor of several levels, that of one comparison."""
        levels = (comparison.high, comparison.low) if comparison else self.factors[factor]
        asked = None if comparison else (self.given("questions") or {}).get(factor)
        return said(str(asked)) if asked else capital(f" {said('or')} ".join(map(self.label, levels))) + said("?")

    @property
    def outcomes(self) -> list[str]:
        """Outcomes that the runs have, in the order of their columns."""
        return [str(column) for column in self.runs if column in OUTCOMES]

    def outcome(self, key: str) -> pd.DataFrame:
        """An outcome with a row per seed and a column per arm; NaN where a run did not finish."""
        if key not in self._by_seed:  # a report asks for each some twenty times
            wide = self.runs.pivot(index="seed", columns=ARM, values=key).astype(float)
            self._by_seed[key] = wide.reindex(columns=[*self.arms.index, *self.extras.index])
        return self._by_seed[key]

    @cached_property
    def _by_seed(self) -> dict[str, pd.DataFrame]:
        return {}

    def stacked(self, keys: Iterable[str]) -> pd.DataFrame:
        """Outcomes one below the other: a row for each outcome and seed, a column per arm."""
        return pd.concat({key: self.outcome(key) for key in keys}, names=["outcome"])

    def cells(self, outcome: str, *arms: str) -> pd.DataFrame:
        """Mean of an outcome over arms, a row for each point and a column for each seed; NaN where a run is missing."""
        own = [self.runs[self.runs[ARM] == arm] for arm in arms]
        wide = [each.pivot(index=POINT, columns="seed", values=outcome).astype(float) for each in own]
        return sum(wide[1:], wide[0]) / len(wide)


def read(folder: Path, needed: Iterable[str] = (), more: Iterable[str] = ()) -> Results:
    """Read the folder of an experiment.

    Parameters
    ----------
    folder
        ``results/<experiment>/<time>``.
    needed, more
        Tables beside that of the runs: those that must be there, and those that are read where they are.

    Raises
    ------
    UserError
        If it is no such folder, a file of it is missing or broken, or no run in it finished.
    """
    left = Folder(folder)
    config = left.config()
    runs = left.runs(config)
    tables = {name: left.table(name) for name in (*needed, *filter(left.has, more))}
    return results_of(
        runs, name=str(destination(folder)), config=config, manifest=left.manifest, folder=folder, tables=tables
    )


def results_of(table: pd.DataFrame, *, name: str, config: Mapping[str, Any], **more: Any) -> Results:
    """Understand a table of runs.

    Parameters
    ----------
    table
        A row for each run: `arm`, a column for each factor, `seed`, `status`, then parameters and outcomes.
    name
        For messages.
    config
        Configuration as nested mappings; tells the order of levels and which parameters are derived from others.
    **more
        As `Results` has it.

    Raises
    ------
    UserError
        If no run finished.
    """
    finished = table[table["status"] == "finished"].reset_index(drop=True)
    if finished.empty:
        raise UserError(f"{name}: no run finished, so there is nothing to tell")
    if POINT not in finished:
        finished.insert(0, POINT, 0)
    columns = [str(column) for column in finished]
    start, seed = columns.index(ARM), columns.index("seed")
    study = config.get("experiment") or {}
    declared, derived = study.get("factors") or {}, (study.get("design") or {}).get("derived") or {}
    names = list(declared) or [column for column in columns[start + 1 : seed] if column not in RUN_COLUMNS]
    factors = {f: tuple(map(str, declared.get(f) or finished[f].dropna().unique())) for f in names}
    later = [c for c in columns[seed + 1 :] if c not in RUN_COLUMNS and c not in OUTCOMES and c not in derived]
    varies = [column for column in later if finished[column].astype(str).nunique() > 1]
    numbers = tuple(c for c in varies if is_numeric_dtype(finished[c]) and not is_bool_dtype(finished[c]))
    levels = table.drop_duplicates(ARM).set_index(ARM)[names]
    others = tuple(column for column in varies if column not in numbers)
    return Results(
        name, finished, factors, levels, numbers, others, config, unfinished=len(table) - len(finished), **more
    )


def chosen(given: str, known: Iterable[str], what: str) -> str:
    """The one name that is meant: itself, or the only one that has it as a part.

    Parameters
    ----------
    given
        For instance ``surplus`` for ``consumer_surplus``, or ``effort_cost`` for ``creators.effort_cost``.
    known
        The valid names.
    what
        For the message, for instance ``--outcome``.

    Raises
    ------
    UserError
        If there is no such name, or several.
    """
    names = list(known)
    if given in names:
        return given
    ends = [name for name in names if name.endswith((f".{given}", f"_{given}"))]
    parts = [name for name in names if given and given in name.replace(".", "_").split("_")]
    for found in (ends, parts):
        if len(found) == 1:
            return found[0]
    several = ends or parts
    hint = f"it may be {' or '.join(several)}" if several else nearest(given, names) if names else "there is none"
    raise UserError(f"{what} {given}: {hint}")
