"""Each command of the analysis, typed: on folders with known answers, and on tiny markets from end to end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import folder, spread, table

from experiments import cli
from experiments.analysis.deciding import tell

ARMS = (
    "+experiment.factors.pay.some.creators.commission=0.2",
    "+experiment.factors.pay.none.creators.commission=0.0",
)
TINY = (
    "experiment=single", "market.consumers=120", "experiment.days=12", "experiment.burn_in=4",
    "executor.backend=serial", *ARMS,
)  # fmt: skip


def effect(points: pd.DataFrame) -> np.ndarray:
    return 20 * (5.0 - points["creators.effort_cost"].to_numpy())


@pytest.fixture
def sweep(here: Path) -> Path:
    points = spread(60, seed=2, creators__effort_cost=(1, 12), creators__claim_inflation=(0, 5))
    return folder(here / "results" / "fake" / "2026", table(points, effect, seeds=3, noise=10.0))


def written(place: Path, name: str) -> dict[str, Any]:
    """Every file of a finding is there; returns its words."""
    files = {path.suffix for path in (place / "analysis").glob(f"{name}.*")}
    assert files == {".png", ".svg", ".csv", ".json"}
    page = (place / "analysis.html").read_text("utf-8")
    assert f'id="{name}"' in page and "http://" not in re.sub(r"http://www.w3.org", "", page)
    found: dict[str, Any] = json.loads((place / "analysis" / f"{name}.json").read_text("utf-8"))
    return found


def test_a_sweep_tells_which_assumption_decides(sweep: Path) -> None:
    """Of three that vary the two that matter, the more decisive first; and what cannot be told is said."""
    points = spread(
        80, seed=3, creators__effort_cost=(1, 12), creators__claim_inflation=(0, 5), market__choice__friends=(0, 1)
    )
    runs = table(points, lambda p: effect(p) + 2.0 * p["market.choice.friends"].to_numpy(), noise=5.0)
    place = folder(sweep.parent / "three", runs.assign(gmv_kept=5.0))
    lines = tell(place)
    assert lines[1:3] == [
        "GMV NET OF RETURNS: commission-free less commission", "the same at all points: nothing that varies moves it",
    ]  # fmt: skip
    assert lines[4] == "CONSUMER SURPLUS: commission-free less commission"
    assert lines[5].startswith("moved most by creators.effort_cost")
    at = re.findall(r"changes at creators.effort_cost = ([\d.]+)", " ".join(lines))
    assert float(at[0]) == pytest.approx(5.1, abs=0.3)
    (drawn,) = (place / "analysis").glob("flipmap-*.png")
    assert "fees-consumer_surplus-creators.effort_cost" in drawn.name


def test_too_few_points_or_assumptions_tell_nothing(sweep: Path) -> None:
    one = folder(sweep.parent / "one", table(spread(60, creators__effort_cost=(1, 12)), effect))
    few = spread(5, creators__effort_cost=(1, 12), creators__claim_inflation=(0, 5))
    assert tell(one) == tell(folder(sweep.parent / "few", table(few, effect))) == []


def test_flipmap(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [
        "flipmap",
        str(sweep),
        "--x",
        "effort_cost",
        "--y",
        "claim_inflation",
        "--contrast",
        "fees",
        "--outcome",
        "surplus",
    ]
    assert cli.main(command) == 0
    said = " ".join(capsys.readouterr().out.split())
    at = float(re.findall(r"changes at creators.effort_cost = ([\d.]+)", said)[0])
    assert at == pytest.approx(5.0, abs=0.2)
    assert "creators.claim_inflation does not change who is ahead" in said
    name = "flipmap-fees-consumer_surplus-creators.effort_cost-creators.claim_inflation"
    assert "commission-free is better" in str(written(sweep, name)["words"]["en"]["sentences"])
    nodes = pd.read_csv(sweep / "analysis" / f"{name}.csv")
    assert set(nodes) == {"creators.effort_cost", "creators.claim_inflation", "mean", "low", "high", "clear"}
    assert (nodes.loc[nodes["creators.effort_cost"] < 4, "mean"] > 0).all()


def test_scenarios(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scenarios", str(sweep), "--outcome", "surplus"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    at = float(re.findall(r"commission-free wins if creators.effort_cost < ([\d.]+)", said)[0])
    assert at == pytest.approx(5.0, abs=0.6)
    written(sweep, "scenarios-fees-consumer_surplus")


def test_compare(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", f"{sweep}:commission", f"{sweep}:commission_free", "--outcome", "surplus"]) == 0
    assert "paired by 3 shared seeds, each a mean over 60 shared points" in " ".join(capsys.readouterr().out.split())
    written(sweep, "compare-commission-commission_free")
    assert cli.main(["scenarios", str(sweep), "--outcome", "surplus"]) == 0
    page = (sweep / "analysis.html").read_text("utf-8")
    assert page.count("<figure") == 2  # the page has all that was found so far


def test_sensitivity_from_the_market_to_the_page(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["sensitivity", *TINY, "experiment.seeds=2", "--outcome", "gmv", "--over", "choice.risk,choice.friends"]
    assert cli.main([*common, "--dry-run"]) == 0
    told = capsys.readouterr().err
    assert told == "tornado: both ends of 2 ranges = 5 points x 2 arms x 2 seeds = 20 runs of 12 days\n"
    assert list(here.iterdir()) == []
    assert cli.main(common) == 0
    assert cli.main([*common, "--method", "morris", "--samples", "4"]) == 0
    for method in ("tornado", "morris"):
        place = (here / "results" / f"single-{method}" / "latest").resolve()
        found = written(place, f"{method}-pay-gmv")
        told = found["words"]["en"]
        assert "market.choice.risk" in str(told["rows"]) and "koc sensitivity" not in str(told["sentences"])
    ends = pd.read_csv(here / "results" / "single-tornado" / "latest" / "analysis" / "tornado-pay-gmv.csv")
    assert sorted(ends["value"]) == [0.0, 0.0, 0.5, 1.0]  # both ends of .choice.risk and of .choice.friends


def test_a_sweep_is_mapped(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design = [
        "experiment.design.vary={market.choice.risk: plausible, market.memory.use: {low: 0.5, high: 3}}",
        "experiment.design.sample=latin_hypercube", "experiment.design.points=24",
    ]  # fmt: skip
    assert cli.main(["run", *TINY, "experiment.seeds=1", *design, "--lang", "zh"]) == 0
    assert re.search(r"净成交额.+（none 减 some）", capsys.readouterr().out)  # labels of a user stay
    place = here / "results" / "single" / "latest"
    assert cli.main(["flipmap", str(place), "--x", "risk", "--y", "use", "--arm", "some", "--outcome", "gmv"]) == 0
    said = capsys.readouterr().out
    assert "R2 = 0." in said and "One seed a point" in said
    name = "flipmap-some-gmv-market.choice.risk-market.memory.use"
    nodes = pd.read_csv(place / "analysis" / f"{name}.csv")
    assert (nodes["market.choice.risk"].min(), nodes["market.choice.risk"].max()) == (0.0, 1.0)


def test_seeds_are_added_until_the_difference_is_known(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    goal = ["experiment.precision.outcome=gmv", "experiment.precision.half_width=12%"]
    command = ["run", *TINY, "experiment.seeds=5", *goal, "experiment.precision.max_seeds=90"]
    assert cli.main(command) == 0
    manifest = json.loads((here / "results" / "single" / "latest" / "manifest.json").read_text("utf-8"))
    found, runs = manifest["precision"], pd.read_parquet(here / "results" / "single" / "latest" / "runs.parquet")
    assert found["reached"] and found["half_width"] <= found["asked"]
    assert found["seeds"] == runs["seed"].nunique() > 5
    wide = runs.pivot(index="seed", columns="arm", values="gmv")
    assert found["effect"] == pytest.approx((wide["none"] - wide["some"]).mean())
    variances = wide.var().sum() / (wide["none"] - wide["some"]).var()
    assert found["seeds_unpaired"] == pytest.approx(found["seeds"] * variances)
    assert "arms on seeds of their own would take" in capsys.readouterr().err
    assert cli.main(command) == 0  # all from the store, to the same end
    again = json.loads((here / "results" / "single" / "latest" / "manifest.json").read_text("utf-8"))
    assert again["precision"] == found and again["runs"]["made"] == 0


WRONG = {
    "flipmap {} --x effort_cost --y gossip --outcome surplus": "--y gossip: valid names: creators.claim_inflation, ",
    "flipmap {} --x effort_cost --y claim_inflation --outcome happiness": "--outcome happiness: valid names: consumer_",
    "flipmap {} --x effort_cost --y claim_inflation --outcome gmv --contrast pay": "--contrast pay: valid names: fees",
    "flipmap {} --x effort_cost --y claim_inflation --outcome gmv": "the response is 0 at all points: there is",
    "scenarios {} --outcome gmv --contrast fees=none": "--contrast fees=none: no such level beside commission; ",
    "compare {}:commission {}:commission": "the same twice; expected two arms or two folders",
    "compare {}:commission nowhere": "nowhere: no such folder; expected a folder that koc run made",
    "sensitivity experiment=quick --outcome gmv": "--contrast: not given; the factors are fees, domain, creators",
    "sensitivity experiment=quick --outcome revenue --contrast fees": (
        "--outcome revenue: it may be creator_revenue or platform_revenue"
    ),
    "run experiment.precision.outcome=gmw": "experiment.precision.outcome=gmw: no such outcome; did you mean 'gmv'?",
    "run experiment.precision.outcome=gmv": "experiment.precision.half_width=: expected a number above 0, or per cent",
    "run experiment.precision.outcome=gmv experiment.precision.half_width=-2%": "half_width=-2%: expected a number",
    "run experiment=quick experiment.precision.outcome=gmv experiment.precision.half_width=2%": (
        "experiment.precision: 3 seeds to begin with, expected experiment.seeds from 5 to max_seeds=200"
    ),
    "run experiment=single experiment.precision.outcome=gmv experiment.precision.half_width=2%": (
        "experiment.precision.outcome: the experiment has no factors, so there is no difference to know"
    ),
}


@pytest.mark.parametrize("line", WRONG)
def test_a_mistake_is_told_in_one_line(line: str, sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line.format(sweep, sweep).split()) == 2
    said = capsys.readouterr().err
    assert WRONG[line] in said and said.count("\n") == 1
    assert not (sweep / "analysis").exists()
