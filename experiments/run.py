"""`koc run`: a Hydra application; each of its jobs is one experiment."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.conduct import conduct
from experiments.configuration import FOLDER, NAME, clear_mistakes, register, settings_from
from experiments.executor import stop
from experiments.forecast import forecast
from experiments.working_folder import working_folder
from sim.errors import UserError

INTERRUPTED = 128  # statuses above it
_FULL_ERROR = "HYDRA_FULL_ERROR"
DRY_RUN, FAILED = OWN_FLAGS = ("--dry-run", "--failed")


def main(arguments: Sequence[str]) -> int:
    """Run the Hydra application.

    Parameters
    ----------
    arguments
        Hydra's overrides and flags, and two of our own: ``--dry-run`` tells what would be made, ``--failed`` repeats
        only what failed.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed, or 128 and the number of the signal that interrupted it.

    Raises
    ------
    UserError
        On a mistake in the configuration, before anything is written.
    """
    statuses: list[int] = [0]
    raised: list[Exception] = []

    own = [argument for argument in arguments if argument in OWN_FLAGS]
    given = [argument for argument in arguments if argument not in OWN_FLAGS]

    def task(config: DictConfig) -> None:
        try:
            settings = settings_from(config, list(HydraConfig.get().overrides.task))
            if DRY_RUN in own:
                print(forecast(settings))
            else:
                statuses.append(conduct(settings, ["koc", "run", *arguments], only_failed=FAILED in own))
        except Exception as error:
            raised.append(error)
            raise SystemExit from error  # past Hydra, which would add lines of its own
        if statuses[-1] > INTERRUPTED:  # the jobs after it are not begun
            raise SystemExit(statuses[-1])

    register()
    flags = _flags(given)
    with (
        clear_mistakes(flags.overrides, flags.multirun),
        _scratch(flags.multirun) as scratch,
        _command_line(_for_hydra(given, flags, scratch)),
    ):
        try:
            hydra.main(version_base="1.3", config_path=str(FOLDER), config_name=NAME)(task)()
        except SystemExit:
            if raised:
                raise raised[0] from None
            raise
        except ValueError as error:  # flags that exclude each other
            raise UserError(str(error)) from error
        finally:
            stop()  # nobody needs the workers any more, and Python would wait until each has ended
    return max(statuses)


@contextmanager
def _scratch(is_needed: bool) -> Iterator[Path | None]:
    """A folder for the file that Hydra insists on writing in a sweep."""
    if not is_needed:
        yield None
        return
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(working_folder(Path(tempfile.gettempdir())))
        except OSError as error:
            raise UserError(f"-m: no folder for temporary files ({error.strerror}); TMPDIR=FOLDER names one") from None
        yield folder


def _flags(arguments: Sequence[str]) -> argparse.Namespace:
    parser = get_args_parser()
    parser.exit_on_error = False
    try:
        known, unknown = parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise UserError(str(error)) from None
    if wrong := [argument for argument in unknown if argument.startswith("-")]:
        raise UserError(f"{wrong[0]}: no such flag; koc run --help lists them")
    known.overrides += unknown
    return known


def _for_hydra(arguments: Sequence[str], flags: argparse.Namespace, scratch: Path | None) -> list[str]:
    rest = list(arguments)
    for override in flags.overrides:
        rest.remove(override)
    overrides = list(flags.overrides)  # first: people write a=1 -m b=1,2, and the parser takes them in one piece only
    if flags.multirun:
        overrides.append(f"hydra.sweep.dir='{scratch}'")
    if flags.config_path and "://" not in flags.config_path:
        rest.append(f"--config-path={os.path.abspath(flags.config_path)}")  # Hydra takes it from the source
    return [*overrides, *rest]


@contextmanager
def _command_line(arguments: Sequence[str]) -> Iterator[None]:
    argv, full_error = sys.argv, os.environ.get(_FULL_ERROR)
    handlers, level = list(logging.root.handlers), logging.root.level
    sys.argv = ["koc run", *arguments]
    os.environ[_FULL_ERROR] = "1"  # errors come to us, and leave as one line
    try:
        yield
    finally:
        sys.argv = argv
        logging.root.handlers[:] = handlers  # --info logs all that happens, from then on
        logging.root.setLevel(level)
        if full_error is None:
            del os.environ[_FULL_ERROR]
        else:
            os.environ[_FULL_ERROR] = full_error
