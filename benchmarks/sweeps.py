"""What a run of a sweep costs beyond its simulation, here and elsewhere: `python -m benchmarks.sweeps koc|... RUNS`.

The peers run a task that does nothing, so that all their time is overhead. Ours runs real, tiny markets: the seconds of
the markets themselves are subtracted. On two processes, ours on one as well; prints a line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PROCESSES = 2
KIB = 1 if sys.platform == "darwin" else 1024
TINY = ("experiment=single", "market.consumers=60", "experiment.days=3", "experiment.burn_in=1", "experiment.seeds=1")
JOB = """
import hydra

@hydra.main(version_base="1.3", config_path=None, config_name=None)
def job(config):
    pass

job()
"""


def _swept(points: int, *overrides: str) -> Any:
    from experiments import Experiment

    vary = {"creators.effort_cost": "plausible", "creators.claim_inflation": "plausible"}
    design = {"sample": "random", "points": points, "vary": vary}
    return Experiment(*TINY, *overrides, design=design).run()


def koc(runs: int) -> dict[str, Any]:
    """Our sweep over two parameters, after one that is not counted."""
    workers = f"executor.workers={PROCESSES}"
    _swept(4 * PROCESSES, workers)  # starts the workers
    started = time.perf_counter()
    table = _swept(runs + 4 * PROCESSES, workers).iloc[4 * PROCESSES :]
    seconds = time.perf_counter() - started - float(table["seconds"].sum()) / PROCESSES
    return {"seconds": seconds, "files": _files(Path("results"))}


def koc_serial(runs: int) -> dict[str, Any]:
    """The same in one process, by CPU time, which waiting does not stretch; worlds and markets are left out."""
    from sim.market import Market
    from sim.world import World

    spent = [0.0]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            started = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                spent[0] += time.process_time() - started

        return timed

    for name in ("__init__", "run", "result", "close"):
        setattr(Market, name, counted(getattr(Market, name)))
    setattr(World, "build", staticmethod(counted(World.build)))  # noqa: B010
    _swept(1, "executor=serial")  # loads and compiles
    started, spent[0] = time.process_time(), 0.0
    _swept(runs + 1, "executor=serial")
    return {"seconds": time.process_time() - started - spent[0], "files": _files(Path("results"))}


def hydra(runs: int) -> dict[str, Any]:
    """Hydra's own multirun of an application that does nothing."""
    return _multirun(runs)


def hydra_joblib(runs: int) -> dict[str, Any]:
    """The same with its joblib launcher."""
    return _multirun(runs, "hydra/launcher=joblib", f"hydra.launcher.n_jobs={PROCESSES}")


def mesa(runs: int) -> dict[str, Any]:
    """`mesa.batch_run` of a model that does nothing, in two processes."""
    from mesa import batch_run

    from benchmarks.idle_model import Idle

    started = time.perf_counter()
    values = [k / runs for k in range(runs)]
    batch_run(Idle, {"value": values}, number_processes=PROCESSES, max_steps=1, display_progress=False)
    return {"seconds": time.perf_counter() - started, "files": 0}


def _multirun(runs: int, *overrides: str) -> dict[str, Any]:
    Path("job.py").write_text(JOB, "utf-8")

    def timed(count: int) -> float:
        started = time.perf_counter()
        command = [sys.executable, "job.py", "-m", *overrides, f"+x=range(0,{count})"]
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started

    one = timed(1)
    return {"seconds": timed(runs + 1) - one, "files": _files(Path("multirun"))}


def _files(folder: Path) -> int:
    return sum(path.is_file() and not path.is_symlink() for path in folder.rglob("*"))


KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "koc": koc, "koc_serial": koc_serial, "mesa": mesa, "hydra": hydra, "hydra_joblib": hydra_joblib,
}  # fmt: skip


def available() -> list[str]:
    """The kinds that can be measured here: the joblib launcher is not installed by default."""
    launcher = find_spec("hydra_plugins") and find_spec("hydra_plugins.hydra_joblib_launcher")
    return [kind for kind in KINDS if kind != "hydra_joblib" or launcher]


def measure(kind: str, runs: int) -> dict[str, Any]:
    """One measurement in a folder of its own: seconds and files for so many runs, and the peak memory of the parent."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            measured = KINDS[kind](runs)
        finally:
            os.chdir(before)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    return {"runs": runs, "ms_per_run": 1e3 * measured["seconds"] / runs, "memory": memory, **measured}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
