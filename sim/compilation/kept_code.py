"""numba's cache of compiled code, in koc's folders, and filled by one process at a time."""

from __future__ import annotations

import fcntl
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from multiprocessing import current_process
from pathlib import Path
from typing import Any

from numba.core.caching import (
    Cache,
    CompileResultCacheImpl,
    IndexDataCacheFile,
    UserProvidedCacheLocator,
    _Cache,
)
from numba.core.compiler_lock import global_compiler_lock

from sim.compilation.code_folder import Places, fault, is_closed, remove_old_parts

WAITING = "koc: waiting for another process that compiles the model"
UNREADABLE = (ImportError, AttributeError, EOFError, pickle.UnpicklingError, LookupError, TypeError, ValueError)
"""What pickles raise that are cut off, or name a type that is gone, as of a researcher's own rules."""


class KeptCode(_Cache):
    """What is kept of one function.

    Parameters
    ----------
    function
        In plain Python.
    places
        Folders of this version of the model; called when the function is compiled first.
    part
        Name of the folder below them for this function, and what shapes its code.
    kind
        Ending of the names of its files, where the function is compiled in several ways.
    """

    def __init__(
        self, function: Callable[..., Any], places: Callable[[], Places], part: Callable[[], str], kind: str = ""
    ) -> None:
        self._function = function
        self._folders = places
        self._part = part
        self._kind = kind

    @cached_property
    def _places(self) -> Places:
        has_file = os.path.isfile(self._function.__code__.co_filename)  # a cell of a notebook has none
        return self._folders() if has_file else Places((), None)

    @cached_property
    def _files(self) -> list[_Files]:
        part = self._part() if self._places.read else ""
        return [_Files(self._function, folder / part, self._kind) for folder in self._places.read]

    @property
    def cache_path(self) -> str | None:
        """Folder in which the code of this function is looked for first."""
        return self._files[0].cache_path if self._files else None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Compiled code for a signature; None where there is none, and then it is this process's turn to compile."""
        found = self._load(sig, target_context)
        if found is None and turn.begin(self._places.write):
            found = self._load(sig, target_context)
        return found

    def _load(self, sig: Any, target_context: Any) -> Any:
        loaded = (files.load_overload(sig, target_context) for files in self._files)
        return next((code for code in loaded if code is not None), None)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code, if there is a folder for it."""
        if self._places.write is None:
            return
        part = self._places.write / self._part()
        try:
            is_new = not part.exists()
            self._files[-1].save_overload(sig, data)
            if is_new:
                remove_old_parts(part)
        except OSError as error:
            _tell_once(f"koc: {error.filename}: {error.strerror}; compiled code cannot be kept there")

    def enable(self) -> None:
        """Nothing: it always is."""

    def disable(self) -> None:
        """Nothing: it cannot be."""

    def flush(self) -> None:
        """Forget what is kept of this function."""
        if self._places.write is not None:
            self._files[-1].flush()


class Turn:
    """Compilation by one process at a time in a folder: the others wait, and then find the code."""

    def __init__(self) -> None:
        self._depth = 0
        self._lock: int | None = None

    def begin(self, folder: Path | None) -> bool:
        """Take the turn until the outermost `kept` ends; tells whether it was taken now, perhaps after waiting."""
        if self._lock is not None or folder is None:
            return False
        try:
            self._lock = os.open(folder / ".compiling", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            _wait_for(self._lock)
        except OSError:
            return False  # no locks in this file system: at worst two processes compile the same
        return True

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Give the turn back afterwards, if it was taken meanwhile."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0 and self._lock is not None:
                os.close(self._lock)
                self._lock = None


turn = Turn()


def keep(dispatcher: Any, places: Callable[[], Places], part: Callable[[], str] = str, kind: str = "") -> None:
    """Let a compiled function be kept in koc's folders, and be compiled while no other process does it."""
    compile_for = dispatcher.compile

    def compile_in_turn(sig: Any) -> Any:
        with global_compiler_lock, turn.kept():
            return compile_for(sig)

    dispatcher._cache = KeptCode(dispatcher.py_func, places, part, kind)
    dispatcher.compile = compile_in_turn


def _wait_for(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if current_process().name == "MainProcess":  # a run's workers need not tell
            _tell_once(WAITING)
        fcntl.flock(lock, fcntl.LOCK_EX)


@cache
def _tell_once(line: str) -> None:
    print(line, file=sys.stderr)


class _Files(Cache):
    """numba's files of one function in one folder."""

    def __init__(self, function: Callable[..., Any], folder: Path, kind: str) -> None:
        locators = [_Locators(folder)]
        self._impl_class: Any = type("_Code", (CompileResultCacheImpl,), {"_locator_classes": locators})
        super().__init__(function)
        self._cache_file = _Trusted(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base + kind,
            source_stamp=self._impl.locator.get_source_stamp(),
        )


class _Trusted(IndexDataCacheFile):
    """An index and what it names; a file that another user could have written, or that is broken, is as if missing."""

    def _load_index(self) -> Any:
        return self._loaded(self._index_path, super()._load_index) or {}

    def _load_data(self, name: str) -> Any:
        load = super()._load_data
        return self._loaded(self._data_path(name), lambda: load(name))

    def _loaded(self, path: str, load: Callable[[], Any]) -> Any:
        try:
            return load() if _is_trusted(Path(path)) else None
        except (OSError, *UNREADABLE):
            return None


def _is_trusted(file: Path) -> bool:
    """Whether nobody else can have written a file, as its folder is closed to them or both refuse to be written."""
    if any(is_closed(folder) for folder in (file.parent, file.parent.parent)):
        return True
    status = file.lstat()
    is_ours = stat.S_ISREG(status.st_mode) and status.st_uid in (0, os.getuid())
    return is_ours and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not fault(file.parent)


class _Locators:
    """Tells numba where to keep code, in the place of numba's own ways of finding a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def from_function(self, function: Callable[..., Any], file: str) -> _Locator:
        return _Locator(function, file, self._folder)


class _Locator(UserProvidedCacheLocator):
    def __init__(self, function: Callable[..., Any], file: str, folder: Path) -> None:
        self._py_file, self._lineno = file, function.__code__.co_firstlineno
        self._cache_path = str(folder / self.get_suitable_cache_subpath(file))

    def get_source_stamp(self) -> int:
        return 0  # the folder is named after the source, and a file may have been written anew without a change

    def ensure_cache_path(self) -> None:
        place = Path(self._cache_path)
        for folder in (place.parent, place):
            folder.mkdir(0o700, exist_ok=True)
