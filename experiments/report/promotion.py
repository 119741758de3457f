"""What promotion brings, arm by arm: reach, conversion, what a yuan earns, what a customer costs and is worth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from experiments.measures.outcomes import KNOWN, PERCENT_UNITS, number, percent, ranged
from experiments.measures.statistics import Estimate, t_interval
from experiments.report.unknown import by_draw, spread
from experiments.settings.language import said
from experiments.table.results import Results

SHOWN = (
    "marketing_cost", "contribution_per_yuan", "reach", "paid_conversion", "acquisition_cost", "customer_value",
    "brand_profit",
)  # fmt: skip
"""Outcomes, in the order of the table."""


class Promoted(NamedTuple):
    """An arm with what promotion brings there.

    Attributes
    ----------
    arm : str
    without : str
        The arm of equal policy without promotion.
    of_budget : float
        What is spent over what most of these arms spend.
    over_seeds, over_draws : dict
        Interval of each outcome; the second is a prediction interval, NaN where nothing was drawn.
    """

    arm: str
    without: str
    of_budget: float
    over_seeds: dict[str, Estimate]
    over_draws: dict[str, Estimate]


def promoted(results: Results) -> list[Promoted]:
    """Arms in which brands spend and that have a pair without: those beside the factorial first, the best first."""
    if "contribution_per_yuan" not in results.runs:
        return []
    spent = results.outcome("marketing_cost").mean()
    usual = float(spent[list(results.without_promotion)].median()) if results.without_promotion else np.nan
    found = [
        Promoted(
            arm, without, float(spent[arm]) / usual,
            {key: t_interval(results.outcome(key)[arm]) for key in SHOWN},
            {key: _over_draws(results, arm, key) for key in SHOWN},
        )
        for arm, without in results.without_promotion.items() if arm in spent
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.arm in results.arms.index, -_value(each)))


def rows(results: Results) -> list[dict[str, Any]]:
    """A row of a page for each arm: its name and, for each outcome, value, intervals and the class that colours it."""
    return [
        {"label": results.arm_label(each.arm), "cells": [_cell(each, key) for key in SHOWN]}
        for each in promoted(results)
    ]


def _cell(each: Promoted, key: str) -> dict[str, str]:
    seeds, draws, shares = each.over_seeds[key], each.over_draws[key], KNOWN[key].unit in PERCENT_UNITS
    value, *ends = (percent(v, signed=False) if shares else number(v) for v in (*seeds[:3], *draws[1:3]))
    pays = key == "contribution_per_yuan" and ("high" if seeds.low > 1 else "low" if seeds.high < 1 else "unclear")
    return {
        "value": value, "interval": ranged(*ends[:2]) if seeds.seeds > 1 else "",
        "drawn": ranged(*ends[2:]) if draws.seeds else "", "look": pays or "",
    }  # fmt: skip


def lines(results: Results) -> list[list[str]]:
    """Cells of a terminal's table: headings, then a line for each arm beside the factorial."""
    found = [["", *map(said, ("spent", "a yuan brings", "over draws", "new customer", "12 months"))]]
    for each in promoted(results):
        if each.arm not in results.arms.index:
            yuan, draws = each.over_seeds["contribution_per_yuan"], each.over_draws["contribution_per_yuan"]
            others = [number(each.over_seeds[key].value) for key in ("acquisition_cost", "customer_value")]
            found.append([
                results.arm_label(each.arm), number(each.over_seeds["marketing_cost"].value),
                f"{number(yuan.value)} ({ranged(number(yuan.low), number(yuan.high))})",
                ranged(number(draws.low), number(draws.high)) if draws.seeds else "", *others,
            ])  # fmt: skip
    return found


def _value(each: Promoted) -> float:
    return each.over_seeds["contribution_per_yuan"].value


def _over_draws(results: Results, arm: str, outcome: str) -> Estimate:
    drawn = results.tables.get("drawn")
    if drawn is None or outcome not in drawn:
        return spread(np.empty((0, 0))).estimate
    of_seeds = float(results.outcome(outcome)[arm].var(ddof=1))
    return spread(by_draw(drawn[drawn["arm"] == arm], outcome), of_seeds).estimate
