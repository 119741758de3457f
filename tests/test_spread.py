"""Work that is spread over workers while its caller goes on."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from experiments.design.configuration import Executor
from experiments.runs import executor, workers

TWO = Executor(workers=2)


class _Item:
    """Pickled by Python code, as a table is: another thread may run meanwhile."""

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return _Item, ()


class _Held:
    def __init__(self) -> None:
        self.items = {number: _Item() for number in range(20_000)}


def _count(factor: int, held: _Held) -> int:
    return factor * len(held.items)


def test_the_caller_may_go_on_to_change_what_the_workers_were_given() -> None:
    held = _Held()
    found = executor.spread(partial(_count, held=held), range(3), TWO)
    for number in range(1_000_000):
        held.items[-number - 1] = _Item()
    assert list(found) == [0, 20_000, 40_000]


def test_workers_may_be_ended_right_after_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: broken.append(told.exc_value))
    for _ in range(3):  # since a thread is met at a moment
        with workers.pool(TWO) as pool:
            pool.submit(abs, -1).result()
            pool.submit(abs, -2)
        workers.stop(wait=True)
    assert broken == []
