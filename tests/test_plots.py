"""Plots: numbers with known answers become sentences and figures; what cannot be drawn is told in one line."""

from __future__ import annotations

import ast
import json
import re
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import FEES, folder, spread, table
from small_markets import market

from experiments import cli, plot
from experiments.analysis import plots
from experiments.analysis.assumption import soft
from experiments.analysis.figures import curves
from experiments.analysis.figures.curves import FLOWS
from experiments.analysis.plots import closing, panels_of
from experiments.analysis.plotting import response_panels
from experiments.drawing import fonts
from experiments.drawing.style import house_style, save, words_of
from experiments.settings.language import Language, dictionary, speaking
from experiments.table.results import read
from sim.errors import UserError
from sim.parameters import Parameters
from sim.results.outcomes import OUTCOMES
from sim.results.recorder import DAILY

COSTS = pd.DataFrame({"creators.effort_cost": [1.0, 4.0, 8.0, 12.0]})
ONE_ARM = {"experiment": {"name": "fake", "days": 9, "burn_in": 3}}


def rising(points: pd.DataFrame) -> np.ndarray:
    return 100.0 * points["creators.effort_cost"].to_numpy()


def humped(points: pd.DataFrame) -> np.ndarray:
    return 1000.0 - 20.0 * (points["creators.effort_cost"].to_numpy() - 7.0) ** 2


def alone(place: Path, runs: pd.DataFrame) -> Path:
    """The second arm of a fake sweep, as an experiment without factors leaves it."""
    own = runs[runs["arm"] == FEES[1]].drop(columns="fees").assign(arm="fake").reset_index(drop=True)
    return folder(place, own, ONE_ARM)


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    return alone(tmp_path / "results" / "fake" / "2026", table(COSTS, rising, seeds=4))


def test_a_sweep_ends_with_what_follows_from_what_was_varied(sweep: Path) -> None:
    """Surplus rises by 1,100 on 1,100 whatever the seed, so that the interval has no width."""
    runs = pd.read_parquet(sweep / "runs.parquet")
    base = runs.loc[runs["creators.effort_cost"] == 1, "consumer_surplus"].mean()
    found, picture = closing(sweep)
    assert found.startswith("Consumer surplus ") and " with creators.effort_cost: " in found
    assert found.endswith("from 1 to 12.")
    assert (sweep / picture).read_bytes().startswith(b"\x89PNG")
    drawn = pd.read_csv((sweep / picture).with_suffix(".csv"))
    surplus = drawn[drawn["outcome"] == "consumer_surplus"]
    assert surplus["at"].tolist() == [1.0, 4.0, 8.0, 12.0]
    assert surplus["mean"].iloc[0] == pytest.approx(base)
    assert (surplus["low"] < surplus["mean"]).all() and (surplus["mean"] < surplus["high"]).all()


def test_change_is_paired_by_seed_and_a_peak_is_told(tmp_path: Path) -> None:
    """What seeds add at all points alike widens the band, not the change."""
    runs = table(COSTS, humped, seeds=5)
    shared = runs.groupby("seed")["consumer_surplus"].transform("first")
    runs["consumer_surplus"] = shared + humped(runs) - runs["seed"] % 2  # half a yuan about the mean
    (panel,) = response_panels(read(alone(tmp_path / "a", runs)), ["surplus"], "effort_cost", "")
    (line,) = panel.lines
    assert line.change.value == pytest.approx(humped(COSTS)[-1] - humped(COSTS)[0])
    assert line.change.high - line.change.low < 1e-6 < line.curve.high[0] - line.curve.low[0]
    assert (line.peak, line.at) == ("highest", 8.0)


def test_points_that_differ_in_all_are_averaged_with_their_neighbours(tmp_path: Path) -> None:
    points = spread(60, seed=2, creators__effort_cost=(1, 12), creators__claim_inflation=(0, 5))
    one = read(folder(tmp_path / "a", table(points, rising, seeds=2)))
    by_cost, by_inflation = response_panels(one, ["surplus"], "", "commission_free")
    assert (by_cost.against, by_inflation.against) == (
        "creators.effort_cost",
        "creators.claim_inflation",
    )  # what moves it most first
    assert by_cost.binned and len(by_cost.lines[0].curve.x) == 6
    assert by_cost.lines[0].change.low > 500
    assert not by_inflation.lines[0].change.clear


def test_a_crossed_design_is_averaged_over_the_others(tmp_path: Path) -> None:
    grid = [{"creators.effort_cost": cost, "graph.kind": kind} for cost in (1.0, 3.0) for kind in ("a_graph", "b")]
    one = read(alone(tmp_path / "a", table(pd.DataFrame(grid), rising, seeds=3)))
    assert (one.varied, one.choices) == (("creators.effort_cost",), ("graph.kind",))
    (by_kind,) = response_panels(one, ["surplus"], "kind", "")
    assert by_kind.names == ["a_graph", "b"] and not by_kind.binned
    (by_cost,) = response_panels(one, ["surplus"], "cost", "")
    assert len(by_cost.lines[0].curve.x) == 2


def test_a_single_arm_ends_with_its_course(tmp_path: Path) -> None:
    """GMV of 100 until day 2, which does not count, then 200, or 202 with the other seed."""
    runs = table(COSTS.iloc[:1], rising, seeds=2).drop(columns=["point", "creators.effort_cost"])
    place = alone(tmp_path / "a", runs)
    days = [
        {"arm": "fake", "seed": seed, "day": day, "gmv": 100.0 + (100 + 2 * seed) * (day > 2)}
        for seed in (0, 1) for day in range(9)
    ]  # fmt: skip
    pd.DataFrame(days).to_parquet(place / "daily.parquet", index=False)
    found, picture = closing(place)
    assert found.startswith("GMV: 201 yuan a day (95 % CI 188 to 214), from day 3 on; it does not clearly change")
    assert (place / picture).exists()
    drawn = pd.read_csv((place / picture).with_suffix(".csv"))
    assert drawn["mean"].iloc[-1] == pytest.approx((100 * 0 + 6 * 201 + 100) / 7)  # the week's mean


def test_the_command_draws_arms_days_and_parameters(
    sweep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["plot", str(sweep), "surplus", "return_rate", "--against", "effort_cost"]) == 0
    said = capsys.readouterr().out
    assert "return rate does not clearly change with creators.effort_cost" in said.lower()
    assert (sweep / "analysis" / "plot-consumer_surplus-return_rate-effort_cost.png").exists()
    assert cli.main(["plot", str(folder(tmp_path / "b", table(COSTS, rising))), "gmv", "--against", "arm"]) == 0
    assert "highest with" in capsys.readouterr().out


def daily(place: Path) -> Path:
    """Beside the folder's runs a daily table that has every column."""
    arms = pd.read_parquet(place / "runs.parquet")["arm"].unique()
    days = [
        {"arm": arm, "seed": seed, **{name: 20_000.0 + day * (seed + 1) for name in DAILY}, "day": day}
        for arm in arms for seed in (0, 1) for day in range(9)
    ]  # fmt: skip
    pd.DataFrame(days).to_parquet(place / "daily.parquet", index=False)
    return place


def english_in(texts: list[str]) -> set[str]:
    """Words that are neither names of parameters nor the trade's."""
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(r"creators\.\w+", "", " ".join(texts)))) - {"KOC", "KOL", "GMV"}


@pytest.mark.parametrize(
    ("against", "english"),
    [
        ("day", {"day", "burn-in", "GMV, yuan a day", "Unique buyers, people", "KOCs in business, people", "20 k"}),
        ("arm", {"Consumer surplus, yuan", "commission", "commission-free"}),
        (
            "effort_cost",
            {"Consumer surplus, yuan", "creators.effort_cost\nmarginal effort cost per post squared (yuan day/post²)"},
        ),
    ],
)
def test_a_chinese_plot_has_no_english_and_the_english_one_is_as_ever(
    against: str, english: set[str], tmp_path: Path
) -> None:
    sweep = read(daily(folder(tmp_path / "a", table(COSTS, humped))), more=["daily"])
    drawn = {}
    for language in Language:
        with speaking(language):
            shown = panels_of(sweep, [], against) if against == "day" else panels_of(sweep, ["surplus"], against)
            drawing = plots._drawing(shown)
            sentences = [text for panel in shown for text in plots._sentences(panel)]
        with house_style():
            save(drawing, tmp_path, language)  # numbers along axes are written now, in the language of the figure
        drawn[language] = [*words_of(drawing.figure), *sentences, drawing.title, drawing.caption], drawing.data
    assert english_in(drawn[Language.zh][0]) == set()
    assert not re.search("[\u4e00-\u9fff]", " ".join(drawn[Language.en][0])) and english <= set(drawn[Language.en][0])
    numbers, same = (drawn[language][1].select_dtypes("number") for language in Language)
    pd.testing.assert_frame_equal(numbers, same)


def test_all_that_a_plot_may_show_is_in_the_dictionary() -> None:
    shown = {outcome.label for outcome in OUTCOMES.values()} | {outcome.unit for outcome in OUTCOMES.values()}
    shown |= {f"{unit} a day" for unit in FLOWS} | {name.replace("_", " ") for name in DAILY if name not in OUTCOMES}
    shown |= {assumption.path for assumption in soft(Parameters(), set())}
    for path in (curves.__file__, plots.__file__):
        calls = (node for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))) if isinstance(node, ast.Call))
        named = (call.args[0] for call in calls if getattr(call.func, "id", "") == "said")
        shown |= {node.value for node in named if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert "mean" in shown and shown - {"1"} - set(dictionary(Language.zh)) == set()


@pytest.mark.parametrize("installed", [True, False])
def test_the_end_of_a_run_and_the_command_speak_chinese(
    installed: bool, sweep: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "note", lambda texts: "" if installed else "no installed font has some")
    with speaking(Language.zh):
        found, picture = closing(sweep)
    assert found.startswith("消费者剩余随 creators.effort_cost 上升：从 1 到 12，变化 ")
    left = json.loads((sweep / picture).with_suffix(".json").read_text("utf-8"))
    assert left["command"].endswith(" --lang zh")
    assert left["title"].startswith("消费者剩余" if installed else "Consumer surplus ")
    assert cli.main(["plot", str(sweep), "surplus", "--against", "effort_cost", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "消费者剩余随 creators.effort_cost 上升" in said and ("本机没有中文字体" in said) != installed
    with nullcontext() if installed else pytest.warns(UserWarning, match="本机没有中文字体"):
        (axes,) = plot(sweep, "surplus", language="zh").axes
    assert axes.get_title(loc="left") == ("消费者剩余，元" if installed else "Consumer surplus, yuan")
    with pytest.raises(UserError, match="language=fr: expected en or zh"):
        plot(sweep, "surplus", language="fr")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gmvv"], "OUTCOME gmvv"),
        (["gmv", "--against", "claim_inflation"], "--against claim_inflation"),
        (["gmv", "--arm", "nobody"], "--arm nobody"),
        (["gmv", "--against", "day"], "no daily.parquet in it; experiment.keep=tables keeps it"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(
    sweep: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["plot", str(sweep), *words]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    assert not (sweep / "analysis").exists()


def test_in_python_a_folder_and_a_market_become_one_figure(sweep: Path) -> None:
    from matplotlib import pyplot

    figure = plot(sweep, "surplus", against="effort_cost")
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert [ax.get_title(loc="left") for ax in plot(market(days=3), "gmv", "trust").axes] == [
        "GMV, yuan a day", "Mean trust of followers in\ncreators",
    ]  # fmt: skip
    assert pyplot.get_fignums() == []  # a notebook would show such a one a second time
    with pytest.raises(UserError, match="expected a market that has run"):
        plot(market())
