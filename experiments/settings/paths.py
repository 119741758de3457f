"""Nested mappings and the dotted paths of what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Nested mappings with some entries changed; neither argument is altered."""
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(value, Mapping) and isinstance(old, Mapping) else value
    return result


def leaves(settings: Mapping[str, Any]) -> Iterator[str]:
    """Dotted paths of all values in nested mappings."""
    return (path for path, _ in flat(settings))


def flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted paths of all values in nested mappings, with the values; keys may have dots themselves."""
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def at(settings: Mapping[str, Any], path: str) -> Any:
    """Value at a dotted path of nested mappings; KeyError if there is none."""
    value: Any = settings
    for key in path.split("."):
        if not isinstance(value, Mapping):
            raise KeyError(path)
        value = value[key]
    return value


def nested(path: str, value: Any) -> dict[str, Any]:
    """Nested mappings with one value at a dotted path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return dict(value)
