"""The table of validation as a page of text with figures: for a folder of results, or for the documentation."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.drawing.pages import table
from experiments.measures.outcomes import capital
from experiments.studies.catalogue import SECTIONS, study
from experiments.studies.conduct import Done, estimate
from experiments.studies.study import Check

PAGE = "validation.md"
REPLICATIONS = "replications"
INTRODUCTION = """\
# Is it right?

What the model gives, against what others found with other tools, what follows on paper, and what was measured in the
world. `koc validate` carries all of it out, and writes this page with its figures; `koc replicate NAME` shows one study
and takes its options, and with `--docs docs` leaves that in `docs/replications`. Each can be worked through as a lab: a
question, a figure, one thing to change, and a question to check oneself. A check that fails stays in the table, with
the reason. It is inconclusive where the interval holds both what should be and what should not. A model that fails a
"must" is wrong; a "finding" may be otherwise in the world or in a paper.
"""
DATA = """\
## Data

Some studies read published data that this project does not ship; `--data FOLDER` names the folder in which they lie,
each in a folder of its own. [Graphs](graphs.md) tells where graphs are published, [real networks](real_networks.md)
where the rest is.
"""


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
    sections = {heading: [by_name[name] for name in names if name in by_name] for heading, names in SECTIONS.items()}
    parts = [INTRODUCTION, *_summary(done)]
    for heading, studies in sections.items():
        if studies:
            parts.append(f"## {heading}")
            for one in studies:
                parts += [_study(one, figures), *_elsewhere(one, documentation)]
    return "\n\n".join(part.strip() for part in [*parts, DATA]) + "\n"


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
    told = f"Made by `{command}`, of the model `{manifest['model']['hash'][:12]}`, in {one.seconds:,.0f} s."
    page.write_text("\n\n".join([_study(one, ".").replace("###", "#", 1), told]) + "\n", "utf-8")
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


def _summary(done: Sequence[Done]) -> list[str]:
    failing = [(one, check) for one in done for check in one.failed]
    lines = [count(done)]
    if failing:
        listed = (f"- `{one.name}`: {check.title}. {capital(check.note)}" for one, check in failing)
        lines.append("What fails:\n\n" + "\n".join(listed))
    return lines


def _elsewhere(one: Done, documentation: Path | None) -> list[str]:
    """Where the same study stands with other options."""
    path = f"{REPLICATIONS}/{one.name}.md"
    there = documentation is not None and (documentation / path).is_file()
    return [f"**With other options:** [{path}]({path})."] if there else []


def _study(one: Done, figures: str) -> str:
    about = study(one.name).STUDY
    parts = [f"### {about.title}", f"`koc replicate {one.name}` · {about.source}", about.question]
    if one.missing:
        return "\n\n".join([*parts, f"Not carried out: {one.missing}."])
    if one.broken:
        return "\n\n".join([*parts, "Broke: the traceback is in `manifest.json`."])
    parts += [" ".join(capital(sentence) for sentence in one.sentences), _checks(one.checks)]
    parts += [] if one.table is None else [table([[*one.table.columns], *one.table.astype(str).to_numpy().tolist()])]
    for figure in one.figures:
        parts += [f"![{figure.title}]({figures}/{figure.name}.png)", figure.caption]
    words, _, look = about.change.partition(":")
    parts += [f"**Change one thing.** `koc replicate {one.name} {words}`:{look}"]
    return "\n\n".join([*parts, f"**Check yourself.** {about.self_check}"])


def _checks(checks: Sequence[Check]) -> str:
    """The table of checks; with a column for what was changed where there are such checks."""
    changed = any(check.changed for check in checks)
    rows = [[*["Changed"] * changed, "Check", "Expected", "Found", "", ""]]
    for check in checks:
        said = check.name + (f"<br>{check.source}" if check.source else "")
        said += f"<br>*{check.note}*" if check.note else ""
        verdict = check.verdict if check.passed else f"**{check.verdict}**"
        rows.append([*[check.changed] * changed, said, check.expected, estimate(check), verdict, check.kind])
    return table(rows)
