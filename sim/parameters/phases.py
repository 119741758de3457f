"""Phases and shocks: some parameters are others from when something is reached, or on random days.

Only policy and behaviour can change: the world stays what it is. All that hold at a time are applied in the order in
which they are listed, phases before shocks; of two that set a parameter, the later one decides.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, ValidationError

from sim.errors import nearest
from sim.parameters.groups import ASSUMPTION, Group, par
from sim.parameters.world_parameters import cannot_change
from sim.ranges import MOST_DAYS

if TYPE_CHECKING:
    from sim.parameters import Parameters

QUANTITIES = ("day", "members", "gmv", "kocs", "cash")
SIGNS = (">=", "<=", ">", "<")
MOST_PHASES = 32
MOST_FREE = 6  # phases and shocks of which no day is known before: every set of them is looked at before the first run
OTHER_KEYS = ("rules", "phases", "shocks")

_TRIGGER = re.compile(rf"\s*(\w+)\s*({'|'.join(SIGNS)})\s*(\S+)\s*")

Held = tuple[bool, ...]
"""Which phases, and after them which shocks, hold."""


class Trigger(NamedTuple):
    """A quantity, a sign and a bound."""

    quantity: str
    sign: str
    bound: float

    @classmethod
    def read(cls, text: str) -> Trigger:
        """Read a trigger.

        Parameters
        ----------
        text
            For instance ``members >= 0.3``.

        Raises
        ------
        ValueError
            If it is not understood.
        """
        match = _TRIGGER.fullmatch(text)
        try:
            bound = float(match.group(3)) if match else math.nan
        except ValueError:
            bound = math.nan
        if match is None or not math.isfinite(bound):
            raise ValueError(f"{text!r} is not understood; expected for instance 'day >= 60' or 'members > 0.3'")
        quantity, sign = match.group(1), match.group(2)
        if quantity not in QUANTITIES:
            raise ValueError(f"{text!r}: nothing is counted as {quantity}; {nearest(quantity, QUANTITIES)}")
        if quantity == "day" and sign in ("<", "<="):
            raise ValueError(f"{text!r}: a phase begins on a day and may end after so many; expected day >= and days=")
        return cls(quantity, sign, bound)

    def is_met(self, value: float) -> bool:
        """Whether a value of the quantity meets it."""
        return {
            ">=": value >= self.bound, "<=": value <= self.bound, ">": value > self.bound, "<": value < self.bound,
        }[self.sign]  # fmt: skip

    @property
    def first_day(self) -> int:
        """The day on which it is first met, where the day alone decides."""
        day = math.ceil(self.bound) if self.sign == ">=" else math.floor(self.bound) + 1
        return min(max(day, 0), MOST_DAYS)


def _understood(text: str) -> str:
    Trigger.read(text)
    return text


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Values by their dotted paths, whether they were given so or nested."""
    found: dict[str, Any] = {}
    for path, value in _leaves(settings, ""):
        if path in found:
            raise ValueError(f"{path} is given twice; expected once")
        found[path] = value
    if not found:
        raise ValueError("nothing is set; expected parameters and their values")
    return found


def _leaves(settings: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


Changes = Annotated[dict[str, Any], AfterValidator(_flat)]


class Phase(Group):
    """From when, and for how long, some parameters are others. A phase begins once."""

    when: Annotated[str, AfterValidator(_understood)] = Field(
        description="day, members, gmv, kocs or cash, a sign and a number: it begins on the morning on which this holds"
    )
    days: int = par(0, "days for which it holds; 0: to the end", "days", "", ge=0, le=MOST_DAYS)
    platform: str = par("", "name of the platform whose members, sales, KOCs and cash count; empty: the first", "", "")
    set: Changes = Field(description="parameters and what they are while it holds")

    @property
    def trigger(self) -> Trigger:
        """When it begins."""
        return Trigger.read(self.when)

    def holds(self, begun: int, day: int) -> bool:
        """Whether it holds on a day, having begun on another; a negative one where it has not begun."""
        return 0 <= begun <= day and (self.days == 0 or day < begun + self.days)


class Shock(Group):
    """Random days on which some parameters are others; of a seed they are the same in every arm."""

    chance: float = par(0.01, "probability to begin on a day", "1/day", ASSUMPTION, ge=0, le=1)
    days: int = par(1, "days for which it holds from then", "days", ASSUMPTION, ge=1, le=365)
    set: Changes = Field(description="parameters and what they are while it holds")


def in_force(parameters: Parameters, held: Sequence[bool]) -> Parameters:
    """Parameters as they are while some phases and shocks hold; without phases and shocks of their own.

    Raises
    ------
    ValidationError
        If values contradict each other; `check` has seen that none do.
    """
    content = parameters.model_dump(mode="json", exclude={"phases", "shocks"})
    for changes, holds in zip(_named(parameters).values(), held, strict=True):
        for path, value in changes.items() if holds else ():
            _put(content, path, value)
    return type(parameters).model_validate_json(json.dumps(content), strict=True)


def _named(parameters: Parameters) -> dict[str, dict[str, Any]]:
    """What each phase and shock sets, by its place in the configuration."""
    named = {f"phases.{n}": phase.set for n, phase in enumerate(parameters.phases)}
    return named | {f"shocks.{n}": shock.set for n, shock in enumerate(parameters.shocks)}


def check(parameters: Parameters) -> None:
    """See that every phase and shock can hold, alone and with all with which it may meet.

    Raises
    ------
    ValueError
        If one sets what is no parameter, or what cannot change, or a value out of range.
    """
    phases, shocks = parameters.phases, parameters.shocks
    if not phases and not shocks:
        return
    if len(phases) + len(shocks) > MOST_PHASES:
        raise ValueError(f"phases: {len(phases) + len(shocks)} with shocks, expected at most {MOST_PHASES}")
    if (free := len(_free(parameters))) > MOST_FREE:
        raise ValueError(
            f"phases: {free} begin by what happens, shocks among them; expected at most {MOST_FREE}, and any number by "
            "the day"
        )
    names = [platform.name for platform in parameters.platforms]
    for n, phase in enumerate(phases):
        if phase.platform and phase.platform not in names:
            hint = nearest(phase.platform, names)
            raise ValueError(f"phases.{n}.platform={phase.platform}: no such platform; {hint}")
    named = _named(parameters)
    for place, changes in named.items():
        _check_keys(parameters, place, changes)
    for held in sorted(occasions(parameters), key=sum):  # the fewest that contradict each other are named
        places = [place for place, holds in zip(named, held, strict=True) if holds]
        after = _tried(parameters, held, places)
        if why := cannot_change(parameters, after):
            raise ValueError(f"{places[-1]}.set: {why}")


def occasions(parameters: Parameters) -> set[Held]:
    """Every set of phases and shocks that can hold at a time."""
    count = len(parameters.phases) + len(parameters.shocks)
    free = _free(parameters)
    begin = {n: phase.trigger.first_day for n, phase in enumerate(parameters.phases) if n not in free}
    turns = {0, *begin.values(), *(day + parameters.phases[n].days for n, day in begin.items())}
    found = set()
    for day, chosen in product(turns, product((False, True), repeat=len(free))):
        held = dict(zip(free, chosen, strict=True))
        held |= {n: parameters.phases[n].holds(first, day) for n, first in begin.items()}
        found.add(tuple(held[n] for n in range(count)))
    return found


def _free(parameters: Parameters) -> list[int]:
    """Numbers of the phases and shocks that the day alone does not decide on; shocks are numbered after phases."""
    by_state = [n for n, phase in enumerate(parameters.phases) if phase.trigger.quantity != "day"]
    first = len(parameters.phases)
    return [*by_state, *range(first, first + len(parameters.shocks))]


def _check_keys(parameters: Parameters, place: str, changes: Mapping[str, Any]) -> None:
    content = parameters.model_dump(mode="json", exclude={"phases", "shocks"})
    for path, value in changes.items():
        if path.split(".")[0] in OTHER_KEYS:
            raise ValueError(f"{place}.set.{path}: cannot change while a market runs; expected policy or behaviour")
        try:
            _put(content, path, value)
        except KeyError as error:
            raise ValueError(f"{place}.set.{path}: unknown key; {error.args[0]}") from None


def _tried(parameters: Parameters, held: Held, places: Sequence[str]) -> Parameters:
    try:
        return in_force(parameters, held)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(map(str, first["loc"]))
        if first["type"] == "value_error":
            where, said = f"{path}." if path else "", first["ctx"]["error"]
            raise ValueError(f"{' and '.join(places)}: {where}{said}") from None
        given, said = json.dumps(first["input"], ensure_ascii=False), first["msg"]
        raise ValueError(f"{places[-1]}.set.{path}={given}: {said.replace('Input should be', 'expected')}") from None


def _put(content: Any, path: str, value: Any) -> None:
    """Set a value at a dotted path; a KeyError says what would be right where there is none."""
    *above, last = path.split(".")
    level = content
    for key in above:
        level = level[_key(level, key)]
    level[_key(level, last)] = value


def _key(level: Any, key: str) -> str | int:
    if isinstance(level, list):
        if not key.isdecimal() or int(key) >= len(level):
            raise KeyError(f"expected a place in a list of {len(level)}, counted from 0")
        return int(key)
    if not isinstance(level, dict):
        raise KeyError("a value stands above it; expected a parameter")
    if key not in level:
        raise KeyError(nearest(key, level))
    return key
