"""What each party gains or loses by an answer, in sums that a reader can picture: a month, and so many people."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from experiments.measures.outcomes import INTERESTS, KNOWN, OVERALL, number, percent, ranged
from experiments.measures.statistics import Comparison, Estimate, contrast, t_interval
from experiments.report.verdict import Effect, Verdict
from experiments.settings.language import said
from experiments.table.results import Results

PEOPLE, MONTH = 1_000, 30  # sums are told for so many consumers and days


class Gain(NamedTuple):
    """What one party gets more of with the second side of a question.

    Attributes
    ----------
    of : str
        Whose sum it is: ``people`` for that of 1,000 consumers, ``one`` for that of one consumer, KOC or brand.
    """

    party: str
    effect: Effect
    estimate: Estimate
    unit: str
    of: str

    @property
    def turned(self) -> Gain:
        """What the party gets more of with the first side."""
        e = self.estimate
        return self._replace(estimate=e._replace(value=-e.value, low=-e.high, high=-e.low))

    @property
    def span(self) -> str:
        """From what to what, with its sign and unit."""
        return self._written(self.estimate[:3], signed=True)

    @property
    def size(self) -> str:
        """The same without its sign."""
        e = self.estimate
        return self._written((abs(e.value), *sorted((abs(e.low), abs(e.high)))), signed=False)

    def _written(self, ends: tuple[float, ...], *, signed: bool) -> str:
        tell = percent if self.unit == "points" else number
        value, low, high = (tell(end, signed=signed) for end in ends)
        return f"{ranged(low, high) if np.isfinite(ends[1:]).all() else value} {said(self.unit)}"

    @property
    def numbers(self) -> str:
        """From what to what, without the unit; and that it is for each, where it is."""
        return self.span.removesuffix(f" {said(self.unit)}") + (f" {said('each')}" if self.of == "one" else "")


def gain(results: Results, party: str, effect: Effect, of: str = "people") -> Gain:
    """An effect, scaled to a month and to 1,000 consumers or to one of the party.

    Parameters
    ----------
    party
        Whose interest the outcome is; empty for all.
    of
        As in `Gain`; where the size of the market or of the party is not known, sums stay those of the whole market.
    """
    unit, factor = KNOWN[effect.outcome].unit, 1.0
    if unit == "yuan/day":
        unit, factor, of = "yuan a month", float(MONTH), "one"
    elif unit == "yuan" and results.people and results.days > 0:
        brands = (results.given("brands") or {}).get("count") or 0
        members = {"consumers": results.people, "brands": float(brands)}.get(party, 0.0) if of == "one" else 0.0
        of = "one" if members else "people"
        unit, factor = "yuan a month", MONTH / results.days * (1 / members if members else PEOPLE / results.people)
    e = effect.difference
    return Gain(
        party, effect, e._replace(**{end: factor * getattr(e, end) for end in ("value", "low", "high")}), unit, of
    )


def gains(results: Results, verdict: Verdict, comparison: Comparison, of: str = "people") -> list[Gain]:
    """What every party wants, in the order of the parties."""
    found = ((party, verdict.main(comparison, key)) for party, keys in INTERESTS.items() for key in keys)
    return [gain(results, party, effect, of) for party, effect in found if effect]


def deciding(results: Results, verdict: Verdict, comparison: Comparison) -> Gain | None:
    """The first outcome that decides a question and clearly differs; the first of all where none does."""
    effects = [e for key in OVERALL if (e := verdict.main(comparison, key))]
    first = next((e for e in effects if e.clear), next(iter(effects), None))
    return gain(results, "", first) if first else None


def reverses(results: Results, verdict: Verdict, comparison: Comparison) -> list[tuple[str, Gain]]:
    """Levels of other factors beside which the side that wins in the mean clearly loses what decides, and how much."""
    side, by = verdict.overall(comparison), deciding(results, verdict, comparison)
    found: list[tuple[str, Gain]] = []
    if by is None or side not in ("high", "low"):
        return found
    others = [(factor, level) for factor, levels in results.factors.items() for level in levels]
    for factor, level in others:
        if factor != comparison.factor:
            arms = results.arms[results.arms[factor] == level]
            there = t_interval(contrast(results.outcome(by.effect.outcome), arms, (comparison,)))
            if there.clear and there.value * by.estimate.value < 0:
                lost = gain(results, "", by.effect._replace(difference=there))
                found.append((level, lost.turned if side == "low" else lost))
    return found


def bars(results: Results, verdict: Verdict, comparison: Comparison) -> tuple[list[dict[str, Any]], float]:
    """The first picture's rows of one question, and where its zero is; places in per cent of its width.

    Sums for 1,000 people share an axis that just holds them; what is counted for one KOC has an arrow and its numbers,
    and NaN for places.
    """
    rows = [g for g in gains(results, verdict, comparison) if g.unit != "points"]
    ends = [end for g in rows if g.of == "people" for end in g.estimate[:3] if np.isfinite(end)]
    least, most = min([0.0, *ends]), max([0.0, *ends])
    across = (most - least) or 1.0

    def at(end: float) -> float:
        return round(100 * (end - least) / across, 2) if np.isfinite(end) else np.nan

    def row(g: Gain) -> dict[str, Any]:
        value, low, high = map(at, g.estimate[:3] if g.of == "people" else (np.nan,) * 3)
        return {
            "party": said(g.party), "text": g.numbers, "arrow": "▶" if g.estimate.value > 0 else "◀",
            "look": g.effect.favours, "left": min(value, at(0.0)), "width": abs(value - at(0.0)), "low": low,
            "high": high,
        }  # fmt: skip

    return list(map(row, rows)), at(0.0)
