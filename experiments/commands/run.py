"""`koc run`: one experiment, or with ``-m`` one for each combination of values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from experiments.commands.forecast import forecast
from experiments.conduct.experiment import Ending, conduct
from experiments.design.configuration import Settings, compose_settings, read_given
from experiments.runs import executor
from experiments.runs.interruption import keeping
from experiments.runs.progress import working
from experiments.runs.sharing import KEPT
from experiments.settings.language import Language, speaking
from experiments.settings.option_files import Folders
from experiments.settings.overrides import jobs

INTERRUPTED = 128  # statuses above it
PICTURES = ("figures/headline.png", "figures/effects.png")  # of a report, the first that there is


def composed(overrides: Sequence[str], folders: Folders, *, several: bool = False) -> list[Settings]:
    """The settings of each experiment; all are seen to be possible before the first is made."""
    return [compose_settings(job, folders) for job in jobs(read_given(overrides, folders, several=several))]


def run(
    every: Sequence[Settings], command: Sequence[str], *, only_failed: bool = False, dry_run: bool = False,
    language: Language = Language.en,
) -> int:  # fmt: skip
    """Make experiments, one after the other, of a command as it was typed; the exit status is the worst of theirs."""
    status = 0
    with keeping(KEPT):
        try:
            for settings in every:
                if dry_run:
                    print(forecast(settings))
                elif status <= INTERRUPTED:  # the jobs after it are not begun
                    finish = partial(report_on, settings, language)
                    status = max(status, conduct(settings, command, finish, only_failed=only_failed))
        finally:
            executor.stop()  # nobody needs the workers any more, and Python would wait until each has ended
    return status


def report_on(settings: Settings, language: Language, runs: pd.DataFrame, made: Path) -> Ending:
    """Write the report into the folder of an experiment, or what a sweep tells, and print it; and a picture."""
    study = settings.experiment
    if not (runs["status"] == "finished").any():
        return Ending()
    from experiments.analysis.plots import closing

    if study.design.is_used:
        from experiments.analysis.deciding import tell

        with working("looking where the winner changes"), speaking(language):
            told = tell(made)
        print("\n".join(told))
    elif study.keeps_tables:
        from experiments import report

        with working("writing the report"):
            text = report.write(made, partial(executor.spread, executor=settings.executor), language)
        print(text)
    with working("drawing"), speaking(language):
        found, picture = closing(made)
    return Ending(found, picture or next((each for each in PICTURES if (made / each).exists()), ""))
