"""Makes runs: joblib's workers, one thread each; the world of a seed is built once a worker for all its arms."""

from __future__ import annotations

import importlib
import multiprocessing
import signal
import time
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

from joblib import Parallel, cpu_count, delayed, effective_n_jobs, parallel_config
from rich.console import Console

from experiments.configuration import Executor
from experiments.runs import TABLES, Failed, Finished, Run, model_hash
from experiments.store import packed

if TYPE_CHECKING:
    from sim.world import World

WORK_PER_TASK = 500_000  # consumer-days: a task takes a second or less, and many small runs share one dispatch
MOST_PER_TASK = 64
TASKS_PER_WORKER = 4
COMPILING = "compiling the model for this machine: once, about a minute"
WARM_UP = 8  # days, in which every phase happens at least once

_held: dict[str, World] = {}  # of this worker, one at most


def workers(executor: Executor) -> int:
    """Worker processes that will be used: as configured, or one for each core this process may use."""
    return executor.workers or cpu_count()


def prepare(run: Run, console: Console) -> None:
    """Build the world of a run here, so that what is wrong with it is known before any work starts; compile the model.

    Raises
    ------
    UserError
        If an edge list is malformed, or the market too small for what it should hold.
    """
    from sim.compiled import is_warm
    from sim.market import Market

    world = _world(run)
    if not is_warm():
        console.print(COMPILING)
        Market(run.parameters, run.seed, world=world).run(min(run.days, WARM_UP))  # workers find the compiled code


def execute(runs: Iterable[Run], executor: Executor) -> Generator[Finished | Failed]:
    """Make runs, in any order.

    Parameters
    ----------
    runs
        Grouped by seed, so that a worker seldom changes its world.
    executor
        Where, and by how many workers.

    Yields
    ------
    Finished or Failed
        As soon as each task is done. A run that fails does not keep the others from being made.
    """
    tasks = (delayed(make_all)(task) for task in _tasks(runs))
    with _backend(executor):
        if executor.backend == "ray":  # it cannot hand over results one by one, so it gets a few tasks at a time
            slabs = iter(lambda: list(islice(tasks, TASKS_PER_WORKER * effective_n_jobs())), [])
            results = chain.from_iterable(Parallel(batch_size=1)(slab) for slab in slabs)
        else:
            results = Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)(tasks)
        for done in results:
            yield from done


def stop() -> None:
    """End this machine's workers at once, whatever they are at."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)


def make_all(task: list[Run]) -> list[Finished | Failed]:
    """Make some runs in this process, one after the other."""
    if multiprocessing.current_process().name.startswith("Loky"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    return [_attempt(run) for run in task]


def make(run: Run) -> Finished:
    """Make one run in this process."""
    from sim.market import Market

    started = time.perf_counter()
    market = Market(run.parameters, run.seed, world=_world(run), burn_in=run.burn_in)
    result = market.run(run.days).result()
    return Finished(
        run.id,
        time.perf_counter() - started,
        {key: float(value) for key, value in result.outcomes.items()},
        {phase: float(seconds) for phase, seconds in market.timings.items()},
        {name: packed(getattr(result, name)) for name in TABLES},
    )


def _attempt(run: Run) -> Finished | Failed:
    if run.model != model_hash():  # this worker has loaded other code than the one the run is named after
        return Failed(run.id, "the model's source was changed meanwhile; give the command again", "")
    try:
        return make(run)
    except Exception as error:
        line = " ".join(f"{type(error).__name__}: {error}".split())
        return Failed(run.id, line, traceback.format_exc())


def _world(run: Run) -> World:
    from sim.world import World

    key = World.key(run.parameters, run.seed)
    if key not in _held:
        _held.clear()
        _held[key] = World.build(run.parameters, run.seed)
    return _held[key]


def _tasks(runs: Iterable[Run]) -> Iterator[list[Run]]:
    task: list[Run] = []
    work = 0
    for run in runs:
        if task and (work >= WORK_PER_TASK or len(task) >= MOST_PER_TASK or run.seed != task[0].seed):
            yield task
            task, work = [], 0
        task.append(run)
        work += run.parameters.market.consumers * run.days
    if task:
        yield task


@contextmanager
def _backend(executor: Executor) -> Iterator[None]:
    if executor.backend == "loky":
        with parallel_config("loky", n_jobs=workers(executor), inner_max_num_threads=1):
            yield
    elif executor.backend == "ray":
        ray = importlib.import_module("ray")
        ray.init(executor.address or None, ignore_reinit_error=True, log_to_driver=False)
        importlib.import_module("ray.util.joblib").register_ray()
        with parallel_config("ray", n_jobs=executor.workers or -1):
            yield
    else:
        client = importlib.import_module("distributed").Client(executor.address or None)
        with client, parallel_config("dask", n_jobs=executor.workers or -1):
            yield
