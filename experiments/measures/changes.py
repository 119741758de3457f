"""What becomes of a conclusion where an assumption is moved: the same, no longer clear, or the opposite."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CHANGES = ("flips", "no longer clear", "becomes clear")
UNCHANGED = ("same", "as unclear")


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
