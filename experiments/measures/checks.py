"""Checks: what was found, with its interval, beside what should be. One judge for studies and for claims.

A check passes where its whole interval is as it should be, fails where none of it is, and is inconclusive in between.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from experiments.settings.language import said

Verdict = Literal["pass", "fail", "inconclusive"]
Kind = Literal["must", "finding"]
Found = float | Sequence[float] | NDArray[np.float64]
"""A number without uncertainty; or value, low and high end of its 95 % interval first, as `Estimate` has them."""


def joined(text: str) -> str:
    """A text in one line, with single blanks."""
    return " ".join(text.split())


class Check(NamedTuple):
    """One line of the table of validation."""

    name: str  # what is compared, in a phrase
    expected: str  # what it should be, as the source says it: a number, a range, or a side
    # what the model gave, with its 95 % interval; all three are equal where there is no uncertainty
    found: float
    low: float
    high: float
    # by a rule that could have failed; inconclusive where the interval holds both what should and what should not be
    verdict: Verdict
    source: str = ""  # paper and equation, closed form, or other implementation that says what should be
    note: str = ""  # why it does not pass; or what passing does not show
    # "must" where the model is wrong if it fails, "finding" where the world or a paper may be otherwise
    kind: Kind = "must"
    changed: str = ""  # what was changed, where the check is of an effect

    @property
    def passed(self) -> bool:
        """Whether it is as expected."""
        return self.verdict == "pass"

    @property
    def title(self) -> str:
        """What was changed, and what is compared."""
        return f"{self.changed}{said(': ')}{self.name}" if self.changed else self.name


class Words(TypedDict, total=False):
    """What is said of a check; ``otherwise`` only where it fails."""

    expected: str
    source: str
    note: str
    otherwise: str
    kind: Kind
    changed: str


def covers(name: str, known: float, found: Found, /, **words: Unpack[Words]) -> Check:
    """The interval covers a number; inconclusive if it has no ends."""
    _, low, high = ends(found)
    bounded = math.isfinite(low) and math.isfinite(high)
    return _check(name, f"{known:.4g}", found, _verdict(bounded and low <= known <= high, not bounded), words)


def above(name: str, bound: float, found: Found, /, **words: Unpack[Words]) -> Check:
    """All of the interval lies above a bound; fails if none of it does."""
    _, low, high = ends(found)
    return _check(name, f"above {bound:.4g}", found, _verdict(low > bound, not high <= bound), words)


def below(name: str, bound: float, found: Found, /, **words: Unpack[Words]) -> Check:
    """All of the interval lies below a bound; fails if none of it does."""
    _, low, high = ends(found)
    return _check(name, f"below {bound:.4g}", found, _verdict(high < bound, not low >= bound), words)


def within(name: str, least: float, most: float, found: Found, /, **words: Unpack[Words]) -> Check:
    """All of the interval lies in a range, ends included; fails if none of it does."""
    _, low, high = ends(found)
    apart = high < least or low > most
    return _check(name, f"{least:.4g} to {most:.4g}", found, _verdict(least <= low and high <= most, not apart), words)


def holds(name: str, expected: str, found: Found, true: bool, /, **words: Unpack[Words]) -> Check:
    """A rule that is not one of an interval."""
    return _check(name, expected, found, _verdict(bool(true), False), words)


def ends(found: Found) -> tuple[float, float, float]:
    """Value, low and high end."""
    value, low, high = (float(x) for x in (found[:3] if isinstance(found, Sequence | np.ndarray) else [found] * 3))
    return value, low, high


def interval(found: Found, form: str = ".2f") -> str:
    """Value and interval in words."""
    value, low, high = (format(one, form) for one in ends(found))
    return f"{value} ({low} to {high})"


def _verdict(true: bool, open_: bool) -> Verdict:
    return "pass" if true else "inconclusive" if open_ else "fail"


def _check(name: str, expected: str, found: Found, verdict: Verdict, words: Words) -> Check:
    notes = [words.get("note", ""), words.get("otherwise", "") if verdict == "fail" else ""]
    return Check(
        joined(name), joined(words.get("expected", expected)), *ends(found), verdict, joined(words.get("source", "")),
        joined(" ".join(notes)), words.get("kind", "must"), words.get("changed", ""),
    )  # fmt: skip
