"""Progress of many runs: one bar with the time left, or a few plain lines where nobody watches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINES = 10

T = TypeVar("T", bound=Sequence[object])


def tracked(things: Iterable[T], total: int, console: Console) -> Iterator[T]:
    """Pass on what comes, and show how much of it has come.

    Parameters
    ----------
    things
        Batches, for instance of finished runs.
    total
        How many there will be in all batches.
    console
        Where to show it: a bar if it is a terminal, else about ten lines.
    """
    return _with_bar(things, total, console) if console.is_terminal else _with_lines(things, total, console)


def _with_bar(things: Iterable[T], total: int, console: Console) -> Iterator[T]:
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("runs", total=total)
        for thing in things:
            yield thing
            bar.advance(task, len(thing))


def _with_lines(things: Iterable[T], total: int, console: Console) -> Iterator[T]:
    started = time.perf_counter()
    shown = done = 0
    for thing in things:
        yield thing
        done += len(thing)
        if done * LINES // total > shown:
            shown = done * LINES // total
            left = (time.perf_counter() - started) / done * (total - done)
            console.print(f"{done} of {total} runs, about {left:.0f} s left")
