"""The engine against itself at an earlier commit, in one run: `python -m benchmarks.before [COMMIT]`.

The earlier commit is taken out of the project's own history into a temporary folder. Both are measured in turn, round
after round, each measurement in a process of its own; a figure is the median of the rounds' ratios, since a machine's
speed changes from minute to minute and ratios do not.
"""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COMMIT = "b1ccfb1"
ROUNDS = 3
MEASURE = """
import json, resource, sys, time
from sim.market import Market
from sim.parameters import Parameters

consumers, warm, days, threads = map(int, sys.argv[1:])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


Market(Parameters.model_validate({"market": {"consumers": 300}}), 1).run(min(warm, 2))
empty = peak()
parameters = Parameters.model_validate({"market": {"consumers": consumers}})
market = Market(parameters, 1, threads=threads).run(warm)
wall, cpu = time.perf_counter(), time.process_time()
market.run(days)
seconds, used = time.perf_counter() - wall, time.process_time() - cpu
of_consumers = 1024 * (peak() - empty) / consumers
print(json.dumps({"seconds": seconds, "cpu_seconds": used, "peak": peak(), "bytes": of_consumers}))
"""
SWEEP = """
import json, time
from experiments import Experiment

LENGTH = ("experiment.seeds=2", "experiment.days=90", "experiment.burn_in=30")


def sweep(points):
    Experiment("experiment=sweep", *LENGTH, "executor.workers=2", f"experiment.design.points={points}").run()


sweep(2)  # starts the workers
started = time.perf_counter()
sweep(9)
print(json.dumps({"seconds": time.perf_counter() - started}))
"""
FIRST_MARKET = "from sim.market import Market; Market().run(8)"
ONE_THREAD = "a day of 1,000,000 consumers"
TWO_THREADS = "the same on two threads"


class Case(NamedTuple):
    """What is measured of a market.

    After 20 days the table of orders is as long as it will be: before, each day writes to new memory, which an
    operating system may hand out to one thread at a time.
    """

    consumers: int
    days_before: int
    days: int
    threads: int = 1


CASES = {
    ONE_THREAD: Case(1_000_000, 20, 5),
    TWO_THREADS: Case(1_000_000, 20, 5, threads=2),
    "a day of 100,000 consumers": Case(100_000, 20, 10),
    "a run of 2,000 consumers and 90 days": Case(2_000, 2, 90),
}
COMPILES = Case(300, 2, 8)


def taken_out(commit: str, folder: Path) -> Path:
    """The project's files at a commit, in a folder of their own."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def measured(tree: Path, case: Case, at_once: int = 1) -> dict[str, float]:
    """Seconds and peak memory of a market, with the code of a tree; of several at once, those of the slowest."""
    command = [sys.executable, "-c", MEASURE, *map(str, case)]
    started = [
        subprocess.Popen(command, cwd=tree, env=_environment(tree), stdout=subprocess.PIPE, text=True)
        for _ in range(at_once)
    ]
    printed = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit(f"{tree}: a market could not be measured")
    figures: list[dict[str, float]] = list(map(json.loads, printed))
    return max(figures, key=lambda each: each["seconds"])


def sweep_seconds(tree: Path) -> float:
    """Seconds of 72 runs of the sweep in two processes: each run is like all of its 10,000, and so is their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", SWEEP]
        done = subprocess.run(
            command, cwd=folder, env=_environment(tree), check=True, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def compiling_seconds(tree: Path) -> tuple[float, float]:
    """CPU seconds of a first market where nothing has been compiled, and after an edit of settlement."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree / "sim", copy / "sim", ignore=shutil.ignore_patterns("__pycache__"))
        environment = _environment(copy) | {"XDG_CACHE_HOME": folder}
        cold = _first_market(copy, environment)
        with (copy / "sim" / "markets" / "settlement.py").open("a") as settlement:
            settlement.write("\nANYTHING = 1\n")
        return cold, _first_market(copy, environment)


def _first_market(tree: Path, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", FIRST_MARKET], cwd=tree, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _environment(tree: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main(commit: str) -> None:
    """Print now over then for each case, and how much two threads gain."""
    with tempfile.TemporaryDirectory() as folder:
        then = taken_out(commit, Path(folder))
        print(f"now over {commit}, median of {ROUNDS} rounds (below 1: quicker, smaller)")
        for tree in (ROOT, then):
            measured(tree, COMPILES)
        seconds: dict[str, list[float]] = {}
        for name, case in CASES.items():
            pairs = [(measured(ROOT, case), measured(then, case)) for _ in range(ROUNDS)]
            seconds[name] = [now["seconds"] for now, _ in pairs]
            ratio = median(now["seconds"] / before["seconds"] for now, before in pairs)
            peak = median(now["peak"] / before["peak"] for now, before in pairs)
            of_each = ", then ".join(f"{median(pair[n]['bytes'] for pair in pairs):,.0f}" for n in (0, 1))
            print(f"{name:40} {ratio:6.2f}   peak memory {peak:5.2f}   bytes a consumer: {of_each}", flush=True)
        one, two = (median(seconds[name]) for name in (ONE_THREAD, TWO_THREADS))
        print(f"{'two threads are quicker by':40} {one / two:6.2f}")
        both = median(measured(ROOT, CASES[ONE_THREAD], at_once=2)["seconds"] for _ in range(ROUNDS))
        print(f"{'two processes at once do, over one':40} {2 * one / both:6.2f}   what this machine lets threads reach")
        sweeps = [(sweep_seconds(ROOT), sweep_seconds(then)) for _ in range(ROUNDS)]
        ratio = median(now / before for now, before in sweeps)
        print(f"{'runs of the sweep on two cores':40} {ratio:6.2f}", flush=True)
        spent = [compiling_seconds(tree) for tree in (ROOT, then)]
        titles = ("CPU time of a first market, cold", "the same after an edit of settlement")
        for title, now_spent, then_spent in zip(titles, *spent, strict=True):
            print(f"{title:40} {now_spent / then_spent:6.2f}   {now_spent:.1f} s against {then_spent:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else COMMIT)
