"""Makes runs: joblib's workers, one thread each; a world is built once a worker for all runs in it."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import signal
import socket
import time
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from joblib import Parallel, cpu_count, delayed, effective_n_jobs, parallel_config
from rich.console import Console

from experiments.configuration import Executor
from experiments.runs import TABLES, WORLD_BUILT, Failed, Finished, Run, model_hash
from experiments.store import packed
from sim.errors import UserError

if TYPE_CHECKING:
    from sim.world import World

WORK_PER_TASK = 500_000  # consumer-days: a task takes a second or less, and many small runs share one dispatch
MOST_PER_TASK = 64
TASKS_PER_WORKER = 4
ANSWER = 5.0  # seconds that a cluster has to answer
MOST_KILLED = 3  # times that a run may take its worker with it
LOSSES = ("TerminatedWorkerError", "KilledWorker", "RayActorError", "WorkerCrashedError")
COMPILING = "compiling the model for this machine: once, about a minute"
WARM_UP = 8  # days, in which every phase happens at least once

Done = Finished | Failed

_held: dict[str, World] = {}  # of this worker, one at most


def workers(executor: Executor) -> int:
    """Processes that make runs at once: as configured, or one for each core this process may use."""
    return 1 if executor.backend == "serial" else executor.workers or cpu_count()


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


def execute(runs: Iterable[Run], executor: Executor) -> Generator[list[Done]]:
    """Make runs, in any order.

    Parameters
    ----------
    runs
        Those of a world together, so that a worker seldom changes its world.
    executor
        Where, and by how many workers.

    Yields
    ------
    list of Finished or Failed
        As soon as each task is done. Neither a run that fails nor one whose worker is killed keeps the others from
        being made: what was lost with a worker is made again run by run; one that kills three workers has failed.
    """
    tasks = _tasks(runs)
    if executor.backend == "serial":
        yield from map(make_all, tasks)
        return
    with _backend(executor):
        lost: list[Run] | None = []
        while lost is not None:
            lost = yield from _until_lost(tasks, executor)
            for run in lost or ():
                yield [_alone(run, executor)]


def _until_lost(tasks: Iterator[list[Run]], executor: Executor) -> Generator[list[Done], None, list[Run] | None]:
    """Make tasks until none is left, or a worker is lost; then the runs that were under way are returned."""
    under_way: dict[str, Run] = {}

    def handed_out() -> Iterator[Any]:
        for task in tasks:
            under_way.update((run.id, run) for run in task)
            yield delayed(make_all)(task)

    try:
        for done in _results(handed_out(), executor):
            for each in done:
                under_way.pop(each.id, None)
            yield done
    except Exception as error:
        if not _is_loss(error):
            raise
        return list(under_way.values())
    return None


def _results(tasks: Iterator[Any], executor: Executor) -> Iterator[list[Done]]:
    if executor.backend != "ray":
        yield from Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)(tasks)
        return
    # Ray cannot hand over results one by one, so it gets a few tasks at a time
    while slab := list(islice(tasks, TASKS_PER_WORKER * effective_n_jobs())):
        yield from Parallel(batch_size=1)(slab)


def _alone(run: Run, executor: Executor) -> Done:
    """Make a run while no other is under way, so that it is known which one kills its worker."""
    for _ in range(1, MOST_KILLED):
        try:
            ((done,),) = _results(iter([delayed(make_all)([run])]), executor)
            return done
        except Exception as error:
            if not _is_loss(error):
                raise
    return Failed(run.id, f"its worker was killed {MOST_KILLED} times, perhaps for want of memory", "", None)


def _is_loss(error: Exception) -> bool:
    """Whether an error says that a worker is gone; by name, since clusters are not installed everywhere."""
    return any(kind.__name__ in LOSSES for kind in type(error).__mro__)


def stop(executor: Executor) -> None:
    """End this machine's workers at once, whatever they are at."""
    if executor.backend == "loky" and workers(executor) > 1:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)


def make_all(task: list[Run]) -> list[Done]:
    """Make some runs in this process, one after the other."""
    if multiprocessing.current_process().name.startswith("Loky"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    return [_attempt(run) for run in task]


def make(run: Run) -> Finished:
    """Make one run in this process.

    Raises
    ------
    BrokenRun
        If the market breaks after it was opened; caused by what broke it.
    """
    from sim.market import Market

    started = time.perf_counter()
    held, parameters = run.world in _held, run.parameters
    world = _world(run)
    built = time.perf_counter() - started
    market = Market(parameters, run.seed, world=world, burn_in=run.burn_in)
    try:
        result = market.run(run.days).result()
    except Exception as error:
        raise BrokenRun(market.day) from error
    timings = {phase: float(seconds) for phase, seconds in market.timings.items()}
    return Finished(
        run.id,
        time.perf_counter() - started,
        {key: float(value) for key, value in result.outcomes.items()},
        timings if held else {WORLD_BUILT: built, **timings},
        {name: packed(getattr(result, name)) for name in TABLES if run.tables},
    )


class BrokenRun(Exception):
    """A run broke on a day, its argument."""


def _attempt(run: Run) -> Done:
    if run.model != model_hash():  # this worker has loaded other code than the one the run is named after
        return Failed(run.id, "the model's source was changed meanwhile; give the command again", "", None)
    try:
        return make(run)
    except Exception as error:
        day = error.args[0] if isinstance(error, BrokenRun) else None
        cause = (error.__cause__ or error) if isinstance(error, BrokenRun) else error
        line = " ".join(f"{type(cause).__name__}: {cause}".split())
        return Failed(run.id, line, "".join(traceback.format_exception(cause)), day)


def _world(run: Run) -> World:
    from sim.world import World

    if run.world not in _held:
        _held.clear()
        _held[run.world] = World.build(run.parameters, run.seed)
    return _held[run.world]


def _tasks(runs: Iterable[Run]) -> Iterator[list[Run]]:
    task: list[Run] = []
    work = 0
    for run in runs:
        if task and (work >= WORK_PER_TASK or len(task) >= MOST_PER_TASK or run.world != task[0].world):
            yield task
            task, work = [], 0
        task.append(run)
        work += run.consumers * run.days
    if task:
        yield task


@contextmanager
def _backend(executor: Executor) -> Iterator[None]:
    if executor.backend == "loky":
        with parallel_config("loky", n_jobs=workers(executor), inner_max_num_threads=1):
            yield
    elif executor.backend == "ray":
        _check_answers(executor.address)
        ray = importlib.import_module("ray")
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
        ray.init(executor.address or None, ignore_reinit_error=True, **quiet)
        importlib.import_module("ray.util.joblib").register_ray()
        with parallel_config("ray", n_jobs=executor.workers or -1):
            yield
    else:
        _check_answers(executor.address)
        client = importlib.import_module("distributed").Client(executor.address or None)
        with client, parallel_config("dask", n_jobs=executor.workers or -1):
            yield


def _check_answers(address: str) -> None:
    """See that somebody listens at an address like ``tcp://10.0.0.1:8786``; a cluster's client would wait for minutes."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    if not address or not host or not port.isdecimal():  # started here, or found by a name that the client knows
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"executor.address={address}: nobody answers there ({error}); is the cluster started?") from None
