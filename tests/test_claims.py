from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import numpy as np
import pandas as pd
import pytest

from experiments.claims import judge, rows, words
from experiments.claims.plan import HOME, POSTERIOR, SMALL, Point, plan
from experiments.cli import main

HEAD = """\
sources: {A: an article}
size: {consumers: 150, days: 12, burn_in: 4, seeds: 3}
checks: {consumers: 120, days: 10, burn_in: 4, seeds: 2, draws: 1}
hangs_on: [creators.claim_inflation]
claims:
"""
SHARING = """\
7:
  says: What friends pass on sells.
  source: A
  arms: {silent: market.sharing.friends_told=0, telling: market.sharing.friends_told=9}
  expect: [telling.share_coefficient > silent.share_coefficient, silent.gmv > 0]
"""
LACKING = """\
8:
  says: Mothers buy more.
  source: A
  needs: segments of people
"""


def written(folder: Path, *claims: str) -> Path:
    path = folder / "my_claims.yaml"
    path.write_text(HEAD + "".join(indent(dedent(claim), "  ") for claim in claims), "utf-8")
    return path


def run(path: Path, *more: str) -> int:
    return main(["claims", "--file", str(path), "--output", str(path.parent / "results"), "--workers", "1", *more])


def refusal(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(path) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and not (path.parent / "results").exists()
    return told[0]


def test_a_row_is_judged_from_the_command_line_to_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    path = written(tmp_path, SHARING, LACKING)
    assert run(path, "--docs", str(docs)) == 0
    printed = capsys.readouterr()
    assert "8: not yet testable; needs segments of people" in printed.out
    folder = tmp_path / "results" / "claims" / "latest"
    table = pd.read_csv(folder / "claims.csv")
    assert set(table["point"]) == {
        "the market as configured", "the smaller market", "creators.claim_inflation=0", "creators.claim_inflation=3",
        "draw 1 of the posterior",
    }  # fmt: skip
    at_home = table[table["point"] == "the market as configured"].set_index("expected")
    told = at_home.loc["telling.share_coefficient > silent.share_coefficient"]
    assert told["left"] > told["right"] == 1 and told["seeds"] == 3
    assert told["effect"] == pytest.approx(told["left"] - 1)
    page = (docs / "claims.md").read_text("utf-8")
    assert page == (folder / "claims.md").read_text("utf-8")
    assert "What friends pass on sells." in page and "| 8 | Mothers buy more. | A | segments of people |" in page

    assert run(path, "7") == 0
    assert "runs:" not in capsys.readouterr().err.replace("18 runs", "")  # the store has them all


def test_arms_share_their_seeds_and_a_smaller_market_moves_one_thing(tmp_path: Path) -> None:
    file = rows.read(written(tmp_path, SHARING))
    planned = plan(file, file.claims, "file")
    runs = planned.runs["7"]
    assert list(runs) == [
        HOME,
        SMALL,
        *(Point("creators.claim_inflation", end, True) for end in (0.0, 3.0)),
        Point(POSTERIOR, 0, True),
    ]
    for point, arms in runs.items():
        assert [run.seed for run in arms["silent"]] == [run.seed for run in arms["telling"]]
        assert {run.consumers for some in arms.values() for run in some} == {120 if point.small else 150}
        told = {name: some[0].parameters.market.sharing.friends_told for name, some in arms.items()}
        assert told == {"silent": 0, "telling": 9}
    assert runs[Point("creators.claim_inflation", 3.0, True)]["silent"][0].parameters.creators.claim_inflation == 3
    assert len(planned.every) == 2 * (3 + 4 * 2)


def estimated(*values: float, sign: int = 1, negligible: float = 0.01) -> judge.Sign:
    return judge._sign(judge.t_interval(values), sign, negligible)


def test_a_sign_is_that_of_the_interval() -> None:
    assert estimated(0.2, 0.3, 0.25) is judge.Sign.HOLDS
    assert estimated(0.2, 0.3, 0.25, sign=-1) is judge.Sign.FAILS
    assert estimated(-0.2, 0.3, 0.25) is judge.Sign.UNCLEAR
    assert estimated(0.001, 0.0012, 0.0011) is judge.Sign.NONE
    assert estimated(0.0, 0.0, 0.0, negligible=0.0) is judge.Sign.NONE
    assert estimated(0.4) is judge.Sign.UNCLEAR
    assert estimated(np.nan, np.nan) is judge.Sign.UNCLEAR


@pytest.mark.parametrize(
    ("home", "low", "high", "verdict"),
    [
        ("HOLDS", "HOLDS", "UNCLEAR", "HOLDS"),
        ("HOLDS", "FAILS", "HOLDS", "TURNS"),
        ("FAILS", "FAILS", "UNCLEAR", "FAILS"),
        ("NONE", "UNCLEAR", "HOLDS", "TURNS"),
        ("UNCLEAR", "HOLDS", "HOLDS", "UNCLEAR"),
        ("UNCLEAR", "HOLDS", "FAILS", "TURNS"),
    ],
)
def test_a_verdict_is_that_of_its_points(home: str, low: str, high: str, verdict: str) -> None:
    ends = Point("creators.claim_inflation", 0.0, True), Point("creators.claim_inflation", 3.0, True)
    signs = dict(zip((HOME, *ends), (judge.Sign[name] for name in (home, low, high)), strict=True))
    found, at = judge._verdict(signs)
    assert found is judge.Verdict[verdict]
    assert bool(at) == (verdict == "TURNS")
    assert all(signs[point] is not signs[HOME] for point in at)


def test_an_expectation_is_worked_out_seed_by_seed(tmp_path: Path) -> None:
    """Outcomes of which the sizes are known: the mean of shares, not the share of means; and NaN is left out."""
    file = rows.read(written(tmp_path, SHARING))
    claim, runs = file.claims["7"], plan(file, file.claims, "file").runs["7"]
    outcomes: dict[str, dict[str, float]] = {}
    for arms in runs.values():
        for place, (silent, telling) in enumerate(zip(arms["silent"], arms["telling"], strict=True)):
            outcomes[silent.id] = {"share_coefficient": 1.0 + place, "gmv": np.nan if place == 0 else 5.0}
            outcomes[telling.id] = {"share_coefficient": 2.0 + place}
    first, second = judge.judge("7", claim, runs, outcomes, 0.01).found[HOME]
    assert first.effect.value == pytest.approx(np.mean([2 / 1, 3 / 2, 4 / 3]) - 1) and first.is_share
    assert second.effect.seeds == 2 and not second.is_share
    assert words.effect(second) == "5.00 (5.00 to 5.00)"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("telling.share_coefficient >", "teling.share_coefficient >", "no arm teling; did you mean 'telling'?"),
        ("silent.gmv > 0", "silent.gmw > 0", "no outcome gmw; did you mean 'gmv'?"),
        ("silent.gmv > 0", "silent.gmv", "expected one comparison, such as koc.gmv > kol.gmv"),
        ("silent.gmv > 0", "silent > 0", "'silent' is no outcome of an arm"),
        ("silent.gmv > 0", "1 > 0", "names no arm"),
        ("silent.gmv > 0", "open('x') > 0", "functions are"),
        ("friends_told=9", "friends_tld=9", "claims.7.arms.telling:"),
        ("friends_told=9", "friends_told=-9", "claims.7.arms.telling:"),
        ("source: A", "source: B", "claims.7.source=B: no such source"),
        ("says: What friends pass on sells.", "say: it", "says"),
        ("expect:", "needs: a market\n  expect:", "needs"),
        ("source: A", "source: A\n  hangs_on: [creators.kol_count]", "creators.kol_count has no plausible range"),
        (
            "silent: market.sharing.friends_told=0",
            "silent: creators.claim_inflation=0",
            "creators.claim_inflation is set by the arms",
        ),
    ],
)
def test_a_malformed_row_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, told: str
) -> None:
    assert before in SHARING
    line = refusal(written(tmp_path, SHARING.replace(before, after)), capsys)
    assert told in line and "claims.7" in line and line.startswith("koc: ")


def test_a_claim_that_there_is_not_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(written(tmp_path, SHARING), "9") == 2
    assert capsys.readouterr().err == "koc: 9: no such claim; valid names: 7\n"


def test_the_claims_that_are_shipped_can_be_planned() -> None:
    file = rows.read()
    planned = plan(file, file.claims, "claims.yaml")
    lacking = [number for number, claim in file.claims.items() if claim.needs]
    assert len(planned.runs) >= 25 and len(planned.runs) + len(lacking) == 40
