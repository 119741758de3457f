"""What is not known of an answer: over draws from the posterior, and where assumptions are moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.measures.changes import CHANGES, UNCHANGED
from experiments.measures.outcomes import OVERALL, label, number, prediction
from experiments.measures.statistics import Comparison
from experiments.report import reasons
from experiments.report.settling import explains
from experiments.report.unknown import TOLD, doubt, spread_of
from experiments.report.verdict import Verdict
from experiments.report.words.saying import say
from experiments.settings.language import said
from experiments.settings.mistakes import measured
from experiments.table.results import Results


def unknown_sentences(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """What the posterior leaves of the answer to one question, a sentence for each outcome that decides it."""
    sentences = []
    for outcome in TOLD if results.has_draws else ():
        found, unit = spread_of(results, comparison, outcome)
        if found.estimate.low < found.estimate.high:  # else nothing is known, or nothing ever differs
            what = doubt(found.estimate, verdict.main(comparison, outcome))
            if what == "against" and results.is_own_market("posterior"):
                what = "other"
            figure = prediction(found.estimate, unit)
            sentences.append(say("over_draws", label(outcome), figure, found.estimate.seeds, what))
    return sentences


def settle_sentences(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """For each outcome that decides a question: settled over the draws, or what would settle it."""
    sentences = []
    for outcome in OVERALL if results.has_draws else ():
        estimate = spread_of(results, comparison, outcome)[0].estimate
        if not estimate.seeds:
            continue
        if estimate.clear:
            sentences.append(say("settled", label(outcome), estimate.seeds))
        elif found := explains(results, comparison, outcome):
            more, less = results.label(comparison.high), results.label(comparison.low)
            turn = number(found.turns_at) if np.isfinite(found.turns_at) else ""
            correlation = f"{found.correlation:+.2f}".replace("-", "−")
            sentences.append(
                say(
                    "settle",
                    label(outcome),
                    found,
                    correlation,
                    turn,
                    more if found.rises else less,
                    said(measured(found.path)),
                )
            )
    return sentences


def flip_sentences(results: Results, comparison: Comparison) -> list[str]:
    """What would change the answer to one question, a sentence for each outcome that decides it."""
    checked = reasons.moved(results)
    if checked.empty:
        return []
    checked = checked[checked["factor"] == comparison.factor]
    found = ((outcome, checked[checked["outcome"] == outcome]) for outcome in TOLD)
    return [_flips(outcome, rows) for outcome, rows in found if len(rows)]


def _flips(outcome: str, rows: pd.DataFrame) -> str:
    moved = []
    for change in CHANGES:
        found = rows[rows["change"] == change]
        if len(found):
            moved.append(
                (said(change), [f"{said(a)} = {v:g}" for a, v in zip(found["assumption"], found["value"], strict=True)])
            )
    counts = [(change, int((rows["change"] == change).sum())) for change in UNCHANGED]
    rest = [(change, count) for change, count in counts if count]
    ranges = len(rows), rows["assumption"].nunique()
    return say("flips", label(outcome), moved, rest, ranges, said(str(rows["at_default"].iloc[0])))
