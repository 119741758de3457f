"""What stands in figures for print and beside them: sentences of a template, in the language spoken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing.fonts import PREFERRED, note
from experiments.drawing.pages import sentence
from experiments.drawing.style import Drawing
from experiments.settings.language import TEMPLATES, Language, dictionary, speaking

say = partial(sentence, "figures")


def drawing(figure: Figure, title: str, caption: Callable[[], str], data: pd.DataFrame) -> Drawing:
    """A figure with its title in the language spoken, and its caption in that and all others."""
    captions = {}
    for each in Language:
        with speaking(each):
            captions[each.value] = caption()
    return Drawing(figure, title, caption(), data, captions)


def drawable(language: Language) -> tuple[Language, str]:
    """The language that figures can be drawn in, and a line on the font that is missing where it is another."""
    texts = [*dictionary(language).values(), (TEMPLATES / f"figures.{language}.j2").read_text("utf-8")]
    if not note(texts):
        return language, ""
    with speaking(language):
        return Language.en, say("no_font", PREFERRED[0]) + "\n"
