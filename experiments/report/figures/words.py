"""What stands in figures for print and beside them: sentences of a template, in the language spoken."""

from __future__ import annotations

from functools import partial

from experiments.drawing.pages import sentence

say = partial(sentence, "figures")
