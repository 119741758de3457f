"""The table of validation as a page of text with figures: for a folder of results, or for the documentation."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.drawing.pages import filled, table
from experiments.measures.checks import Check
from experiments.studies.catalogue import SECTIONS, study
from experiments.studies.conduct import Done, estimate
from experiments.studies.words import SHARED, front_of, told

PAGE = "validation.md"
REPLICATIONS = "replications"


def text(done: Sequence[Done], figures: str = ".", documentation: Path | None = None) -> str:
    """The page.

    Parameters
    ----------
    done
        Studies that were carried out, or lacked something.
    figures
        Folder of the figures, as seen from the page.
    documentation
        Folder of the page, if it is part of the documentation: replications that lie there are linked.
    """
    by_name = {one.name: one for one in done}
    sections = [(heading, [by_name[name] for name in names if name in by_name]) for heading, names in SECTIONS.items()]
    paths = {name: f"{REPLICATIONS}/{name}.md" for name in by_name}
    there = {name: path for name, path in paths.items() if documentation and (documentation / path).is_file()}
    return _filled(done=done, sections=sections, count=count(done), figures=figures, elsewhere=there)


def write(done: Sequence[Done], made: Path, documentation: Path | None = None) -> None:
    """Write the page beside the figures, and into the documentation where that is asked for."""
    (made / PAGE).write_text(text(done), "utf-8")
    if documentation is not None:
        place = documentation / "figures" / "validation"
        place.mkdir(parents=True, exist_ok=True)
        for figure in (figure for one in done for figure in one.figures):
            shutil.copy(made / f"{figure.name}.png", place / f"{figure.name}.png")
        (documentation / PAGE).write_text(text(done, "figures/validation", documentation), "utf-8")


def write_replication(one: Done, manifest: Mapping[str, Any], made: Path, documentation: Path | None = None) -> None:
    """Write the page of one study with the options that it was given.

    Parameters
    ----------
    one
        The study.
    manifest
        By which command and which model it was made.
    made
        Folder of the results, in which the figures are.
    documentation
        Folder of the pages of the documentation; its folder ``replications/`` gets page, figures and numbers.
    """
    page = made / f"{one.name}.md"
    command = re.sub(r"--(data|docs|output)[ =]\S+", r"--\1 DIR", manifest["command"])  # folders are anybody's own
    made_by = f"Made by `{command}`, of the model `{manifest['model']['hash'][:12]}`, in {one.seconds:,.0f} s."
    page.write_text(_filled(alone=one, told=told(SHARED, made_by), figures="."), "utf-8")
    if documentation is not None:
        place = documentation / REPLICATIONS
        place.mkdir(parents=True, exist_ok=True)
        files = [f"{figure.name}.{ending}" for figure in one.figures for ending in ("png", "csv")]
        for name in (page.name, *files):
            shutil.copy(made / name, place / name)


def count(done: Sequence[Done]) -> str:
    """How many checks there are, and how they came out, in a sentence."""
    verdicts = [check.verdict for one in done for check in one.checks]
    lacking = [one.name for one in done if one.missing]
    said = f"{len(verdicts)} checks in {len(done) - len(lacking)} studies: {verdicts.count('pass')} pass, "
    said += f"{verdicts.count('fail')} fail"
    if unclear := verdicts.count("inconclusive"):
        said += f", {unclear} inconclusive"
    return said + "." + (f" Not carried out: {', '.join(lacking)}." if lacking else "")


def _filled(alone: Done | None = None, **values: Any) -> str:
    return filled(
        "validation.md.j2", alone=alone, about_of=lambda name: front_of(name, study(name).STUDY), checks_of=_checks,
        shared=partial(told, SHARED),
        rows_of=lambda rows: table([[*rows.columns], *rows.astype(str).to_numpy().tolist()]), **values,
    )  # fmt: skip


def _checks(checks: Sequence[Check]) -> str:
    """The table of checks; with a column for what was changed where there are such checks."""
    tell = partial(told, SHARED)
    changed = any(check.changed for check in checks)
    rows = [[*[tell("Changed")] * changed, *map(tell, ("Check", "Expected", "Found")), "", ""]]
    for check in checks:
        said = check.name + (f"<br>{check.source}" if check.source else "")
        said += f"<br>*{check.note}*" if check.note else ""
        verdict = tell(check.verdict) if check.passed else f"**{tell(check.verdict)}**"
        rows.append([*[check.changed] * changed, said, check.expected, estimate(check), verdict, tell(check.kind)])
    return table(rows)
