"""Commands that are killed at random moments and given again; and several at once on one output."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
import pandas as pd
import platformdirs

from .cases import koc, tiny

VARY = "experiment.design.vary={creators.claim_inflation: [1,2,3,4,5,6,7,8], graph.rewiring: [0.1,0.2]}"
SWEEP = tiny(VARY, "experiment.seeds=2")
REPORT = tiny("experiment.keep=tables", "+experiment.factors.pay.low.creators.commission=0.05",
              "+experiment.factors.pay.high.creators.commission=0.3", "experiment.seeds=2",
              "market.consumers=100")  # fmt: skip
LOCAL = tiny(VARY, "experiment.seeds=2", "executor=local", "executor.workers=2")
COMMANDS = [SWEEP, REPORT, SWEEP, REPORT, SWEEP, SWEEP, REPORT, SWEEP, LOCAL]
"""What is killed, in turn: a sweep, a folder that is written, workers."""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?")
PATIENCE = 300.0
COMPILATIONS = 5  # kills of one compilation
AT_ONCE = 4


class Left(NamedTuple):
    """What a command left: its table, without what differs from time to time, and the names of all files."""

    table: pd.DataFrame
    names: frozenset[str]
    seconds: float


def start(arguments: Sequence[str], folder: Path) -> int:
    """Start a command in a folder and a group of processes of its own; returns its id."""
    (folder / "tmp").mkdir(exist_ok=True, parents=True)
    (folder / "here").mkdir(exist_ok=True)
    sys.stdout.flush()
    if pid := os.fork():
        return pid
    status = 70
    try:
        os.setsid()
        os.chdir(folder / "here")
        for number, name in ((0, os.devnull), (1, "../out"), (2, "../err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND), number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        os.environ["TMPDIR"] = str(folder / "tmp")
        status = koc(arguments)()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def ended(pid: int, patience: float = PATIENCE) -> int | None:
    """Exit status of a command; None while it goes on after some seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


def left(folder: Path, seconds: float = 0.0) -> Left:
    """What stands in a folder after a command."""
    names = {
        STAMP.sub("TIME", str(path.relative_to(folder)))
        for part in ("here", "tmp")
        for path in (folder / part).rglob("*")
    }
    return Left(table_of(folder / "here/results/single/latest"), frozenset(names), seconds)


def table_of(folder: Path) -> pd.DataFrame:
    """Table of runs of a result, without the seconds that they took."""
    return pd.read_parquet(folder / "runs.parquet").drop(columns="seconds")


def stored(folder: Path) -> int:
    """Finished runs in the store of a folder."""
    path = folder / "here/results/store/runs.sqlite"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path)) as connection:
            return int(connection.execute("SELECT count(*) FROM runs WHERE status = 'finished'").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are not made yet
        return 0


@cache
def undisturbed(command: tuple[str, ...], root: Path) -> Left:
    """What a command leaves where nobody kills it."""
    began = time.monotonic()
    folder = root / f"undisturbed-{COMMANDS.index(list(command))}-{os.getpid()}"
    if status := ended(start(command, folder)):
        raise RuntimeError(f"koc {' '.join(command)}: status {status}, {(folder / 'err').read_text()[-300:]}")
    return left(folder, time.monotonic() - began)


def _ended_at(files: int, pid: int, folder: Path) -> bool:
    """Wait until so many files and folders have been seen; whether the command ended before."""
    seen: set[Path] = set()
    while len(seen) < files:
        if ended(pid, 0.003) is not None:
            return True
        # os.walk bears folders that go while it looks
        for root, *found in os.walk(folder / "here"):
            seen.update(Path(root, name) for names in found for name in names)
    return False


def killed(number: int, folder: Path) -> Iterator[str]:
    """Kill a command at a random moment, give it again, and tell what differs from an undisturbed one."""
    command = COMMANDS[number % len(COMMANDS)]
    whole = undisturbed(tuple(command), folder.parent)
    rng = np.random.default_rng([12, number])
    pid = start(command, folder)
    if command is REPORT:  # at a file that appears, since all of them are written in a moment
        files = int(rng.integers(1, len(whole.names)))
        gone = _ended_at(files, pid, folder)
        told = f"a report killed at file {files} of {len(whole.names)}"
    else:
        moment = float(rng.uniform(0, whole.seconds))
        gone = ended(pid, moment) is not None
        told = f"{command[-1]} killed after {moment:.2f} of {whole.seconds:.2f} s"
    if not gone:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    kept = stored(folder)
    if status := ended(start(command, folder)):
        yield f"{told}: given again, status {status}, {(folder / 'err').read_text()[-300:]}"
        return
    yield from (f"{told}: {fault}" for fault in differences(folder, whole, kept))


def differences(folder: Path, whole: Left, kept: int) -> Iterator[str]:
    """How a folder differs from what an undisturbed command leaves, and whether stored runs were made again."""
    now = left(folder)
    if not now.table.equals(whole.table):
        yield "another table of runs"
    for names, what in ((now.names - whole.names, "left behind"), (whole.names - now.names, "lacking")):
        if names:
            yield f"{what}: {', '.join(sorted(names)[:4])}"
    runs = json.loads((folder / "here/results/single/latest/manifest.json").read_text())["runs"]
    if runs["from_store"] < kept:
        yield f"{kept} runs were stored, {runs['from_store']} are found again"


def compilation(_number: int, folder: Path) -> Iterator[str]:
    """Kill a command while it compiles, as many times as `COMPILATIONS`, and tell what that has left in the cache."""
    warm = Path(platformdirs.user_cache_dir("koc-market"))
    known = {_plain(path) for path in warm.rglob("*")}
    most = max(len(list(version.rglob("*.nb?"))) for version in warm.iterdir() if version.is_dir())
    command = [str(Path(sys.executable).with_name("koc")), *tiny("market.consumers=100")]
    for name in ("here", "tmp"):
        (folder / name).mkdir()
    settings = {
        **os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "tmp"),
        "MPLCONFIGDIR": matplotlib.get_cachedir(),  # its list of fonts is not koc's
    }  # fmt: skip
    for moment in sorted(np.random.default_rng(13).uniform(0, most, COMPILATIONS)):
        one = subprocess.Popen(command, cwd=folder / "here", env=settings, stderr=subprocess.DEVNULL)
        while len(list((folder / "cache").rglob("*.nb?"))) < moment and one.poll() is None:
            time.sleep(0.01)
        one.kill()
        one.wait()
    last = subprocess.run(command, cwd=folder / "here", env=settings, capture_output=True, text=True)
    if last.returncode:
        yield f"given again, status {last.returncode}, {last.stderr[-300:]}"
    odd = {_plain(path) for path in (folder / "cache").rglob("*")} - known
    odd |= {str(path.relative_to(folder)) for path in (folder / "tmp").rglob("*")}
    if odd := {name for name in odd if "koc-market" not in name}:
        yield f"left behind: {', '.join(sorted(odd)[:4])}"


def _plain(path: Path) -> str:
    return re.sub(r"[0-9a-f]{8,}|\d+", "0", path.name)


def together(_number: int, folder: Path) -> Iterator[str]:
    """Give one command several times at once: each run is to be made once, and all are to end with the whole table."""
    pids = [start(SWEEP, folder) for _ in range(AT_ONCE)]
    statuses = [ended(pid) for pid in pids]
    if any(statuses):
        yield f"statuses {statuses}: {(folder / 'err').read_text()[-300:]}"
        return
    whole = undisturbed(tuple(SWEEP), folder.parent)
    results = [path for path in (folder / "here/results/single").iterdir() if not path.is_symlink()]
    made = [json.loads((path / "manifest.json").read_text())["runs"]["made"] for path in results]
    if len(results) != AT_ONCE or sum(made) != len(whole.table):
        yield f"{len(results)} folders of {AT_ONCE} commands, which made {made} of {len(whole.table)} runs"
    yield from (f"{path.name}: another table" for path in results if not table_of(path).equals(whole.table))
    # commands that close the store in the same moment may leave SQLite's journal to the next
    journal = {f"here/results/store/runs.sqlite-{part}" for part in ("wal", "shm")}
    if odd := left(folder).names - whole.names - journal:
        yield f"left behind: {', '.join(sorted(odd)[:4])}"


PARTS: dict[str, tuple[Callable[[int, Path], Iterator[str]], int]] = {
    f"killed in a sweep, a report, workers ({50 - COMPILATIONS} moments)": (killed, 50 - COMPILATIONS),
    f"killed in a compilation ({COMPILATIONS} moments)": (compilation, 1),
    f"{AT_ONCE} commands at once on one output": (together, 20),
}
