"""Finished runs of an experiment, at one point of its parameters or at many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from experiments.runs.working_folder import destination
from experiments.settings.language import said
from experiments.table.reading import Folder, find
from sim.errors import UserError, nearest
from sim.results.outcomes import OUTCOMES

POINT = "point"
RECORDED = (POINT, "arm", "seed", "status", "run_id", "seconds", "error")


@dataclass(frozen=True)
class Sweep:
    """Finished runs, and the design that they come from."""

    name: str  # for people: of the folder, or of the experiment
    # a row for each point, arm and seed that finished; `point` is 0 throughout where no parameter was varied
    runs: pd.DataFrame
    factors: dict[str, tuple[str, ...]]  # levels of every factor, the first of which the others are compared with
    # paths of the numeric parameters that differ between points, those derived from others left out
    varied: tuple[str, ...]
    # as the folder has them; empty for a table without a folder
    config: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    unfinished: int = 0  # runs that failed
    choices: tuple[str, ...] = ()  # paths of the parameters that differ between points and are no numbers

    @property
    def outcomes(self) -> list[str]:
        """Outcomes that the runs have, in the order of their columns."""
        return [str(column) for column in self.runs if column in OUTCOMES]

    @property
    def points(self) -> pd.DataFrame:
        """Values of the varied parameters, a row for each point."""
        return self.runs.drop_duplicates(POINT).set_index(POINT)[list(self.varied)].sort_index()

    @property
    def arms(self) -> pd.DataFrame:
        """Levels of every arm, a row for each arm and a column for each factor."""
        return self.runs.drop_duplicates("arm").set_index("arm")[list(self.factors)]

    def named(self, name: str) -> str:
        """Name for people of a factor, level or arm, as the experiment has it."""
        labels = find(dict(self.config), "labels") or {}
        return str(labels.get(name, name.replace("_", " ")))

    def label(self, name: str) -> str:
        """Name for people of a factor, level or arm, in the language spoken."""
        return said(self.named(name))

    def arm_label(self, arm: str) -> str:
        """Name for people of an arm: its own, or its levels'."""
        levels = self.arms.loc[arm].dropna() if self.factors else pd.Series(dtype=object)
        named = find(dict(self.config), "labels") or {}
        if arm in named or len(levels) < len(self.factors) or levels.empty:
            return self.label(arm)
        return said(", ").join(self.label(str(level)) for level in levels)

    def setting(self, path: str) -> Any:
        """Configured value of a parameter by its dotted path; None if the configuration does not tell."""
        value: Any = self.config
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def design_of(self, path: str) -> Any:
        """What the design says of a parameter: values, a range, or that it is the plausible one; None if nothing."""
        design = find(dict(self.config), "design") or {}
        return (design.get("vary") or {}).get(path)

    def cells(self, outcome: str, arm: str) -> pd.DataFrame:
        """An outcome of an arm, a row for each point and a column for each seed; NaN where no run finished."""
        own = self.runs[self.runs["arm"] == arm]
        return own.pivot(index=POINT, columns="seed", values=outcome).astype(float)


def read(folder: Path) -> Sweep:
    """Read the folder of a finished experiment.

    Raises
    ------
    UserError
        If it is no such folder, a file of it is broken, or no run in it finished.
    """
    left = Folder(folder)
    config = left.config()
    return sweep_of(left.runs(config), name=str(destination(folder)), config=config, manifest=left.manifest)


def sweep_of(
    table: pd.DataFrame, *, name: str, config: Mapping[str, Any], manifest: Mapping[str, Any] | None = None
) -> Sweep:
    """Understand a table of runs.

    Parameters
    ----------
    table
        A row for each run: `arm`, a column for each factor, `seed`, `status`, then parameters and outcomes.
    name
        For messages.
    config
        Configuration as nested mappings; tells the order of levels and which parameters are derived from others.
    manifest
        What the folder's manifest says, if there is one.

    Raises
    ------
    UserError
        If no run finished.
    """
    finished = table[table["status"] == "finished"].reset_index(drop=True)
    if finished.empty:
        raise UserError(f"{name}: no run finished, so there is nothing to analyse")
    if POINT not in finished:
        finished.insert(0, POINT, 0)
    columns = [str(column) for column in finished]
    declared = find(dict(config), "factors") or {}
    names = [c for c in columns[columns.index("arm") + 1 : columns.index("seed")] if c not in RECORDED]
    factors = {f: tuple(map(str, declared.get(f) or finished[f].dropna().unique())) for f in names}
    derived = (find(dict(config), "design") or {}).get("derived") or {}
    later = [c for c in columns[columns.index("seed") + 1 :] if c not in RECORDED and c not in OUTCOMES]
    varies = [c for c in later if c not in derived and finished[c].astype(str).nunique() > 1]
    varied = tuple(c for c in varies if _is_number(finished[c]))
    choices = tuple(c for c in varies if c not in varied)
    return Sweep(name, finished, factors, varied, config, manifest or {}, len(table) - len(finished), choices)


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


def _is_number(column: pd.Series) -> bool:
    return is_numeric_dtype(column) and not is_bool_dtype(column)
