"""Working folders: hidden folders of commands under way; those that a killed command left are removed by the next.

A working folder holds a lock file, locked by its process. The system releases the lock when the process ends, however
it ends, so nobody has to guess from process numbers whether it is alive.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from experiments.runs.interruption import deferred

PREFIX = ".koc-work-"
LOCK = "koc.lock"
HEARTBEAT = 30.0  # seconds between two signs of life
LAPSE = 300.0  # seconds without one, after which a process on another machine counts as dead
_NAME = re.compile(re.escape(PREFIX) + r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?")
_SEMAPHORES = Path("/dev/shm")  # where Linux has those of joblib's workers
DEPTH = 3  # of folders below one of results in which commands work: itself, an experiment, a result
_MOST = 10_000  # working folders of one second
_TRIES = 100  # to make something in a folder that others remove while it is empty

Made = TypeVar("Made")


@contextmanager
def working_folder(parent: Path) -> Iterator[Path]:
    """A hidden folder of this process below `parent`, which is made if needed; removed at the end.

    Its name ends with the time, as `stamp` tells, and nothing else below `parent` has that time for a name. Working
    folders that killed processes left in `parent` are removed.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    missing, ended = not parent.exists(), threading.Event()
    folder: Path | None = None
    try:
        with deferred():
            folder, lock = made_in(parent, lambda: _made(parent))
            threading.Thread(target=_beat, args=(folder / LOCK, ended), daemon=True).start()
        yield folder
    finally:
        with deferred():
            ended.set()
            if folder is not None:
                with suppress(FileNotFoundError):  # somebody has removed the results
                    _remove(folder)
                os.close(lock)
                sweep(parent)
            if missing:
                with suppress(OSError):  # others have come, or it could not be made
                    parent.rmdir()


def made_in(parent: Path, make: Callable[[], Made]) -> Made:
    """Make something in a folder, which is made if needed.

    Another command removes a folder that it has made for a trial if it is empty, perhaps at this very moment: then all
    is done again.

    Parameters
    ----------
    parent
        The folder.
    make
        Makes something in it, and returns it; `FileNotFoundError` says that the folder is gone.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    for _ in range(_TRIES):
        try:
            parent.mkdir(parents=True, exist_ok=True)
            return make()
        except FileNotFoundError as error:
            failed = error
    raise failed


def stamp(folder: Path) -> str:
    """The time in the name of a working folder."""
    return folder.name.removeprefix(PREFIX)


def destination(folder: Path) -> Path:
    """Where a folder that is made in a working folder will stand; any other folder stands where it is."""
    return folder.parent.parent / folder.name if _NAME.fullmatch(folder.parent.name) else folder


def is_alive(folder: Path) -> bool:
    """Whether the process of a working folder is alive.

    On another machine whose locks are not seen here, a process that gives no sign of life for some minutes is dead.
    """
    with _taken(folder) as is_free:
        return is_free is False


def sweep_below(output: Path) -> None:
    """Remove what killed processes left anywhere below a folder of results."""
    below = [output]
    for _ in range(DEPTH):
        for parent in below:
            sweep(parent)
        below = [entry for parent in below for entry in _entries(parent) if entry.is_dir() and not entry.is_symlink()]


def sweep(parent: Path) -> None:
    """Remove the working folders in `parent` whose process is dead, and links into them; nothing that is not ours."""
    entries = _entries(parent)
    for folder in entries:
        if not _NAME.fullmatch(folder.name) or folder.is_symlink():
            continue
        with suppress(OSError):
            if folder.stat().st_uid != os.getuid():
                continue
            folder.rmdir()  # one that was killed between two steps is empty
            continue
        if not (folder / LOCK).is_file():
            continue
        with _taken(folder) as is_free:
            if is_free:
                _remove_semaphores(_owner(folder))
                with suppress(OSError):
                    _remove(folder)
    for link in entries:
        with suppress(OSError):  # another command removes it
            if link.is_symlink() and not link.exists() and _NAME.fullmatch(Path(os.readlink(link)).parts[0]):
                link.unlink()


def _entries(folder: Path) -> list[Path]:
    """What stands in a folder; nothing where another command has removed it, or it may not be read."""
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def _made(parent: Path) -> tuple[Path, int]:
    """A folder of a name that nobody has, and its lock; what killed processes left beside it is removed."""
    sweep(parent)
    time_now = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    for number in range(1, _MOST):
        name = time_now if number == 1 else f"{time_now}-{number}"
        folder = parent / f"{PREFIX}{name}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        if (parent / name).exists():
            folder.rmdir()
            continue
        lock = _locked(folder)
        if lock is not None:
            return folder, lock
    raise OSError(errno.EEXIST, "ten thousand commands began in this second", str(parent))


def _locked(folder: Path) -> int | None:
    """The lock of a new folder; None where another process took the folder for one that was left behind."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError:  # a disk without locks: the folder stays if this process is killed
        pass
    if not _is_at(lock, folder / LOCK):
        os.close(lock)
        return None
    os.write(lock, f"{os.getpid()}\n{_machine()}\n".encode())
    return lock


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _taken(folder: Path) -> Iterator[bool | None]:
    """Hold the lock of a folder if no live process has it; tells whether that is so, None where it is gone."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    except OSError:  # another user's
        yield False
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # held, or a disk without locks
            yield False
            return
        if not _is_at(lock, folder / LOCK):  # another folder has the name by now
            yield None
            return
        silent = time.time() - os.fstat(lock).st_mtime
        try:
            is_here = _owner(folder) is not None
        except ValueError:  # koc did not write it
            yield False
            return
        yield is_here or silent > LAPSE
    finally:
        os.close(lock)


def _owner(folder: Path) -> int | None:
    """The process that made a folder, if it was one of this machine; 0 if it was killed before it could tell."""
    try:
        process, *machine = (folder / LOCK).read_text("utf-8").splitlines() or ["0"]
    except FileNotFoundError:
        return 0
    number = int(process)
    here = not machine or set(machine[0].split()) & set(_machine().split())
    return number if here else None


def _machine() -> str:
    """Names of this machine: its host's, and that of its running system, which containers share."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return " ".join([socket.gethostname(), *(boot.read_text("utf-8").split() if boot.is_file() else ())])


def _beat(lock: Path, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT):
        with suppress(FileNotFoundError):
            os.utime(lock)


def _remove(folder: Path) -> None:
    """Remove a folder, its lock last, so that a removal that is broken off can be taken up."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink(missing_ok=True)
    (folder / LOCK).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:  # another process has taken the name in this moment
            raise


def _remove_semaphores(process: int | None) -> None:
    """Remove the semaphores of a dead process's workers, which outlive all of them if all are killed at once."""
    if not process or Path(f"/proc/{process}").exists():
        return
    for path in _SEMAPHORES.glob(f"sem.loky-{process}-*"):
        with suppress(OSError):
            path.unlink()
