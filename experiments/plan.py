"""Every run of an experiment: points x arms x seeds, and the smaller runs that check its assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from experiments import drawn, flips
from experiments.configuration import Settings, check_possible, check_rules
from experiments.design import Study, arms, settings_of_arms
from experiments.following import PLACE
from experiments.paths import merged, nested
from experiments.runs import Run, runs_of
from experiments.sampling import Points, draw
from sim.errors import UserError
from sim.parameters import Parameters


class Cell(NamedTuple):
    """An arm at a point, with its runs, one for each seed.

    Attributes
    ----------
    point : int
        Number of the point, from 0; 0 where there is no design.
    values : dict
        What the point sets or derives, by path.
    arm : str
    levels : dict
        Level of every factor; None where the arm steps out of the factorial.
    runs : list of Run
    """

    point: int
    values: Mapping[str, Any]
    arm: str
    levels: Mapping[str, str | None]
    runs: list[Run]


class Plan(NamedTuple):
    """What an experiment needs.

    Attributes
    ----------
    cells : list of Cell
        Point by point, arm by arm.
    points : Points
        Of its design; one without values where there is none.
    checks : list of Check
        Of the soft assumptions.
    drawn : list of Drawn
        At draws from the posterior.
    runs : dict
        Every run of all by its id; those of a world follow each other.
    """

    cells: list[Cell]
    points: Points
    checks: list[flips.Check]
    drawn: list[drawn.Drawn]
    runs: dict[str, Run]

    @property
    def smaller(self) -> list[Run]:
        """Runs of the checks and of the draws."""
        arms = [*(arm for check in self.checks for arm in check.runs), *(arm for one in self.drawn for arm in one.runs)]
        return [run for arm in arms for run in arm]

    @property
    def arms(self) -> list[str]:
        """Names of the arms."""
        return list(dict.fromkeys(cell.arm for cell in self.cells))


def plan(settings: Settings, points: Points | None = None) -> Plan:
    """Plan an experiment; every point and arm is validated.

    Parameters
    ----------
    settings
        Valid settings.
    points
        In place of those that the design draws.

    Raises
    ------
    UserError
        If the design cannot be drawn, or a point or an arm is no possible market; names it.
    """
    study = settings.experiment
    base = settings.parameters.model_dump(mode="json")
    if points is None:
        _check_read(study)
        points = draw(study.design, base) if study.design.is_used else Points((), [{}])
    _check_columns(points, study)
    cells = list(_cells(points, study, base))
    checks = [] if study.design.is_used else flips.checks(study, base)
    draws = [] if study.design.is_used else drawn.drawn(study, base)
    made = Plan(cells, points, checks, draws, {})
    return made._replace(runs=_by_world([*(run for cell in cells for run in cell.runs), *made.smaller]))


def _cells(points: Points, study: Study, base: Mapping[str, Any]) -> Iterator[Cell]:
    rules = any(path.startswith("rules.") for path in points.columns)
    for number, row in enumerate(points.rows):
        changed = base
        for path, value in row.items():
            changed = merged(changed, nested(path, value))
        within = f"point {number}: " if row else ""
        for arm in arms(study, changed, within):
            check_possible(arm, within)
            if rules:
                check_rules(arm.parameters)
            runs = runs_of(arm, study.seeds, study.days, study.burn_in, tables=study.keeps_tables)
            yield Cell(number, {path: _typed(arm.parameters, path) for path in row}, arm.name, arm.levels, runs)


def _typed(parameters: Parameters, path: str) -> Any:
    value: Any = parameters
    for key in path.split("."):
        value = getattr(value, key)
    return list(value) if isinstance(value, tuple) else value


def _by_world(runs: Iterable[Run]) -> dict[str, Run]:
    """Runs by id, each once: the first of the same id, since those whose tables are kept come before checks."""
    unique: dict[str, Run] = {}
    for run in runs:
        unique.setdefault(run.id, run)
    worlds: dict[str, list[Run]] = {}
    for run in unique.values():
        worlds.setdefault(run.world, []).append(run)
    return {run.id: run for together in worlds.values() for run in together}


def _check_columns(points: Points, study: Study) -> None:
    places = settings_of_arms(study)
    for path in points.columns:
        if path in places:
            raise UserError(f"{PLACE}: {path} is set by {places[path]} too; expected parameters that the arms share")
        if path in study.factors:
            raise UserError(f"experiment.factors.{path}: the design varies a parameter of this name; expected another")


def _check_read(study: Study) -> None:
    places = settings_of_arms(study)
    for path in sorted(study.design.following.read):
        if path in places:
            raise UserError(
                f"{PLACE}: constraints and derived parameters are computed before the arms, and {path} is set by "
                f"{places[path]}; expected parameters that the arms share"
            )
