"""`koc` in processes of its own, to be interrupted and killed, and what is left of one."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd

KOC = [sys.executable, "-c", "import sys; from experiments.cli import main; sys.exit(main(sys.argv[1:]))"]
PRINTED = Path("printed")
PATIENCE = 280.0  # seconds; what takes longer has stopped, however busy the machine is


def in_store(output: str = "results") -> int:
    """How many runs the store holds."""
    path = Path(output) / "store" / "runs.sqlite"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path)) as connection:
            return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def await_that(holds: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something holds, at the latest when a process ends."""
    until = time.monotonic() + PATIENCE
    while True:
        has_ended = process is not None and process.poll() is not None  # looked at first: it may hold at the end
        if holds():
            return
        assert time.monotonic() < until and not has_ended
        time.sleep(0.02)


def workers_of(process: int) -> list[int]:
    """Loky's workers below a process."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_text()
        except OSError:
            continue
        if parent == process and "LokyProcess" in command:
            found.append(int(status.parent.name))
    return found


def listen_to_interrupts() -> None:
    """Undo what a shell does to commands in its background: they, and all that they start, ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def terminated(*_: object, number: signal.Signals = signal.SIGTERM, **__: object) -> str:
    """What is terminated where it is called, as by a service manager."""
    os.kill(os.getpid(), number)
    time.sleep(1)
    return ""


def start(*arguments: str, printed: Path = PRINTED) -> subprocess.Popen[str]:
    """Start `koc` at the head of a process group of its own."""
    with printed.open("w") as file:
        return subprocess.Popen(
            [*KOC, *arguments], stdout=file, stderr=file, text=True, preexec_fn=listen_to_interrupts,
            start_new_session=True,
        )  # fmt: skip


def left_behind(output: Path, temporary: Path) -> list[str]:
    """What commands that have ended left beside results: working folders, links that lead nowhere, claims, locks."""
    found = [str(path) for path in output.rglob("*") if path.name.startswith(".") or _leads_nowhere(path)]
    found += [str(path) for path in output.glob("*/running*")]
    found += [str(path) for path in temporary.iterdir() if "koc" in path.name or "joblib" in path.name]
    found += [str(path) for path in (output / "store").iterdir() if path.name != "runs.sqlite"]
    with closing(sqlite3.connect(output / "store" / "runs.sqlite")) as connection:
        found += [f"claim of {run}" for (run,) in connection.execute("SELECT run FROM claims")]
    return found


def semaphores_of(process: int) -> list[str]:
    """Of the workers of a process, on Linux."""
    return [path.name for path in Path("/dev/shm").glob(f"sem.loky-{process}-*")]


def table(path: Path) -> pd.DataFrame:
    """A table of runs without what differs from time to time."""
    return pd.read_parquet(path).drop(columns="seconds")


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _leads_nowhere(path: Path) -> bool:
    return path.is_symlink() and not path.exists()
