"""Replacement of rules: a researcher's function, named in the configuration, takes the place of a rule."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sim.compiled import rebind
from sim.errors import UserError
from sim.parameters import Rules
from sim.rules.attention import certain
from sim.rules.belief import may_know_more

SHORT_CUTS = {"open_probability": ("most_open_probability", certain), "expected_quality": ("knows_more", may_know_more)}
"""What holds for a rule of the model and saves time, and what holds for any rule in its place."""


def with_rules(rules: Rules, passes: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
    """The compiled passes, with the rules that a configuration names.

    Parameters
    ----------
    rules
        Dotted name of the function for each rule.
    passes
        Compiled functions that call the rules.

    Raises
    ------
    UserError
        If a named function cannot be found.
    """
    chosen = {}
    for field, name in rules.named.items():
        default = type(rules).model_fields[field].default
        if name != default:
            rule = default.rsplit(".", 1)[1]
            chosen[rule] = load(field, name)
            chosen.update([SHORT_CUTS[rule]] if rule in SHORT_CUTS else [])
    return [_bound(one, tuple(chosen.items())) if chosen else one for one in passes]


@cache
def _bound(one: Callable[..., Any], chosen: tuple[tuple[str, Callable[..., Any]], ...]) -> Callable[..., Any]:
    """A pass with other rules, made once: many small markets would spend their time on making it again."""
    return rebind(one, dict(chosen))


def load(field: str, name: str) -> Callable[..., Any]:
    """The function that a configuration names for a rule.

    Raises
    ------
    UserError
        If it cannot be found, is no function, or takes another number of arguments than the rule it replaces.
    """
    try:
        found = _found(name)
    except (ImportError, AttributeError, ValueError, SyntaxError) as error:
        raise UserError(
            f"rules.{field}={name}: no such function ({error}); expected module.function, with the module on PYTHONPATH"
        ) from None
    if not callable(found):
        raise UserError(f"rules.{field}={name}: a {type(found).__name__}, expected a function")
    given, expected = _arguments(found), _arguments(_found(Rules.model_fields[field].default))
    if len(given) != len(expected):
        raise UserError(f"rules.{field}={name}: takes ({', '.join(given)}), expected ({', '.join(expected)})")
    return found


def _found(name: str) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)


def _arguments(rule: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(getattr(rule, "py_func", rule)).parameters)
