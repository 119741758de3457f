"""What a lab says, in the language of this context.

A lab is written in English alone. In another language it has a list, ``templates/labs/NAME.LANGUAGE.yaml``: its texts
by the English ones, with ``{}`` for whatever is computed; `all` has those that labs share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from typing import NamedTuple

import pandas as pd
import yaml
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.drawing.style import Drawing, entitle, wrapped
from experiments.measures.checks import Check, joined
from experiments.settings.language import TEMPLATES, Language, dictionary, spoken
from experiments.studies.study import Study

LISTS = TEMPLATES / "labs"
SHARED = "all"
GAP = "{}"
SEPARATORS = {"; ": "；", ", ": "、"}  # of enumerations


class Phrase(NamedTuple):
    """A text with gaps: what it matches in English, gaps short or long, and the text in the other language."""

    forms: tuple[re.Pattern[str], ...]
    other: str

    @classmethod
    def of(cls, text: str, other: str) -> Phrase:
        """A phrase of a list."""
        pattern = re.escape(text)
        return cls(tuple(re.compile(pattern.replace(re.escape(GAP), gap)) for gap in ("(.*?)", "(.*)")), other)


class Phrases(NamedTuple):
    """What a lab says: texts as they stand, and those with gaps, the most specific first."""

    whole: dict[str, str]
    gapped: list[Phrase]


def told(lab: str, text: str) -> str:
    """A text of a lab in the language of this context; one that no list has stays as it is."""
    if spoken() is Language.en:
        return text
    return _found(spoken(), lab, joined(text)) or text


def texts_of(lab: str, language: Language) -> dict[str, str]:
    """The list of a lab in a language, by the English texts; empty for a lab without one."""
    file = LISTS / f"{lab}.{language}.yaml"
    return yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}


@cache
def _phrases(language: Language, lab: str) -> Phrases:
    listed = texts_of(SHARED, language) | texts_of(lab, language)
    whole = dictionary(language) | {text: other for text, other in listed.items() if GAP not in text}
    gapped = sorted((text for text in listed if GAP in text), key=lambda text: -len(text.replace(GAP, "")))
    return Phrases(whole, [Phrase.of(text, listed[text]) for text in gapped])


@cache
def _found(language: Language, lab: str, text: str) -> str | None:
    """What a text is in a language, its gaps included; None if it is in no list."""
    if not re.search("[A-Za-z]", text):
        return text
    whole, gapped = _phrases(language, lab)
    if text in whole:
        return whole[text]
    for place in (match.end() for match in re.finditer(r"\. ", text)):  # several sentences
        parts = [_found(language, lab, part) for part in (text[: place - 1], text[place:])]
        if None not in parts:
            return "".join(part for part in parts if part)
    for form, other in ((form, other) for forms, other in gapped for form in forms):
        if match := form.fullmatch(text):
            parts = [_in_gap(language, lab, part) for part in match.groups()]
            if None not in parts:
                return other.format(*parts)
    for separator, mark in SEPARATORS.items():
        parts = [_found(language, lab, part) for part in text.split(separator)] if separator in text else [None]
        if None not in parts:
            return mark.join(part for part in parts if part)
    if not text.endswith("."):  # the title of a figure is a sentence without its full stop
        sentence = _found(language, lab, f"{text}.")
        return sentence and sentence.rstrip("。.")
    return None


def _in_gap(language: Language, lab: str, text: str) -> str | None:
    found = _found(language, lab, text)
    return text if found is None and _is_name(text) else found


def _is_name(text: str) -> bool:
    """Whether no word of a text is written small: it stays as it is."""
    return not any(re.fullmatch("[a-z]{2,}['.,;:]*", word) for word in text.replace("et al.", "").split())


def front_of(lab: str, one: Study) -> Study:
    """Front matter; the reference stays that of the paper."""
    texts = {name: told(lab, getattr(one, name)) for name in ("title", "question", "change", "self_check")}
    return one.model_copy(update=texts)


def check_of(lab: str, one: Check) -> Check:
    """A check."""
    tell = partial(told, lab)
    return one._replace(
        name=tell(one.name), expected=tell(one.expected), source=tell(one.source), note=tell(one.note),
        changed=tell(one.changed),
    )  # fmt: skip


def sentences_of(lab: str, sentences: Iterable[str]) -> list[str]:
    """Sentences of a finding."""
    return [told(lab, sentence) for sentence in sentences]


def table_of(lab: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table to look things up in: its headings and its words."""
    tell = partial(told, lab)
    cells = table.map(lambda cell: tell(cell) if isinstance(cell, str) else cell)
    return cells.rename(columns=lambda name: tell(name) if isinstance(name, str) else name)


def drawing_of(lab: str, one: Drawing, drawable: bool) -> Drawing:
    """A figure with title and caption; what stands in it, too, if there are fonts for that. The numbers stay."""
    title = told(lab, one.title)
    if drawable:
        _retell(lab, one.figure)
        entitle(one.figure, title)
    return one._replace(title=title, caption=told(lab, one.caption))


def _retell(lab: str, figure: Figure) -> None:
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        _retell_ticks(lab, axis)
    for text in (text for text in figure.findobj(Text) if isinstance(text, Text)):
        text.set_text(_in_place(lab, text.get_text()))


def _retell_ticks(lab: str, axis: Axis) -> None:
    written = [label.get_text() for label in axis.get_ticklabels()]
    other = [_in_place(lab, text) for text in written]
    if other != written:
        axis.set_ticks(axis.get_ticklocs(), other)


def _in_place(lab: str, text: str) -> str:
    """A text of a figure, broken into lines as wide as it had; what is put together of lines, line by line."""
    lines = text.splitlines()
    if len(lines) > 1 and (whole := told(lab, text)) != text:
        return wrapped(whole, max(map(len, lines)))
    return "\n".join(told(lab, line) for line in lines)
