"""Compilation of the model's functions; their code is kept under a key that sees every file that shapes them.

numba's own cache looks for changes in one file only: it stays stale when a *called* function in another file changes.
What is kept here of a function is therefore named after a hash of all the files that it reaches by imports; and an edit
of a file leaves in place what does not reach it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

from sim import reach
from sim.code_folder import Places, places
from sim.kept_code import keep, turn
from sim.parts import EntryCompiler, Flags, PartCompiler
from sim.sources import compiled_helpers, digest

PACKAGE = Path(__file__).parent
BUILT_BY = f"{numba.__version__} {sys.implementation.cache_tag}"
SHAPES_ALL = ("compiled.py", "context.py", "parts.py")  # reached or not
A_PART: dict[str, Any] = {"no_cpython_wrapper": True, "pipeline_class": PartCompiler}

NARROW = types.integer_domain - {types.uint64}

settings: Any = numba.config  # numba makes its attributes at run time

F = TypeVar("F", bound=Callable[..., Any])


@cache
def source_hash() -> str:
    """Hash of every file of the model that compiled code can reach, and of numba's and Python's version.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    return reach.digest(_files_of_the_model(), PACKAGE, BUILT_BY)


@cache
def _files_of_the_model() -> frozenset[Path]:
    """Files that any compiled function reaches."""
    decorator = re.compile(r"^@(compiled|inlined|allocating)", re.MULTILINE)
    with_some = [file for file in reach.modules(PACKAGE).values() if decorator.search(file.read_text("utf-8"))]
    return frozenset().union(*(reach.reached(file, PACKAGE) for file in with_some))


@cache
def code_places() -> Places:
    """Folders of compiled code for the model in this place; made when first asked for."""
    # numba finds compiled code by the place of its source: another copy of the same sources has to compile its own
    built, place = (hashlib.sha256(text.encode()).hexdigest() for text in (BUILT_BY, str(PACKAGE)))
    return places(f"koc-{built[:16]}-{place[:8]}")


@cache
def part_of_file(file: Path) -> str:
    """Part of the folders for the functions of a file of the model, named after all files that they reach."""
    files = reach.reached(file, PACKAGE) | {PACKAGE / name for name in SHAPES_ALL}
    title = file.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
    return f"{title}-{reach.digest(files, PACKAGE)}"


def is_warm() -> bool:
    """Whether this version of the model has been compiled on this machine before.

    The consumers' day tells, which takes longest: to build a world compiles something, too.
    """
    part = part_of_file(PACKAGE / "engine" / "passes.py")
    return settings.DISABLE_JIT or any(any((folder / part).rglob("*.live_all-*.nbc")) for folder in code_places().read)


@contextmanager
def compiling() -> Iterator[None]:
    """Compile while no other process compiles; waits for one that does."""
    with turn.kept():
        turn.begin(code_places().write)
        yield


def compiled(function: F) -> F:
    """Compile a function to machine code, or leave it as it is under ``NUMBA_DISABLE_JIT=1``.

    IEEE arithmetic is kept (no ``fastmath``), so that compiled and plain Python runs agree to the bit; division
    by zero gives infinity, as in numpy; the interpreter lock is released. The function must not make arrays, lists
    or sets: without reference counting, columns in nested tuples cost nothing to reach (with it, a consumer's day
    took thirty times as long).
    """
    return _compile(function, _nrt=False)


def inlined(function: F) -> F:
    """Compile a function into its callers: for the parts of a consumer's day, whose many columns are dear to pass.

    Compiled code alone can call it (others its ``py_func``): what unpacks so many columns from Python's tuples took
    longer to compile than all the rest.
    """
    return _compile(function, _nrt=False, forceinline=True)


def allocating(function: F) -> F:
    """Compile a function that makes arrays, lists or sets; otherwise as `compiled`."""
    return _compile(function)


def _compile(function: F, part: str | None = None, **options: Any) -> F:
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
    if is_entry and not _is_ours(function):
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
    keep(dispatcher, _places, part, "part" if options.items() >= A_PART.items() else "")
    _take_wide_numbers(dispatcher)
    return dispatcher


def _places() -> Places:
    """Where code is kept: nowhere, if a file was edited since it was loaded, so that its code would be misnamed."""
    is_edited = any(reach.source(file, PACKAGE).changed for file in _files_of_the_model())
    return Places((), None) if is_edited else code_places()


def _part(function: Callable[..., Any]) -> str:
    """Where the code of a function is kept: the model's own is told apart by the files of the model that it reaches."""
    if _is_ours(function):
        return part_of_file(Path(function.__code__.co_filename))
    return f"own-{_with_the_model(digest(function))}"


def _with_the_model(said: str) -> str:
    """Name of what depends on other things and, for all that is known, on any file of the model."""
    return hashlib.sha256(f"{said} {source_hash()}".encode()).hexdigest()[:16]


def _take_wide_numbers(dispatcher: Any) -> None:
    """Compile a function once for whole numbers of all widths that compiled code calls it with, and for constants.

    From Python they come as 64 bits, too: it reckons with them in the same way, whoever calls.
    """
    template = dispatcher.get_call_template

    def wide(args: Iterable[types.Type], named: Mapping[str, types.Type]) -> Any:
        return template(tuple(map(_wide, args)), {name: _wide(kind) for name, kind in named.items()})

    dispatcher.get_call_template = wide


def _wide(kind: types.Type) -> types.Type:
    kind = types.unliteral(kind)
    if isinstance(kind, types.Tuple | types.UniTuple):
        return types.Tuple(tuple(map(_wide, kind.types)))
    return types.int64 if kind in NARROW else kind


def _keep_from_python(dispatcher: Any, result: Any) -> None:
    """Take in compiled code, but not where calls from Python look for it: numba would jump to no address at all."""
    dispatcher.overloads[tuple(result.signature.args)] = result


def _refuse_python(function: Callable[..., Any], *_arguments: Any, **_named: Any) -> None:
    name = function.__name__
    raise TypeError(f"{name} is compiled into what calls it; from Python call {name}.py_func")


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
            keep(helper, _places, lambda: part)
    replaced: dict[str, Any] = {name: _compile(rule, part, _nrt=False) for name, rule in chosen.items()}
    copies: dict[FunctionType, Any] = {}

    def copy(original: Any) -> Any:
        plain = _plain(original)
        if plain.__name__ in replaced:
            return replaced[plain.__name__]
        if plain in copies:
            return copies[plain]
        copies[plain] = original  # a function may meet its own name among the attributes that it reads
        changed = {}
        for name in plain.__code__.co_names:
            called = plain.__globals__.get(name)
            if _is_ours(called) and (fresh := copy(called)) is not called:
                changed[name] = fresh
        if changed:
            clone = FunctionType(plain.__code__, {**plain.__globals__, **changed}, plain.__name__, plain.__defaults__)
            clone.__qualname__ = plain.__qualname__
            clone.__module__ = plain.__module__
            copies[plain] = _compile(clone, part, **_options(original))
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
    return f"rules-{_with_the_model(f'{names} {digest(*plain.values())}')}"


def _options(function: Callable[..., Any]) -> dict[str, Any]:
    options = getattr(function, "targetoptions", {})
    return {name: options[name] for name in ("_nrt", "forceinline") if name in options}


def _plain(function: Any) -> FunctionType:
    return function.py_func if isinstance(function, Dispatcher) else function


def _is_ours(thing: Any) -> bool:
    plain = getattr(thing, "py_func", thing)
    return isinstance(plain, FunctionType) and plain.__module__.split(".")[0] == __name__.split(".")[0]
