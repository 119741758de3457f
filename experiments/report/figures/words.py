"""What stands in figures for print and beside them: sentences of a template, in the language spoken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from experiments.drawing.pages import sentence
from experiments.drawing.style import Drawing
from experiments.settings.language import Language, speaking

say = partial(sentence, "figures")


def drawing(figure: Figure, title: str, caption: Callable[[], str], data: pd.DataFrame) -> Drawing:
    """A figure with its title in the language spoken, and its caption in that and all others."""
    captions = {}
    for each in Language:
        with speaking(each):
            captions[each.value] = caption()
    return Drawing(figure, title, caption(), data, captions)
