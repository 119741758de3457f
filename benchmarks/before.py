"""The engine against itself at an earlier commit, in one run: `python -m benchmarks.before [COMMIT]`.

The earlier commit is taken out of the project's own history into a temporary folder. Both are measured in turn, round
after round, each measurement in a process of its own; a figure is the median of the rounds' ratios, since a machine's
speed changes from minute to minute and ratios do not.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
COMMIT = "b1ccfb1"
ROUNDS = 3
MEASURE = """
import json, resource, sys, time
from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

consumers, days, threads = map(int, sys.argv[1:])
parameters = Parameters.model_validate({"market": {"consumers": consumers}})
world = World.build(parameters, 1)
market = Market(parameters, 1, world=world, threads=threads).run(min(days, 2))
wall, cpu = time.perf_counter(), time.process_time()
market.run(days)
seconds, used = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "cpu_seconds": used, "peak": peak}))
"""
COLD = "from sim.market import Market; Market().run(8)"
CASES = {
    "a day of 1,000,000 consumers": (1_000_000, 5, 1),
    "the same on two threads": (1_000_000, 5, 2),
    "a day of 100,000 consumers": (100_000, 10, 1),
    "a run of 2,000 consumers and 90 days": (2_000, 90, 1),
}


def taken_out(commit: str, folder: Path) -> Path:
    """The project's files at a commit, in a folder of their own."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def measured(tree: Path, case: tuple[int, int, int]) -> dict[str, float]:
    """Seconds and peak memory of a market, with the code of a tree."""
    command = [sys.executable, "-c", MEASURE, *map(str, case)]
    done = subprocess.run(command, cwd=tree, env=_environment(tree), check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def cold_seconds(tree: Path) -> float:
    """CPU seconds of a first market where nothing has been compiled."""
    with tempfile.TemporaryDirectory() as cache:
        timed = (
            f"import resource, subprocess, sys; subprocess.run([sys.executable, '-c', {COLD!r}], check=True); "
            "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime)"
        )
        environment = _environment(tree) | {"XDG_CACHE_HOME": cache}
        done = subprocess.run(
            [sys.executable, "-c", timed], cwd=tree, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return float(done.stdout)


def _environment(tree: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main(commit: str) -> None:
    """Print now over then for each case, and how much two threads gain."""
    with tempfile.TemporaryDirectory() as folder:
        then = taken_out(commit, Path(folder))
        print(f"now over {commit}, median of {ROUNDS} rounds (below 1: quicker, smaller)")
        for tree in (ROOT, then):
            measured(tree, (300, 8, 1))  # compiles
        seconds: dict[str, list[float]] = {}
        for name, case in CASES.items():
            pairs = [(measured(ROOT, case), measured(then, case)) for _ in range(ROUNDS)]
            seconds[name] = [now["seconds"] for now, _ in pairs]
            ratio = median(now["seconds"] / before["seconds"] for now, before in pairs)
            peak = median(now["peak"] / before["peak"] for now, before in pairs)
            print(f"{name:40} {ratio:6.2f}   peak memory {peak:5.2f}", flush=True)
        one, two = (median(seconds[name]) for name in list(CASES)[:2])
        print(f"{'two threads are quicker by':40} {one / two:6.2f}")
        now, before = cold_seconds(ROOT), cold_seconds(then)
        print(f"{'CPU time of a first market, cold':40} {now / before:6.2f}   {now:.0f} s against {before:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else COMMIT)
