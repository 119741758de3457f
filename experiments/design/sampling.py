"""Points of a sweep: which parameters vary, over what, and where in between the runs are made."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from experiments.design.following import PLACE, Following
from experiments.design.points_file import read_points
from experiments.design.samplers import COUNTED, MOST_POINTS, SAMPLERS, Axis
from experiments.settings.mistakes import fields
from sim.errors import UserError, nearest
from sim.parameters import FilePath, Group, Parameters

SAMPLES = (*SAMPLERS, "list", "file")
_RANGE = {"low", "high", "scale"}


def _flat(value: Any, prefix: str = "") -> Any:
    """``{a: {b: [1, 2]}}`` as ``{a.b: [1, 2]}``: both ways of writing a path mean the same."""
    if not isinstance(value, Mapping):
        return {} if value is None else value
    found: dict[str, Any] = {}
    for key, below in value.items():
        if isinstance(below, Mapping) and below and not below.keys() & _RANGE:
            more = _flat(below, f"{prefix}{key}.")
        else:
            more = {f"{prefix}{key}": below}
        if twice := sorted(found.keys() & more.keys()):
            raise ValueError(f"{twice[0]} is given twice, as one key and as several; expected every parameter once")
        found |= more
    return found


Varied = Annotated[dict[str, Any], BeforeValidator(_flat)]
Derived = Annotated[dict[str, int | float | str], BeforeValidator(_flat)]


class Design(Group):
    """A design of experiments over parameters: every point meets every arm and every seed."""

    sample: Literal[*SAMPLES] = Field(default="grid", description="how points are chosen")  # type: ignore[valid-type]
    points: int = Field(default=0, ge=0, le=MOST_POINTS, description="points drawn; in a grid, values of each range")
    seed: int = Field(default=0, ge=0, le=2**63 - 1, description="of what is drawn; no seed of a market")
    vary: Varied = Field(default={}, description="parameters, with values, {low, high, scale} or plausible")
    list: tuple[dict[str, Any], ...] = Field(default=(), description="points one by one")
    file: FilePath = Field(default="", description="points, a line each, under a line of parameters")
    derived: Derived = Field(default={}, description="parameters that follow from others")
    constraints: tuple[str, ...] = Field(default=(), description="what a point must fulfil")

    @property
    def is_used(self) -> bool:
        """Whether there is a design at all."""
        return bool(self.vary or self.list or self.file or self.derived)

    @property
    def way(self) -> str:
        """How points are chosen: `sample`, or what is implied by a list or a file."""
        return "file" if self.file else "list" if self.list else self.sample

    @property
    def following(self) -> Following:
        """What follows from the parameters that vary."""
        return Following.parse(self.derived, self.constraints)

    @model_validator(mode="after")
    def _consistent(self) -> Design:
        given = [name for name in ("vary", "list", "file") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"{given[0]} and {given[1]} are both given, expected one of them")
        if self.sample not in ("grid", self.way):
            raise ValueError(f"sample={self.sample}: {given[0]} is given, expected sample={self.way}")
        if self.way in ("list", "file") and not getattr(self, self.way):
            raise ValueError(f"{self.way} is empty: sample={self.sample} needs it")
        if {} in self.list:
            raise ValueError(f"list: point {self.list.index({})} sets nothing; expected parameters")
        if self.way in SAMPLERS and self.way != "grid" and not self.vary:
            raise ValueError(f"vary is empty: sample={self.sample} needs it")
        if self.way in COUNTED and not self.points:
            raise ValueError(f"points=0: sample={self.sample} needs how many, for instance points=64")
        if self.constraints and not self.is_used:
            raise ValueError("constraints: nothing varies that could fulfil them; expected vary, list or file")
        if self.points and not self.vary:
            raise ValueError(f"points={self.points}: nothing varies that could be drawn; expected vary")
        for path, over in self.vary.items():
            _check_varied(path, over)
        return self


class Points(NamedTuple):
    """The points of a design."""

    columns: tuple[str, ...]  # paths of the parameters that vary or are derived
    rows: list[dict[str, Any]]  # a value for each column; the number of a point is its place
    left_out: int = 0  # points that did not meet the constraints
    note: str = ""  # what the user should know of them; may be empty


def draw(design: Design, base: Mapping[str, Any]) -> Points:
    """All points of a design. Equal designs give equal points.

    Returns
    -------
    Points
        Ranges of whole numbers are rounded. Of random and Sobol designs, more points begin with the same points.

    Raises
    ------
    UserError
        If a path is no parameter, the file cannot be read, or no point meets the constraints.
    """
    rows = [dict(row) for row in _rows(design)]
    if len(rows) > MOST_POINTS:
        raise UserError(f"{PLACE}: {len(rows)} points, expected at most {MOST_POINTS}")
    varied = tuple(dict.fromkeys(path for row in rows for path in row))
    for number, row in enumerate(rows):
        if lacking := [path for path in varied if path not in row]:
            raise UserError(f"{PLACE}.list: point {number} lacks {lacking[0]}, which other points have")
    known = [path for path, _, _ in fields(Parameters())]
    for path in (*varied, *design.derived):
        if path not in known:
            place = design.file if path in varied and design.file else PLACE
            raise UserError(f"{place}: {path} is no parameter; {nearest(path, known)}")
    if twice := [path for path in design.derived if path in varied]:
        raise UserError(f"{PLACE}.derived.{twice[0]}: it varies already, expected one or the other")
    following = design.following
    complete = [following.complete(row, number, base) for number, row in enumerate(rows)]
    kept = [row for number, row in enumerate(complete) if following.holds(row, number, base)]
    if not kept:
        raise UserError(f"{PLACE}.constraints: none of {len(rows)} points meets them")
    if design.way == "grid":
        kept = list({json.dumps(row): row for row in kept}.values())  # rounding makes some equal
    return Points((*varied, *design.derived), kept, len(complete) - len(kept), _note(design))


def paths_set(design: Design) -> set[str]:
    """Paths of the parameters that a design sets at each point; without those of a file that is not there.

    Raises
    ------
    UserError
        If its file cannot be read.
    """
    listed = {path for row in design.list for path in _flat(row)}
    named = next(read_points(Path(design.file))) if design.file and Path(design.file).exists() else {}
    return {path for path, _, _ in fields(Parameters())} & {*design.vary, *design.derived, *listed, *named}


def _check_varied(path: str, over: Any) -> None:
    place = f"vary.{path}"
    if over == "plausible":
        return
    if isinstance(over, list | tuple):
        if not over:
            raise ValueError(f"{place}=[] has no values; expected at least one")
        return
    if not isinstance(over, Mapping) or not over.keys() <= _RANGE:
        shown = json.dumps(over, ensure_ascii=False)
        raise ValueError(f"{place}={shown}: expected values [1,2,3], {{low: 1, high: 3}} or plausible")
    for end in ("low", "high"):
        value = over.get(end)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{place}: {end} is {json.dumps(value)}, expected a number")
    if over["low"] >= over["high"]:
        raise ValueError(f"{place}: low={over['low']} is not below high={over['high']}")
    scale = over.get("scale", "linear")
    if scale not in ("linear", "log"):
        raise ValueError(f"{place}: scale={scale}, expected linear or log")
    if scale == "log" and over["low"] <= 0:
        raise ValueError(f"{place}: low={over['low']} on a log scale, expected above 0")


def _rows(design: Design) -> Iterable[Mapping[str, Any]]:
    if design.way == "file":
        return read_points(Path(design.file))
    if design.way == "list":
        return [_flat(row) for row in design.list]
    axes = [Axis.over(path, over) for path, over in design.vary.items()]
    points = SAMPLERS[design.way](axes, design.points, design.seed)
    return (dict(zip(design.vary, values, strict=True)) for values in points)


def _note(design: Design) -> str:
    count = design.points
    if design.way != "sobol" or count & (count - 1) == 0:
        return ""
    below = 1 << (count.bit_length() - 1)
    return f"{count} points are no power of two: a Sobol sequence is balanced at {below} or {2 * below}"
