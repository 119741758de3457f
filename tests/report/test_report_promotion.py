"""Equal spend, what promotion brings, what settles an answer: what is said, and that it is said first."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.measures.outcomes import percent
from experiments.measures.statistics import Comparison, pairs
from experiments.report import load as loading
from experiments.report.page import brief, plain
from experiments.report.promotion import promoted
from experiments.report.settling import correlations, explains
from experiments.report.spending import unequal
from experiments.report.unknown import spread
from experiments.report.verdict import judge, neighbours
from experiments.report.words.doubts import settle_sentences
from experiments.report.words.further import promotion
from experiments.report.words.told import tell
from experiments.table.results import Results

from .synthetic import write_run

FEES = Comparison("fees", "commission", "commission_free")
DOMAIN = Comparison("domain", "public", "private")
CREATORS = Comparison("creators", "kol", "koc")


@pytest.fixture
def folder(run_folder: Path, tmp_path: Path) -> Path:
    """The run of known effects, with an arm in which nothing is spent; equal spend elsewhere, and customers."""
    shutil.copytree(run_folder, tmp_path / "r")
    runs = pd.read_parquet(tmp_path / "r" / "runs.parquet").assign(marketing_cost=100_000.0, customers=1_000.0)
    runs["contribution"] = 300_000.0 + 10_000.0 * runs["seed"]
    free = runs[runs["arm"] == "take_only"].assign(arm="unpaid", marketing_cost=0.0)
    free["contribution"] -= 150_000.0 + 2_000.0 * free["seed"]
    runs = pd.concat([runs, free], ignore_index=True)
    runs.to_parquet(tmp_path / "r" / "runs.parquet")
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    manifest["without_promotion"] = {"commission_only": "unpaid", "commission-private-koc": "unpaid"}
    (tmp_path / "r" / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path / "r"


def apart(results: Results, comparison: Comparison) -> object:
    return unequal(results, zip(*pairs(results.arms, comparison), strict=True))


def changed(folder: Path, outcome: str, factor: float, where: str) -> Results:
    runs = pd.read_parquet(folder / "runs.parquet")
    runs.loc[runs["arm"].str.contains(where), outcome] *= factor
    runs.to_parquet(folder / "runs.parquet")
    return loading.load(folder)


def test_unequal_spend_is_said_before_anything(folder: Path) -> None:
    assert all(apart(loading.load(folder), c) is None for c in (FEES, DOMAIN, CREATORS))
    within = changed(folder, "marketing_cost", 1.04, "private-koc")
    assert apart(within, CREATORS) is None
    beyond = changed(folder, "marketing_cost", 1.42 / 1.04, "private-koc")
    told = tell(beyond, judge(beyond))
    assert told.answers[2].spend.startswith("Not at equal spend: ")
    assert "(42 % apart)" in told.answers[2].spend
    assert told.answers[0].spend == ""  # both sides of the fees spend alike, arm by arm
    text = plain(beyond, told)
    place = text.index("REACH THROUGH KOL")
    assert text[place:].splitlines()[1].startswith("Not at equal spend")
    assert "Not at equal spend" in brief(beyond, told)


def test_a_side_whose_arms_differ_both_ways_is_not_equal(folder: Path) -> None:
    """The means of the sides agree, and no pair of arms does."""
    changed(folder, "marketing_cost", 1.2, "public-koc")
    torn = changed(folder, "marketing_cost", 0.8, "private-koc")
    assert apart(torn, CREATORS) is not None


def test_a_yuan_brings_what_the_arm_without_promotion_lacks(folder: Path) -> None:
    results = loading.load(folder)
    found = promoted(results)
    assert [each.arm for each in found] == ["commission_only", "commission-private-koc"]
    yuan = found[0].over_seeds["contribution_per_yuan"]
    assert yuan.value == pytest.approx(np.mean([1.5 + 0.02 * seed for seed in range(8)]))
    assert yuan.low > 1
    said = promotion(results)
    assert len(said) == 1 and "a yuan brings 1.57 (" in said[0] and "in twelve months" in said[0]
    assert "than in most arms" not in said[0]
    less = changed(folder, "marketing_cost", 0.5, "commission_only")
    assert "where brands spend" in promotion(less)[0]


def test_an_arm_is_compared_with_the_one_that_it_names(folder: Path) -> None:
    text = (folder / "config.yaml").read_text()
    named = text.replace(
        "commission_only: {levels: {domain: private, creators: koc}}", "commission_only: {against: take_only}"
    )
    assert named != text
    (folder / "config.yaml").write_text(named)
    results = loading.load(folder)
    assert [other for extra, other in neighbours(results) if extra == "commission_only"] == ["take_only"]


def test_a_brand_is_judged_by_its_profit_whatever_else_moves(folder: Path) -> None:
    """Cheaper customers, more reach and more sales are no gain to brands that earn less."""
    worse = changed(folder, "brand_profit", 0.7, "koc")
    for outcome, factor in (("acquisition_cost", 0.5), ("reach", 9.0), ("gmv_kept", 1.5), ("consumer_surplus", 1.5)):
        worse = changed(folder, outcome, factor, "koc")
    verdict = judge(worse)
    assert verdict.overall(CREATORS) == "high"
    assert verdict.parties(CREATORS)["brands"] == "low"
    answer = tell(worse, verdict).answers[2]
    assert "brands (profit −" in answer.parties.partition("Worse off with KOC: ")[2]  # where the gain is told


def test_what_a_question_asks_for_is_said_first(folder: Path) -> None:
    path = folder / "config.yaml"
    path.write_text(
        path.read_text().replace("  questions:", "  asks: {creators: [reach, paid_conversion]}\n  questions:")
    )
    results = loading.load(folder)
    answer = tell(results, judge(results)).answers[2]
    assert answer.first[1] == answer.asked
    assert answer.asked.startswith("KOC: people reached in a week −")
    assert "orders from pages by which creators earn +" in answer.asked
    reach = "unique people in a week who see a page by which its creator earns"
    assert answer.why[0].startswith(f"With KOC instead of KOL: {reach} −")
    assert tell(results, judge(results)).answers[0].asked == ""


def test_one_seed_of_each_draw_takes_the_variance_of_shocks_from_elsewhere() -> None:
    generator = np.random.default_rng(3)
    people, shocks = 2.0, 1.0
    samples = 5 + generator.normal(0, people, (300, 1)) + generator.normal(0, shocks, (300, 1))
    found = spread(samples, shocks**2)
    assert (found.estimate.high - found.estimate.low) / 2 == pytest.approx(1.968 * people, rel=0.12)
    blind = spread(samples, 0.0)
    assert blind.estimate.high - blind.estimate.low > found.estimate.high - found.estimate.low
    assert spread(samples).estimate.seeds == 0


def drawn(results: Results, slope: float) -> Results:
    """Effects at 14 draws that hang on one of three parameters."""
    generator = np.random.default_rng(5)
    names = ("market.attention.open_rate", "market.need.lapse", "market.memory.seen")
    values = generator.uniform(0.1, 0.6, (14, 3))
    effects = slope * (values[:, 0] - 0.35) + generator.normal(0, 0.3, 14)
    rows = [(d, d, "domain", "public", "private", "gmv_kept", effects[d], 100.0) for d in range(14)]
    columns = ["draw", "seed", "factor", "low", "high", "outcome", "effect", "base"]
    table = pd.DataFrame(
        [{"draw": d, "arm": "a", "seed": d, **dict(zip(names, values[d], strict=True))} for d in range(14)]
    )
    return replace(results, tables={"posterior": pd.DataFrame(rows, columns=columns), "drawn": table})


def test_the_parameter_that_settles_an_answer_is_found(folder: Path) -> None:
    results = loading.load(folder)
    found = explains(drawn(results, 10.0), DOMAIN, "gmv_kept")
    assert found is not None
    assert (found.path, found.rises, found.parameters, found.draws) == ("market.attention.open_rate", True, 3, 14)
    assert found.is_clear and found.turns_at == pytest.approx(0.35, abs=0.1)
    hangs = drawn(results, 10.0)
    said = settle_sentences(hangs, judge(hangs), DOMAIN)
    assert len(said) == 1 and "market.attention.open_rate would settle it" in said[0]
    assert "What would measure it: share of a group's members who open a post" in said[0]
    nothing = drawn(results, 0.0)
    chance = explains(nothing, DOMAIN, "gmv_kept")
    assert chance is not None and not chance.is_clear
    assert "No parameter alone explains the sign" in settle_sentences(nothing, judge(nothing), DOMAIN)[0]
    assert explains(nothing, FEES, "gmv_kept") is None


def test_a_parameter_that_matters_not_is_seldom_named() -> None:
    """The strongest of 16 among 12 draws looks strong by chance; shuffles tell how often."""
    generator = np.random.default_rng(7)
    strongest = [
        np.abs(correlations(generator.normal(size=(12, 16)), generator.normal(size=12))).max() for _ in range(200)
    ]
    assert np.median(strongest) > 0.5


def test_a_folder_without_draws_says_nothing_of_them(tmp_path: Path) -> None:
    results = loading.load(write_run(tmp_path / "run", seeds=3))
    assert settle_sentences(results, judge(results), FEES) == []
    assert promotion(results) == []


def test_answers_stand_side_by_side(folder: Path) -> None:
    """The effect of the domain at each level of the creators is that of the arms at this level alone."""
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace("  questions:", "  beside: creators\n  questions:"))
    results = loading.load(folder)
    said = tell(results, judge(results)).beside
    assert len(said) == 2 * 2  # questions and outcomes
    values = results.outcome("consumer_surplus")
    at = {level: results.arms[results.arms["creators"] == level] for level in ("kol", "koc")}
    sides = {k: [values[a.index[a["domain"] == v]].mean(axis=1) for v in ("private", "public")] for k, a in at.items()}
    shares = [f"{level} {percent(float((high / low - 1).mean()))} %" for level, (high, low) in sides.items()]
    domain = next(text for text in said if text.startswith("Private domain") and "consumer surplus" in text)
    assert all(share.replace("kol", "KOL").replace("koc", "KOC") in domain for share in shares)
