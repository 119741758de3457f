"""Where compiled code is kept, and who may put it there.

numba keeps machine code beside an index that is a pickle: who reads it runs whatever its writer wrote. So code is kept
and looked for only where no other user can have written; otherwise a run has a folder of its own. Only folders that
carry koc's mark are ever removed, and none that a living process uses.
"""

from __future__ import annotations

import atexit
import fcntl
import grp
import os
import pwd
import re
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import platformdirs

PROGRAM = "koc-market"
MARK = ".koc-market"
MARK_TEXT = b"Compiled code of koc, which removes this folder when it is no longer needed.\n"
KEPT_VERSIONS = 6
KEPT_PARTS = {"rules": 60, "own": 60}  # of a title; 6 of any other
PART = re.compile(r"([\w.]+)-[0-9a-f]{16}")
VERSION = re.compile(r"koc-[0-9a-f]{16}-[0-9a-f]{8}")
OF_A_RUN = re.compile(rf"{PROGRAM}-\w{{8}}")
RUN_FOLDER = "KOC_RUN_FOLDER"  # environment variable: the folder that a run's processes share

_held: list[int] = []  # open marks, locked until this process ends: nobody removes what it uses


class Places(NamedTuple):
    """Folders of compiled code: where it is looked for, and where new code goes; None if nothing can be kept."""

    read: tuple[Path, ...]
    write: Path | None


class Unfit(Exception):
    """A folder that compiled code cannot be kept in; says why."""


def places(name: str) -> Places:
    """Folders for a version of the compiled code; made when first asked for.

    The user's cache is taken if it belongs to this user and nobody else can write to it. One that can only be read is
    used as it is, and what is missing there goes to a folder of this run. If the cache is unfit, one line on stderr
    says why, and everything goes to a folder of this run, which only this user can open.

    Parameters
    ----------
    name
        Of the version, in the form of `VERSION`.
    """
    root = Path(platformdirs.user_cache_dir(PROGRAM))
    try:
        folder, writable = _cached(root, name)
    except Unfit as unfit:
        return _of_this_run(name, f"{unfit}; expected {root} to be a folder of yours that nobody else can write to")
    if writable:
        return Places((folder,), folder)
    more = _of_this_run(name)
    return Places((folder, *more.read), more.write)


def fault(folder: Path) -> str:
    """Why another user could have written below a folder; empty if nobody could.

    Parameters
    ----------
    folder
        Absolute, and without links among its parents.
    """
    for place in (folder, *folder.parents):
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            return f"{place} is a link"
        if not stat.S_ISDIR(status.st_mode):
            return f"{place} is not a folder"
        if status.st_uid not in (0, os.getuid()):
            return f"{place} belongs to user {status.st_uid}"
        shared = status.st_mode & stat.S_IWOTH or (
            status.st_mode & stat.S_IWGRP and (place == folder or not _is_private_group(status.st_gid))
        )
        if shared and (place == folder or not status.st_mode & stat.S_ISVTX):
            return f"other users can write to {place}"
    return ""


def is_closed(folder: Path) -> bool:
    """Whether a folder belongs to this user, and nobody else can enter it."""
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077


def _is_private_group(number: int) -> bool:
    """Whether a group has this user as its only member, as many systems give one to each user."""
    try:
        user, group = pwd.getpwuid(os.getuid()), grp.getgrgid(number)
    except KeyError:
        return False
    alone = set(group.gr_mem) <= {user.pw_name}
    return number == user.pw_gid and group.gr_name == user.pw_name and alone


def _cached(root: Path, name: str) -> tuple[Path, bool]:
    """Folder of a version in the user's cache, and whether it can be written to."""
    if not root.is_absolute():
        raise Unfit("there is no home folder")
    folder = root / name
    try:
        for place in (*reversed(root.parents), root):
            if not place.exists():
                place.mkdir(0o700, exist_ok=True)
        root = root.parent.resolve() / root.name
        folder = root / name
        _refuse_shared(root)
        _hold(root)
        is_new = not folder.exists()
        folder.mkdir(0o700, exist_ok=True)
        _refuse_shared(folder)
        _hold(folder)
        os.utime(folder)
        if is_new:
            _remove_old(root, VERSION, KEPT_VERSIONS)
        return folder, True
    except OSError as error:
        if os.path.isdir(folder) and not fault(folder) and any(folder.rglob("*.nbc")):
            return folder, False
        raise Unfit(f"{error.filename or root}: {error.strerror}") from None


def _refuse_shared(folder: Path) -> None:
    if said := fault(folder):
        raise Unfit(said)


def _of_this_run(name: str, reason: str = "") -> Places:
    """Folder that the processes of a run share, named in the environment; the process that made it removes it."""
    shared = Path(os.environ.get(RUN_FOLDER, ""))
    if not (_is_marked(shared, OF_A_RUN) and shared.is_absolute() and is_closed(shared) and not fault(shared)):
        made = _made_for_this_run()
        if reason:
            fate = "is kept for this run only" if made else "cannot be kept, and each process compiles for itself"
            print(f"koc: {reason}; compiled code {fate}", file=sys.stderr)
        if made is None:
            return Places((), None)
        shared = made
    folder = shared / name
    _hold(folder)
    return Places((folder,), folder)


def _made_for_this_run() -> Path | None:
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{PROGRAM}-")).resolve()
    except OSError:
        return None  # there is no place for temporary files
    if fault(folder):
        folder.rmdir()
        return None
    _hold(folder)
    _remove_old(folder.parent, OF_A_RUN, 0)  # of runs that were killed
    os.environ[RUN_FOLDER] = str(folder)
    atexit.register(_leave, folder, os.getpid())
    return folder


def _leave(folder: Path, maker: int) -> None:
    if os.getpid() == maker:  # not a process that was forked from it
        shutil.rmtree(folder, ignore_errors=True)


def _hold(folder: Path) -> None:
    """Make a folder if need be, mark it as koc's, and lock the mark until this process ends."""
    while True:
        folder.mkdir(0o700, exist_ok=True)
        try:
            mark = os.open(folder / MARK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except FileNotFoundError:  # removed at this very moment
            continue
        with suppress(OSError):  # a file system without locks: nothing can be removed there
            fcntl.flock(mark, fcntl.LOCK_SH)
        if _is_at(mark, folder / MARK):
            break
        os.close(mark)
    if os.fstat(mark).st_size == 0:
        os.write(mark, MARK_TEXT)
    _held.append(mark)


def _is_at(file: int, path: Path) -> bool:
    """Whether an open file is still the one that a path leads to."""
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def _is_marked(folder: Path, pattern: re.Pattern[str]) -> bool:
    """Whether a folder has a name and a mark that koc gave it, for this user."""
    mark = folder / MARK
    try:
        ours = [place.lstat().st_uid == os.getuid() for place in (folder, mark)]
        kinds = stat.S_ISDIR(folder.lstat().st_mode) and stat.S_ISREG(mark.lstat().st_mode)
        return bool(pattern.fullmatch(folder.name)) and all(ours) and kinds and mark.read_bytes() == MARK_TEXT
    except OSError:
        return False


def _remove_old(root: Path, pattern: re.Pattern[str], kept: int) -> None:
    """Remove the marked folders below a folder that nobody uses, but for the newest."""
    ours = [folder for folder in root.iterdir() if _is_marked(folder, pattern)]
    for folder in sorted(ours, key=_modified, reverse=True)[kept:]:
        _remove(folder)


def remove_old_parts(part: Path) -> None:
    """Remove what is kept beside a part under the same title, but for the newest: code of earlier sources."""
    titled = PART.fullmatch(part.name)
    if titled is None:
        return
    title = titled[1]
    alike = [one for one in part.parent.iterdir() if (named := PART.fullmatch(one.name)) and named[1] == title]
    for folder in sorted(alike, key=_modified, reverse=True)[KEPT_PARTS.get(title, KEPT_VERSIONS) :]:
        if not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


def _modified(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:  # removed by somebody else
        return 0.0


def _remove(folder: Path) -> None:
    """Remove a marked folder, the mark last, unless a living process holds it."""
    try:
        mark = os.open(folder / MARK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return  # somebody else removes it
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_at(mark, folder / MARK):
            return
        for inside in folder.iterdir():
            if inside.is_dir() and not inside.is_symlink():
                shutil.rmtree(inside, ignore_errors=True)
            elif inside.name != MARK:
                inside.unlink()
        (folder / MARK).unlink()
        folder.rmdir()
    except OSError:
        return  # in use, or removed by somebody else
    finally:
        os.close(mark)
