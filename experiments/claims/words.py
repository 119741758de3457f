"""Verdicts on claims in words: lines for the terminal, and a page for the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.claims.judge import Found, Judged, Moved, Verdict
from experiments.claims.plan import HOME
from experiments.claims.rows import Claim, Claims
from experiments.drawing.pages import filled
from experiments.drawing.pages import table as markdown
from experiments.measures.outcomes import number, percent
from experiments.settings.mistakes import shown

PAGE = "claims.md"


def table(judged: Sequence[Judged]) -> pd.DataFrame:
    """Every expectation of every claim at every point, a row each."""
    rows = [
        {
            "claim": one.number, "verdict": verdict_of(one), "point": point.name,
            "expected": found.expectation.text,
            "effect": found.effect.value, "low": found.effect.low, "high": found.effect.high,
            "seeds": found.effect.seeds, "is_share": found.is_share, "left": found.left, "right": found.right,
            "sign": str(found.sign),
        }
        for one in judged for point, every in one.found.items() for found in every
    ]  # fmt: skip
    return pd.DataFrame(rows)


def count(judged: Sequence[Judged], lacking: int) -> str:
    """How many claims there are, and how they came out, in a sentence."""
    times = Counter(one.verdict for one in judged)
    told = ", ".join(f"{times[each]} {_plural(each, times[each])}" for each in Verdict)
    return f"{len(judged)} claims: {told}." + (f" {lacking} more cannot be expressed yet." if lacking else "")


def _plural(verdict: Verdict, times: int) -> str:
    word = str(verdict)
    return word if times == 1 or verdict is Verdict.UNCLEAR else word.removesuffix("s")


def verdict_of(one: Judged) -> str:
    """The verdict, with the places where it turns."""
    if one.verdict is not Verdict.TURNS:
        return str(one.verdict)
    shown_first = ", ".join(point.name for point in one.at[:2])
    more = f" and {len(one.at) - 2} more" if len(one.at) > 2 else ""
    return f"turns at {shown_first}{more}"


def effect(found: Found) -> str:
    """An expectation's effect with its interval: in per cent where it is a share, else as a difference."""
    low, value, high = found.effect.low, found.effect.value, found.effect.high
    if not np.isfinite(value):
        return "not defined"
    if found.is_share:
        return f"{percent(value)} % ({percent(low)} to {percent(high)})"
    if not found.expectation.right.paths:  # against a number: the left side itself
        return f"{number(found.left)} ({number(low + found.right)} to {number(high + found.right)})"
    return f"{number(value, signed=True)} ({number(low, signed=True)} to {number(high, signed=True)})"


def hangs(one: Judged) -> str:
    """The assumption that moves the first expectation farthest, and how it comes out at draws of the posterior."""
    said = []
    if one.moved:
        said.append(_moved(one.moved[0]))
    as_expected, drawn = one.draws
    if drawn:
        said.append(f"as expected at {as_expected} of {drawn} draws")
    return "; ".join(said)


def _moved(moved: Moved) -> str:
    ends = ", ".join(
        f"{_short(found)} at {shown(value)}" for found, value in zip((moved.low, moved.high), moved.at, strict=True)
    )
    return f"{moved.assumption}: {ends}"


def _short(found: Found) -> str:
    return effect(found).partition(" (")[0]


def scoreboard(judged: Sequence[Judged], between: str) -> list[tuple[str, ...]]:
    """A row for each claim: number, claim, source, verdict, effects with `between` between them, on what it hangs."""
    return [
        (one.number, one.claim.says, one.claim.source, verdict_of(one), between.join(map(effect, one.found[HOME])),
         hangs(one))
        for one in judged
    ]  # fmt: skip


def page(file: Claims, judged: Sequence[Judged], lacking: Mapping[str, Claim], made: str) -> str:
    """The page; `made` says by which command and which model."""
    rows: list[tuple[str, ...]] = [("Claim", "What is claimed", "Source", "Verdict", "Found", "Depends on")]
    rows += [(*row[:3], f"**{row[3]}**", *row[4:]) for row in scoreboard(judged, "<br>")]
    needing = [(number, claim.says, claim.source, claim.needs) for number, claim in lacking.items()]
    return filled(
        "claims.md.j2", size=file.size, checks=file.checks, sources=file.sources, judged=judged, made=made,
        negligible=percent(file.negligible, signed=False), count=count(judged, len(lacking)),
        scoreboard=markdown(rows), verdict_of=verdict_of, expectations=_expectations,
        lacking=needing and markdown([("Claim", "What is claimed", "Source", "Needs"), *needing]),
    ) + "\n"  # fmt: skip


def _expectations(one: Judged) -> str:
    """What was found of each expectation at each point, as a table."""
    rows = [
        (point.name, f"`{each.expectation.text}`", effect(each), str(each.sign))
        for point, every in one.found.items()
        for each in every
    ]
    return markdown([("Where", "Expected", "Found (95 % interval)", ""), *rows])
