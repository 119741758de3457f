"""Replacement of rules: a researcher's function, named in the configuration, takes the place of a rule."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from inspect import Parameter, isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, signature
from types import FunctionType
from typing import Any, cast

from sim.compilation.rebinding import part_of, rebind
from sim.compilation.sources import digest
from sim.errors import UserError, nearest
from sim.parameters import Rules
from sim.rules.attention import certain
from sim.rules.belief import may_know_more
from sim.rules.choice import any_shock, least_shock

Chosen = tuple[tuple[str, Callable[..., Any]], ...]

BY_PLACE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)

SHORT_CUTS: dict[str, list[tuple[str, Callable[..., Any]]]] = {
    "open_probability": [("most_open_probability", certain)],
    "expected_worth": [("knows_more", may_know_more)],
    "shock": [("shock_at_most", any_shock), ("shock_at_least", least_shock)],
}
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
        If a named function cannot be used; see `load`.
    """
    chosen: dict[str, Callable[..., Any]] = {}
    for field, name in _own(rules):
        rule = _default(field).rsplit(".", 1)[1]
        chosen[rule] = load(field, name)
        chosen.update(SHORT_CUTS.get(rule, []))
    if not chosen:
        return list(passes)
    part = part_of(chosen)
    return [_bound(one, part, tuple(chosen.items())) for one in passes]


def sources(rules: Rules) -> str:
    """Hash of all that a configuration's own rules depend on; empty where it has none.

    Raises
    ------
    UserError
        If a named function cannot be used; see `load`.
    """
    return " ".join(f"{field} {digest(load(field, name))}" for field, name in _own(rules))


def _own(rules: Rules) -> list[tuple[str, str]]:
    return [(field, name) for field, name in rules.named.items() if name != _default(field)]


def _default(field: str) -> str:
    return str(Rules.model_fields[field].default)


@cache
def _bound(one: Callable[..., Any], part: str, chosen: Chosen) -> Callable[..., Any]:
    """A pass with other rules, made once: many small markets would spend their time on making it again."""
    return rebind(one, dict(chosen), part)


def load(field: str, name: str) -> Callable[..., Any]:
    """The function that a configuration names for a rule.

    Raises
    ------
    UserError
        If it cannot be imported, is no function of Python, takes another number of arguments than the rule it
        replaces, or depends on what cannot be hashed.
    """
    key = f"rules.{field}={name}"
    module, _, function = name.rpartition(".")
    try:
        imported = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module of the user's may raise anything
        is_missing = isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}.")
        if is_missing or not module:
            raise UserError(f"{key}: no such module; expected module.function that Python can import") from None
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise UserError(f"{key}: {module} cannot be imported ({said}); expected a module that can") from None
    found = getattr(imported, function, None)
    if found is None:
        functions = [known for known, value in vars(imported).items() if isinstance(_plain(value), FunctionType)]
        raise UserError(f"{key}: no such function in {module}; {nearest(function, functions)}")
    plain = _plain(found)
    if not isinstance(plain, FunctionType):
        raise UserError(f"{key}: a {type(found).__name__}, expected a function that is written with def")
    if any(is_kind(plain) for is_kind in (isgeneratorfunction, iscoroutinefunction, isasyncgenfunction)):
        raise UserError(f"{key}: is a generator or asynchronous; expected a function that returns its result")
    default = _plain(_found(_default(field)))
    given, expected = (list(signature(rule).parameters.values()) for rule in (plain, default))
    if len(given) != len(expected) or any(each.kind not in BY_PLACE for each in given):
        raise UserError(f"{key}: takes {signature(plain)}, expected ({', '.join(each.name for each in expected)})")
    try:
        digest(plain)
    except UserError as error:
        raise UserError(f"{key}: {error}") from None
    return cast(Callable[..., Any], found)


def _found(name: str) -> Any:
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)


def _plain(rule: Any) -> Any:
    return getattr(rule, "py_func", rule)
