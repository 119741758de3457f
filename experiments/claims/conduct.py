"""The folder that claims leave: the page, and the numbers behind it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.claims import words
from experiments.claims.judge import Judged
from experiments.claims.rows import Claim, Claims
from experiments.conduct.manifest import making, provenance
from experiments.runs.run import model_hash
from experiments.runs.sharing import Came
from experiments.table.checksums import write_manifest
from experiments.table.folder import partial_folder, published

NAME = "claims"


def written(
    file: Claims, found: Sequence[Judged], lacking: Mapping[str, Claim], came: Came, output: Path, docs: Path | None
) -> Path:
    """Write the page, and the numbers behind it, into a new folder of the results, and the page into `docs` as well."""
    command = ["koc", *sys.argv[1:]]
    shown = re.sub(r"--(docs|output|file)[ =]\S+", r"--\1 PATH", shlex.join(command))  # folders are anybody's own
    text = words.page(file, found, lacking, f"Made by `{shown}`, of the model `{model_hash()[:12]}`.")
    counts = {"made": came.made, "from_store": len(came.outcomes) - came.made, "failed": len(came.failures)}
    with partial_folder(output / NAME) as partial:
        (partial / words.PAGE).write_text(text, "utf-8")
        words.table(found).to_csv(partial / "claims.csv", index=False)
        manifest = making(command, came.started, counts, [], None) | provenance()
        write_manifest(partial, manifest | {"failures": [each._asdict() for each in came.failures.values()]})
        if docs is not None:
            (docs / words.PAGE).write_text(text, "utf-8")
        return published(partial)
