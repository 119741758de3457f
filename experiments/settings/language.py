"""The language that a verdict is told in: English, as the code has it, or one that has a dictionary in `templates`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


class Language(StrEnum):
    """Languages that verdict and page are told in."""

    en = "en"
    zh = "zh"

    @property
    def own_name(self) -> str:
        """What its speakers call it."""
        return {"en": "English", "zh": "中文"}[self]


_spoken: ContextVar[Language] = ContextVar("language", default=Language.en)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Context in which texts, labels and numbers are of a language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> Language:
    """The language of this context."""
    return _spoken.get()


def language_option() -> list[str]:
    """What a command of the user takes to speak the language of this context."""
    return [] if spoken() is Language.en else ["--lang", str(spoken())]


def in_each(tell: Callable[..., str], *values: Any) -> dict[str, str]:
    """What a function tells in the language of the context, in every language."""
    found = {}
    for language in Language:
        with speaking(language):
            found[language.value] = tell(*values)
    return found


def said(text: str) -> str:
    """A text of the code in the language of this context; what the dictionary lacks, as a user's label, as it is."""
    return dictionary(spoken()).get(text, text)


@cache
def dictionary(language: Language) -> dict[str, str]:
    """What English texts are in another language."""
    if language is Language.en:
        return {}
    content: dict[str, str] = yaml.safe_load((TEMPLATES / f"{language}.yaml").read_text("utf-8"))
    return content
