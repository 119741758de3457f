"""Runs cases, each in a forked process of its own, and tells what is wrong with what came of them."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.compilation.kept_code import WAITING

from .cases import Answer, Case

PATIENCE = 300.0  # seconds that a case may take
OVER_RIGHTS = (1, 2)  # capabilities by which root reads and writes what the rights of a file forbid
CRASHED = 70  # exit status of an exception that reached the top


class Came(NamedTuple):
    """What came of a case: exit status, negative where a signal ended it, what it printed, what is left and lacking."""

    status: int
    out: str
    err: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    scratch: tuple[str, ...]
    seconds: float


class Fault(NamedTuple):
    """A way to fail, for the table, and what was seen."""

    way: str
    seen: str


class _Running(NamedTuple):
    case: Case
    folder: Path
    before: frozenset[str]
    started: float


def warm_up() -> None:
    """Import and load all that cases need, so that each fork has it."""
    from experiments.api import load

    load("market.consumers=300", seed=1).run(8)
    gc.collect()
    gc.freeze()  # pages that no collection touches stay shared


def run(cases: Sequence[Case], root: Path, workers: int) -> Iterator[tuple[Case, Came]]:
    """Run cases, some at a time; what comes, in any order.

    Parameters
    ----------
    cases
        All of them.
    root
        A folder, in which each case gets one; taken away at its end.
    workers
        Processes at once.
    """
    waiting = list(enumerate(cases))[::-1]
    running: dict[int, _Running] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            number, case = waiting.pop()
            folder = root / f"{number}"
            pid, started = _start(case, folder)
            running[pid] = started
        ended = [(pid, status) for pid in running for found, status in [os.waitpid(pid, os.WNOHANG)] if found]
        for pid, status in ended:
            one = running.pop(pid)
            yield one.case, _came(one, os.waitstatus_to_exitcode(status))
            _remove(one.folder)
        for pid, one in running.items():
            if time.monotonic() - one.started > PATIENCE:
                os.killpg(pid, signal.SIGKILL)
        time.sleep(0.005)


def _remove(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)


def _start(case: Case, folder: Path) -> tuple[int, _Running]:
    here, scratch = folder / "here", folder / "tmp"
    here.mkdir(parents=True)
    scratch.mkdir()
    case.prepare(here)
    before = _listing(here)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _live(case, folder)
    return pid, _Running(case, folder, before, time.monotonic())


def _live(case: Case, folder: Path) -> None:
    """The whole life of the process of a case."""
    status = CRASHED
    try:
        os.setsid()
        os.chdir(folder / "here")
        streams = [os.open(os.devnull, os.O_RDONLY)]
        streams += [os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o666) for name in ("out", "err")]
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w", 1), os.fdopen(2, "w", 1)
        os.environ.update({"TMPDIR": str(folder / "tmp"), "COLUMNS": "100", **case.environment})
        tempfile.tempdir = None
        if case.unprivileged:
            bow_to_rights()
        status = case.action()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def bow_to_rights() -> None:
    """Let the rights of files hold for this process and its children, also where it is root's."""
    if os.geteuid() != 0:
        return
    kernel = ctypes.CDLL(None, use_errno=True)
    head, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    kernel.capget(head, sets)
    for right in OVER_RIGHTS:
        kernel.prctl(24, right, 0, 0, 0)  # from the bounding set, for what is executed
        for place in (0, 1, 2):
            sets[place] &= ~(1 << right)
    if kernel.capset(head, sets):
        raise OSError(ctypes.get_errno(), "capset")


def _came(one: _Running, status: int) -> Came:
    after = _listing(one.folder / "here")
    out, err = ((one.folder / name).read_text("utf-8", "replace") for name in ("out", "err"))
    added, removed = tuple(sorted(after - one.before)), tuple(sorted(one.before - after))
    scratch = tuple(sorted(_listing(one.folder / "tmp")))
    return Came(status, out, err, added, removed, scratch, time.monotonic() - one.started)


def _listing(folder: Path) -> frozenset[str]:
    return frozenset(str(path.relative_to(folder)) for path in folder.rglob("*") if "__pycache__" not in path.parts)


def faults(case: Case, came: Came) -> list[Fault]:
    """What is wrong with what came of a case; nothing if it is as it must be."""
    said = f"status {came.status}: {' / '.join(came.err.split(chr(10))[-4:]).strip()[-300:]}"
    if came.status < 0:
        ended = f"after {PATIENCE:.0f} s" if came.status == -signal.SIGKILL else ""
        return [Fault("killed", f"ended by signal {-came.status} {ended}; {said}")]
    if "Traceback (most recent call last)" in came.err + came.out:
        return [Fault("traceback", said)]
    if "internal error" in came.err + came.out:
        return [Fault("internal", said)]
    may_fail = case.answer is Answer.REFUSED or (case.answer is Answer.EITHER and came.status != 0)
    found = _faults_of_refusal(case, came, said) if may_fail else _faults_of_success(came, said)
    if came.scratch:
        found.append(Fault("left", f"in the temporary folder: {', '.join(came.scratch[:3])}"))
    if came.removed:
        found.append(Fault("left", f"removed: {', '.join(came.removed[:3])}"))
    return found


def _faults_of_refusal(case: Case, came: Came, said: str) -> list[Fault]:
    if came.status == 0:
        return [Fault("accepted", said)]
    found = []
    waits = re.compile(rf"{re.escape(WAITING)}|.*: \d+ s so far")  # where cases that run at the same time keep it busy
    lines = [line for line in came.err.splitlines() if not waits.fullmatch(line)]
    if came.status == 1 and 1 in case.statuses:
        found += [] if came.out else [Fault("line", f"nothing is told; {said}")]
    elif came.status not in case.statuses:
        found.append(Fault("line", f"expected status 2, {said}"))
    elif len(lines) != 1 or not lines[0].startswith("koc: ") or came.out:
        found.append(Fault("line", f"{len(lines)} lines, {len(came.out.splitlines())} on stdout; {said}"))
    elif case.names and not any(name in lines[0] for name in case.names):
        found.append(Fault("line", f"names none of {', '.join(case.names)}; {said}"))
    if came.added and not case.leaves:
        found.append(Fault("left", ", ".join(came.added[:3])))
    return found


def _faults_of_success(came: Came, said: str) -> list[Fault]:
    if came.status != 0:
        return [Fault("refused", said)]
    hidden = [name for name in came.added if Path(name).name.startswith((".partial", ".latest", "running"))]
    found = [Fault("left", ", ".join(hidden))] if hidden else []
    if "Warning" in came.err:
        found.append(Fault("line", said))
    return found


def divided(function: Callable[[int, Path], Iterable[str]], count: int, root: Path, workers: int) -> list[str]:
    """Call a function with each number below a count and a folder of its own, in forked processes.

    Returns
    -------
    list of str
        What it says is wrong, and numbers of which nothing was heard, a line each.
    """
    root.mkdir()
    children = [pid for worker in range(workers) if (pid := _share(function, range(worker, count, workers), root))]
    for pid in children:
        os.waitpid(pid, 0)
    told = dict(json.loads(line) for path in sorted(root.glob("*.json")) for line in path.open())
    silent = [f"number {number}: ended without a word" for number in sorted(set(range(count)) - set(told))]
    return [f"number {number}: {fault}" for number in sorted(told) for fault in told[number]] + silent


def _share(function: Callable[[int, Path], Iterable[str]], numbers: range, root: Path) -> int:
    if pid := os.fork():
        return pid
    status = CRASHED
    try:
        with (root / f"{numbers.start}.json").open("w", buffering=1) as file:
            for number in numbers:
                folder = root / f"{number}"
                folder.mkdir()
                try:
                    faults = list(function(number, folder))
                except Exception:
                    faults = [" ".join(traceback.format_exc().split())[-400:]]
                file.write(json.dumps([number, faults]) + "\n")
                _remove(folder)
        status = 0
    finally:
        os._exit(status)
