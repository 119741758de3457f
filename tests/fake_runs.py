"""Runs without a market: for tests of what surrounds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments import report
from experiments.analysis import plots
from experiments.runs import executor
from experiments.runs.run import Finished, Run
from experiments.runs.store import packed
from experiments.settings.overrides import without

OVERRIDES = ("experiment=quick", "experiment.seeds=2", "executor.workers=1")
ROWS = RUNS = 42  # rows of the table of runs of these overrides, and runs that it takes


def instead(given: Sequence[str], *others: str) -> list[str]:
    """Arguments with others in the place of those that give the same keys."""
    return [*without(given, *(other.partition("=")[0] for other in others)), *others]


def finished(run: Run) -> Finished:
    """What a run would yield, as a function of its seed and its take."""
    value = run.seed + json.loads(run.content)["platform"]["take_rate"] / 3
    timings = {"consumers live": 3.0, "brands plan": 1.0}
    return Finished(run.id, 0.01, {"gmv": value}, timings, tables(run.seed, value))


@cache
def tables(seed: int, value: float) -> dict[str, bytes]:
    """Tables of a run, packed, which takes longer than all else that is faked."""
    found = {
        "daily": pd.DataFrame({"day": range(3), "gmv": [value] * 3}),
        "funnel": pd.DataFrame({"domain": ["public"], "step": ["viewed"], "count": [seed]}),
        "creators": pd.DataFrame({"creator": [0], "tier": ["KOC"], "income": [value]}),
        "split": pd.DataFrame({"party": ["goods"], "yuan": [value]}),
        "graph": pd.DataFrame({"people": [3]}),
        "platforms": pd.DataFrame({"day": range(3), "platform": [0] * 3, "members": [3] * 3}),
    }
    return {name: packed(table) for name, table in found.items()}


class Made(list[Run]):
    """Collects the runs that are made, in this process, instead of making them.

    `breaks` maps the number of a run, counted from 0, to what it raises.
    """

    def __init__(self) -> None:
        super().__init__()
        self.breaks: dict[int, BaseException] = {}

    def __call__(self, run: Run) -> Finished:
        self.append(run)
        if len(self) - 1 in self.breaks:
            raise self.breaks[len(self) - 1]
        return finished(run)


def install(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Put fake runs and a fake report in the place of the real ones, and no picture."""
    made = Made()
    monkeypatch.setattr(executor, "prepare", lambda run, console: None)
    monkeypatch.setattr(executor, "make", made)
    monkeypatch.setattr(report, "write", _report)
    monkeypatch.setattr(plots, "closing", lambda folder: ("", ""))
    return made


def _report(folder: Path, spread: Any = map, language: Any = None) -> str:
    return "the verdict"
