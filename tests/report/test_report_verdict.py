from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.measures.changes import changes
from experiments.measures.outcomes import amount, number, percent
from experiments.measures.statistics import Comparison, contrast
from experiments.report import reasons
from experiments.report.load import load
from experiments.report.verdict import Verdict, judge, neighbours, table
from experiments.report.words.accounts import who
from experiments.report.words.answers import answer, parties, sure, turns
from experiments.report.words.doubts import flip_sentences
from experiments.report.words.further import extras, interactions
from experiments.report.words.notes import notes
from experiments.table.results import Results
from sim.errors import UserError

from .synthetic import FACTORS, FEES_ON_KOCS, LOG_EFFECTS, flips, write_run

FEES, DOMAIN, CREATORS = (Comparison(f, *levels) for f, levels in FACTORS.items())


def changed(folder: Path, to: Path, change: dict[str, float], where: tuple[str, str]) -> Results:
    """Copy of a run with outcomes multiplied where a factor has a level."""
    shutil.copytree(folder, to)
    runs = pd.read_parquet(to / "runs.parquet")
    for outcome, factor in change.items():
        runs.loc[runs[where[0]] == where[1], outcome] *= factor
    runs.to_parquet(to / "runs.parquet")
    return load(to)


def test_design_is_read_from_the_folder(results: Results) -> None:
    assert results.factors == FACTORS
    assert (len(results.arms), list(results.extras.index)) == (8, ["take_only", "commission_only"])
    assert (results.title, results.seeds, results.burn_in) == ("headline", 8, 60)
    assert results.arm_label("commission_free-private-koc") == "commission-free, private domain, KOC"
    assert results.label("not_declared") == "not declared"


def test_known_effects_lie_in_their_intervals(verdict: Verdict) -> None:
    truths = [(c, key, LOG_EFFECTS[key][i]) for key in ("reach", "creator_conversion")
              for i, c in enumerate((FEES, DOMAIN, CREATORS))]  # fmt: skip
    for comparison, key, log_effect in [*truths, (FEES, "kocs", FEES_ON_KOCS)]:
        effect = verdict.main(comparison, key)
        assert effect is not None
        standard_error = (effect.relative.high - effect.relative.low) / 2 / 2.365
        assert effect.relative.value == pytest.approx(np.expm1(log_effect), abs=4 * standard_error)


def test_clear_and_unclear(verdict: Verdict) -> None:
    reach = verdict.main(FEES, "reach")
    assert reach is not None
    assert not reach.clear
    assert reach.favours == "unclear"
    cost = verdict.main(FEES, "acquisition_cost")
    assert cost is not None
    assert cost.difference.value < 0
    assert cost.favours == "high"  # less is better


def test_sides_and_words_agree(results: Results, verdict: Verdict) -> None:
    assert verdict.overall(DOMAIN) == "high"
    assert answer(results, verdict, DOMAIN).startswith("Winner: private domain, by ")
    assert sure(results, verdict, DOMAIN)[0] == "best guess"
    assert re.fullmatch(
        r"Worse off with commission-free: platform \(revenue −.* to −.* yuan a month\)\.",
        parties(results, verdict, FEES),
    )
    assert verdict.parties(FEES)["platform"] == "low"
    assert "worse off: platform (revenue −9" in who(results, verdict, FEES)


def test_disagreeing_criteria_have_no_winner(run_folder: Path, tmp_path: Path) -> None:
    split = changed(run_folder, tmp_path / "r", {"consumer_surplus": 0.5}, ("domain", "private"))
    found = judge(split)
    assert found.overall(DOMAIN) == "split"
    assert answer(split, found, DOMAIN).startswith(
        "No winner, since what decides disagrees: with private domain, sales +"
    )
    assert "Worse off with it: consumers (surplus −" in parties(split, found, DOMAIN)
    assert sure(split, found, DOMAIN)[0] == "open"
    assert "worse off: consumers (surplus −" in who(split, found, DOMAIN)


def test_a_winner_in_the_mean_that_loses_beside_one_level_is_told_so(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    shutil.copytree(run_folder, folder)
    runs = pd.read_parquet(folder / "runs.parquet")
    runs.loc[(runs["domain"] == "private") & (runs["creators"] == "kol"), "gmv_kept"] *= 0.5
    runs.loc[(runs["domain"] == "private") & (runs["creators"] == "koc"), "gmv_kept"] *= 2.0
    runs.to_parquet(folder / "runs.parquet")
    torn = load(folder)
    found = judge(torn)
    assert found.overall(DOMAIN) == "high"
    assert re.fullmatch(r"But it loses with KOL: sales −.* to −.* yuan a month\.", turns(torn, found, DOMAIN))
    whole = load(run_folder)
    assert turns(whole, judge(whole), DOMAIN) == ""


def test_levels_named_the_other_way_round_say_the_same(run_folder: Path, tmp_path: Path, verdict: Verdict) -> None:
    folder = tmp_path / "r"
    shutil.copytree(run_folder, folder)
    text = (folder / "config.yaml").read_text()
    turned = text.replace("{public: {}, private: {}}", "{private: {}, public: {}}")
    assert turned != text
    (folder / "config.yaml").write_text(turned)
    other = judge(load(folder))
    back = Comparison("domain", "private", "public")
    assert other.overall(back) == "low"
    assert {p: {"high": "low", "low": "high"}.get(s, s) for p, s in other.parties(back).items()} == verdict.parties(
        DOMAIN
    )


def test_gmv_parts_sum_to_the_effect(results: Results, verdict: Verdict) -> None:
    for comparison in (FEES, DOMAIN, CREATORS):
        parts = reasons.gmv_parts(results, comparison)
        effect = verdict.main(comparison, "gmv_kept")
        assert effect is not None
        assert sum(part.value for part in parts.values()) == pytest.approx(effect.relative.value, rel=1e-9)
    by_name = reasons.gmv_parts(results, DOMAIN)
    assert by_name["conversion"].low > 0 > by_name["traffic"].high


def test_gmv_terms_multiply_to_gmv(results: Results) -> None:
    product = np.prod([t.to_numpy() for t in reasons.gmv_terms(results).values()], axis=0)
    assert product == pytest.approx(results.outcome("gmv_kept").to_numpy(), rel=1e-9)


def test_hundred_yuan_are_shared_out(results: Results) -> None:
    shares = reasons.per_hundred(results)
    assert sum(shares.values()).to_numpy() == pytest.approx(100)  # type: ignore[union-attr]
    changes_ = reasons.money_parts(results, FEES)
    assert changes_["platform"].value == pytest.approx(-5.5)
    assert sum(e.value for e in changes_.values()) == pytest.approx(0, abs=1e-9)


def test_budget_is_read_from_the_configuration(results: Results) -> None:
    used = reasons.budget_used(results)
    assert used is not None
    budget = 4.0 * 10_000 * 120 / 7
    pd.testing.assert_frame_equal(used * budget, results.outcome("marketing_cost"))


def test_interaction_is_told_with_both_simple_effects(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    shutil.copytree(run_folder, folder)
    runs = pd.read_parquet(folder / "runs.parquet")
    runs.loc[(runs.domain == "private") & (runs.creators == "koc"), "consumer_surplus"] *= 1.5
    runs.to_parquet(folder / "runs.parquet")
    results = load(folder)
    said = [s for s in interactions(results, judge(results)) if s.startswith("Consumer surplus: private")]
    assert len(said) == 1
    values = results.outcome("consumer_surplus")
    for level, label in (("koc", "KOC"), ("kol", "KOL")):
        arms = results.arms[results.arms.creators == level]
        high, low = (values[arms.index[arms.domain == v]].mean(axis=1) for v in ("private", "public"))
        assert f"{percent(float((high / low - 1).mean()))} % with {label}" in said[0]


def test_extra_arms_meet_their_neighbours(results: Results, verdict: Verdict) -> None:
    near = {"commission-private-koc", "commission_free-private-koc"}
    assert set(neighbours(results)) == {(extra, arm) for extra in ("take_only", "commission_only") for arm in near}
    effect = verdict.of("extra arm", "take_only vs commission-private-koc", "kocs")
    values = results.outcome("kocs")
    assert effect is not None
    assert effect.difference.value == pytest.approx((values["take_only"] - values["commission-private-koc"]).mean())
    assert len(extras(results, verdict)) == 4


def test_table_holds_every_effect_and_adjusts_by_effect(results: Results, verdict: Verdict) -> None:
    frame = table(verdict)
    assert set(frame["kind"]) == {"main", "2-way interaction", "3-way interaction", "extra arm"}
    assert frame.groupby(["kind", "effect"]).ngroups == 3 + 3 + 1 + 4
    assert (frame["p_holm"] >= frame["p"]).all()
    row = frame.query("effect == 'fees=commission_free' and outcome == 'gmv'").iloc[0]
    assert row["difference"] == pytest.approx(contrast(results.outcome("gmv"), results.arms, [FEES]).mean())


def test_noise_is_seldom_called_clear(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "null" / "t", seeds=6, seed=7)
    runs = pd.read_parquet(folder / "runs.parquet")
    rng = np.random.default_rng(8)
    outcomes = [str(c) for c in runs if runs[c].dtype == float and c != "seconds"]
    runs[outcomes] = rng.lognormal(0, 0.2, (len(runs), len(outcomes)))
    runs.to_parquet(folder / "runs.parquet")
    frame = table(judge(load(folder)))
    main = frame[frame["kind"] != "extra arm"]
    # Effects of a factorial on independent noise are independent of one another.
    bound = 4 * np.sqrt(0.05 * 0.95 / len(main))
    assert main["clear"].mean() == pytest.approx(0.05, abs=bound)
    assert main["p"].mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / len(main)))


def test_flips() -> None:
    found = changes(flips()).query("factor == 'fees' and outcome == 'gmv_kept'").set_index(["assumption", "value"])
    assert found["change"].to_dict() == {
        ("creators.claim_inflation", 0.0): "same", ("creators.claim_inflation", 5.0): "flips",
        ("market.choice.risk", 0.0): "no longer clear", ("market.choice.risk", 4.0): "same",
    }  # fmt: skip


def test_what_the_experiment_found_is_what_flips() -> None:
    """Small checks may be unclear at the default; a clear reverse of the experiment's answer is a flip all the same."""
    frame = flips().query("factor == 'fees' and outcome == 'gmv_kept' and assumption == 'creators.claim_inflation'")
    unclear = frame.copy()
    unclear.loc[unclear["default"], ["low", "high"]] = [-5.0, 40.0]
    at_five = unclear["value"] == 5.0
    unclear.loc[at_five, ["effect", "low", "high"]] = [-9.0, -12.0, -6.0]
    columns = ["factor", "outcome", "effect", "low", "high"]
    main = pd.DataFrame([("fees", "gmv_kept", 20.0, 10.0, 30.0)], columns=columns)
    found = changes(unclear, main).set_index("value")
    assert found["change"].to_dict() == {0.0: "same", 5.0: "flips"}
    assert set(found["at_default"]) == {"not clear"}
    assert changes(unclear).set_index("value")["change"].to_dict() == {0.0: "becomes clear", 5.0: "becomes clear"}
    unclear.loc[unclear["default"], ["effect", "low", "high"]] = [-9.0, -12.0, -6.0]
    contrary = changes(unclear, main).set_index("value")
    assert contrary["change"].to_dict() == {0.0: "flips", 5.0: "same"}  # not the assumption, but the size, turned it
    assert set(contrary["at_default"]) == {"the opposite"}


def test_a_reverse_that_is_not_clear_is_no_flip() -> None:
    frame = flips()
    frame.loc[(frame.assumption == "creators.claim_inflation") & (frame.value == 5.0), ["low", "high"]] = [-17.0, 1.0]
    assert set(changes(frame).query("assumption == 'creators.claim_inflation' and value == 5")["change"]) == {
        "no longer clear"
    }


def test_what_flips_is_told_with_its_value_before_what_is_no_longer_clear(results: Results) -> None:
    told = flip_sentences(results, FEES)[0]
    assert 0 < told.index("creators.claim_inflation = 5") < told.index("market.choice.risk = 0")
    assert "market.choice.risk = 4" not in told and "creators.claim_inflation = 0" not in told


def test_what_no_check_shows_is_not_called_the_same(run_folder: Path) -> None:
    """Intervals that hold zero at the default and at every end speak neither for the answer nor against it."""
    results = load(run_folder)
    flips = results.tables["flips"]
    flips[["low", "high"]] = [-1e9, 1e9]
    assert "the same" not in flip_sentences(results, FEES)[0]
    clear = (flips["assumption"] == "creators.claim_inflation") & (flips["value"] == 0.0)
    flips.loc[clear, "low"] = 1e-9  # of the sign that the experiment found
    assert "the same at 1 " in flip_sentences(results, FEES)[0]


def test_without_checks_the_report_says_so(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    shutil.copytree(run_folder, folder)
    (folder / "flips.parquet").unlink()
    results = load(folder)
    assert flip_sentences(results, FEES) == []
    assert any("have not been varied" in note for note in notes(results))


def test_failed_runs_are_left_out_and_told(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    shutil.copytree(run_folder, folder)
    runs = pd.read_parquet(folder / "runs.parquet")
    lost = (runs.arm == "commission-public-kol") & (runs.seed == 3)
    runs.loc[lost, "status"] = "failed"
    runs.loc[lost, "gmv"] = np.nan
    runs.to_parquet(folder / "runs.parquet")
    results = load(folder)
    effect = judge(results).main(FEES, "gmv")
    assert effect is not None
    assert effect.difference.seeds == 7
    assert any(note.startswith("1 runs failed") for note in notes(results))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no manifest\.json in it; expected a folder that koc run made"):
        load(tmp_path)


def test_missing_arm_is_refused(run_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    shutil.copytree(run_folder, folder)
    runs = pd.read_parquet(folder / "runs.parquet")
    runs[runs.arm != "commission-public-kol"].to_parquet(folder / "runs.parquet")
    with pytest.raises(UserError, match=r"7 arms .* expected one arm for each of the 8"):
        load(folder)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1234.5, "1,234"), (-0.03456, "−0.0346"), (2.5e6, "2.50 M"), (84_400, "84.4 k"), (1e-12, "0"),
     (float("nan"), "n/a"), (float("-inf"), "−∞")],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_percent_and_amounts() -> None:
    assert [percent(v) for v in (0.0, 0.0994, 0.0996, -1.0, 0.00001)] == ["0", "+9.9", "+10", "−100", "0.0"]
    assert amount(0.012, "orders/view") == "+1.2 points"
    assert amount(0.012, "orders/view", signed=False) == "1.2 %"
    assert amount(-3.4, "yuan/day") == "−3.40 yuan/day"
    assert amount(0.5, "1") == "+0.500"
