"""A case: a command in a folder, and what must come of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

Files = Mapping[str, str | bytes]
NONE: Files = {}


class Answer(Enum):
    """What must come of a case.

    Where a machine lacks something, a command may do without it or say so beforehand; nothing in between.
    """

    REFUSED = "refused"
    ACCEPTED = "accepted"
    EITHER = "either"


def nothing(folder: Path) -> None:
    """Prepare nothing."""


class Case(NamedTuple):
    """A command, or a call, in a folder of its own.

    Attributes
    ----------
    what
        For people: what is typed, or done.
    action
        Called in a process of its own, in the folder; its result is the exit status.
    answer
        What must come of it.
    names
        A refusal must hold one of these: the key or file that is wrong.
    prepare
        Called with the folder before the action.
    unprivileged
        Whether the rights of files hold for the process also where it is root's.
    environment
        What is set in the environment.
    statuses
        Exit statuses of a refusal: 2 with its line; perhaps 1, of a command that tells what does not hold.
    leaves
        Whether a refusal may leave files.
    """

    what: str
    action: Callable[[], int]
    answer: Answer
    names: tuple[str, ...] = ()
    prepare: Callable[[Path], object] = nothing
    unprivileged: bool = False
    environment: Mapping[str, str] = {}
    statuses: tuple[int, ...] = (2,)
    leaves: bool = False


class Kind(NamedTuple):
    """Cases of one kind; the generators yield the same ones each time, as many as there are or without end."""

    name: str
    malformed: Callable[[], Iterator[Case]]
    wanted: int
    legal: Callable[[], Iterator[Case]]
    wanted_legal: int


SMALL = {
    "experiment": "single", "market.consumers": "300", "experiment.seeds": "1", "experiment.days": "10",
    "experiment.burn_in": "2", "executor": "serial", "experiment.keep": "outcomes",
}  # fmt: skip


def tiny(*given: str, without: Sequence[str] = ()) -> list[str]:
    """Arguments of `koc run` for a small market and these overrides; a key that they set is left to them."""
    keys = {text.lstrip("+~").partition("=")[0] for text in given} | set(without)
    base = [f"{key}={value}" for key, value in SMALL.items() if key not in keys]
    return ["run", *base, *given]


def koc(arguments: Sequence[str]) -> Callable[[], int]:
    """The command line, called in this process."""

    def action() -> int:
        from experiments.cli import main

        sys.argv = ["koc", *arguments]
        return main(list(arguments))

    return action


def typed(arguments: Sequence[str], files: Files = NONE) -> str:
    """What a user would type, and between which files."""
    small = {f"{key}={value}" for key, value in SMALL.items()}
    shown = [text for text in arguments if text not in small]
    shown.insert(1, "SMALL") if len(shown) < len(arguments) else None
    beside = "; ".join(f"{name}: {content[:80]!r}" for name, content in files.items() if content)
    return f"koc {' '.join(map(shlex.quote, shown))}" + (f"  # {beside}" if beside else "")


def written(files: Files) -> Callable[[Path], object]:
    """Writes files into the folder."""

    def prepare(folder: Path) -> None:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return prepare


def refused(arguments: Sequence[str], *names: str, files: Files = NONE) -> Case:
    """A command that must be refused, in a line that holds one of the names."""
    return Case(typed(arguments, files), koc(arguments), Answer.REFUSED, names, written(files))


def accepted(arguments: Sequence[str], files: Files = NONE) -> Case:
    """A command that must succeed."""
    return Case(typed(arguments, files), koc(arguments), Answer.ACCEPTED, (), written(files))


def called(function: Callable[[], str]) -> Callable[[], int]:
    """A call from Python, which returns what is wrong; errors are told as the command line tells them."""

    def action() -> int:
        from sim.errors import UserError

        try:
            wrong = function()
        except UserError as error:
            print(f"koc: {error}", file=sys.stderr)
            return 2
        if wrong:
            print(wrong, file=sys.stderr)
        return 3 if wrong else 0

    return action
