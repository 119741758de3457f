"""Which files of the model shape the code of a compiled function: its own, and all that these import."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

LOADED = time.time()
IMPORT = re.compile(r"^(?:from ([\w.]+) import (\([^)]*\)|[^\n#]*)|import ([\w.]+))", re.MULTILINE)


class Source(NamedTuple):
    """A file: hash of its content, files of its package that it imports, whether it was changed since the start."""

    hash: str
    imports: frozenset[Path]
    changed: bool


@cache
def source(file: Path, package: Path) -> Source:
    """What is known of a file, which is read when first asked for.

    Parameters
    ----------
    file, package
        A file of Python, and the folder of the package that it is in.
    """
    changed = file.stat().st_ctime > LOADED  # then other code than this may have been loaded
    text = file.read_text("utf-8")
    return Source(hashlib.sha256(text.encode()).hexdigest(), frozenset(_imported(text, package)), changed)


def _imported(text: str, package: Path) -> Iterator[Path]:
    there = modules(package)
    for base, names, module in IMPORT.findall(text):
        wanted = [module or base, *(f"{base}.{name}" for name in re.findall(r"\w+", names))]
        yield from (there[name] for name in wanted if name in there)


@cache
def modules(package: Path) -> dict[str, Path]:
    """Files of a package by the name under which they are imported."""
    files = {file: file.relative_to(package.parent).with_suffix("").parts for file in package.rglob("*.py")}
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts): file for file, parts in files.items()}


@cache
def reached(file: Path, package: Path) -> frozenset[Path]:
    """A file, and all files of its package that it imports, directly or through others."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += source(one, package).imports
    return frozenset(found)


def digest(files: Iterable[Path], package: Path, more: str = "") -> str:
    """Hash of the names and contents of files, and of some more text; sixteen hexadecimal digits."""
    hashed = hashlib.sha256(more.encode())
    for file in sorted(files):
        hashed.update(f"{file.relative_to(package).as_posix()} {source(file, package).hash}\n".encode())
    return hashed.hexdigest()[:16]
