"""``key=value`` as it is typed: read here, so that no grammar stands between the user and a value.

Text is taken as it stands, whatever it holds; in quotes, where it looks like a number or a list. Numbers, lists and
mappings are written as in YAML's flow style: ``2000``, ``[1,2]``, ``{low: 1, high: 3}``. With ``-m``, several values
with commas in between, or one of Hydra's sweeps such as ``range(1,5)``, make several jobs.
What is not understood, contradicts itself or leads nowhere is told as `UserError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import islice, product
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import YAMLError

from experiments.settings.mistakes import brief
from experiments.settings.paths import leaves, merged
from experiments.settings.yaml_text import GivenTwice, is_plain_text, parsed
from sim.errors import UserError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

MOST_JOBS = 1_000

_SIGNED = re.compile(r"(\+\+|\+|~)?([^=]*)(=)?(.*)", re.DOTALL)
_UNSPACED = re.compile(r"([{,]\s*[^\s:,{}\[\]'\"]+):(?=\S)")  # {a:1}, which is a key to YAML
_QUOTED = re.compile(r"\s*(?:'[^']*'|\"[^\"]*\")\s*", re.DOTALL)


class Given(NamedTuple):
    """An argument of the form ``key=value``, or ``~key``, which takes a key out."""

    text: str  # as typed, shortened where it is long
    key: str  # dotted path, or name of a group
    values: tuple[Any, ...]  # one, or those of a sweep; none where the key is taken out

    @property
    def takes_out(self) -> bool:
        """Whether the key is taken out."""
        return not self.values

    @property
    def value(self) -> Any:
        """The one value."""
        return self.values[0]

    @property
    def paths(self) -> list[str]:
        """Dotted paths of all that it sets or takes out."""
        if not self.takes_out and isinstance(self.value, Mapping) and self.value:
            return [f"{self.key}.{path}" for path in leaves(self.value)]
        return [self.key]


def read(
    arguments: Sequence[str], groups: Collection[str], is_text: Callable[[str], bool], *, several: bool = False
) -> list[Given]:
    """Read arguments."""
    found = [_read(text, groups, is_text, several) for text in arguments]
    _check_once(found)
    return found


def without(arguments: Sequence[str], *keys: str) -> list[str]:
    """Arguments without those that give certain keys, which somebody else decides."""
    return [text for text in arguments if _SIGNED.sub(r"\2", text, count=1).strip() not in keys]


def jobs(given: Sequence[Given]) -> list[list[Given]]:
    """Every combination of the values given, the last varying fastest."""
    count = math.prod(max(len(each.values), 1) for each in given)
    if count > MOST_JOBS:
        raise UserError(f"-m: {count} combinations of values, expected at most {MOST_JOBS}; a design makes more points")
    alternatives = [[each._replace(values=(value,)) for value in each.values] or [each] for each in given]
    return [list(chosen) for chosen in product(*alternatives)]


def changed(settings: Mapping[str, Any], given: Sequence[Given]) -> dict[str, Any]:
    """Settings with what was given."""
    found = deepcopy(dict(settings))
    for each in given:
        _change(found, each)
    return found


def _read(text: str, groups: Collection[str], is_text: Callable[[str], bool], several: bool) -> Given:
    match = _SIGNED.fullmatch(text)
    assert match is not None
    sign, key, equals, value = match.groups()
    if bool(equals) == (sign == "~") or not all(part == part.strip() != "" for part in key.split(".")):
        raise UserError(f"{brief(text)}: not understood; expected key=value, for instance market.consumers=2000")
    if sign == "~":
        return Given(brief(text), key, ())
    if key in groups or (is_text(key) and _is_text(value)):
        values: list[Any] = _texts(value, several)
    else:
        values = (is_text(key) and _in_flow_style(value, text)) or _values(text, value.strip())
    if len(values) > 1 and not several:
        raise UserError(
            f"{brief(text)}: several values; expected one, a list [a,b], or -m to run them one after another"
        )
    return Given(brief(text), key, tuple(values))


def _is_text(value: str) -> bool:
    return not value or bool(_QUOTED.fullmatch(value)) or is_plain_text(value)


def _texts(value: str, several: bool) -> list[Any]:
    """Text as it stands; with several values, what commas divide; without quotes around it."""
    parts = [value] if not several or _QUOTED.fullmatch(value) else value.split(",")
    return [part.strip()[1:-1] if _QUOTED.fullmatch(part) else part for part in parts]


def _values(text: str, value: str) -> list[Any]:
    """Numbers and sweeps as Hydra reads them, lists and mappings as YAML does, all else as text."""
    if not value:
        return [""]
    if not value.startswith(("[", "{")) and (override := _by_hydra(value)):
        return list(_of(override, text))
    values = _in_flow_style(value, text)
    if values is None or _lacks_spaces(values):
        values = _in_flow_style(_UNSPACED.sub(r"\1: ", value), text)
    if not values:
        shape = "[1,2], {low: 1, high: 3} or 'text'"
        raise UserError(f"{brief(text)}: not understood; expected a value such as 2000, {shape}")
    return values


def _in_flow_style(value: str, text: str) -> list[Any] | None:
    try:
        values: list[Any] = parsed(f"[{value}\n]")
    except GivenTwice as error:
        raise UserError(f"{brief(text)}: {error.problem}") from None
    except (YAMLError, RecursionError):
        return None
    return values


def _by_hydra(value: str) -> Override | None:
    from hydra.core.override_parser.overrides_parser import OverridesParser  # here, since workers need no Hydra
    from hydra.errors import HydraException

    try:
        return OverridesParser.create().parse_override(f"key={value}")
    except (HydraException, ValueError):
        return None


def _of(override: Override, text: str) -> Iterator[Any]:
    from hydra.errors import HydraException

    if not override.is_sweep_override():
        yield override.value()
        return
    try:
        several = list(islice(override.sweep_string_iterator(), MOST_JOBS + 1))
    except HydraException as error:
        raise UserError(f"{brief(text)}: {' '.join(str(error).split())}") from None
    for one in several:
        again = _by_hydra(one)
        yield again.value() if again else one


def _lacks_spaces(value: Any) -> bool:
    if isinstance(value, dict):
        return any((item is None and ":" in key) or _lacks_spaces(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_lacks_spaces, value))


def _check_once(given: Sequence[Given]) -> None:
    by_path: dict[str, Given] = {}
    for each in given:
        for path in each.paths:
            if path in by_path and each.takes_out == by_path[path].takes_out:
                raise UserError(f"{each.text}: {path} is given already, as {by_path[path].text}; expected once")
            by_path[path] = each


def _change(settings: dict[str, Any], given: Given) -> None:
    level: Any = settings
    left, above = given.key.split("."), list[str]()
    while True:
        if not isinstance(level, dict | list):
            raise UserError(f"{given.text}: {'.'.join(above)} is a value and has nothing below it")
        key, rest = _first_key(level, left, given)
        if not rest:
            break
        above.append(str(key))
        if isinstance(level, dict) and level.get(key) is None:
            level[key] = {}
        level, left = level[key], rest
    if given.takes_out:
        if isinstance(level, dict) and key not in level:
            raise UserError(f"{given.text}: no such key; expected one that is set")
        del level[key]
        return
    old = level.get(key) if isinstance(level, dict) else level[key]
    if isinstance(old, Mapping) and isinstance(given.value, Mapping):
        level[key] = merged(old, given.value)
    else:
        level[key] = given.value


def _first_key(level: Any, left: Sequence[str], given: Given) -> tuple[Any, list[str]]:
    """Key at a level, and what is left of the path; a key may hold dots itself."""
    if isinstance(level, list):
        if not left[0].isdecimal() or int(left[0]) >= len(level):
            raise UserError(f"{given.text}: {left[0]} is no place in a list of {len(level)}, counted from 0")
        return int(left[0]), list(left[1:])
    for length in range(1, len(left) + 1):
        if ".".join(left[:length]) in level:
            return ".".join(left[:length]), list(left[length:])
    return left[0], list(left[1:])
