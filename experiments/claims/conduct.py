"""Claims carried out: the runs that the store lacks, the verdicts, and a folder of all."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from experiments.claims import words
from experiments.claims.judge import Judged, judge
from experiments.claims.plan import Planned
from experiments.claims.rows import Claim, Claims
from experiments.conduct.manifest import making, provenance
from experiments.design.configuration import Executor
from experiments.runs.interruption import keeping
from experiments.runs.run import Failed, model_hash
from experiments.runs.sharing import KEPT, fill_lacking
from experiments.runs.store import Store
from experiments.table.checksums import write_manifest
from experiments.table.folder import partial_folder, published

NAME = "claims"


class Made(NamedTuple):
    """What making the runs came to: outcomes and failures by id, how many were made, when it began."""

    outcomes: dict[str, dict[str, float]]
    failures: dict[str, Failed]
    made: int
    started: float


class Asked(NamedTuple):
    """The command as typed, and the folder of documentation that gets the page, if one does."""

    command: str
    docs: Path | None


def announced(planned: Planned) -> str:
    """What is to be made, in a line."""
    return f"{len(planned.runs)} claims at {planned.points} points: {len(planned.every)} runs"


def carry_out(planned: Planned, output: Path, where: Executor, console: Console) -> Made:
    """Make the runs that the store lacks.

    Raises
    ------
    UserError
        If the store cannot be used, or a world cannot be built.
    """
    started = time.time()
    with closing(Store(output / "store")) as store, keeping(KEPT):
        tally = fill_lacking(store, planned.every, NAME, where, console)
        outcomes = {done.id: done.outcomes for done in store.outcomes(planned.every)}
        return Made(outcomes, store.failed(planned.every), tally.made, started)


def judged(
    file: Claims, chosen: Mapping[str, Claim], planned: Planned, outcomes: Mapping[str, Mapping[str, float]]
) -> list[Judged]:
    """The verdicts, in the order of the file."""
    return [judge(n, chosen[n], runs, outcomes, file.negligible) for n, runs in planned.runs.items()]


def written(
    file: Claims, found: Sequence[Judged], lacking: dict[str, Claim], made: Made, root: Path, asked: Asked
) -> Path:
    """Write the page, and the numbers behind it, into a folder below `root`; returns it."""
    command = re.sub(r"--(docs|output|file)[ =]\S+", r"--\1 PATH", asked.command)  # folders are anybody's own
    told = f"Made by `{command}`, of the model `{model_hash()[:12]}`."
    text = words.page(file, found, lacking, told)
    counts = {"made": made.made, "from_store": len(made.outcomes) - made.made, "failed": len(made.failures)}
    with partial_folder(root) as partial:
        (partial / words.PAGE).write_text(text, "utf-8")
        words.table(found).to_csv(partial / "claims.csv", index=False)
        manifest = making([asked.command], made.started, counts, [], None) | provenance()
        write_manifest(partial, manifest | {"failures": [each._asdict() for each in made.failures.values()]})
        if asked.docs is not None:
            (asked.docs / words.PAGE).write_text(text, "utf-8")
        return published(partial)
