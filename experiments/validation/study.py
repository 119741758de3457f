"""What a validation study is: a question put to the model, and checks of the answer against what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.report.style import Drawing


class Check(NamedTuple):
    """One line of the table of validation.

    Attributes
    ----------
    name : str
        What is compared, in a phrase.
    expected : str
        What it should be, as the source says it: a number, a range, or an order.
    found, low, high : float
        What the model gave, with its 95 % interval; all three are equal where there is no uncertainty.
    passed : bool
        By a rule that could have failed: the interval covers the number, lies in the range, or keeps to one side.
    source : str
        Paper and equation, closed form, or other implementation that says so.
    note : str
        Why it fails; or what passing does not show.
    """

    name: str
    expected: str
    found: float
    low: float
    high: float
    passed: bool
    source: str
    note: str = ""


class Answer(NamedTuple):
    """What a study found.

    Attributes
    ----------
    checks : list of Check
    draw : callable
        Makes the figure, with the numbers behind it; called in the house style.
    sentences : list of str
        The finding in words, computed; the main one first.
    table : DataFrame or None
        What is best looked up, in words; shown on the page below the checks.
    also : mapping of str to callable
        Further figures, by what follows the study's name in those of their files.
    """

    checks: list[Check]
    draw: Callable[[], Drawing]
    sentences: list[str]
    table: pd.DataFrame | None = None
    also: Mapping[str, Callable[[], Drawing]] = {}


class Request(NamedTuple):
    """What a user asks of a study.

    Attributes
    ----------
    options : mapping of str to float
        Every option of the study, as the user set it or by default.
    data : Path or None
        Folder of published data, for the studies that need some.
    """

    options: Mapping[str, float]
    data: Path | None = None


@dataclass(frozen=True)
class Option:
    """A number of a study that its user may change."""

    default: float
    about: str
    least: float
    most: float


@dataclass(frozen=True)
class Study:
    """A validation study, as `koc validate` runs it and `koc replicate` shows it to a student.

    Attributes
    ----------
    title
        What it is about, in a phrase.
    source
        Full reference of what is replicated.
    question
        What it asks, in a sentence or two that a student understands.
    change
        One thing to change: arguments for `koc replicate`, and what to look at.
    self_check
        A question to answer after the change, with the answer.
    run
        Makes the runs and returns checks, figure and words.
    options
        By name.
    data
        Folder below the data folder without which it cannot run; empty if it needs none.
    extra
        Packages without which it cannot run, as Python imports them, separated by blanks; empty if it needs none.
    """

    title: str
    source: str
    question: str
    change: str
    self_check: str
    run: Callable[[Request], Answer]
    options: Mapping[str, Option] = field(default_factory=dict)
    data: str = ""
    extra: str = ""
