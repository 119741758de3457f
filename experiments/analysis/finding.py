"""What an analysis leaves: words in every language, a table and a figure, and a page of all that was found."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from experiments.drawing.fonts import drawable, note
from experiments.drawing.pages import aligned, filled, picture, tight
from experiments.drawing.pages import lines as lines_of
from experiments.drawing.style import Drawing, house_style, save, words_of
from experiments.measures.outcomes import capital
from experiments.runs.working_folder import destination
from experiments.settings.language import Language, said, speaking, spoken
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
SHOWN = ("kind", "title", "command", "language", "words")  # of a finding, on the page


class Finding(NamedTuple):
    """An analysis in words of the language spoken."""

    kind: str  # one of `KINDS`
    about: Sequence[str]  # what tells it from others of its kind, for the names of its files
    sentences: list[str]  # the finding first
    # a table for people
    columns: list[str]
    rows: list[list[str]]
    notes: list[str]  # how it was done, and how to read it


def file_name(kind: str, about: Sequence[str]) -> str:
    """Of a finding's files: letters of any script, figures and signs that every disk takes, not too long for it."""
    name = re.sub(r"[^\w.-]+", "-", "-".join([kind, *about]))
    if len(name.encode()) <= LONGEST_NAME:
        return name
    kept = name.encode()[: LONGEST_NAME - 13].decode(errors="ignore")
    return f"{kept}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def publish(folder: Path, tell: Callable[[], Finding], draw: Callable[[], Drawing], command: str) -> list[str]:
    """Write a finding into the folder of an experiment, and the page of all findings anew.

    Parameters
    ----------
    folder
        Of the experiment.
    tell
        Puts the finding into words of the language spoken; it replaces an earlier one of the same name.
    draw
        Makes its figure; called in the house style, in English where no installed font has the characters.
    command
        What the user typed.

    Returns
    -------
    list of str
        Lines for the terminal, in the language spoken.

    Raises
    ------
    UserError
        If the folder cannot be written to.
    """
    place = folder / FOLDER
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"{folder}: cannot write the figures there")
    place.mkdir(exist_ok=True)
    finding = tell()
    name = file_name(finding.kind, finding.about)
    drawn_in, lacking = drawable(spoken())
    with house_style(), speaking(drawn_in):
        drawing = draw()
        save(drawing, place, name)
    words = {}
    for language in Language:
        with speaking(language):
            words[language.value] = _on_page(tell(), drawing.captions[language])
    content = {"kind": finding.kind, "title": drawing.title, "command": command, "language": drawn_in, "words": words}
    (place / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    add(folder, [path.relative_to(folder).as_posix() for path in sorted(place.glob(f"{name}.*"))])
    (folder / PAGE).write_text(_page(Folder(folder)), "utf-8")
    add(folder, [PAGE])
    notes = filter(None, (note(words_of(drawing.figure)), lacking))
    left = (f"{said('figure')}{said(': ')}{place / name}.png", f"{said('page')}{said(': ')}{folder / PAGE}")
    return [*text(finding), *notes, *left]


def text(finding: Finding) -> list[str]:
    """A finding as lines of a terminal: words, table, notes."""
    lines = [line for sentence in finding.sentences for line in lines_of(sentence)]
    lines += ["", *aligned([finding.columns, *finding.rows]), ""] if finding.rows else [""]
    return lines + [line for note in finding.notes for line in lines_of(note, "  - ")]


def _on_page(finding: Finding, caption: str) -> dict[str, Any]:
    return {
        "sentences": [capital(tight(sentence)) for sentence in finding.sentences],
        "columns": [tight(name) for name in finding.columns],
        "rows": [[tight(cell) for cell in row] for row in finding.rows],
        "notes": [tight(note) for note in finding.notes if note != caption],
        "caption": tight(caption),
    }


def _page(left: Folder) -> str:
    """The page in every language, the one spoken first."""
    found = [_shown(left, file) for file in left.named(f"{FOLDER}/*.json")]
    sections = [(heading, [f for f in found if f["kind"] == kind]) for kind, heading in KINDS.items()]
    name = destination(left.path.resolve()).parent.name
    return filled(
        "analysis.html.j2", name=name.replace("_", " "), sections=[s for s in sections if s[1]], folder=FOLDER,
        languages=[spoken(), *(other for other in Language if other is not spoken())],
    )  # fmt: skip


def _shown(left: Folder, file: str) -> dict[str, Any]:
    content = left.mapping(file)
    if missing := [key for key in SHOWN if key not in content]:
        raise UserError(f"{left.path / file}: no {missing[0]} in it; expected the file that koc wrote, or none")
    source = picture(left.bytes(f"{file.removesuffix('.json')}.svg"))
    typed = re.sub(r" --lang[ =]\w+", "", str(content["command"]))
    commands = {language: f"{typed} --lang {language}" for language in Language}
    return content | {"name": PurePath(file).stem, "source": source, "commands": commands}
