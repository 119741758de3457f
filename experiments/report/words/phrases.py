"""Effects as phrases that sentences of the verdict are made of."""

from __future__ import annotations

from typing import Any

from experiments.measures.outcomes import KNOWN, PERCENT_UNITS, interval, label, number, percent, ranged, span
from experiments.measures.statistics import Comparison, Estimate
from experiments.report.unknown import spread_of
from experiments.report.verdict import Effect
from experiments.settings.language import said
from experiments.table.results import Results


def over_draws(results: Results, comparison: Comparison, outcome: str) -> str:
    """The prediction interval of one effect, to stand beside the one over seeds; empty if there is none."""
    found, unit = spread_of(results, comparison, outcome)
    return span(found.estimate, unit) if found.estimate.seeds else ""


def phrase(effect: Effect) -> dict[str, Any]:
    """An effect for a template."""
    unclear = not effect.clear and effect.difference.seeds >= 2
    return {"label": label(effect.outcome), "figure": figure(effect), "unclear": unclear, "over_draws": ""}


def gained(effect: Effect) -> str:
    """An effect in per cent and, where it is money, from how many yuan to how many."""
    unit, shares = KNOWN[effect.outcome].unit, percent(effect.relative.value)
    if not unit.startswith("yuan"):
        return figure(effect).split(" (")[0]
    found = f"{span(effect.difference, unit)} {said(unit)}"
    return f"{shares} %{said(', ')}{found}" if effect.in_percent else found


def spanned(effect: Effect) -> str:
    """From what to what, in per cent where that is defined."""
    found, unit = (effect.relative, "%") if effect.in_percent else (effect.difference, KNOWN[effect.outcome].unit)
    return f"{span(found, unit)} {said('points') if unit in PERCENT_UNITS else said(unit)}"


def figure(effect: Effect) -> str:
    """An effect with its interval, in per cent where that is defined."""
    if effect.in_percent:
        return interval(effect.relative, "%")
    return interval(effect.difference, KNOWN[effect.outcome].unit)


def around(estimate: Estimate) -> str:
    """An estimate and its interval as plain numbers."""
    value, low, high = (number(each) for each in estimate[:3])
    return f"{value} ({ranged(low, high)})" if estimate.seeds > 1 else value
