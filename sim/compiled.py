"""Compilation of the model's functions, cached under a key that sees every file that shapes them.

numba's own cache looks for changes in one file only: it stays stale when a *called* function in another file
changes. The cache folder used here is therefore named after a hash of all the source files that compiled code
can reach.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
import platformdirs
from numba.core.dispatcher import Dispatcher

PACKAGE = Path(__file__).parent
KEPT_CACHES = 6
UNREACHABLE_FROM_PYTHON = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

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
    digest = hashlib.sha256(f"{numba.__version__} {sys.implementation.cache_tag}".encode())
    for path in _files_reached_by_compiled_code():
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files_reached_by_compiled_code() -> list[Path]:
    decorator = re.compile(r"^@(compiled|inlined|allocating)", re.MULTILINE)
    waiting = [path for path in PACKAGE.rglob("*.py") if decorator.search(path.read_text("utf-8"))]
    reached: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        imports = re.findall(r"^from sim\.?([\w.]*) import ([^\n#]*)", path.read_text("utf-8"), re.M)
        for module, names in imports:
            base = PACKAGE.joinpath(*filter(None, module.split(".")))
            candidates = [base.with_suffix(".py"), *(base / f"{n.strip(' ()')}.py" for n in names.split(","))]
            waiting += [c for c in candidates if c.is_file()]
    return sorted(reached)


@cache
def cache_folder() -> Path:
    """Folder of compiled code for this version of the sources in this place; made when first asked for.

    Falls back to a temporary folder where the user's cache folder cannot be written.
    """
    root = Path(platformdirs.user_cache_dir("koc-market"))
    # numba finds compiled code by the place of its source: another copy of the same sources has to compile its own
    name = f"{source_hash()}-{hashlib.sha256(str(PACKAGE).encode()).hexdigest()[:8]}"
    folder = root / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"koc-market-{os.getuid()}" / name
        folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for old in sorted(folder.parent.iterdir(), key=lambda p: p.stat().st_mtime)[:-KEPT_CACHES]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def is_warm() -> bool:
    """Whether this version of the model has been compiled on this machine before.

    The consumers' day tells, which takes longest: to build a world compiles something, too.
    """
    return settings.DISABLE_JIT or any(cache_folder().rglob("*.live_all-*.nbc"))


def compiled(function: F) -> F:
    """Compile a function to machine code, or leave it as it is under ``NUMBA_DISABLE_JIT=1``.

    IEEE arithmetic is kept (no ``fastmath``), so that compiled and plain Python runs agree to the bit; division
    by zero gives infinity, as in numpy; the interpreter lock is released. The function must not make arrays, lists
    or sets: without reference counting, columns in nested tuples cost nothing to reach (with it, a consumer's day
    took thirty times as long).
    """
    return _compile(function, cache_folder(), _nrt=False)


def inlined(function: F) -> F:
    """Compile a function into its callers: for the parts of a consumer's day, whose many columns are dear to pass.

    Compiled code alone can call it (others its ``py_func``): what unpacks so many columns from Python's tuples took
    longer to compile than all the rest.
    """
    return _compile(function, cache_folder(), _nrt=False, forceinline=True, **UNREACHABLE_FROM_PYTHON)


def allocating(function: F) -> F:
    """Compile a function that makes arrays, lists or sets; otherwise as `compiled`."""
    return _compile(function, cache_folder())


def _compile(function: F, folder: Path, **options: Any) -> F:
    if settings.DISABLE_JIT:
        return function
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        dispatcher: Any = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    finally:
        settings.CACHE_DIR = before
    if options.items() >= UNREACHABLE_FROM_PYTHON.items():
        _refuse_python(dispatcher)
    _forget_what_is_gone(dispatcher)
    return cast(F, dispatcher)


def _forget_what_is_gone(dispatcher: Any) -> None:
    """Compile anew where the index of compiled code names a type that is not here, as of a researcher's own rules."""
    index = getattr(dispatcher._cache, "_cache_file", None)
    if index is None:  # nothing can be kept here
        return
    load = index._load_index

    def load_what_is_known() -> Any:
        try:
            return load()
        except (ImportError, AttributeError):
            return {}

    index._load_index = load_what_is_known


def _refuse_python(dispatcher: Any) -> None:
    """Let a call from Python raise TypeError, where numba would jump to an address that is not there."""

    def keep(result: Any) -> None:
        dispatcher.overloads[tuple(result.signature.args)] = result  # not where calls from Python look for code

    def refuse(*_arguments: Any, **_named: Any) -> None:
        name = dispatcher.py_func.__name__
        raise TypeError(f"{name} is compiled into what calls it; from Python call {name}.py_func")

    dispatcher.add_overload, dispatcher._compile_for_args = keep, refuse


def rebind(function: F, replacements: dict[str, Callable[..., Any]]) -> F:
    """Copy a compiled function so that it, and all it calls, uses other rules.

    Parameters
    ----------
    function
        The function at the top, for instance the consumers' day.
    replacements
        Name of a rule, as the model's source calls it, to the function that takes its place.

    Returns
    -------
    Callable
        ``function`` itself where nothing it reaches is replaced; otherwise a new function, compiled when first called.
    """
    chosen = {name: _plain(rule) for name, rule in replacements.items()}
    folder = cache_folder() / _tag(chosen)
    folder.mkdir(exist_ok=True)
    replaced: dict[str, Any] = {name: _compile(rule, folder, _nrt=False) for name, rule in chosen.items()}
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
            copies[plain] = _compile(clone, folder, **_options(original))
        return copies[plain]

    return copy(function)


def _tag(rules: dict[str, FunctionType]) -> str:
    """Sixteen hexadecimal digits of the rules and of the files they stand in, whose constants end up in the callers."""
    digest = hashlib.sha256()
    for name, rule in sorted(rules.items()):
        digest.update(f"{name} {rule.__module__}.{rule.__qualname__}".encode())
        digest.update(Path(rule.__code__.co_filename).read_bytes())
    return digest.hexdigest()[:16]


def _options(function: Callable[..., Any]) -> dict[str, bool]:
    options = getattr(function, "targetoptions", {})
    return {name: options[name] for name in ("_nrt", "forceinline", *UNREACHABLE_FROM_PYTHON) if name in options}


def _plain(function: Any) -> FunctionType:
    return function.py_func if isinstance(function, Dispatcher) else function


def _is_ours(thing: Any) -> bool:
    plain = getattr(thing, "py_func", thing)
    return isinstance(plain, FunctionType) and plain.__module__.split(".")[0] == __name__.split(".")[0]
