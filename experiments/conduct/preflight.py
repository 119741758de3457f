"""What can be refused before the first run: where results go, and the words that the report is to be drawn with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import disk_usage

from rich.console import Console

from experiments.design.configuration import Settings
from experiments.runs.plan import Plan
from experiments.runs.run import ORDERS, Run
from experiments.runs.store import Store
from experiments.runs.working_folder import working_folder
from experiments.table.live import NAME as RUNNING
from sim.errors import UserError

ROOM_PER_RUN = {True: 100_000, False: 10_000}  # bytes, by whether its tables are kept
ROOM_PER_CONSUMER = 1_000  # where orders are kept
ROOM_TO_SPARE = 20_000_000
TRIAL = b"\0" * 4096
LONGEST = 300  # characters of a text in a figure
LINKS = ("latest", RUNNING)


def check_place(settings: Settings, pending: Sequence[Run], store: Store, console: Console) -> None:
    """See that the results can be written: by writing there what is taken away at once."""
    output = Path(settings.output)
    root = output / settings.experiment.name
    _try(store.path.parent, output)
    why = _try(root, output)
    for name in LINKS:
        _check_link(root / name)
    if why:
        console.print(f"{root / LINKS[0]}: no link can be made there ({why}); the newest result is the last by name")
    _check_room(output, pending)
    if store.exists():
        store.open()


def check_drawing(settings: Settings, planned: Plan, console: Console) -> None:
    """See that figures can be drawn here with the words of an experiment."""
    from experiments.drawing.fonts import note  # matplotlib, which takes a second to import
    from experiments.drawing.style import why_not_drawn

    words = dict(_words(settings, planned))
    for key, text in words.items():
        if len(text) > LONGEST:
            raise UserError(f"{key}: {len(text)} characters, expected at most {LONGEST} for a figure")
    if why := why_not_drawn([]):
        raise UserError(f"figures cannot be drawn here ({why}); expected a matplotlib that works")
    if why_not_drawn(words.values()):
        for key, text in words.items():
            if own := why_not_drawn([text]):
                raise UserError(f"{key}={text!a}: cannot be drawn in a figure ({own})")
    if said := note(words.values()):
        console.print(said)


def _words(settings: Settings, planned: Plan) -> Iterator[tuple[str, str]]:
    study = settings.experiment
    yield "experiment.name", study.name
    for key in ("labels", "questions"):
        yield from ((f"experiment.{key}.{name}", text) for name, text in getattr(study, key).items())
    for factor, levels in study.factors.items():
        yield from ((f"experiment.factors.{factor}", name) for name in (factor, *levels))
    yield from ((f"arm {arm}", arm) for arm in planned.arms)


def _check_link(link: Path) -> None:
    target = Path(os.readlink(link)) if link.is_symlink() else None
    if os.path.lexists(link) and (target is None or target.is_absolute() or ".." in target.parts):
        raise UserError(f"{link}: not a link that koc made, and koc needs the name; move it elsewhere")


def _try(folder: Path, output: Path) -> str:
    """Write into a folder as a run will; returns why no link can be made in it, empty if one can."""
    missing = [part for part in (folder, *folder.parents) if not os.path.lexists(part)]
    try:
        with working_folder(folder) as trial:
            (trial / "file").write_bytes(TRIAL)
            try:
                (trial / "link").symlink_to("file")
            except OSError as error:
                return str(error.strerror)
    except OSError as error:
        if isinstance(error, FileExistsError | NotADirectoryError):
            where, why = next(part for part in (folder, *folder.parents) if os.path.lexists(part)), "it is no folder"
        else:
            where, why = error.filename or folder, str(error.strerror)
        raise UserError(f"output={output}: cannot write to {where} ({why}); expected a folder of yours") from None
    finally:
        for part in missing:
            with suppress(OSError):  # it was never made, or somebody else uses it by now
                part.rmdir()
    return ""


def _check_room(output: Path, pending: Sequence[Run]) -> None:
    there = output.absolute()
    while not there.exists():
        there = there.parent
    needed = sum(ROOM_PER_RUN[bool(run.kept)] for run in pending) + ROOM_TO_SPARE
    needed += sum(ROOM_PER_CONSUMER * run.consumers for run in pending if ORDERS[0] in run.more)
    if (free := disk_usage(there).free) < needed:
        disk = f"{free / 1e6:.0f} MB free on this disk, expected {needed / 1e6:.0f} MB for {len(pending)} runs"
        raise UserError(f"output={output}: {disk}")
