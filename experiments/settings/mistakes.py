"""What a user got wrong in the configuration, in one line: the key, the value, what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError, to_json

from experiments.settings.paths import flat
from sim.errors import UserError, nearest
from sim.parameters import Group, Parameters

LONGEST = 200  # characters of what a user gave, in a message

Model = TypeVar("Model", bound=BaseModel)

_KINDS: dict[Any, str] = {
    int: "a whole number", float: "a number", bool: "true or false", str: "text", tuple: "a list", dict: "settings",
}  # fmt: skip


def validated(
    model: type[Model], settings: Mapping[str, Any], *, places: Mapping[str, str] | None = None, within: str = ""
) -> Model:
    """Make a model of settings, strictly: no text for numbers, no true for 1, no unknown key.

    Parameters
    ----------
    model
        For instance `Parameters`.
    settings
        Nested mappings, as composed from files and command line.
    places
        Where a value comes from, by its path in `settings`; itself unless named.
    within
        What the settings belong to, for messages; may be empty.

    Raises
    ------
    UserError
        On the first mistake.
    """
    try:
        content = to_json(_whole(settings), inf_nan_mode="constants")
    except PydanticSerializationError:
        raise UserError(f"{within}{_no_text(settings)}: not text in UTF-8") from None
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise UserError(within + _line(error, model, places or {})) from None


def field_at(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | None:
    """Declaration of a field by the path to it through nested models and lists of them."""
    return _found(model, path)[0]


def parameter(path: str) -> FieldInfo | None:
    """Declaration of a parameter of the market by its dotted path; None if there is none."""
    return field_at(Parameters, path.split("."))


def measured(path: str) -> str:
    """What would measure a parameter, as its declaration says; empty where it does not."""
    field = parameter(path)
    return str((field and declared(field, "measured")) or "")


def plausible(path: str) -> tuple[float, float] | None:
    """Plausible range of a parameter, as declared; None without one."""
    field = parameter(path)
    return declared(field, "plausible") if field else None


def with_plausible_range() -> list[str]:
    """Paths of all parameters that have one."""
    return [path for path, field, _ in fields(Parameters()) if declared(field, "plausible")]


def kind_at(model: type[BaseModel], path: Sequence[str | int]) -> Any:
    """Type of what a path leads to, through models, lists and mappings; None where it is not declared."""
    return _found(model, path)[1]


def _found(model: type[BaseModel], path: Sequence[str | int]) -> tuple[FieldInfo | None, Any]:
    field: FieldInfo | None = None
    current: Any = model
    for key in path:
        if isinstance(key, int):
            current = next(iter(get_args(current)), None)
        elif isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(key)
            current = field.annotation if field else None
        elif get_origin(current) is dict:
            field, current = None, get_args(current)[1]
        else:
            return None, None
    return field, current


def fields(group: Group, prefix: str = "") -> Iterator[tuple[str, FieldInfo, Any]]:
    """Path, declaration and value of every parameter below a group; lists of groups stand as one value."""
    for name, field in type(group).model_fields.items():
        value = getattr(group, name)
        if isinstance(value, Group):
            yield from fields(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field, value


def limits(field: FieldInfo) -> tuple[float | None, float | None]:
    """Allowed range of a parameter, ends included; None where it is open."""
    low = high = None
    for bound in field.metadata:
        low = getattr(bound, "ge", low)
        high = getattr(bound, "le", high)
    return low, high


def declared(field: FieldInfo, key: str) -> Any:
    """Unit, source or plausible range of a parameter, as declared; None if it has none."""
    extra = field.json_schema_extra
    return extra.get(key) if isinstance(extra, dict) else None


def span(low: float | None, high: float | None) -> str:
    """A range in words, for instance ``from 0 to 0.6``; empty if it is open on both sides."""
    ends = ["" if end is None else f"{word} {shown(end)}" for word, end in (("from", low), ("to", high))]
    return " ".join(filter(None, ends))


def shown(value: Any) -> str:
    """A value as a configuration file writes it."""
    if isinstance(value, float) and value == value and abs(value) < 1e15 and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def brief(text: str) -> str:
    """A text that may be long, for a message of one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} and so on"


def _whole(value: Any) -> Any:
    # 1e6 is a whole number to people, a float to YAML; by exact type, since a sweep comes here for each of its points
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() else value
    if kind is dict:
        return {str(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if kind is list or kind is tuple else value


def _no_text(settings: Mapping[str, Any]) -> str:
    """Key and value, escaped, of what cannot be written as UTF-8."""
    for path, value in flat(settings):
        try:
            f"{path}{value}".encode()
        except UnicodeEncodeError:
            return f"{path}={value}".encode("ascii", "backslashreplace").decode()
    return "the settings"


def _line(error: ValidationError, model: type[BaseModel], places: Mapping[str, str]) -> str:
    first = error.errors(include_url=False)[0]
    loc, given, kind = first["loc"], first["input"], first["type"]
    path = ".".join(map(str, loc))
    place = _place(path, places)
    if kind == "value_error":
        said = str(first["ctx"]["error"])
        joint = "." if place and re.match(r"\w+[=:.]", said) else ": "  # it begins with a key below this place
        return f"{place}{joint}{said}" if place else said
    if kind == "missing":
        return f"{place} is missing"
    if kind == "extra_forbidden":
        known = kind_at(model, loc[:-1]).model_fields
        return f"{place}={brief(shown(given))}: unknown key '{loc[-1]}'; {nearest(str(loc[-1]), known)}"
    return f"{place}={brief(shown(given))}: expected {_expected(model, first)}"


def _place(path: str, places: Mapping[str, str]) -> str:
    """Where a value comes from, by its path or by that of something below it."""
    for known, place in places.items():
        if known == path or known.startswith(f"{path}."):
            return place[: len(place) - len(known) + len(path)]
    return path


def _expected(model: type[BaseModel], error: Any) -> str:
    field, annotation = _found(model, error["loc"])
    if error["type"] == "literal_error" and field is not None:
        options = [str(option) for option in get_args(field.annotation)]
        return f"one of {', '.join(options)}; {nearest(str(error['input']), options)}"
    if get_origin(annotation) is Annotated:  # an entry of a list
        field = FieldInfo.from_annotation(annotation)
        annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"settings: {', '.join(annotation.model_fields)}"
    kind = _KINDS.get(get_origin(annotation) or annotation)
    if kind is None:
        return str(error["msg"]).removeprefix("Input should be ")
    if annotation is str and isinstance(error["input"], int | float):
        return "text, in quotes where it looks like a number"
    quoted = ", without quotes" if isinstance(error["input"], str) and _is_number(error["input"]) else ""
    if field is None:
        return kind + quoted
    words = [kind, span(*limits(field))]
    unit = declared(field, "unit")
    if unit and unit != "1":
        words.append(f"({unit})")
    return " ".join(filter(None, words)) + quoted


def _is_number(text: str) -> bool:
    try:
        return isinstance(json.loads(text), int | float)  # true and false as well
    except ValueError:
        return False
