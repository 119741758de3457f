"""What the spread of an effect over draws from the posterior says, and that the verdict says it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.measures.statistics import Comparison
from experiments.report import load as loading
from experiments.report.figures import effects
from experiments.report.page import plain
from experiments.report.unknown import holds, spread
from experiments.report.verdict import judge
from experiments.report.words.answers import sure
from experiments.report.words.doubts import unknown_sentences
from experiments.report.words.phrases import over_draws
from experiments.report.words.told import tell

from .synthetic import write_run


def test_spread_takes_the_shocks_of_seeds_out() -> None:
    rng = np.random.default_rng(0)
    draws, seeds, people, shocks = 400, 2, 1.0, 2.0
    samples = 5 + rng.normal(0, people, (draws, 1)) + rng.normal(0, shocks, (draws, seeds))
    found = spread(samples)
    between = people**2 + shocks**2 / seeds
    half = 1.966 * np.sqrt(people**2 + between / draws)
    # the deviation of an estimated variance of means, B, is B times the root of 2 / draws
    assert found.estimate.high - found.estimate.low == pytest.approx(2 * half, rel=0.35)
    assert found.estimate.value == pytest.approx(5, abs=4 * np.sqrt(between / draws))
    assert found.of_people == pytest.approx(people**2 / (people**2 + shocks**2), abs=0.15)


def test_where_draws_do_not_matter_the_interval_is_that_of_the_mean() -> None:
    rng = np.random.default_rng(1)
    samples = rng.normal(0, 1, (200, 4))
    samples -= samples.mean(axis=1, keepdims=True)  # no difference between draws at all
    found = spread(samples)
    assert found.of_people == 0
    assert found.estimate.high == pytest.approx(0, abs=1e-9)


def test_one_draw_or_one_seed_has_no_interval() -> None:
    assert spread(np.ones((1, 4))).estimate.seeds == spread(np.ones((4, 1))).estimate.seeds == 0


def test_the_verdict_carries_the_interval(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    rng = np.random.default_rng(0)
    rows = [
        (draw, 2 * draw + k, "fees", "commission", "commission_free", outcome, effect, 100.0)
        for draw in range(12)
        for outcome, centre in (("gmv_kept", 8.0), ("consumer_surplus", 0.0))
        for k, effect in enumerate(centre + rng.normal(0, 2) + rng.normal(0, 0.1, 2))
    ]
    columns = ["draw", "seed", "factor", "low", "high", "outcome", "effect", "base"]
    pd.DataFrame(rows, columns=columns).to_parquet(folder / "posterior.parquet")
    results = loading.load(folder)
    fees = Comparison("fees", "commission", "commission_free")
    verdict = judge(results)
    first, second = unknown_sentences(results, verdict, fees)
    assert first.startswith("GMV net of returns: +")
    assert "not settled" not in first
    assert second.endswith("so its sign is not settled.")
    assert " to " in over_draws(results, fees, "gmv_kept")
    domain = Comparison("domain", "public", "private")
    assert over_draws(results, domain, "gmv_kept") == ""
    assert holds(results, verdict, fees) is False  # surplus may be either
    assert holds(results, verdict, domain) is None
    drawn = results.tables["posterior"]
    clear = drawn[drawn["outcome"] == "gmv_kept"]
    sure_of_it = replace(results, tables={"posterior": clear})
    assert holds(sure_of_it, verdict, fees)
    assert sure(sure_of_it, verdict, fees)[0] == "sure"
    contrary = replace(results, tables={"posterior": clear.assign(effect=-clear["effect"])})
    assert sure(contrary, verdict, fees)[0] == "unsure"
    assert "against the sign at the calibrated values" in unknown_sentences(contrary, verdict, fees)[0]
    torn, settled = (effects.headline(given, verdict) for given in (results, sure_of_it))
    assert torn and "other markets" in torn.title and settled and "other markets" not in settled.title
    said = " ".join(plain(results, tell(results, verdict)).split())
    assert "How sure? Unsure" in said and "95 % prediction interval" in said and "12 draws" in said
