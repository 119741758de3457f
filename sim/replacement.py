"""Replacement of rules: a researcher's function, named in the configuration, takes the place of a rule."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from sim.compiled import rebind
from sim.errors import UserError
from sim.parameters import Rules


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
    for field, name in rules:
        default = type(rules).model_fields[field].default
        if name != default:
            chosen[default.rsplit(".", 1)[1]] = load(field, name)
    return [rebind(one, chosen) if chosen else one for one in passes]


def load(field: str, name: str) -> Callable[..., Any]:
    """The function that a configuration names for a rule.

    Raises
    ------
    UserError
        If it cannot be found, or is no function.
    """
    module, _, function = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(
            f"rules.{field}={name}: no such function ({error}); expected module.function, with the module on PYTHONPATH"
        ) from None
    if not callable(found):
        raise UserError(f"rules.{field}={name}: a {type(found).__name__}, expected a function")
    return found
