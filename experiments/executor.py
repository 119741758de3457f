"""Makes runs: joblib's workers, one thread each; a world is built once a worker for all runs in it."""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import groupby, islice, pairwise
from typing import TYPE_CHECKING, Any

from joblib import Parallel, cpu_count, delayed, effective_n_jobs, parallel_config
from rich.console import Console

from experiments.configuration import Executor
from experiments.runs import TABLES, WORLD_BUILT, Failed, Finished, Run, is_current
from experiments.store import packed
from sim.errors import UserError

if TYPE_CHECKING:
    from sim.world import World

WORK_PER_TASK = 1_000_000  # consumer-days: a task takes a second or so, and many small runs share one dispatch
LEAST_WORK = 2_000  # consumers that take as long as what a day costs whatever the size of the market
MOST_PER_TASK = 64
TASKS_PER_WORKER = 4
ANSWER = 5.0  # seconds that a cluster has to answer
PARENT_CHECKED = 1.0  # seconds between a worker's looks whether its parent lives
LOSSES = ("TerminatedWorkerError", "KilledWorker", "RayActorError", "WorkerCrashedError")
COMPILING = "compiling the model for this machine: once, in a minute or two"
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
    from sim.compiled import compiling, is_warm

    world = _world(run)
    if is_warm():
        return
    with compiling():
        if not is_warm():  # no other process did it meanwhile
            from sim.market import Market  # here, since it takes a second to import and this process may never need it

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
        lost: list[list[Run]] | None = []
        while lost is not None:
            lost = yield from _until_lost(tasks, executor)
            for task in lost or ():
                yield from _one_by_one(task, executor)


def _until_lost(tasks: Iterator[list[Run]], executor: Executor) -> Generator[list[Done], None, list[list[Run]] | None]:
    """Make tasks until none is left, or a worker is lost; then the tasks that were under way are returned."""
    under_way: dict[str, list[Run]] = {}  # by the id of a task's first run

    def handed_out() -> Iterator[Any]:
        for task in tasks:
            under_way[task[0].id] = task
            yield delayed(make_all)(task)

    try:
        for done in _results(handed_out(), executor):
            del under_way[done[0].id]
            yield done
    except Exception as error:
        if not _is_loss(error):
            raise
        return list(under_way.values())
    return None


def _one_by_one(task: list[Run], executor: Executor) -> Iterator[list[Done]]:
    """Make a task that was lost while no other is under way, and its runs each alone if that loses it again.

    So it is known which run kills its worker, and that one is given up after three workers.
    """
    tries = [task, *([run] for run in task)]
    for some in tries:
        try:
            yield from _results(iter([delayed(make_all)(some)]), executor)
        except Exception as error:
            if not _is_loss(error):
                raise
            if some is not task:
                said = "its worker was killed 3 times, perhaps for want of memory"
                yield [Failed(some[0].id, said, "", None)]
        else:
            if some is task:
                return


def _results(tasks: Iterator[Any], executor: Executor) -> Iterator[list[Done]]:
    if executor.backend != "ray":
        yield from Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)(tasks)
        return
    # Ray cannot hand over results one by one, so it gets a few tasks at a time; each pool would start actors of its own
    with Parallel(batch_size=1) as pool:
        while slab := list(islice(tasks, TASKS_PER_WORKER * effective_n_jobs())):
            yield from pool(slab)


def _is_loss(error: Exception) -> bool:
    """Whether an error says that a worker is gone; by name, since clusters are not installed everywhere."""
    return any(kind.__name__ in LOSSES for kind in type(error).__mro__)


def spread(function: Callable[[Any], Any], arguments: Iterable[Any], executor: Executor) -> Iterator[Any]:
    """Call a function with each argument: in this machine's workers where it has some, which begin at once.

    The function is taken as it is now. Where a worker is lost, the rest is done here: the function must bear being
    called twice with an argument.

    Yields
    ------
    object
        What it returns, in the order of the arguments.
    """
    arguments = list(arguments)
    if executor.backend != "loky" or workers(executor) == 1:
        return map(function, arguments)
    # a thread of the executor would pickle it later, while the caller goes on and may change what it holds
    content = pickle.dumps(function)
    with _backend(executor):
        results = Parallel(return_as="generator", batch_size=1, max_nbytes=None)(
            delayed(_unpickled)(content, argument) for argument in arguments
        )
    return _or_here(results, function, arguments)


def _unpickled(function: bytes, argument: Any) -> Any:
    return pickle.loads(function)(argument)


def _or_here(results: Iterator[Any], function: Callable[[Any], Any], arguments: Sequence[Any]) -> Iterator[Any]:
    done = 0
    try:
        for result in results:
            yield result
            done += 1
    except Exception as error:
        if not _is_loss(error):
            raise
        yield from map(function, arguments[done:])


def stop(executor: Executor) -> None:
    """End this machine's workers at once, whatever they are at."""
    if executor.backend == "loky" and workers(executor) > 1:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)


def make_all(task: list[Run]) -> list[Done]:
    """Make some runs in this process, one after the other."""
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
    with closing(Market(parameters, run.seed, world=world, burn_in=run.burn_in)) as market:
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
    try:
        if not is_current(run):
            what = "the source of the model or of a rule, or the edge list,"
            return Failed(run.id, f"{what} was changed meanwhile; give the command again", "", None)
        return make(run)
    except Exception as error:
        day = error.args[0] if isinstance(error, BrokenRun) else None
        cause = (error.__cause__ or error) if isinstance(error, BrokenRun) else error
        line = " ".join(f"{type(cause).__name__}: {cause}".split())
        return Failed(run.id, line, "".join(traceback.format_exception(cause)), day)


def _as_worker() -> None:
    """Make this process a worker that leaves Ctrl-C to its parent, and ends when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECKED)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _world(run: Run) -> World:
    from sim.world import World

    if run.world not in _held:
        _held.clear()
        _held[run.world] = World.build(run.parameters, run.seed)
    return _held[run.world]


def _tasks(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Divide the runs of each world evenly, so that none is left whose worker would build the world for it alone."""
    for _, of_world in groupby(runs, key=lambda run: run.world):
        together = list(of_world)
        work = sum((run.consumers + LEAST_WORK) * run.days for run in together)
        tasks = max(round(work / WORK_PER_TASK), -(-len(together) // MOST_PER_TASK), 1)
        bounds = [len(together) * n // tasks for n in range(tasks + 1)]
        yield from (together[first:end] for first, end in pairwise(bounds) if end > first)


@contextmanager
def _backend(executor: Executor) -> Iterator[None]:
    if executor.backend == "loky":
        settings: Any = {"n_jobs": workers(executor), "inner_max_num_threads": 1, "initializer": _as_worker}
        with parallel_config("loky", **settings):
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
    """See that somebody listens at an address like ``tcp://10.0.0.1:8786``: a client would wait for minutes."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    if not address or not host or not port.isdecimal():  # started here, or found by a name that the client knows
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()
    except (OSError, OverflowError) as error:
        why = f"nobody answers there ({error}); is the cluster started?"
        raise UserError(f"executor.address={address}: {why}") from None
