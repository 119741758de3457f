"""Sentences of the verdict, in the language spoken."""

from __future__ import annotations

from functools import partial

from experiments.drawing.pages import sentence

say = partial(sentence, "verdict")
