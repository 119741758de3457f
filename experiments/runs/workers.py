"""Worker processes: what is handed to them, and what becomes of it where one of them is lost."""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import cloudpickle
from joblib import cpu_count
from joblib.externals.loky import get_reusable_executor

from experiments.design.configuration import CLUSTERS, Executor
from experiments.runs.interruption import SIGNALS, blocked, deferred
from sim.errors import UserError

ANSWER = 5.0  # seconds that a cluster has to answer
PARENT_CHECKED = 1.0  # seconds between a worker's looks whether its parent lives
TAKEN = 1.0  # seconds in which loky's thread takes a call, a millisecond as a rule
IDLE = 300  # seconds after which a worker without work ends
LOSSES = ("TerminatedWorkerError", "KilledWorker", "RayActorError", "WorkerCrashedError")
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    ),
    "1",
)  # fmt: skip
_MEMORY, _KERNEL = Path("/proc/meminfo"), Path("/proc/vmstat")  # of Linux

_started: list[Any] = []  # the pool of this machine's workers, one at most
_handed: list[Future[Any]] = []  # the last call that was handed to it


class Pool(NamedTuple):
    """Takes calls of a function with an argument."""

    # hands a call over; what it is about is copied at once, so that it may be changed from then on
    submit: Callable[[Callable[[Any], Any], Any], Future[Any]]
    width: Callable[[], int]  # how many calls are carried out at a time


def workers(executor: Executor) -> int:
    """Processes that make runs at once: as configured, or one for each core this process may use."""
    return 1 if executor.backend == "serial" else executor.workers or cpu_count()


def has_workers(executor: Executor) -> bool:
    """Whether runs are made in other processes; a single worker of this machine is this process."""
    return executor.backend in CLUSTERS or workers(executor) > 1


@contextmanager
def pool(executor: Executor) -> Iterator[Pool]:
    """The workers of this machine or of a cluster.

    Raises
    ------
    NoWorkers
        If this machine lets no worker processes be started.
    UserError
        If a cluster does not answer.
    """
    if executor.backend == "loky":
        with blocked():  # for what cleans up after the workers, too
            _here(executor)
        yield Pool(lambda function, argument: _submitted(executor, function, argument), lambda: workers(executor))
        return
    _check_answers(executor.address)
    if executor.backend == "ray":
        ray = importlib.import_module("ray")
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
        ray.init(executor.address or None, ignore_reinit_error=True, **quiet)
        call = ray.remote(_call)
        cores = executor.workers or int(ray.cluster_resources().get("CPU", 1))
        yield Pool(lambda function, argument: call.remote(_packed(function, argument)).future(), lambda: cores)
        return
    with importlib.import_module("distributed").Client(executor.address or None) as client:
        hand_over = client.get_executor(pure=False).submit
        yield Pool(
            lambda function, argument: hand_over(_call, _packed(function, argument)),
            lambda: executor.workers or max(sum(client.nthreads().values()), 1),  # workers may come while it runs
        )


class NoWorkers(Exception):
    """This machine lets no worker processes be started; says why."""


def stop(*, wait: bool = False) -> None:
    """End this machine's workers at once, whatever they are at."""
    while _started:
        with deferred():
            _await_taken()
            _started.pop().shutdown(wait=wait, kill_workers=True)


def _await_taken() -> None:
    """Wait until loky has taken all calls, in their order: its thread breaks where it finds one at the end."""
    until = time.monotonic() + TAKEN
    while _handed and not (_handed[0].running() or _handed[0].done()) and time.monotonic() < until:
        time.sleep(0.001)
    _handed.clear()


def is_loss(error: BaseException) -> bool:
    """Whether an error says that a worker is gone; by name, since clusters are not installed everywhere."""
    return any(kind.__name__ in LOSSES for kind in type(error).__mro__)


class Losses:
    """Tells why workers were lost since it was made."""

    def __init__(self) -> None:
        self._ended_for_memory = _ended_for_memory()

    def cause(self, error: BaseException, needed: int) -> str:
        """What most likely ended a worker."""
        if _ended_for_memory() > self._ended_for_memory:
            return "the system ran out of memory and killed it"
        ended = [(name, int(code)) for name, code in re.findall(r"(\w+)\((-?\d+)\)", str(error))]
        signals = [name for name, code in ended if code < 0]
        available = memory_available()
        if available is not None and available < needed and (not ended or "SIGKILL" in signals):
            return f"killed, perhaps for want of memory: it takes {_mb(needed)}, {_mb(available)} are available"
        if signals:
            return f"killed by {signals[0]}"
        codes = [str(code) for _, code in ended if code]
        return f"ended with status {codes[0]}" if codes else f"its process is gone ({type(error).__name__})"


def memory_available() -> int | None:
    """Bytes of memory that this machine can still give; None where it does not say."""
    with suppress(OSError):
        if found := re.search(r"^MemAvailable:\s+(\d+) kB", _MEMORY.read_text("ascii"), re.MULTILINE):
            return int(found[1]) * 1024
    return None


def _ended_for_memory() -> int:
    """Processes that the system has ended for want of memory since it was started."""
    with suppress(OSError):
        if found := re.search(r"^oom_kill (\d+)", _KERNEL.read_text("ascii"), re.MULTILINE):
            return int(found[1])
    return 0


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _here(executor: Executor) -> Any:
    """The pool of this machine's workers: the one there is, unless it is broken or of another size."""
    try:
        found = get_reusable_executor(
            max_workers=workers(executor), timeout=IDLE, initializer=_as_worker, initargs=(os.getpid(),), env=ONE_THREAD
        )
    except OSError as error:  # of its semaphores
        raise NoWorkers(f"{error.strerror or error}; they need /dev/shm to be writable") from None
    _started[:] = [found]
    return found


def _submitted(executor: Executor, function: Callable[[Any], Any], argument: Any) -> Future[Any]:
    packed = _packed(function, argument)
    with deferred(), blocked():
        future: Future[Any] = _here(executor).submit(_call, packed)
        _handed[:] = [future]
    return future


def _packed(function: Callable[[Any], Any], argument: Any) -> bytes:
    """A call as bytes; made here, since a pool's thread may do it while this one changes what it is about."""
    return bytes(cloudpickle.dumps((function, argument)))


def _call(packed: bytes) -> Any:
    function, argument = pickle.loads(packed)
    return function(argument)


def _as_worker(parent: int) -> None:
    """Make this process a worker that leaves interruptions to its parent, and ends when the parent is killed."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECKED)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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
