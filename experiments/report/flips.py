"""Where a conclusion flips: the same experiment with one soft assumption moved to an end of its plausible range."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.changes import CHANGES, changes
from experiments.outcomes import INTERESTS, OVERALL, capital
from experiments.report.load import Results
from experiments.statistics import Comparison, contrast, t_interval
from sim.recorder import OUTCOMES

UNCHANGED = {"same": "the same", "as unclear": "not clear"}


def found_at_large(results: Results) -> pd.DataFrame:
    """Main effects of the experiment itself, for each factor and outcome that was checked, to hold the checks against.

    Returns
    -------
    DataFrame
        Columns factor, outcome, effect, low, high; the last level of a factor against the first, as in the checks.
    """
    assert results.flips is not None
    rows = []
    for factor, checked in results.flips.groupby("factor", sort=False):
        outcomes = [key for key in checked["outcome"].unique() if key in results.runs]
        if factor in results.factors and outcomes:
            levels = results.factors[str(factor)]
            comparison = Comparison(str(factor), levels[0], levels[-1])
            effects = contrast(results.outcomes(outcomes), results.arms, [comparison])
            by_outcome = effects.groupby(level="outcome", sort=False)
            rows += [(factor, outcome, *t_interval(by_seed)[:3]) for outcome, by_seed in by_outcome]
    return pd.DataFrame(rows, columns=["factor", "outcome", "effect", "low", "high"])


def flip_sentences(results: Results, comparison: Comparison) -> list[str]:
    """What would change the answer to one question, a sentence for each outcome that decides it."""
    if results.flips is None or results.flips.empty:
        return []
    told = [*OVERALL, *(key for keys in INTERESTS.values() for key in keys)]
    checked = changes(results.flips, found_at_large(results))
    checked = checked[checked["factor"] == comparison.factor]
    sentences = []
    for outcome in dict.fromkeys(told):
        rows = checked[checked["outcome"] == outcome]
        if len(rows):
            sentences.append(f"{capital(OUTCOMES[outcome].label)}: {_sentence(rows)}.")
    return sentences


def _sentence(rows: pd.DataFrame) -> str:
    parts = []
    for change in CHANGES:
        found = rows[rows["change"] == change]
        if len(found):
            places = [f"{a} = {_plain(v)}" for a, v in zip(found["assumption"], found["value"], strict=True)]
            parts.append(f"{change} if {' or '.join(places)}")
    at_default = rows["at_default"].iloc[0]
    aside = f" (in the smaller market of the checks {at_default} at the defaults)" if at_default else ""
    rest = [(words, int((rows["change"] == change).sum())) for change, words in UNCHANGED.items()]
    said = " and ".join(f"{words} at {count}" for words, count in rest if count)
    if said:
        number = f"{rows['assumption'].nunique()} assumptions' ranges"
        parts.append(f"{said} of the other values tried" if parts else f"{said} of the {len(rows)} ends of {number}")
    return "; ".join(parts) + aside


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
