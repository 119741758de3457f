"""`koc run`: one experiment, or with ``-m`` one for each combination of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from experiments.conduct import conduct
from experiments.configuration import compose_settings, read_given
from experiments.executor import stop
from experiments.forecast import forecast
from experiments.interruption import keeping
from experiments.option_files import Folders
from experiments.overrides import Given, jobs
from experiments.sharing import KEPT
from experiments.yaml_text import written

INTERRUPTED = 128  # statuses above it


class Request(NamedTuple):
    """What a user asks for.

    Attributes
    ----------
    command : list of str
        As typed, for the manifest.
    jobs : list of list of Given
        What is given for each experiment.
    folders : Folders
        Where settings are read from.
    """

    command: list[str]
    jobs: list[list[Given]]
    folders: Folders

    @classmethod
    def read(cls, command: Sequence[str], overrides: Sequence[str], folders: Folders, *, several: bool) -> Request:
        """Read what was typed.

        Parameters
        ----------
        command, folders
            As below.
        overrides
            Of the form ``key=value``.
        several
            Whether several values of a key make several experiments.

        Raises
        ------
        UserError
            If one is not understood.
        """
        return cls(list(command), jobs(read_given(overrides, folders, several=several)), folders)


def run(request: Request, *, only_failed: bool = False, dry_run: bool = False) -> int:
    """Make the experiments, one after the other; all are seen to be possible before the first is made.

    Parameters
    ----------
    request
        What is asked for.
    only_failed
        Whether only to repeat what failed.
    dry_run
        Whether only to tell what would be made.

    Returns
    -------
    int
        Exit status: 0, or 1 if a run failed, or 128 and the number of the signal that interrupted it.

    Raises
    ------
    UserError
        On a mistake in the configuration, before anything is written.
    """
    status = 0
    with keeping(KEPT):
        every = [compose_settings(job, request.folders) for job in request.jobs]
        try:
            for settings in every:
                if dry_run:
                    print(forecast(settings))
                elif status <= INTERRUPTED:  # the jobs after it are not begun
                    status = max(status, conduct(settings, request.command, only_failed=only_failed))
        finally:
            stop()  # nobody needs the workers any more, and Python would wait until each has ended
    return status


def configuration(request: Request) -> str:
    """The whole configuration of each experiment, as YAML."""
    return "---\n".join(written(compose_settings(job, request.folders).resolved()) for job in request.jobs)


def options(folders: Folders) -> str:
    """The groups and their options, a line each."""
    return "\n".join(f"{group}: {', '.join(names)}" for group, names in folders.options().items())
