"""Hands tasks to workers; what was under way when one of them is lost is carried out again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, NamedTuple

from experiments.design.configuration import Executor
from experiments.runs import interruption
from experiments.runs.workers import Losses, NoWorkers, Pool, has_workers, is_loss, pool

TASKS_PER_WORKER = 2  # that are handed out at a time: one is at hand when the other is done
CHECKED = 1.0  # seconds between looks whether this process was interrupted


class How(NamedTuple):
    """How tasks are carried out; each is a list of items."""

    # carries out a task, in the process it is called in, and returns a list of results
    work: Callable[[list[Any]], list[Any]]
    # the result of an item that loses its worker again and again, from the item and the cause
    give_up: Callable[[Any, str], Any]
    memory: Callable[[Any], int]  # bytes that a worker takes for an item
    tell: Callable[[str], None]  # takes a line for the user


def dispatch(tasks: Iterator[list[Any]], how: How, executor: Executor) -> Generator[list[Any]]:
    """Carry out tasks, several at a time where there are workers.

    Yields
    ------
    list
        Results of a task, as soon as it is done. What was lost with a worker is carried out again item by item; one
        that loses three workers is given up.
    """
    if not has_workers(executor):
        yield from _here(tasks, how)
        return
    try:
        with pool(executor) as workers:
            handed = _Handed(workers, how)
            while handed.is_unfinished:
                yield from handed.until_lost(tasks)
                yield from handed.again()
    except NoWorkers as error:
        how.tell(f"no worker processes can be started here ({error}): all is done in this process")
        yield from _here(tasks, how)


def first_done(futures: Iterable[Future[Any]]) -> list[Future[Any]]:
    """Wait until at least one is done; returns all that are."""
    waited = list(futures)
    while True:
        interruption.check()
        done, _ = wait(waited, CHECKED, FIRST_COMPLETED)
        if done:
            return list(done)


def _here(tasks: Iterable[list[Any]], how: How) -> Iterator[list[Any]]:
    for task in tasks:
        interruption.check()
        yield how.work(task)


class _Handed:
    """Tasks handed to workers, and those that were lost with one of them."""

    def __init__(self, pool: Pool, how: How) -> None:
        self._pool, self._how = pool, how
        self._losses = Losses()
        self._lost: list[list[Any]] = []
        self._cause = ""
        self.is_unfinished = True

    def until_lost(self, tasks: Iterator[list[Any]]) -> Iterator[list[Any]]:
        """Carry out tasks until none is left, or a worker is lost with some of them."""
        under_way: dict[Future[Any], list[Any]] = {}
        while not self._lost:
            while len(under_way) < TASKS_PER_WORKER * self._pool.width() and (task := next(tasks, None)):
                under_way[self._pool.submit(self._how.work, task)] = task
            if not under_way:
                self.is_unfinished = False
                return
            yield from self._done(under_way)
        while under_way:  # those of a broken pool are done at once
            yield from self._done(under_way)

    def again(self) -> Iterator[list[Any]]:
        """Carry out each task that was lost while no other is under way, and its items alone if that loses it again.

        So it is known which item loses its worker, and that one is given up after three workers.
        """
        lost, self._lost = self._lost, []
        for task in lost:
            yield from self._alone(task)
            if self._is_lost():
                for item in task:
                    yield from self._alone([item])
                    if self._is_lost():
                        yield [self._how.give_up(item, self._cause)]

    def _is_lost(self) -> bool:
        was, self._lost = bool(self._lost), []
        return was

    def _alone(self, task: list[Any]) -> Iterator[list[Any]]:
        yield from self._done({self._pool.submit(self._how.work, task): task})

    def _done(self, under_way: dict[Future[Any], list[Any]]) -> Iterator[list[Any]]:
        for future in first_done(under_way):
            task = under_way.pop(future)
            try:
                results: list[Any] = future.result()
            except Exception as error:
                if not is_loss(error):
                    raise
                self._lose(task, error)
            else:
                yield results

    def _lose(self, task: list[Any], error: Exception) -> None:
        self._lost.append(task)
        is_first = not self._cause
        self._cause = self._losses.cause(error, max(map(self._how.memory, task)))
        if is_first:
            advice = "; fewer workers take less memory" if "memory" in self._cause else ""
            self._how.tell(f"a worker was lost, {self._cause}: what it was at is done again{advice}")
