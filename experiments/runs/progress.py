"""Progress of work: a bar with the time left in a terminal or a notebook, or a few plain lines where nobody watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from experiments.runs.run import Run

LINES = 10
SILENCE = 20.0  # seconds of work of unknown length between two lines

Advance = Callable[[list[str]], None]
"""Takes the ids of what is done."""


def terminal() -> Console:
    """The terminal beside the output: text is printed as it is, whatever it looks like."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


@contextmanager
def of_runs(pending: Sequence[Run], console: Console) -> Iterator[Advance]:
    """Show how many of some runs are done, and the time left: a large run counts more than a small one."""
    work = {run.id: run.work for run in pending}
    with _bar(work, console) if _draws_bars(console) else _lines(work, console) as advance:
        yield advance


@contextmanager
def working(what: str) -> Iterator[Console]:
    """Show that work of unknown length goes on, and since when: a clock where it can move, else a line now and then.

    It gives the console for lines meanwhile.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if _draws_bars(console):
        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        with Progress(*columns, console=console, transient=True, redirect_stdout=False) as clock:
            clock.add_task(what, total=None)
            yield console
        return
    ended, started = threading.Event(), time.monotonic()

    def tell() -> None:
        while not ended.wait(SILENCE):
            console.print(f"{what}: {time.monotonic() - started:.0f} s so far")

    threading.Thread(target=tell, daemon=True).start()
    try:
        yield console
    finally:
        ended.set()


def _draws_bars(console: Console) -> bool:
    """Whether what is drawn can move: in a terminal, and in a notebook where ipywidgets are installed."""
    return console.is_terminal or (console.is_jupyter and find_spec("ipywidgets") is not None)


@contextmanager
def _bar(work: dict[str, int], console: Console) -> Iterator[Advance]:
    columns = (
        TextColumn("runs"),
        BarColumn(),
        TextColumn("{task.fields[done]}/" + str(len(work))),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("runs", total=sum(work.values()), done=0)
        done = 0

        def advance(ids: list[str]) -> None:
            nonlocal done
            done += len(ids)
            bar.update(task, advance=sum(work[id] for id in ids), done=done)
            if done == len(work):
                bar.refresh()  # which a notebook's bar does not do at its end

        yield advance


@contextmanager
def _lines(work: dict[str, int], console: Console) -> Iterator[Advance]:
    started, total = time.monotonic(), sum(work.values())
    done = shown = 0
    made = 0.0

    def advance(ids: list[str]) -> None:
        nonlocal done, made, shown
        done += len(ids)
        made += sum(work[id] for id in ids)
        if made * LINES // total > shown:
            shown = int(made * LINES // total)
            left = (time.monotonic() - started) / made * (total - made)
            console.print(f"{done} of {len(work)} runs, about {left:.0f} s left")

    yield advance
