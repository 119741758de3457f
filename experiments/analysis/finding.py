"""What an analysis leaves: words, a table and a figure in the folder of its experiment, and a page of all of them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from experiments.drawing.fonts import note
from experiments.drawing.pages import aligned, filled, picture
from experiments.drawing.pages import lines as lines_of
from experiments.drawing.style import Drawing, house_style, save, words_of
from experiments.measures.outcomes import capital
from experiments.runs.working_folder import destination
from experiments.table.checksums import add
from experiments.table.reading import Folder
from sim.errors import UserError

FOLDER = "analysis"
PAGE = "analysis.html"
KINDS = {
    "plot": "Curves",
    "compare": "Comparisons",
    "tornado": "One assumption at a time",
    "morris": "Screening",
    "sobol": "Shares of the variance",
    "flipmap": "Where the winner changes",
    "scenarios": "Under what conditions",
}
"""Kinds of analyses in the order of the page, with their headings."""

LONGEST_NAME = 180  # bytes, of a file without its ending
SHOWN = ("kind", "sentences", "columns", "rows", "notes", "title", "caption", "command")  # of a finding, on the page


class Finding(NamedTuple):
    """An analysis in words."""

    kind: str  # one of `KINDS`
    about: Sequence[str]  # what tells it from others of its kind, for the names of its files
    sentences: list[str]  # the finding first
    # a table for people
    columns: list[str]
    rows: list[list[str]]
    notes: list[str]  # how it was done, and how to read it

    @property
    def name(self) -> str:
        """Of its files: letters of any script, figures and signs that every disk takes, and not too long for it."""
        name = re.sub(r"[^\w.-]+", "-", "-".join([self.kind, *self.about]))
        if len(name.encode()) <= LONGEST_NAME:
            return name
        kept = name.encode()[: LONGEST_NAME - 13].decode(errors="ignore")
        return f"{kept}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def publish(folder: Path, finding: Finding, draw: Callable[[], Drawing], command: str) -> list[str]:
    """Write a finding into the folder of an experiment, and the page of all findings anew.

    Parameters
    ----------
    folder
        Of the experiment.
    finding
        Replaces an earlier one of the same name.
    draw
        Makes its figure; called in the house style.
    command
        What the user typed.

    Returns
    -------
    list of str
        Lines for the terminal.

    Raises
    ------
    UserError
        If the folder cannot be written to.
    """
    place = folder / FOLDER
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"{folder}: cannot write the figures there")
    place.mkdir(exist_ok=True)
    with house_style():
        drawing = draw()
        save(drawing, place, finding.name)
    content = finding._asdict() | {"title": drawing.title, "caption": drawing.caption, "command": command}
    (place / f"{finding.name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    add(folder, [path.relative_to(folder).as_posix() for path in sorted(place.glob(f"{finding.name}.*"))])
    (folder / PAGE).write_text(_page(Folder(folder)), "utf-8")
    add(folder, [PAGE])
    boxes = [said] if (said := note(words_of(drawing.figure))) else []
    return [*text(finding), *boxes, f"figure: {place / finding.name}.png", f"page: {folder / PAGE}"]


def text(finding: Finding) -> list[str]:
    """A finding as lines of a terminal: words, table, notes."""
    lines = [line for sentence in finding.sentences for line in lines_of(sentence)]
    lines += ["", *aligned([finding.columns, *finding.rows]), ""] if finding.rows else [""]
    return lines + [line for note in finding.notes for line in lines_of(note, "  - ")]


def _page(left: Folder) -> str:
    found = [_shown(left, file) for file in left.named(f"{FOLDER}/*.json")]
    sections = [(heading, [f for f in found if f["kind"] == kind]) for kind, heading in KINDS.items()]
    name = destination(left.path.resolve()).parent.name
    return filled(
        "analysis.html.j2", name=capital(name.replace("_", " ")), sections=[s for s in sections if s[1]], folder=FOLDER
    )


def _shown(left: Folder, file: str) -> dict[str, Any]:
    content = left.mapping(file)
    if missing := [key for key in SHOWN if key not in content]:
        raise UserError(f"{left.path / file}: no {missing[0]} in it; expected the file that koc wrote")
    source = picture(left.bytes(f"{file.removesuffix('.json')}.svg"))
    return content | {"name": PurePath(file).stem, "source": source}
