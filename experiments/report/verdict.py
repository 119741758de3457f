"""The verdict as a table: every effect on every outcome, and who is better off where."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from experiments.measures.outcomes import INTERESTS, KNOWN, OVERALL, SHOWN
from experiments.measures.statistics import (
    Comparison,
    Estimate,
    baseline,
    contrast,
    holm,
    relative,
    relative_contrast,
    share_of_base,
    t_interval,
)  # fmt: skip
from experiments.table.results import Results

COLUMNS = [
    "kind", "effect", "low", "high", "outcome", "unit", "base", "difference", "difference_low", "difference_high",
    "relative", "relative_low", "relative_high", "p", "p_holm", "seeds", "clear", "better",
]  # fmt: skip

Side = Literal["high", "low", "split", "unclear"]


class Effect(NamedTuple):
    """What a main effect, an interaction or an extra arm does to one outcome.

    `difference` is in the outcome's unit; `relative` is a share of the base, NaN where the base is not positive; the
    relative interaction is the difference between two relative effects.
    """

    kind: str
    name: str
    low: str
    high: str
    outcome: str
    base: Estimate
    difference: Estimate
    relative: Estimate

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference excludes zero."""
        return self.difference.clear

    @property
    def in_percent(self) -> bool:
        """Whether to speak of it in per cent: the share of the base exists, is as clear, and cannot leave -100 %."""
        if KNOWN[self.outcome].unit == "points" or not np.isfinite(self.relative.value):
            return False
        return self.relative.clear == self.difference.clear and not (
            np.isfinite(self.relative.low) and self.relative.low < -1
        )

    @property
    def numbers(self) -> dict[str, float]:
        """The change as columns of a table, as a share of the base and in the outcome's unit."""
        return self.relative.columns("relative") | self.difference.columns("difference")

    @property
    def favours(self) -> Side:
        """The side on which the outcome is clearly better."""
        better = KNOWN[self.outcome].better
        if not self.clear or better == 0:
            return "unclear"
        return "high" if self.difference.value * better > 0 else "low"


class Verdict(NamedTuple):
    """All effects of an experiment."""

    effects: list[Effect]

    def of(self, kind: str, name: str, outcome: str) -> Effect | None:
        """One effect, if the run has the outcome."""
        found = (e for e in self.effects if (e.kind, e.name, e.outcome) == (kind, name, outcome))
        return next(found, None)

    def main(self, comparison: Comparison, outcome: str) -> Effect | None:
        """A main effect, if the run has the outcome."""
        return self.of("main", effect_name((comparison,)), outcome)

    def side(self, comparison: Comparison, outcomes: tuple[str, ...]) -> Side:
        """Where outcomes are better: clearly on one for at least one of them and on the other for none."""
        effects = (self.main(comparison, outcome) for outcome in outcomes)
        sides = {effect.favours for effect in effects if effect} - {"unclear"}
        if len(sides) > 1:
            return "split"
        return next(iter(sides), "unclear")

    def parties(self, comparison: Comparison) -> dict[str, Side]:
        """Where each party is better off."""
        return {party: self.side(comparison, tuple(outcomes)) for party, outcomes in INTERESTS.items()}

    def overall(self, comparison: Comparison) -> Side:
        """The overall winner."""
        return self.side(comparison, OVERALL)

    def losers(self, comparison: Comparison) -> list[str]:
        """Parties that clearly lose something with the side that is better overall."""
        side = self.overall(comparison)
        if side not in ("high", "low"):
            return []
        return [party for party, best in self.parties(comparison).items() if best not in (side, "unclear")]


def effect_name(comparisons: tuple[Comparison, ...]) -> str:
    """Name of an effect: its factor, with the level where the factor has more than two; interactions joined by x."""
    return " x ".join(f"{c.factor}={c.high}" for c in comparisons)


def judge(results: Results) -> Verdict:
    """Estimate every main effect, every interaction of two and of three factors, and every extra arm.

    Outcomes that the run lacks, or that no seed has in all arms concerned, are left out.
    """
    values = results.stacked(key for key in SHOWN if key in results.runs)
    effects: list[Effect] = []
    for chosen in _designs(results.comparisons):
        effects += _designed(values, results.arms, chosen)
    for extra, neighbour in neighbours(results):
        effects += _beside(values, extra, neighbour)
    return Verdict([e for e in effects if e.difference.seeds])


def _designed(values: pd.DataFrame, arms: pd.DataFrame, comparisons: tuple[Comparison, ...]) -> Iterator[Effect]:
    """One effect on every outcome; `values` has a row for each outcome and seed."""
    kind = "main" if len(comparisons) == 1 else f"{len(comparisons)}-way interaction"
    base = baseline(values, arms, comparisons)
    difference, shares = contrast(values, arms, comparisons), relative_contrast(values, arms, comparisons)
    for key, *estimates in _by_outcome(base, difference, shares):
        yield Effect(kind, effect_name(comparisons), comparisons[0].low, comparisons[0].high, key, *estimates)


def _beside(values: pd.DataFrame, extra: str, neighbour: str) -> Iterator[Effect]:
    """An extra arm against a neighbour, on every outcome."""
    base = values[neighbour]
    difference = values[extra] - base
    for key, *estimates in _by_outcome(base, difference, share_of_base(difference, base)):
        yield Effect("extra arm", f"{extra} vs {neighbour}", neighbour, extra, key, *estimates)


def _by_outcome(
    base: pd.Series, difference: pd.Series, shares: pd.Series
) -> Iterator[tuple[str, Estimate, Estimate, Estimate]]:
    """Base, difference and relative difference of each outcome, over its seeds."""
    frame = pd.DataFrame({"base": base, "difference": difference, "share": shares})
    for key, rows in frame.groupby(level="outcome", sort=False):
        known = rows["difference"].notna()
        yield (
            str(key), t_interval(rows["base"][known]), t_interval(rows["difference"]),
            relative(rows["share"], rows["difference"]),
        )  # fmt: skip


def neighbours(results: Results) -> list[tuple[str, str]]:
    """Pairs of an extra arm and what it is compared with.

    That is the arm that it names, or those of the factorial that agree on every factor that it stays within.
    """
    pairs = []
    for extra, levels in results.extras.iterrows():
        if other := results.against.get(str(extra)):
            pairs.append((str(extra), other))
            continue
        near = pd.Series(True, index=results.arms.index)
        for factor, known in results.factors.items():
            if levels[factor] in known:
                near &= results.arms[factor] == levels[factor]
        pairs += [(str(extra), str(arm)) for arm in results.arms.index[near]]
    return pairs


def table(verdict: Verdict) -> pd.DataFrame:
    """The effects as a table, with p values adjusted by Holm's method over the outcomes of each effect."""
    rows = [
        {
            "kind": e.kind, "effect": e.name, "low": e.low, "high": e.high, "outcome": e.outcome,
            "unit": KNOWN[e.outcome].unit, "base": e.base.value, **e.numbers,
            "p": e.difference.p, "seeds": e.difference.seeds, "clear": e.clear,
            "better": {"high": e.high, "low": e.low}.get(e.favours, "") if e.kind in ("main", "extra arm") else "",
        }
        for e in verdict.effects
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["p_holm"] = frame.groupby(["kind", "effect"], sort=False)["p"].transform(holm) if len(frame) else frame["p"]
    order = {effect: i for i, effect in enumerate(dict.fromkeys(zip(frame["kind"], frame["effect"], strict=True)))}
    place = pd.Series([order[pair] for pair in zip(frame["kind"], frame["effect"], strict=True)], dtype=int)
    return frame.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _designs(comparisons: list[Comparison]) -> Iterator[tuple[Comparison, ...]]:
    """Main effects, then interactions of the factors that have two levels."""
    yield from ((c,) for c in comparisons)
    factors = [c.factor for c in comparisons]
    pairs = [c for c in comparisons if factors.count(c.factor) == 1]
    for size in (2, 3):
        yield from combinations(pairs, size)
