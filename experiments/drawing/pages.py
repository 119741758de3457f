"""Pages and texts for people, of the templates in `experiments/templates`: another language is another template."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.measures.outcomes import capital
from experiments.settings.language import Language, said, speaking, spoken

COLUMNS = 100
_WIDE = "[\u2e80-\u9fff\uff00-\uffef]"
_PIECE = re.compile(rf"(?:[（“]*{_WIDE}|[^ \n\t\u2e80-\u9fff\uff00-\uffef]+)[，。；：！？、）”]*[ \n\t]*|[ \n\t]+")
_SPACE = "\N{NO-BREAK SPACE}"
_CHINESE = (
    (" %", "%"), (" /", "/"), (r" ?\(", "（"), (r"\)", "）"),
    ("(?<=[\u2e80-\u9fff\uff00-\uffef]) +(?=[\u2e80-\u9fff\uff00-\uffef])", ""),
    ("(?<=[0-9A-Za-z%])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[-+−0-9A-Za-z])", " "),
    ("(?<=[\uff00-\uffef\u3001\u3002]) +| +(?=[\uff00-\uffef\u3001\u3002])", ""),
)  # fmt: skip


def filled(template: str, **values: Any) -> str:
    """A template of a page or a text, filled in.

    Parameters
    ----------
    template
        Name of its file; what ends with ``.html.j2`` is escaped.
    **values
        All that it names.
    """
    return _environment().get_template(template).render(**values)


def lines(text: str, bullet: str = "") -> list[str]:
    """A sentence as lines of a terminal, never broken before a sign of per cent."""
    text = capital(tight(text))
    found = wrapped(text, COLUMNS - len(bullet))
    return [f"{' ' * len(bullet) if place else bullet}{line}".replace(_SPACE, " ") for place, line in enumerate(found)]


def wrapped(text: str, width: int) -> list[str]:
    """Text as lines of at most `width` columns: broken at blanks, and after Chinese characters, which take two each."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        while cell_len(piece.rstrip()) > width:  # a word that is longer than a line
            lines.append(piece[:width])
            piece = piece[width:]
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells, the first of headings, as lines with columns: numbers to the right, words to the left."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    right = [all(re.match(r"[-+−<]?\s?\d|$", cell) for cell in column[1:]) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = zip(row, widths, right, strict=True)
        padded = ((cell, " " * (width - cell_len(cell)), numeric) for cell, width, numeric in cells)
        lines.append("  ".join(f"{gap}{cell}" if numeric else f"{cell}{gap}" for cell, gap, numeric in padded).rstrip())
    return lines


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells, the first of headings, as a table in Markdown."""
    head, *rest = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in (head, *rest)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def printed(columns: Iterable[tuple[str, int | None]], rows: Iterable[Sequence[str | Text]], width: int) -> None:
    """Print a table; where there is no terminal, so wide.

    Parameters
    ----------
    columns
        Heading and share of the width of each; without a share it is as wide as its cells.
    rows
        Cells.
    width
        In characters.
    """
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading, share in columns:
        shown.add_column(heading, ratio=share, no_wrap=share is None)
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else width).print(shown)


def tight(text: str) -> str:
    """Text in which a number and its sign of per cent stay together; in Chinese with its spaces and brackets."""
    if spoken() is Language.zh:
        for pattern, other in _CHINESE:
            text = re.sub(pattern, other, text)
        return text
    return text.replace(" %", f"{_SPACE}%")


def in_language(language: Language, text: str) -> str:
    """A text of the code in a language, whichever is spoken."""
    with speaking(language):
        return tight(said(text))


def picture(svg: bytes) -> str:
    """A drawing as the address of an image that stands in the page itself."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("experiments"), autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"tight": tight, "capital": capital}
    made.globals |= {"_": said, "in_language": in_language}
    return made


def sentence(texts: str, name: str, *values: Any) -> str:
    """A sentence in the language spoken, of a template whose macros bear the names; empty if the macro says nothing."""
    found = re.sub(r"[ \n]+", " ", _macro(texts, name)(*values)).strip()
    return found if spoken() is Language.en else tight(found)


def passage(texts: str, name: str, *values: Any) -> list[str]:
    """The lines of a macro of such a template, as they stand there."""
    return str(_macro(texts, name)(*values)).strip().splitlines()


def _macro(texts: str, name: str) -> Any:
    return getattr(_environment().get_template(f"{texts}.{spoken()}.j2").module, name)
