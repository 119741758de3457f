from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.drawing.labels import Box, apart, free_place
from experiments.drawing.style import house_style, save
from experiments.report import write
from experiments.report.figures import FIGURES
from experiments.report.figures.inequality import gini, lorenz
from experiments.report.load import load
from experiments.report.page import page, plain
from experiments.report.verdict import Verdict, judge
from experiments.report.words.told import tell
from experiments.table.results import Results
from sim.results.inequality import gini as gini_of_values

from .synthetic import with_labels, write_run

DRAWN = [name for name in FIGURES if not name.startswith("platforms")]  # these take tables of platforms


@pytest.fixture(scope="module")
def reported(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("reported") / "headline" / "t"
    shutil.copytree(run_folder, folder)
    return folder, write(folder)


def test_everything_is_written(reported: tuple[Path, str]) -> None:
    folder, text = reported
    whole = (folder / "verdict.txt").read_text(encoding="utf-8")
    answers = [line for line in text.splitlines() if line.isupper()]
    assert len(answers) == 3 and set(answers) <= set(whole.splitlines())
    assert len(text.split()) < len(whole.split()) / 2
    assert len(pd.read_csv(folder / "verdict.csv")) > 100
    for name in DRAWN:
        assert (folder / "figures" / f"{name}.png").stat().st_size > 10_000
        assert (folder / "figures" / f"{name}.svg").stat().st_size > 10_000
        assert len(pd.read_csv(folder / "figures" / f"{name}.csv")) > 5


def test_text_fits_a_terminal(reported: tuple[Path, str]) -> None:
    folder, text = reported
    whole = (folder / "verdict.txt").read_text(encoding="utf-8")
    assert max(map(len, [*text.splitlines(), *whole.splitlines()])) <= 100


def test_page_needs_nothing_from_elsewhere(reported: tuple[Path, str]) -> None:
    text = (reported[0] / "report.html").read_text(encoding="utf-8")
    assert text.count('<img src="data:image/svg+xml;base64,') == len(DRAWN)
    assert not re.search(r"<(script src|link|iframe)|@import|url\(|(src|href)=\"(?!data:)", text)
    assert (reported[0] / "card.png").read_bytes()[16:20] == (1080).to_bytes(4, "big")  # pixels wide
    assert len(text) < 3_000_000
    assert "{{" not in text
    assert "0123abcd" in text  # the hash of the configuration


def test_page_escapes_what_a_user_wrote(results: Results, verdict: Verdict) -> None:
    hostile = with_labels(results, kol="<b>KOL</b>")
    text = page(hostile, verdict, {})
    assert "<b>KOL" not in text
    assert "&lt;b&gt;KOL" in text


def test_figures_are_the_same_to_the_byte(
    reported: tuple[Path, str], results: Results, verdict: Verdict, tmp_path: Path
) -> None:
    with house_style():
        drawing = FIGURES["headline"](results, verdict)
        assert drawing is not None
        save(drawing, tmp_path, "headline")
    for file in ("headline.png", "headline.svg", "headline.csv"):
        assert (tmp_path / file).read_bytes() == (reported[0] / "figures" / file).read_bytes()


def test_no_backend_is_chosen() -> None:
    code = "import experiments.report.figures, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_one_seed_has_no_intervals(tmp_path: Path) -> None:
    results = load(write_run(tmp_path / "one" / "t", seeds=1))
    verdict = judge(results)
    text = plain(results, tell(results, verdict))
    assert "one seed: no interval" in text
    assert text.count("No clear winner: with ") == 3 and "n/a" not in text
    assert "∞" not in text
    assert "n/a" not in text
    for draw in (FIGURES[name] for name in DRAWN):
        drawing = draw(results, verdict)
        assert drawing is not None
        for ax in drawing.figure.axes:
            assert np.isfinite(ax.dataLim.bounds).all()


def test_one_arm_has_no_verdict(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "single" / "t", seeds=2)
    for name in ("runs", "daily", "funnel", "creators", "split"):
        table = pd.read_parquet(folder / f"{name}.parquet")
        table = table[table.arm == "commission-public-kol"].assign(arm="base")
        table.to_parquet(folder / f"{name}.parquet")
    (folder / "flips.parquet").unlink()
    (folder / "config.yaml").write_text("experiment: {name: single, factors: {}, burn_in: 60}\n")
    text = write(folder)
    assert text.startswith("Verdict: single")
    assert "nothing to compare" in (folder / "report.html").read_text(encoding="utf-8")
    assert not (folder / "figures" / "effects.png").exists()
    assert (folder / "figures" / "who_gets_100_yuan.png").exists()


def test_three_levels_and_no_sales(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "levels" / "t", seeds=3)
    arms = {"commission-public-kol": "low", "commission-private-koc": "middle", "commission_free-private-koc": "high"}
    for name in ("runs", "daily", "funnel", "creators", "split"):
        table = pd.read_parquet(folder / f"{name}.parquet").query("arm in @arms")
        table = table.assign(arm=table.arm.map(arms))
        if name == "runs":
            table["effort"] = table.arm
            table.loc[table.arm == "low", ["gmv", "gmv_kept", "reach"]] = 0.0
            table.loc[table.arm == "low", ["conversion", "creator_conversion", "acquisition_cost"]] = np.nan
        if name in ("split", "creators"):
            table.loc[table.arm == "low", {"split": "yuan", "creators": "income"}[name]] = 0.0
        table.to_parquet(folder / f"{name}.parquet")
    (folder / "config.yaml").write_text("experiment: {factors: {effort: {low: {}, middle: {}, high: {}}}}\n")
    (folder / "flips.parquet").unlink()
    text = write(folder)
    assert "MIDDLE OR LOW?" in text
    assert "HIGH OR LOW?" in text
    assert "nan" not in text


def test_lorenz_curve_has_the_gini_of_its_incomes() -> None:
    income = np.random.default_rng(5).lognormal(0, 1, 2000)
    assert gini(lorenz(income)) == pytest.approx(gini_of_values(income), abs=0.001)
    assert lorenz(np.full(50, 3.0)) == pytest.approx(np.linspace(0, 1, 101))
    assert np.isnan(lorenz(np.zeros(3))).all()


def test_apart_moves_no_further_than_needed() -> None:
    assert apart([0.0, 10.0, 20.0], 5.0).tolist() == [0, 10, 20]
    assert apart([1.0, 1.0], 2.0).tolist() == [0, 2]
    spread = apart([3.0, 0.0, 0.1, 0.2], 1.0)
    assert np.diff(np.sort(spread)).min() >= 1 - 1e-12
    assert np.argsort(spread).tolist() == [1, 2, 3, 0]


def test_labels_do_not_cover_one_another() -> None:
    placed: list[Box] = []
    spot = np.array([400.0, 300.0])
    for _ in range(6):
        free_place(spot, "a label", spot[None, :], placed)
    assert not any(a.overlaps(b) for i, a in enumerate(placed) for b in placed[:i])
