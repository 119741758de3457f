"""Rules of one's own in compiled code: what calls a rule is copied, so that it calls another one."""

from __future__ import annotations

import dis
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

from sim.compilation.decorators import F, compile_function, is_ours
from sim.compilation.kept_code import keep
from sim.compilation.sources import compiled_helpers, digest
from sim.compilation.versions import places_now, with_the_model


def rebind(function: F, replacements: Mapping[str, Callable[..., Any]], part: str = "") -> F:
    """Copy a compiled function so that it, and all it calls, uses other rules.

    Parameters
    ----------
    function
        The function at the top, for instance the consumers' day.
    replacements
        Name of a rule, as the model's source calls it, to the function that takes its place.
    part
        Of the folders of compiled code; that of `part_of` unless given.

    Returns
    -------
    Callable
        ``function`` itself where nothing it reaches is replaced; otherwise a new function, compiled when first called.
    """
    chosen = {name: _plain(rule) for name, rule in replacements.items()}
    part = part or part_of(chosen)
    for helper in compiled_helpers(*chosen.values()):
        if type(helper._cache) is FunctionCache:  # numba's own, which looks for changes in one file only
            keep(helper, places_now, lambda: part)
    replaced: dict[str, Any] = {name: compile_function(rule, part, _nrt=False) for name, rule in chosen.items()}
    copies: dict[FunctionType, Any] = {}

    def copy(original: Any) -> Any:
        plain = _plain(original)
        if plain.__name__ in replaced:
            return replaced[plain.__name__]
        if plain in copies:
            return copies[plain]
        copies[plain] = original  # a function may call itself
        changed = {}
        for name in _globals_of(plain):
            called = plain.__globals__.get(name)
            if is_ours(called) and (fresh := copy(called)) is not called:
                changed[name] = fresh
        if changed:
            clone = FunctionType(plain.__code__, {**plain.__globals__, **changed}, plain.__name__, plain.__defaults__)
            clone.__qualname__ = plain.__qualname__
            clone.__module__ = plain.__module__
            copies[plain] = compile_function(clone, part, **_options(original))
        return copies[plain]

    return copy(function)


def part_of(rules: Mapping[str, Callable[..., Any]]) -> str:
    """Part of the folders for code with these rules: named after them and all that they depend on.

    Raises
    ------
    UserError
        If something that they depend on cannot be hashed.
    """
    plain = {name: _plain(rule) for name, rule in sorted(rules.items())}
    names = " ".join(f"{name} {rule.__module__}.{rule.__qualname__}" for name, rule in plain.items())
    return f"rules-{with_the_model(f'{names} {digest(*plain.values())}')}"


def _globals_of(function: FunctionType) -> set[str]:
    """Names of globals that a function reads, which may be those of attributes, too."""
    return {step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL"}


def _options(function: Callable[..., Any]) -> dict[str, Any]:
    options = getattr(function, "targetoptions", {})
    return {name: options[name] for name in ("_nrt", "forceinline") if name in options}


def _plain(function: Any) -> FunctionType:
    return function.py_func if isinstance(function, Dispatcher) else function
