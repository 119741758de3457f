"""The table of runs: a row for each point, arm and seed of an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.runs.plan import Cell, Plan
from experiments.runs.run import Done, Failed, Finished, Run
from experiments.runs.store import FAILED, FINISHED, Store

PENDING = "pending"
ROWS_AT_ONCE = 500


class Row(NamedTuple):
    """A run in its place."""

    cell: Cell
    run: Run


class RunsTable:
    """Makes the rows of an experiment's runs; all parts of a table have the same columns of the same types."""

    def __init__(self, plan: Plan) -> None:
        self.rows = [Row(cell, run) for cell in plan.cells for run in cell.runs]  # point by point, arm by arm
        self._factors = list(plan.cells[0].levels)
        points = pd.DataFrame([cell.values for cell in plan.cells], columns=list(plan.points.columns))
        text = {path: "string" for path in points if isinstance(points[path].iloc[0], str)}
        self._types = points.astype(text).dtypes

    def frame(self, rows: Sequence[Row], done: Mapping[str, Done], outcomes: Sequence[str]) -> pd.DataFrame:
        """Some rows, of what came of runs by id: one that is not in it is pending; NaN where a run did not finish."""
        told = [done.get(row.run.id) for row in rows]
        finished = [each if isinstance(each, Finished) else None for each in told]
        columns: dict[str, Any] = {
            "point": np.array([row.cell.point for row in rows], np.int64),
            "arm": pd.array([row.cell.arm for row in rows], "string"),
        }
        for factor in self._factors:
            columns[factor] = pd.array([row.cell.levels[factor] for row in rows], "string")
        columns["seed"] = np.array([row.run.seed for row in rows], np.int64)
        columns["status"] = pd.array([_status(each) for each in told], "string")
        columns["run_id"] = pd.array([row.run.id for row in rows], "string")
        columns["seconds"] = np.array([each.seconds if each else np.nan for each in finished], np.float64)
        errors = [each.error if isinstance(each, Failed) else None for each in told]
        columns["error"] = pd.array(errors, "string")
        for path in self._types.index:
            columns[path] = pd.Series([row.cell.values[path] for row in rows], dtype=self._types[path])
        for name in outcomes:
            values = [each.outcomes.get(name, np.nan) if each else np.nan for each in finished]
            columns[name] = np.array(values, np.float64)
        return pd.DataFrame(columns)

    def whole(self, store: Store) -> pd.DataFrame:
        """All rows, point by point and arm by arm, of what the store holds."""
        ids = [row.run.id for row in self.rows]
        failed = store.failed(ids)
        first = next(store.outcomes(ids), None)
        from sim.results.outcomes import OF_CELLS

        keeps_cells = any(row.run.more for row in self.rows)
        names = [name for name in first.outcomes if keeps_cells or name not in OF_CELLS] if first else []
        parts = []
        remaining = iter(self.rows)
        while some := list(islice(remaining, ROWS_AT_ONCE)):
            done: dict[str, Done] = {each.id: each for each in store.outcomes(row.run.id for row in some)}
            parts.append(self.frame(some, failed | done, names))
        return pd.concat(parts, ignore_index=True)


def _status(done: Done | None) -> str:
    return PENDING if done is None else FINISHED if isinstance(done, Finished) else FAILED
