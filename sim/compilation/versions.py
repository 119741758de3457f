"""The names under which compiled code is kept, each made of every file that shapes the code.

numba's own cache looks for changes in one file only: it stays stale when a *called* function in another file changes.
What is kept here of a function is therefore named after a hash of all the files that it reaches by imports; and an edit
of a file leaves in place what does not reach it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numba

from sim.compilation import reach
from sim.compilation.code_folder import Places, places
from sim.compilation.compiler import settings
from sim.compilation.kept_code import turn

PACKAGE = Path(__file__).parent.parent
BUILT_BY = f"{numba.__version__} {sys.implementation.cache_tag}"
SHAPES_ALL = "compilation"  # the folder whose files shape the code of every function, reached or not


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
    files = reach.reached(file, PACKAGE).union((PACKAGE / SHAPES_ALL).glob("*.py"))
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


def places_now() -> Places:
    """Where code is kept: nowhere, if a file was edited since it was loaded, so that its code would be misnamed."""
    is_edited = any(reach.source(file, PACKAGE).changed for file in _files_of_the_model())
    return Places((), None) if is_edited else code_places()


def with_the_model(said: str) -> str:
    """Name of what depends on other things and, for all that is known, on any file of the model."""
    return hashlib.sha256(f"{said} {source_hash()}".encode()).hexdigest()[:16]
