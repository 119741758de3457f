"""Claims carried out: the runs that the store lacks, and a folder of what came of them."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from experiments.claims import words
from experiments.claims.judge import Judged
from experiments.claims.rows import Claim, Claims
from experiments.conduct.manifest import making, provenance
from experiments.design.configuration import Executor
from experiments.runs.interruption import keeping
from experiments.runs.run import Failed, Run, model_hash
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


def carry_out(runs: Mapping[str, Run], output: Path, where: Executor, console: Console) -> Made:
    """Make the runs that the store lacks."""
    started = time.time()
    with closing(Store(output / "store")) as store, keeping(KEPT):
        tally = fill_lacking(store, runs, NAME, where, console)
        outcomes = {done.id: done.outcomes for done in store.outcomes(runs)}
        return Made(outcomes, store.failed(runs), tally.made, started)


def written(
    file: Claims, found: Sequence[Judged], lacking: Mapping[str, Claim], made: Made, output: Path, docs: Path | None
) -> Path:
    """Write the page, and the numbers behind it, into a new folder of the results, and the page into `docs` as well."""
    command = ["koc", *sys.argv[1:]]
    shown = re.sub(r"--(docs|output|file)[ =]\S+", r"--\1 PATH", shlex.join(command))  # folders are anybody's own
    text = words.page(file, found, lacking, f"Made by `{shown}`, of the model `{model_hash()[:12]}`.")
    counts = {"made": made.made, "from_store": len(made.outcomes) - made.made, "failed": len(made.failures)}
    with partial_folder(output / NAME) as partial:
        (partial / words.PAGE).write_text(text, "utf-8")
        words.table(found).to_csv(partial / "claims.csv", index=False)
        manifest = making(command, made.started, counts, [], None) | provenance()
        write_manifest(partial, manifest | {"failures": [each._asdict() for each in made.failures.values()]})
        if docs is not None:
            (docs / words.PAGE).write_text(text, "utf-8")
        return published(partial)
