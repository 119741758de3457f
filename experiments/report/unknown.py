"""How far an effect is uncertain because people are: its spread over draws from the posterior."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from experiments.measures.outcomes import INTERESTS, KNOWN, OVERALL
from experiments.measures.statistics import LEVEL, Comparison, Estimate, contrast, relative_contrast, share_of_base
from experiments.report.verdict import Effect, Verdict
from experiments.table.results import Results

TOLD = tuple(dict.fromkeys([*OVERALL, *(key for keys in INTERESTS.values() for key in keys)]))


class Spread(NamedTuple):
    """An effect over draws.

    Attributes
    ----------
    estimate : Estimate
        Mean over draws and the 95 % interval for the effect expected at parameters that are not known; NaN throughout
        if there is none. Its seeds are the draws.
    of_people : float
        Share of the variance between markets of different draws that is due to the draw, the rest to the seed.
    """

    estimate: Estimate
    of_people: float


def spread(samples: NDArray[np.float64], of_seeds: float = np.nan) -> Spread:
    """Take apart what is due to the draw and what to the seed (law of total variance), and predict.

    Parameters
    ----------
    samples : shape (draws, seeds)
        An effect; draws that lack a value are left out.
    of_seeds
        Variance between seeds of one draw, where there is one seed of each; known from elsewhere.

    Returns
    -------
    Spread
        With D draws of S seeds each, B the variance of the draws' means and W the mean variance within a draw, the
        variance of the expected effect over the posterior is B − W/S, or zero if that is negative (Searle, Casella &
        McCulloch 1992). The interval is the mean ± t(D − 1) times the root of that plus B/D, the error of the mean: the
        seeds' variance widens it only as far as there are few runs.
    """
    kept = samples[np.isfinite(samples).all(axis=1)]
    draws, seeds = kept.shape
    if draws < 2 or (seeds < 2 and not np.isfinite(of_seeds)):
        return Spread(Estimate(np.nan, np.nan, np.nan, np.nan, 0), np.nan)
    mean = float(kept.mean())
    between = float(kept.mean(axis=1).var(ddof=1))
    within = float(kept.var(axis=1, ddof=1).mean()) if seeds > 1 else of_seeds
    people = max(between - within / seeds, 0.0)
    half = float(special.stdtrit(draws - 1, (1 + LEVEL) / 2)) * np.sqrt(people + between / draws)
    total = people + within
    return Spread(Estimate(mean, mean - half, mean + half, np.nan, draws), people / total if total else 0.0)


def spread_of(results: Results, comparison: Comparison, outcome: str) -> tuple[Spread, str]:
    """Spread of a main effect, and its unit: per cent where every draw and seed has a base to relate it to."""
    rows = effects_drawn(results, comparison, outcome)
    shares = share_of_base(rows["effect"], rows["base"])
    in_percent = (
        KNOWN[outcome].unit != "points"
        and bool((shares.notna() | rows["effect"].isna()).all())
        and bool(shares.notna().any())
    )
    measure = relative_contrast if in_percent else contrast
    known = outcome in results.runs and len(rows)
    of_seeds = float(measure(results.outcome(outcome), results.arms, (comparison,)).var(ddof=1)) if known else np.nan
    values = rows.assign(value=shares if in_percent else rows["effect"])
    return spread(by_draw(values, "value"), of_seeds), "%" if in_percent else KNOWN[outcome].unit


def effects_drawn(results: Results, comparison: Comparison, outcome: str) -> pd.DataFrame:
    """Rows of the table of effects at draws, columns draw, effect and base among them; none where nothing was drawn."""
    frame = results.tables.get("posterior")
    if frame is None:
        return pd.DataFrame(columns=["draw", "effect", "base"])
    which = (frame["factor"] == comparison.factor) & (frame["high"] == comparison.high)
    return frame[which & (frame["outcome"] == outcome)]


def by_draw(rows: pd.DataFrame, value: str) -> NDArray[np.float64]:
    """Values of a column, shape (draws, seeds); NaN where a run is missing."""
    places = rows.groupby("draw").cumcount()
    wide = rows.assign(place=places).pivot(index="draw", columns="place", values=value)
    return wide.to_numpy(float)


def doubt(estimate: Estimate, effect: Effect | None) -> str:
    """What the draws take from an effect of the full market: ``sign``, ``against``, or nothing."""
    if not estimate.clear:
        return "sign"
    return "against" if effect and effect.clear and not _agree(estimate, effect) else ""


def _agree(estimate: Estimate, effect: Effect) -> bool:
    return estimate.clear and bool(estimate.value * effect.difference.value > 0)


def holds(results: Results, verdict: Verdict, comparison: Comparison) -> bool | None:
    """Whether what decides a question keeps its sign over the draws; None without draws."""
    known = set(results.tables["posterior"]["outcome"]) if results.has_draws else set()
    effects = [e for key in OVERALL if key in known and (e := verdict.main(comparison, key)) and e.clear]
    pairs = [(spread_of(results, comparison, e.outcome)[0].estimate, e) for e in effects]
    if not any(estimate.seeds for estimate, _ in pairs):
        return None
    return all(_agree(estimate, effect) for estimate, effect in pairs)
