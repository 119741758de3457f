"""Where a conclusion flips: the same experiment with one soft assumption moved to an end of its plausible range."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.report.load import Results
from experiments.report.outcomes import INTERESTS, OVERALL, capital
from experiments.report.statistics import Comparison
from sim.recorder import OUTCOMES

CHANGES = ("flips", "no longer clear", "becomes clear")


def changes(flips: pd.DataFrame) -> pd.DataFrame:
    """Compare every check with the same effect at the assumption's default value.

    Parameters
    ----------
    flips : DataFrame
        Columns assumption, value, default, factor, outcome, effect, low, high, seeds.

    Returns
    -------
    DataFrame
        The rows that are not defaults, with a column `change`: ``flips`` if the sign turns and both intervals exclude
        zero, ``no longer clear`` or ``becomes clear`` if one of the two covers zero, else ``same``; and the default's
        `effect`, `low` and `high` as `default_effect`, `default_low` and `default_high`.
    """
    key = ["assumption", "factor", "outcome"]
    is_default = flips["default"].astype(bool)
    columns = ["effect", "low", "high"]
    defaults = flips[is_default].drop_duplicates(key)[key + columns]
    defaults = defaults.rename(columns={c: f"default_{c}" for c in columns})
    moved = flips[~is_default & flips["seeds"].gt(0)].merge(defaults, on=key, how="inner")
    clear = (moved["low"] > 0) | (moved["high"] < 0)
    was_clear = (moved["default_low"] > 0) | (moved["default_high"] < 0)
    turned = clear & was_clear & (moved["effect"] * moved["default_effect"] < 0)
    moved["change"] = "same"
    moved.loc[was_clear & ~clear, "change"] = "no longer clear"
    moved.loc[clear & ~was_clear, "change"] = "becomes clear"
    moved.loc[turned, "change"] = "flips"
    return moved


def flip_sentences(results: Results, comparison: Comparison) -> list[str]:
    """What would change the answer to one question, a sentence for each outcome that decides it."""
    if results.flips is None or results.flips.empty:
        return []
    told = [*OVERALL, *(key for keys in INTERESTS.values() for key in keys)]
    checked = changes(results.flips)
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
    same = int((rows["change"] == "same").sum())
    if not parts:
        return f"the same at all {same} ends of {rows['assumption'].nunique()} assumptions' ranges"
    return "; ".join(parts) + (f"; the same at the other {same} values tried" if same else "")


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
