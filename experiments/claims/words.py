"""Verdicts on claims in words: lines for the terminal, and a page for the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.claims.judge import Found, Judged, Moved, Verdict
from experiments.claims.plan import HOME
from experiments.claims.rows import Claim, Claims
from experiments.measures.outcomes import capital, number, percent
from experiments.settings.mistakes import shown

PAGE = "claims.md"
INTRODUCTION = """\
# What practitioners claim

Articles on key opinion consumers, private traffic and platforms claim much. Each claim is put to the market here as
a row of [`configs/claims.yaml`](../configs/claims.yaml): the arms that are compared, and which outcome should be larger
in which. `koc claims` makes the runs that the store lacks and works out every sign; `koc claims --docs docs` writes
this page. Nothing on it is typed by hand but the claims themselves, in words of our own.

- **holds**: every expectation is met; each 95 % interval over markets, paired by seed, lies on the side expected.
- **fails**: an interval lies on the other side, or so close to none that it does not matter.
- **turns**: it holds in the market as configured and fails clearly where an assumption is moved, or the reverse.
- **cannot be told**: the intervals hold both.

A claim that fails here is a finding on this market, not on the world; so is one that holds.
"""
ADDING = """\
## A claim of your own

One row and one command. Copy `configs/claims.yaml`, add a row, and give it to `koc claims`:

```yaml
  my_claim:
    says: Longer lists of search results sell more.
    source: A
    arms:
      three: ""
      nine: market.attention.search_results=9
    expect:
      - nine.gmv_kept > three.gmv_kept
```

```sh
koc claims my_claim --file my_claims.yaml
```

An arm is what one would give to `koc run`; `market` holds what all arms of a row share. An expectation compares
arithmetic on `arm.outcome`; [experiments.md](experiments.md#outcomes) lists the outcomes. `hangs_on` names assumptions
with a plausible range (`koc parameters`); each is moved to both ends in smaller markets. A row that the market cannot
express yet says what it `needs` instead.
"""


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
    if not found.expectation.right.terms:  # against a number: the left side itself
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


def page(file: Claims, judged: Sequence[Judged], lacking: dict[str, Claim], made: str) -> str:
    """The page.

    Parameters
    ----------
    file
        The claims, for sources and sizes.
    judged
        Those with a verdict.
    lacking
        Those that cannot be expressed yet.
    made
        By which command and which model it was made.
    """
    size, checks = file.size, file.checks
    tried = f", and {checks.draws} draws of the posterior tried," if checks.draws else ""
    how = (
        f"Markets of {size.consumers:,} people over {size.days} days, of which {size.burn_in} are not "
        f"counted, with {size.seeds} seeds; assumptions are moved{tried} in markets of {checks.consumers:,} people "
        f"over {checks.days} days, with {checks.seeds} seeds. Less than {percent(file.negligible, signed=False)} % "
        f"counts as no effect. {made}"
    )
    sources = "\n".join(f"- {label}: {text}." for label, text in file.sources.items())
    parts = [INTRODUCTION, how, f"Sources:\n\n{sources}", f"## Scoreboard\n\n{count(judged, len(lacking))}"]
    parts.append("\n".join(_scoreboard(judged)))
    if lacking:
        rows = [f"| {n} | {claim.says} | {claim.source} | {claim.needs} |" for n, claim in lacking.items()]
        head = ["| Claim | What is claimed | Source | Needs |", "|---|---|---|---|"]
        parts += ["## Not yet testable", "\n".join([*head, *rows])]
    parts.append("## Each claim")
    parts += [_detail(one) for one in judged]
    return "\n\n".join(part.strip() for part in [*parts, ADDING]) + "\n"


def _scoreboard(judged: Sequence[Judged]) -> list[str]:
    lines = ["| Claim | What is claimed | Source | Verdict | Found | Hangs on |", "|---|---|---|---|---|---|"]
    for one in judged:
        found = "<br>".join(effect(each) for each in one.found[HOME])
        verdict = f"**{verdict_of(one)}**"
        lines.append(f"| {one.number} | {one.claim.says} | {one.claim.source} | {verdict} | {found} | {hangs(one)} |")
    return lines


def _detail(one: Judged) -> str:
    claim = one.claim
    arms = [
        f"`{name}` is " + (f"`{text}`" if text else "the market as configured") for name, text in claim.arms.items()
    ]
    shared = f"All arms: `{claim.market}`. " if claim.market else ""
    lines = ["| Where | Expected | Found (95 % interval) | |", "|---|---|---|---|"]
    for point, every in one.found.items():
        lines += [f"| {point.name} | `{each.expectation.text}` | {effect(each)} | {each.sign} |" for each in every]
    head = f"### {one.number}. {claim.says}"
    told = f"{capital(verdict_of(one))}. {shared}Arms: {'; '.join(arms)}."
    return "\n\n".join([head, told, *filter(None, [claim.note]), "\n".join(lines)])
