"""Day by day, for the page: what its script draws, arm by arm, of means of seven days."""

from __future__ import annotations

from typing import Any

from experiments.measures.outcomes import capital
from experiments.measures.statistics import half_width
from experiments.report.gains import PEOPLE
from experiments.settings.language import in_each, said
from experiments.table.results import Results

SERIES = {
    "gmv": "sales, yuan a day for every 1,000 people", "trust": "trust of followers in creators, 0 to 1",
    "kocs": "KOCs in business", "platform_revenue": "revenue of the platform, yuan a day for every 1,000 people",
}  # fmt: skip
SUMS = ("gmv", "platform_revenue")
WEEK = 7
MOST_SHOWN = 4  # arms at first; of a larger factorial its first and its last


def course(results: Results) -> dict[str, Any]:
    """What the script takes: for each series and arm, week by week, the mean and half the 95 % interval over seeds."""
    arms = [arm for arm in results.each_arm if arm in set(results.daily["arm"])]
    factorial = list(results.arms.index)
    shown = factorial if len(factorial) <= MOST_SHOWN else [factorial[0], factorial[-1]]
    weeks = results.daily["day"] // WEEK
    days = (results.daily["day"].groupby(weeks).mean() + 1).round(1)
    return {
        "days": days.tolist(), "burn_in": results.burn_in,
        "arms": [
            {"name": arm, "label": in_each(lambda name: capital(results.arm_label(name)), arm), "on": arm in shown}
            for arm in arms
        ],
        "series": [
            {"label": in_each(lambda text: capital(said(text)), label), "arms": _weekly(results, key, arms)}
            for key, label in SERIES.items() if key in results.daily
        ],
    }  # fmt: skip


def _weekly(results: Results, key: str, arms: list[str]) -> dict[str, list[list[float]]]:
    scale = PEOPLE / results.people if key in SUMS and results.people else 1.0
    daily = results.daily
    by_seed = (scale * daily[key]).groupby([daily["arm"], daily["day"] // WEEK, daily["seed"]]).mean()
    found = by_seed.groupby(level=[0, 1]).agg(["mean", "std", "count"])
    table = found.assign(half=half_width(found["std"], found["count"]).fillna(0.0))[["mean", "half"]]
    return {arm: [[float(f"{value:.4g}") for value in row] for row in table.loc[arm].to_numpy()] for arm in arms}
