"""Every run of an experiment: points x arms x seeds, and the runs that check it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from experiments.design.configuration import Settings, check_possible, check_rules
from experiments.design.factors import Flips, Posterior, Study, arms, settings_of_arms
from experiments.design.following import PLACE
from experiments.design.points import Point, draws, ends, set_at
from experiments.design.sampling import Points, draw
from experiments.runs.run import Run, runs_of
from experiments.settings.paths import merged
from sim.errors import UserError
from sim.parameters import Parameters

SHARES = ("ads", "kol", "koc", "own")
BUDGET = ("weekly_budget", *SHARES)
"""What brands spend on promotion."""


class Cell(NamedTuple):
    """An arm at a point, with its runs, one for each seed."""

    point: int  # number of the point in its design, from 0; 0 where there is no design
    values: Mapping[str, Any]  # what the point sets or derives, by path
    arm: str
    levels: Mapping[str, str | None]  # level of every factor; None where the arm steps out of the factorial
    runs: list[Run]
    about: Mapping[str, Any] = {}  # what tables call the point, beside its number


class Length(NamedTuple):
    """How long runs are, whether their tables are kept, and which further ones."""

    days: int
    burn_in: int
    tables: bool = False
    more: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What an experiment needs."""

    cells: list[Cell]  # point by point, arm by arm
    points: Points  # of its design; one without values where there is none
    # cells of the designs that check it: ``flips``, its soft assumptions at the ends of their ranges, and
    # ``posterior``, draws from the posterior of the calibration
    checks: dict[str, list[Cell]]
    runs: dict[str, Run]  # every run of all by its id; those of a world follow each other

    @property
    def checking(self) -> list[Run]:
        """Runs that the effects in its checks are worked out from; none where nothing is checked."""
        checks = [cell for cells in self.checks.values() for cell in cells]
        return [run for cell in (*self.cells, *checks) for run in cell.runs] if checks else []

    @property
    def without_promotion(self) -> dict[str, str]:
        """For each arm whose brands spend on promotion, the one that differs by their budget alone and is 0, if any."""
        arms = {cell.arm: cell.runs[0].parameters.model_dump(mode="json") for cell in self.cells if not cell.point}
        spends = {arm: _budget(parameters) > 0 for arm, parameters in arms.items()}
        bare = {arm: merged(parameters, {"brands": dict.fromkeys(BUDGET)}) for arm, parameters in arms.items()}
        free = [arm for arm in arms if not spends[arm]]
        found = {arm: next((other for other in free if bare[other] == bare[arm]), "") for arm in arms if spends[arm]}
        return {arm: other for arm, other in found.items() if other}

    @property
    def arms(self) -> list[str]:
        """Names of the arms."""
        return list(dict.fromkeys(cell.arm for cell in self.cells))


def plan(settings: Settings, points: Points | None = None) -> Plan:
    """Plan an experiment; every point and arm is validated.

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
    own = (Point(row, study.seeds, within=f"point {n}: " if row else "") for n, row in enumerate(points.rows))
    cells = list(cells_of(study, base, own, Length(study.days, study.burn_in, study.keeps_tables, study.more)))
    made = Plan(cells, points, checks_of(study, base), {})
    return made._replace(runs=by_world([*(run for cell in cells for run in cell.runs), *made.checking]))


def checks_of(study: Study, base: Mapping[str, Any]) -> dict[str, list[Cell]]:
    """Cells of the designs that check an experiment; none where it has a design itself."""
    wishes: dict[str, tuple[Flips | Posterior, Iterator[Point]]] = {
        "flips": (study.flips, ends(study, base)), "posterior": (study.posterior, draws(study, base)),
    }  # fmt: skip
    if study.design.is_used:
        return {name: [] for name in wishes}
    found = {}
    for name, (wish, points) in wishes.items():
        again = wish.extra_arms if isinstance(wish, Posterior) else ()
        extra = {name: arm for name, arm in study.extra_arms.items() if name in again}
        arms_of = study.model_copy(update={"extra_arms": extra})
        length = Length(*wish.length(study.days, study.burn_in))
        found[name] = list(cells_of(arms_of, _smaller(base, wish.consumers), points, length))
    return found


def cells_of(study: Study, base: Mapping[str, Any], points: Iterable[Point], length: Length) -> Iterator[Cell]:
    """All arms at some points, each seen to be a possible market."""
    for number, point in enumerate(points):
        rules = any(path.startswith("rules.") for path in point.values)
        for arm in arms(study, set_at(base, point.values), point.within):
            check_possible(arm, point.within)
            if rules:
                check_rules(arm.parameters)
            runs = runs_of(
                arm, point.seeds, length.days, length.burn_in, tables=length.tables, more=length.more
            )  # fmt: skip
            values = {path: _typed(arm.parameters, path) for path in point.values}
            yield Cell(number, values, arm.name, arm.levels, runs, point.about)


def _smaller(base: Mapping[str, Any], consumers: int | None) -> Mapping[str, Any]:
    """Parameters of a market of so many people, if it has more; in a small world, where the graph is a file."""
    if consumers is None:
        return base
    small = merged(base, {"market": {"consumers": min(consumers, base["market"]["consumers"])}})
    if small["graph"]["kind"] == "edgelist":  # a graph from a file cannot be made smaller
        small = merged(small, {"graph": {"kind": "small_world", "path": ""}})
    return small


def _budget(parameters: Mapping[str, Any]) -> float:
    brands = parameters["brands"]
    return float(brands["weekly_budget"] * sum(brands[name] for name in SHARES))


def _typed(parameters: Parameters, path: str) -> Any:
    value: Any = parameters
    for key in path.split("."):
        value = getattr(value, key)
    return list(value) if isinstance(value, tuple) else value


def by_world(runs: Iterable[Run]) -> dict[str, Run]:
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
