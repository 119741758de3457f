"""Runs the market at the points of a sensitivity analysis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.analysis.response import question_of
from experiments.analysis.sensitivity import Design
from experiments.api import Experiment
from experiments.design.configuration import Settings, load_settings
from experiments.drawing.pages import sentence
from experiments.settings.overrides import without
from experiments.table.results import Results, chosen, read, results_of
from sim.errors import UserError
from sim.results.outcomes import ALWAYS


class Work(NamedTuple):
    """What a design takes: the experiment that it is carried out in, and how many runs.

    The experiment stands beside the one that is analysed, under the name of both it and the method; its further arms
    are left out unless `with_extras`.
    """

    settings: Settings
    overrides: list[str]
    design: Design
    config_dir: Path | None = None

    def describe(self) -> str:
        """The number of runs, in words of the language spoken."""
        design, study = self.design, self.settings.experiment
        points, arms = len(design.points), len(self.settings.arms())
        return sentence(
            "analysis", "runs", design.method, points // design.block, len(design.assumptions), points, arms,
            len(study.seeds), study.days,
        )  # fmt: skip


def settings_for(
    overrides: Sequence[str], method: str, *, with_extras: bool, config_dir: Path | None = None
) -> tuple[Settings, list[str]]:
    """Settings of the experiment that the points are run in, named by the method too, and what leads to them.

    Raises
    ------
    UserError
        On the first mistake, or if the experiment has a design of its own.
    """
    own_folder = config_dir or ""
    base = load_settings(overrides, config_dir=own_folder)
    if base.experiment.design.is_used:
        raise UserError(f"experiment={base.experiment.name}: has a design of its own; expected none beside --over")
    own = without(overrides, "experiment.name", "experiment.keep")
    own += [f"experiment.name={base.experiment.name}-{method}", "experiment.keep=outcomes"]
    if base.experiment.extra_arms and not with_extras:
        own.append("~experiment.extra_arms")
    return load_settings(own, config_dir=own_folder), own


def check_question(settings: Settings, contrast: str | None, arm: str | None, outcome: str) -> None:
    """See that a question can be put to the experiment, before it is made.

    Raises
    ------
    UserError
        As `question_of` and `response` do.
    """
    rows = [{"arm": a.name, **a.levels, "seed": 0, "status": "finished"} for a in settings.arms()]
    sweep = results_of(pd.DataFrame(rows), name=settings.experiment.name, config=settings.resolved())
    question_of(sweep, contrast, arm)
    chosen(outcome, ALWAYS, "--outcome")


def carry_out(work: Work) -> Results:
    """Make what the store lacks of the runs, whose points are those of the design, in its order.

    Raises
    ------
    UserError
        If a point is no possible market, or no run finished.
    """
    experiment = Experiment(*work.overrides, points=work.design.points, config_dir=work.config_dir or "")
    experiment.run()
    assert experiment.folder is not None
    return read(experiment.folder)
