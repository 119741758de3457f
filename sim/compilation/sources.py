"""All that a function outside of the model depends on: its source, that of the modules it imports, values it reads.

Modules of installed packages and of the model itself are left out; so are imports at run time whose name is computed,
but for what the function reads of them.
"""

from __future__ import annotations

import ast
import dis
import hashlib
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np
from numba import types

from sim.errors import UserError

OWN = (__name__.partition(".")[0], "experiments")
PLAIN = (type(None), bool, int, float, complex, str, bytes, np.generic)


def digest(*functions: Callable[..., Any]) -> str:
    """Hash of all that functions depend on.

    Parameters
    ----------
    functions
        In plain Python, or compiled by numba.

    Returns
    -------
    str
        Sixteen hexadecimal digits, equal on every machine.

    Raises
    ------
    UserError
        If something cannot be hashed: source that is not there, or a value that is neither numbers nor text.
    """
    reading = _read(functions)
    hashed = hashlib.sha256()
    for part in (*sorted(reading.files.values()), *reading.values):
        hashed.update(hashlib.sha256(part.encode()).digest())
    return hashed.hexdigest()[:16]


def compiled_helpers(*functions: Callable[..., Any]) -> list[Any]:
    """The user's own functions compiled by numba that these functions call, directly or through others."""
    return _read(functions).compiled


def _read(functions: Sequence[Callable[..., Any]]) -> _Reading:
    reading = _Reading({function.__module__.partition(".")[0] for function in functions})
    for function in functions:
        plain: Any = getattr(function, "py_func", function)
        reading.function(plain)
    return reading


class _Reading:
    """What has been read so far: by path the name and hash of each file; values in the order in which they are met."""

    def __init__(self, packages: set[str]) -> None:
        self.files: dict[str, str] = {}
        self.values: list[str] = []
        self.compiled: list[Any] = []
        self._packages = packages  # theirs are read even where they are installed
        self._seen: set[int] = set()

    def function(self, function: FunctionType) -> None:
        """Read a function, the modules of its source, and the values that it reads."""
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        name, path = f"{function.__module__}.{function.__qualname__}", function.__code__.co_filename
        if self._is_left_out(function.__module__, path):
            self.values.append(name)
            return
        self._module(function.__module__)
        if path not in self.files:  # as of a decorator's function, which bears the name of another
            self._file(function.__module__, path)
        if function.__code__ not in _file(*_state(path)).codes:
            raise UserError(f"{name}: {path} was changed after it was loaded; expected a new start of Python")
        for label, value in _read_by(function):
            self._value(f"{name} reads {label}", value)

    def _module(self, name: str) -> None:
        """Read a module, its packages, and all that they import."""
        for part in _with_packages(name):
            spec = _spec(part)
            origin = spec.origin if spec and spec.has_location else None
            origin = origin or getattr(sys.modules.get(part), "__file__", None)
            if origin and origin not in self.files and not self._is_left_out(part, origin):
                self._file(part, origin)

    def _file(self, module: str, path: str) -> None:
        if not path.endswith((".py", *EXTENSION_SUFFIXES)) or not os.path.isfile(path):
            raise UserError(f"{module}: its source is not in a file; expected a .py file")
        read = _file(*_state(path))
        self.files[path] = f"{module} {read.hash}"
        package = module if Path(path).name == "__init__.py" else module.rpartition(".")[0]
        for name, level in read.imports:
            if not level:
                self._module(name)
            elif level <= len(package.split(".")) and package:
                self._module(importlib.util.resolve_name("." * level + name, package))

    def _is_left_out(self, module: str, path: str) -> bool:
        top = module.partition(".")[0]
        return top in OWN or (top not in self._packages and _is_installed(path))

    def _value(self, label: str, value: Any) -> None:
        plain = getattr(value, "py_func", value)
        if isinstance(plain, FunctionType):
            self.values.append(label)
            if plain is not value and not self._is_left_out(plain.__module__, plain.__code__.co_filename):
                self.compiled.append(value)
            self.function(plain)
        elif isinstance(value, PLAIN):
            self.values.append(f"{label} {type(value).__name__} {value!r}")
        elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
            self.values.append(f"{label} {value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}")
        elif isinstance(value, tuple | list):
            self.values.append(f"{label} {type(value).__name__} of {len(value)}")
            for n, item in enumerate(value):
                self._value(f"{label}[{n}]", item)
        elif isinstance(value, types.Type | np.dtype):
            self.values.append(f"{label} {value}")
        elif (name := _global_name(value)) is not None:
            self.values.append(f"{label} {name}")
            self._module(value.__module__)
        else:
            raise UserError(
                f"{label}: a {type(value).__name__}, which cannot be part of what names a run; "
                "expected numbers, text, tuples or arrays of them, or functions"
            )


class _File(NamedTuple):
    """What a file holds: its hash, the modules it imports with the level of relative imports, its code."""

    hash: str
    imports: tuple[tuple[str, int], ...]
    codes: frozenset[CodeType]


def _state(path: str) -> tuple[str, int, int]:
    status = os.stat(path)
    return path, status.st_mtime_ns, status.st_size


@cache
def _file(path: str, modified: int, size: int) -> _File:
    content = Path(path).read_bytes()
    name = hashlib.sha256(content).hexdigest()
    if not path.endswith(".py"):
        return _File(name, (), frozenset())
    try:
        code = compile(content, path, "exec", dont_inherit=True)
        return _File(name, tuple(sorted(set(_imports(ast.parse(content))))), frozenset(_codes(code)))
    except SyntaxError as error:
        raise UserError(f"{path}: line {error.lineno}: {error.msg}") from None


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            yield base, node.level
            yield from ((f"{base}.{alias.name}".lstrip("."), node.level) for alias in node.names)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _read_by(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Values that a function reads, each with a name: globals, attributes of modules, closure, defaults."""
    names: set[str] = set()
    attributes: set[str] = set()
    for code in _codes(function.__code__):
        for step in dis.get_instructions(code):
            names |= {step.argval} if step.opname == "LOAD_GLOBAL" else set()
            attributes |= {step.argval} if step.opname in ("LOAD_ATTR", "LOAD_METHOD") else set()
    for name in sorted(names & function.__globals__.keys()):
        yield from _inside(name, function.__globals__[name], attributes)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _inside(name, cell.cell_contents, attributes)
    defaults = {"its defaults": function.__defaults__, **(function.__kwdefaults__ or {})}
    yield from ((name, value) for name, value in defaults.items() if value is not None)


def _inside(name: str, value: Any, attributes: set[str]) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, ModuleType):
        yield name, value
    elif not _is_installed(getattr(value, "__file__", None) or next(iter(getattr(value, "__path__", [])), "")):
        for attribute in sorted(attributes & vars(value).keys()):
            yield from _inside(f"{name}.{attribute}", vars(value)[attribute], attributes)


def _with_packages(module: str) -> list[str]:
    """A module and the packages it stands in, from the outside."""
    parts = module.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def _spec(name: str) -> ModuleSpec | None:
    """How a module would be found; imports nothing, so that hashing runs nobody's code."""
    if name in sys.modules:
        return getattr(sys.modules[name], "__spec__", None)
    package, _, _ = name.rpartition(".")
    if not package:
        return importlib.util.find_spec(name) if name else None
    outer = _spec(package)
    places = outer.submodule_search_locations if outer else None
    return PathFinder.find_spec(name, places) if places else None


def _global_name(value: Any) -> str | None:
    """Name under which a class or a function in machine code is found in its module; None for all else."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    name = name or getattr(value, "__name__", None)
    found: Any = sys.modules.get(module) if isinstance(module, str) else None
    for part in str(name).split("."):
        found = getattr(found, part, None)
    return f"{module}.{name}" if found is value else None


@cache
def _is_installed(path: str) -> bool:
    """Whether a file is Python's own or an installed package's."""
    places = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    places += [*site.getsitepackages(), site.getusersitepackages()]
    return any(Path(path).is_relative_to(place) for place in places)
