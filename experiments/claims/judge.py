"""What came of the claims: the sign of each expectation at each point, and the verdict on the claim."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.claims.plan import HOME, POSTERIOR, Point, Runs
from experiments.claims.rows import Claim, Expectation
from experiments.design.expressions import Expression
from experiments.measures.checks import above, below, within
from experiments.measures.statistics import Estimate, t_interval
from experiments.runs.run import Run
from experiments.table.effects import Outcomes
from sim.errors import UserError


class Sign(StrEnum):
    """How an expectation came out at a point."""

    HOLDS = "holds"
    FAILS = "fails"
    NONE = "no effect"  # and so it fails
    UNCLEAR = "unclear"


SIGNS = {"pass": Sign.HOLDS, "fail": Sign.FAILS, "inconclusive": Sign.UNCLEAR}
"""By the verdict of a check that the effect is on the side expected."""


class Verdict(StrEnum):
    """What is said of a claim."""

    HOLDS = "holds"
    FAILS = "fails"
    TURNS = "turns"
    UNCLEAR = "cannot be told"


class Found(NamedTuple):
    """An expectation at a point."""

    expectation: Expectation
    effect: Estimate  # left side less right side, as a share of the right side where `is_share`
    left: float  # mean of the side
    right: float
    is_share: bool
    sign: Sign


class Moved(NamedTuple):
    """What an assumption does to the first expectation: its effect at both ends of the plausible range."""

    assumption: str
    low: Found
    high: Found
    at: tuple[float, float]

    @property
    def by(self) -> float:
        """How far the effect moves between the two ends."""
        return abs(self.high.effect.value - self.low.effect.value)


class Judged(NamedTuple):
    """A claim with its verdict."""

    number: str
    claim: Claim
    verdict: Verdict
    at: list[Point]  # where it turns
    found: dict[Point, list[Found]]  # every expectation at every point
    moved: list[Moved]  # the assumptions, that which moves the first expectation farthest first

    @property
    def draws(self) -> tuple[int, int]:
        """Draws from the posterior at which all effects have the signs expected, and draws in all."""
        drawn = [found for point, found in self.found.items() if point.assumption == POSTERIOR]
        as_expected = [all(each.effect.value * each.expectation.sign > 0 for each in found) for found in drawn]
        return sum(as_expected), len(drawn)


def judge(number: str, claim: Claim, runs: Runs, outcomes: Outcomes, negligible: float) -> Judged:
    """Judge a claim by what came of its runs; less than a share `negligible` of the right side counts as none."""
    found = {
        point: [_found(each, arms_of, outcomes, negligible) for each in claim.expectations]
        for point, arms_of in runs.items()
    }
    verdict, at = _verdict({point: _together(each) for point, each in found.items()})
    return Judged(number, claim, verdict, at, found, _moved(found))


def _found(expectation: Expectation, runs: Mapping[str, list[Run]], outcomes: Outcomes, negligible: float) -> Found:
    left, right = (_by_seed(side, runs, outcomes) for side in (expectation.left, expectation.right))
    is_share = _has_share(expectation) and bool(np.nanmin(np.minimum(left, right), initial=np.inf) > 0)
    effect = t_interval(left / right - 1 if is_share else left - right)
    means = _mean(left), _mean(right)
    scale = 1.0 if is_share else abs(np.nan_to_num(means[1]))
    return Found(expectation, effect, *means, is_share, _sign(effect, expectation.sign, negligible * scale))


def _by_seed(side: Expression, runs: Mapping[str, list[Run]], outcomes: Outcomes) -> NDArray[np.float64]:
    """A side's value in every seed; NaN where a run did not finish, or it cannot be computed."""
    seeds = len(next(iter(runs.values())))
    found = np.full(seeds, np.nan)
    for place in range(seeds):
        try:
            named = {path: path.split(".") for path in side.paths}
            found[place] = side.value({path: outcomes[runs[arm][place].id][n] for path, (arm, n) in named.items()})
        except (KeyError, UserError):  # a run that failed, or a rate of nothing
            continue
    return found


def _has_share(expectation: Expectation) -> bool:
    """Whether a share of the right side says something: neither side is a difference, and the right is no number."""
    nodes = (node for side in (expectation.left, expectation.right) for node in ast.walk(side.tree))
    subtracts = any(isinstance(node, ast.Sub | ast.USub | ast.Call) for node in nodes)
    return bool(expectation.right.paths) and not subtracts


def _sign(effect: Estimate, expected: int, negligible: float) -> Sign:
    if within("", -negligible, negligible, effect).passed:
        return Sign.NONE
    return SIGNS[(above if expected > 0 else below)("", 0, effect).verdict]


def _together(found: Sequence[Found]) -> Sign:
    """What several expectations come to: all must hold, and one that fails is enough."""
    signs = [each.sign for each in found]
    return next((sign for sign in (Sign.FAILS, Sign.NONE, Sign.UNCLEAR) if sign in signs), Sign.HOLDS)


def _verdict(signs: Mapping[Point, Sign]) -> tuple[Verdict, list[Point]]:
    """The verdict, and where it turns."""
    holds, fails = ([point for point, each in signs.items() if each is sign] for sign in (Sign.HOLDS, Sign.FAILS))
    match signs[HOME]:
        case Sign.HOLDS:
            return (Verdict.TURNS, fails) if fails else (Verdict.HOLDS, [])
        case Sign.UNCLEAR:
            return (Verdict.TURNS, holds) if holds and fails else (Verdict.UNCLEAR, [])
    return (Verdict.TURNS, holds) if holds else (Verdict.FAILS, [])


def _moved(found: Mapping[Point, list[Found]]) -> list[Moved]:
    ends: dict[str, list[Point]] = {}
    for point in found:
        if point.assumption not in ("", POSTERIOR):
            ends.setdefault(point.assumption, []).append(point)
    moved = [Moved(path, found[low][0], found[high][0], (low.value, high.value)) for path, (low, high) in ends.items()]
    return sorted(moved, key=lambda each: -np.nan_to_num(each.by))


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
