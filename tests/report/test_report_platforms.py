"""Platforms that compete: who is told to have what, from which day, and what turns it, of numbers that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.report.figures import platforms as figures
from experiments.report.load import load
from experiments.report.platforms import compete, standing, tell_platforms
from experiments.report.verdict import judge
from experiments.report.words.answers import answer
from experiments.settings.language import Language, speaking
from experiments.table.results import Results

from .synthetic import DAYS, write_run

SEEDS, AHEAD, BACK = 4, 61, 50


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run in which the first platform passes its rival on day 61 and has earned back its costs on day 50."""
    folder = write_run(tmp_path_factory.mktemp("competing") / "run", seeds=SEEDS)
    runs, rng = pd.read_parquet(folder / "runs.parquet"), np.random.default_rng(0)
    free = (runs["fees"] == "commission_free").to_numpy()
    for outcome, least, gained in (("own_members", 0.6, 0.1), ("own_kocs", 0.5, 0.0), ("own_gmv", 0.3, 0.1)):
        runs[outcome] = least + gained * free + rng.normal(0, 0.01, len(runs))
    for outcome in ("own_profit", "rival_profit", "leaked", "creator_revenue"):
        runs[outcome] = rng.normal(100, 1, len(runs))
    runs.to_parquet(folder / "runs.parquet")
    days = np.arange(DAYS)
    own = pd.DataFrame({"day": days, "platform": 0, "members": 40 + days, "creators": 1, "gmv": 1.0 + 0 * days,
                        "revenue": 10.0 * days, "growth_cost": 10.0 * BACK})  # fmt: skip
    rival = own.assign(platform=1, members=100, creators=1, gmv=2.0, revenue=0.0)
    tables = [
        pd.concat([own, rival]).assign(arm=str(arm), seed=int(seed))
        for arm, seed in zip(runs["arm"], runs["seed"], strict=True)
    ]
    pd.concat(tables, ignore_index=True).to_parquet(folder / "platforms.parquet")
    return load(folder)


def test_the_day_from_which_a_side_is_ahead_and_pays_for_itself_is_that_on_which_it_stays_so(results: Results) -> None:
    end = standing(results, results.arms.index[0])
    assert (end.winner("own_members"), end.winner("own_gmv")) == (1, -1)
    assert end.since["own_members"].value == AHEAD + 3  # a mean of seven days lags by three
    assert end.since["own_gmv"].value == 0
    assert (end.back["own"].value, end.back["own"].seeds) == (BACK, SEEDS)
    assert end.back["rival"].seeds == 0


def test_the_verdict_says_who_gets_what_and_what_the_policy_adds(results: Results) -> None:
    said = tell_platforms(results)
    first = said[0]
    assert "gets the members" in first and "gets the trade" in first and "KOCs is not settled" in first
    assert f"ahead from day {AHEAD + 3}" in first and "not earned back its costs in any seed" in first
    effect = next(text for text in said if text.startswith("With commission-free instead of commission"))
    assert "members +1" in effect and "KOCs" in effect.partition("members")[2] and "not clear" in effect


def test_the_answer_to_a_question_is_of_the_market_and_names_no_winner_among_platforms(results: Results) -> None:
    verdict = judge(results)
    shown = [answer(results, verdict, comparison) for comparison in results.comparisons]
    assert shown and all("all platforms together" in each and "winner" not in each.lower() for each in shown)
    assert any(
        each.startswith("Better for the whole market, all platforms together: private domain, by ") for each in shown
    )
    with speaking(Language.zh):
        told = [answer(results, verdict, comparison) for comparison in results.comparisons]
    assert all("整个市场（所有平台合计）" in each and "胜" not in each for each in told)


def test_figures_are_drawn_and_a_run_without_rivals_has_none(results: Results, tmp_path: Path) -> None:
    verdict = judge(results)
    for draw in (figures.over_time, figures.by_arm, figures.money):
        drawing = draw(results, verdict)
        assert drawing is not None and len(drawing.data)
    alone = load(write_run(tmp_path / "alone", seeds=2))
    assert not compete(alone) and tell_platforms(alone) == [] and figures.over_time(alone, judge(alone)) is None
