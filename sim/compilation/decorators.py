"""What compiles the model's functions, and hands them numbers of one width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
from numba import types

from sim.compilation import versions
from sim.compilation.compiler import EntryCompiler, Flags, PartCompiler, settings
from sim.compilation.context import Context
from sim.compilation.inference import wide
from sim.compilation.kept_code import keep
from sim.compilation.sources import digest

A_PART: dict[str, Any] = {"no_cpython_wrapper": True, "pipeline_class": PartCompiler}

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function to machine code, or leave it as it is under ``NUMBA_DISABLE_JIT=1``.

    IEEE arithmetic is kept (no ``fastmath``), so that compiled and plain Python runs agree to the bit; division
    by zero gives infinity, as in numpy; the interpreter lock is released. The function must not make arrays, lists
    or sets: without reference counting, columns in nested tuples cost nothing to reach (with it, a consumer's day
    took thirty times as long).
    """
    return compile_function(function, _nrt=False)


def inlined(function: F) -> F:
    """Compile a function into its callers: for the parts of a consumer's day, whose many columns are dear to pass.

    Compiled code alone can call it (others its ``py_func``): what unpacks so many columns from Python's tuples took
    longer to compile than all the rest.
    """
    return compile_function(function, _nrt=False, forceinline=True)


def allocating(function: F) -> F:
    """Compile a function that makes arrays, lists or sets; otherwise as `compiled`."""
    return compile_function(function)


def compile_function(function: F, part: str | None = None, **options: Any) -> F:
    """Compile a function; its code is kept in a part of the folders, by default the one of the function's sources.

    What Python calls is an entry. Code that calls a function of the model takes it in as a part; most functions never
    become anything else. A researcher's own may print, say, which a part cannot.
    """
    if settings.DISABLE_JIT:
        return function
    options["no_cfunc_wrapper"] = True  # nobody hands compiled code to C
    name = (lambda: _part(function)) if part is None else (lambda: part)
    is_entry = "forceinline" not in options
    entry: Any = _dispatcher(function, name, **options, pipeline_class=EntryCompiler) if is_entry else None
    if is_entry and not is_ours(function):
        return cast(F, entry)
    as_part: Any = _dispatcher(function, name, **options, **A_PART)
    as_part.add_overload = partial(_keep_from_python, as_part)
    as_part._compile_for_args = partial(_refuse_python, function)
    if is_entry:
        entry.get_call_template, entry.get_overload = as_part.get_call_template, as_part.get_overload
    return cast(F, entry or as_part)


def _dispatcher(function: Callable[..., Any], part: Callable[[], str], **options: Any) -> Any:
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy", **options)(function)
    dispatcher._compiler._customize_flags = Flags
    keep(dispatcher, versions.places_now, part, "part" if options.items() >= A_PART.items() else "")
    _take_wide_numbers(dispatcher)
    _know_contexts(dispatcher)
    return dispatcher


def _part(function: Callable[..., Any]) -> str:
    """Where the code of a function is kept: the model's own is told apart by the files of the model that it reaches."""
    if is_ours(function):
        return versions.part_of_file(Path(function.__code__.co_filename))
    return f"own-{versions.with_the_model(digest(function))}"


def _take_wide_numbers(dispatcher: Any) -> None:
    """Compile a function once for whole numbers of all widths that compiled code calls it with, and for constants.

    From Python they come as 64 bits, too: it reckons with them in the same way, whoever calls.
    """
    template = dispatcher.get_call_template

    def with_wide(args: Iterable[types.Type], named: Mapping[str, types.Type]) -> Any:
        return template(tuple(map(_wide, args)), {name: _wide(kind) for name, kind in named.items()})

    dispatcher.get_call_template = with_wide


def _know_contexts(dispatcher: Any) -> None:
    """Tell at once what a context is, and that a member of an enumeration is a number.

    numba would look through all kinds of things, which takes longer than some functions.
    """
    of_others = dispatcher.typeof_pyval

    def kind_of(value: Any) -> types.Type:
        if isinstance(value, Context):
            return value._kind
        return types.int64 if isinstance(value, IntEnum) else _wide(of_others(value))

    dispatcher.typeof_pyval = kind_of


def _wide(kind: types.Type) -> types.Type:
    kind = types.unliteral(kind)
    if isinstance(kind, types.Tuple | types.UniTuple):
        return types.Tuple(tuple(map(_wide, kind.types)))
    return wide(kind)


def _keep_from_python(dispatcher: Any, result: Any) -> None:
    """Take in compiled code, but not where calls from Python look for it: numba would jump to no address at all."""
    dispatcher.overloads[tuple(result.signature.args)] = result


def _refuse_python(function: Callable[..., Any], *_arguments: Any, **_named: Any) -> None:
    name = function.__name__
    raise TypeError(f"{name} is compiled into what calls it; from Python call {name}.py_func")


def is_ours(thing: Any) -> bool:
    """Whether something is a function of the model, compiled or not."""
    plain = getattr(thing, "py_func", thing)
    return isinstance(plain, FunctionType) and plain.__module__.split(".")[0] == __name__.split(".")[0]
