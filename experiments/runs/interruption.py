"""Interruptions: SIGINT, SIGTERM and SIGHUP end a command alike, and wait where a step has to be completed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_UNANSWERED = (signal.SIG_DFL, signal.default_int_handler)


class _State:
    """What this process has received."""

    received = 0  # the last signal, 0 if there was none
    deferrals = 0  # steps under way that have to be completed
    waits = False  # whether a signal came during such a step


@contextmanager
def answered() -> Iterator[None]:
    """Let each signal raise KeyboardInterrupt with its number; one that is ignored, as under nohup, stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        for number, handler in before.items():
            if handler in _UNANSWERED:
                signal.signal(number, _answer)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _State.received, _State.waits = 0, False  # what comes after in this process was not interrupted


@contextmanager
def deferred() -> Iterator[None]:
    """Complete a step of a moment before a signal is answered."""
    _State.deferrals += 1
    try:
        yield
    finally:
        _State.deferrals -= 1
        if _State.waits and not _State.deferrals:
            _State.waits = False
            raise KeyboardInterrupt(_State.received)


@contextmanager
def blocked() -> Iterator[None]:
    """Let processes that are started meanwhile never receive the signals; they are for this process to answer."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def check() -> None:
    """Raise KeyboardInterrupt if a signal came whose exception was lost, as in a callback of a library."""
    if _State.received:
        raise KeyboardInterrupt(_State.received)


def status(error: KeyboardInterrupt) -> int:
    """Exit status of an interrupted command: 128 and the number of the signal, 130 for Ctrl-C."""
    return 128 + int(error.args[0] if error.args else signal.SIGINT)


@contextmanager
def keeping(said: str) -> Iterator[None]:
    """Note on an interruption what is kept and how to go on."""
    try:
        yield
    except KeyboardInterrupt as error:
        error.add_note(said)
        raise


def _answer(number: int, _frame: FrameType | None) -> None:
    _State.received = number
    if _State.deferrals:
        _State.waits = True
        return
    raise KeyboardInterrupt(number)
