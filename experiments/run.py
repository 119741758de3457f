"""`koc run`: a Hydra application; each of its jobs is one experiment."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.conduct import conduct
from experiments.configuration import FOLDER, NAME, Executor, clear_mistakes, register, settings_from
from experiments.executor import stop
from experiments.forecast import forecast
from sim.errors import UserError

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
        Exit status: 0, or 1 if a run failed, or 130 if interrupted.

    Raises
    ------
    UserError
        On a mistake in the configuration, before anything is written.
    """
    statuses: list[int] = [0]
    raised: list[Exception] = []
    used: list[Executor] = []

    own = [argument for argument in arguments if argument in OWN_FLAGS]
    given = [argument for argument in arguments if argument not in OWN_FLAGS]

    def task(config: DictConfig) -> None:
        try:
            settings = settings_from(config, list(HydraConfig.get().overrides.task))
            if DRY_RUN in own:
                print(forecast(settings))
            else:
                used.append(settings.executor)
                statuses.append(conduct(settings, ["koc", "run", *arguments], only_failed=FAILED in own))
        except Exception as error:
            raised.append(error)
            raise SystemExit from error  # past Hydra, which would add lines of its own

    register()
    flags = _flags(given)
    with (
        clear_mistakes(flags.overrides, flags.multirun),
        tempfile.TemporaryDirectory(prefix="koc-") as scratch,
        _command_line(_for_hydra(given, flags, scratch)),
    ):
        try:
            hydra.main(version_base="1.3", config_path=str(FOLDER), config_name=NAME)(task)()
            for executor in used[-1:]:
                stop(executor)  # nobody needs its workers any more, and Python would wait until each has ended
        except SystemExit:
            if raised:
                raise raised[0] from None
            raise
        except ValueError as error:  # flags that exclude each other
            raise UserError(str(error)) from error
    return max(statuses)


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


def _for_hydra(arguments: Sequence[str], flags: argparse.Namespace, scratch: str) -> list[str]:
    rest = list(arguments)
    for override in flags.overrides:
        rest.remove(override)
    overrides = list(flags.overrides)  # first: people write a=1 -m b=1,2, and the parser takes them in one piece only
    if flags.multirun:
        overrides.append(f"hydra.sweep.dir='{scratch}'")  # Hydra insists on a file in the folder of a sweep
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
