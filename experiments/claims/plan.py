"""Every run that the claims need: arms at the market as it is configured, and at points that may turn a verdict."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from experiments.claims.rows import Claim, Claims, Size
from experiments.design import posterior_file
from experiments.design.configuration import check_possible, load_settings
from experiments.design.factors import Arm
from experiments.design.points import set_at
from experiments.runs.plan import by_world
from experiments.runs.run import CELLS, Run, runs_of
from experiments.settings.mistakes import plausible, shown, validated
from experiments.settings.paths import flat
from sim.errors import UserError
from sim.parameters import Parameters


class Point(NamedTuple):
    """Where a claim is judged."""

    assumption: str = ""  # path of the parameter that is moved, or ``posterior``; empty where none is
    value: float = 0.0  # what it is moved to, or the number of the draw
    small: bool = False  # whether it is one of the smaller markets

    @property
    def name(self) -> str:
        """What it is called in words."""
        if self.assumption == POSTERIOR:
            return f"draw {self.value + 1:g} of the posterior"
        if self.assumption:
            return f"{self.assumption}={shown(self.value)}"
        return "the smaller market" if self.small else "the market as configured"


POSTERIOR = "posterior"
HOME, SMALL = Point(), Point(small=True)

Runs = dict[Point, dict[str, list[Run]]]
"""Runs of a claim, by point and arm; those of a seed share their place in every list."""


class Planned(NamedTuple):
    """What the claims need."""

    runs: dict[str, Runs]  # of each claim, by its number
    every: dict[str, Run]  # all of them by id, each once; those of a world follow each other

    @property
    def points(self) -> int:
        """Places at which claims are judged, in all."""
        return sum(map(len, self.runs.values()))


def plan(file: Claims, chosen: Mapping[str, Claim], within: str) -> Planned:
    """Plan the runs of some claims of a file, named `within`; each arm is seen to be a possible market.

    Raises
    ------
    UserError
        If an arm or an assumption is wrong; names it.
    """
    found = {number: _runs_of_claim(file, number, claim, within) for number, claim in chosen.items() if claim.arms}
    every = (run for runs in found.values() for arms in runs.values() for some in arms.values() for run in some)
    return Planned(found, by_world(every))


def _runs_of_claim(file: Claims, number: str, claim: Claim, within: str) -> Runs:
    place = f"{within}: claims.{number}"
    large = _arms(claim, file.size, place)
    found: Runs = {HOME: _made(large, file.size)}
    small = _arms(claim, file.checks, place)
    for point, changes in _points(file, claim, small, place):
        found[point] = _made({name: _changed(each, changes, place) for name, each in small.items()}, file.checks)
    return found


def _arms(claim: Claim, size: Size, place: str) -> dict[str, Parameters]:
    """Parameters of each arm, in a market of this size unless the arm has its own."""
    found = {}
    for name, overrides in claim.arms.items():
        try:
            words = [*shlex.split(claim.market), *shlex.split(overrides)]
        except ValueError as error:
            raise UserError(f"{place}.arms.{name}: {overrides}: {error}") from None
        try:
            parameters = _configured(tuple(words))
        except UserError as error:
            raise UserError(f"{place}.arms.{name}: {error}") from None
        has_size = any(word.startswith("market.consumers=") for word in words)
        found[name] = parameters if has_size else _changed(parameters, {"market.consumers": size.consumers}, place)
        check_possible(Arm(name, {}, found[name]), f"{place}.arms: ")
    return found


@cache
def _configured(overrides: tuple[str, ...]) -> Parameters:
    return load_settings(["experiment=single", *overrides]).parameters


def _points(
    file: Claims, claim: Claim, arms: Mapping[str, Parameters], place: str
) -> Iterator[tuple[Point, Mapping[str, Any]]]:
    """Places in the smaller markets and what is set there: nothing, an end of an assumption, or a draw."""
    decided, differing = _decided(arms)
    yield SMALL, {}
    for path in claim.hangs_on or file.hangs_on:
        ends = plausible(path)
        if ends is None:
            raise UserError(f"{place}.hangs_on: {path} has no plausible range; koc parameters prints which have one")
        if path in differing:
            raise UserError(f"{place}.hangs_on: {path} is set by the arms; expected a parameter that they share")
        for end in map(float, ends):
            yield Point(path, end, small=True), {path: end}
    for number, drawn in enumerate(posterior_file.draws(file.checks.draws, "checks.draws")):
        yield Point(POSTERIOR, number, small=True), {path: drawn[path] for path in drawn if path not in decided}


def _decided(arms: Mapping[str, Parameters]) -> tuple[set[str], set[str]]:
    """Parameters that any arm sets, on which somebody decided; and those in which arms differ."""
    contents = [dict(flat(parameters.model_dump(mode="json"))) for parameters in arms.values()]
    defaults = dict(flat(Parameters().model_dump(mode="json")))
    paths = dict.fromkeys(path for content in contents for path in content)
    decided = {path for path in paths if any(content.get(path) != defaults.get(path) for content in contents)}
    return decided, {path for path in paths if any(content.get(path) != contents[0].get(path) for content in contents)}


def _changed(parameters: Parameters, changes: Mapping[str, Any], place: str) -> Parameters:
    if not changes:
        return parameters
    content = set_at(parameters.model_dump(mode="json"), changes)
    return validated(Parameters, content, within=f"{place}: ")


def _made(arms: Mapping[str, Parameters], size: Size) -> dict[str, list[Run]]:
    return {
        name: runs_of(
            Arm(name, {}, parameters), range(size.seeds), size.days, size.burn_in, tables=False, more=CELLS[:1]
        )
        for name, parameters in arms.items()
    }
