"""A calibration in words, by a template; every figure is of the file that `koc calibrate` wrote."""

from __future__ import annotations

from functools import partial
from typing import Any

from experiments.drawing.pages import passage, sentence

FAR = 1.96  # standard deviations beyond which a target is missed
PINNED, LOOSE = 0.3, 0.1  # shrinkage from which a parameter is pinned down; below which it is not
RELIEF = 0.25  # standard deviations that another target comes closer, from which two are said to conflict
WORDS = "calibration"
say = partial(sentence, WORDS)


def of(found: dict[str, Any]) -> list[str]:
    """All of it, as Markdown tables and sentences."""
    return passage(WORDS, "all", found, PINNED, LOOSE, FAR, RELIEF)


def identified(found: dict[str, Any]) -> list[str]:
    """Which parameters the targets pin down, and which they do not."""
    return passage(WORDS, "identified", found, PINNED, LOOSE)


def conflicts(found: dict[str, Any]) -> list[str]:
    """Which targets the model misses, and which pull against each other."""
    return passage(WORDS, "conflicts", found, FAR, RELIEF)


def any_held_out(found: dict[str, Any]) -> bool:
    """Whether the posterior without some target was sampled."""
    return any("left_out" in target for target in found["targets"].values())
