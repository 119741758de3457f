"""Where a conclusion flips: the same experiment with one soft assumption moved to an end of its plausible range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.outcomes import INTERESTS, OVERALL, capital
from experiments.report.load import Results
from experiments.statistics import Comparison, contrast, t_interval
from sim.recorder import OUTCOMES

CHANGES = ("flips", "no longer clear", "becomes clear")
UNCHANGED = {"same": "the same", "as unclear": "not clear"}


def changes(flips: pd.DataFrame, main: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare every check with what the experiment says, and with the same check at the assumption's default value.

    Parameters
    ----------
    flips : DataFrame
        Columns assumption, value, default, factor, outcome, effect, low, high, seeds.
    main : DataFrame, optional
        What the experiment itself found: columns factor, outcome, effect, low, high. Without it, and where it found
        nothing clear, a check is held against the one at the default.

    Returns
    -------
    DataFrame
        The rows that are not defaults, with a column `change`: ``flips`` if the effect is clear and of the other sign,
        ``no longer clear`` if it was clear at the default and now covers zero, ``becomes clear`` if it is clear and
        neither the experiment nor the default was, ``as unclear`` if neither it nor the default is, ``same`` if it is
        clear and of the same sign; and the default's `effect`, `low` and `high` as
        `default_effect`, `default_low` and `default_high`. The checks are smaller: `at_default` says ``not clear`` or
        ``the opposite`` where the check at the default does not bear out what is clear in the experiment, else nothing.
        Where it is the opposite, the checks are held against it.
    """
    key = ["assumption", "factor", "outcome"]
    is_default = flips["default"].astype(bool)
    columns = ["effect", "low", "high"]
    defaults = flips[is_default].drop_duplicates(key)[key + columns]
    defaults = defaults.rename(columns={c: f"default_{c}" for c in columns})
    moved = flips[~is_default & flips["seeds"].gt(0)].merge(defaults, on=key, how="inner")
    now, was = _sign(moved, ""), _sign(moved, "default_")
    told = np.zeros(len(moved), int)
    if main is not None:
        found = main.rename(columns={c: f"main_{c}" for c in columns})
        told = _sign(moved[["factor", "outcome"]].merge(found, on=["factor", "outcome"], how="left"), "main_")
    reference = np.where((told != 0) & (told + was != 0), told, was)
    moved["change"] = "same"
    moved.loc[(now == 0) & (was == 0), "change"] = "as unclear"
    moved.loc[(now == 0) & (was != 0), "change"] = "no longer clear"
    moved.loc[(now != 0) & (reference == 0), "change"] = "becomes clear"
    moved.loc[now * reference < 0, "change"] = "flips"
    moved["at_default"] = np.select([told * was < 0, (told != 0) & (was == 0)], ["the opposite", "not clear"], "")
    return moved


def _sign(effects: pd.DataFrame, prefix: str) -> NDArray[np.int64]:
    """+1 or -1 where an interval excludes zero, else 0."""
    return (effects[f"{prefix}low"] > 0).to_numpy(int) - (effects[f"{prefix}high"] < 0).to_numpy(int)


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
