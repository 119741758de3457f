"""The page with sliders, in a browser: a slider is moved, and what the page then says is what Python says."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from browser import dom

from experiments.analysis.explore import EXPLORED, Explored, explored, page, words
from experiments.design.samplers import sobol_points
from experiments.settings.language import Language
from experiments.settings.option_files import FOLDER
from experiments.settings.yaml_text import read_yaml
from experiments.table.results import results_of
from sim.errors import UserError

TAKE, BUDGET = "platform.take_rate", "brands.weekly_budget"
VARY = {TAKE: {"low": 0.0, "high": 0.1}, BUDGET: {"low": 0.2, "high": 2.0, "scale": "log"}}
CONFIG = {
    "experiment": {"days": 90, "burn_in": 60, "design": {"vary": VARY}, "name": "toy"},
    "market": {"consumers": 1000}, "platform": {"take_rate": 0.05}, "brands": {"weekly_budget": 0.65},
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Explored:
    unit = sobol_points(32, 2, 0)
    take, budget = 0.1 * unit[:, 0], 0.2 * 10 ** unit[:, 1]
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (3, 32))
    table = pd.DataFrame({
        "point": range(32), "arm": "market", "seed": 0, "status": "finished", TAKE: take, BUDGET: budget,
        "gmv_kept": 1e5 * (1 + budget - 3 * take) + 500 * noise[0],
        "koc_retention": 0.5 + 0.2 * np.sin(20 * take) + 0.01 * noise[1],
        "brand_profit": 1e4 * noise[2],  # nothing but noise
    })  # fmt: skip
    return explored(results_of(table, name="toy", config=CONFIG))


def seen(found: Explored, folder: Path, script: str = "", fragment: str = "") -> str:
    """What Chromium shows of the page after a script."""
    return dom(page(found), folder, script, fragment)


def shown(dom: str, key: str) -> dict[str, float]:
    row = re.search(rf'<div class="[^"]*" id="outcome-{key}"([^>]*)>', dom)
    assert row is not None
    return {name: float(value) for name, value in re.findall(r'data-(\w+)="([^"]+)"', row[1])}


def move(path: str, place: float) -> str:
    return (
        f"const moved = document.getElementById({json.dumps(path)}); moved.value = {place};"
        "moved.dispatchEvent(new Event('input'));"
    )


def expected(found: Explored, key: str, start: list[float], end: list[float]) -> dict[str, float]:
    fit = found.fits["market", key]
    (first, last), (_, deviation) = fit.surrogate.predict(np.array([start, end]))
    return {"level": last, "mean": last - first, "leveldeviation": deviation}


def test_a_moved_slider_tells_what_python_predicts(found: Explored, tmp_path: Path) -> None:
    dom = seen(found, tmp_path, move(TAKE, 0.9))
    for key in ("gmv_kept", "koc_retention"):
        told, right = shown(dom, key), expected(found, key, [0.05, 0.65], [0.09, 0.65])
        spread = found.fits["market", key].surrogate.spread
        assert told["level"] == pytest.approx(right["level"], rel=1e-6)
        assert told["mean"] == pytest.approx(right["mean"], abs=1e-5 * spread)
        assert told["leveldeviation"] == pytest.approx(right["leveldeviation"], abs=2e-3 * spread)


def test_the_deviation_of_a_change_is_that_of_the_difference(found: Explored, tmp_path: Path) -> None:
    told = shown(seen(found, tmp_path, move(BUDGET, 0.2)), "gmv_kept")
    fit = found.fits["market", "gmv_kept"]
    budget = 0.2 * 10**0.2
    places = np.array([[0.05, 0.65], [0.05, budget]])
    gaussian = fit.surrogate._fitted
    unit = np.column_stack([scale.unit(column) for scale, column in zip(fit.surrogate.scales, places.T, strict=True)])
    _, covariance = gaussian.predict(unit, return_cov=True)
    covariance -= np.eye(2) * gaussian.kernel_.k2.noise_level  # of the surface, not of observations
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert told["deviation"] == pytest.approx(fit.surrogate.spread * np.sqrt(variance), rel=0.02)


def test_the_link_leads_back_to_what_was_seen(found: Explored, tmp_path: Path) -> None:
    there = seen(found, tmp_path, move(TAKE, 0.9) + "document.title = location.hash;")
    title = re.search(r"<title>(#[^<]+)</title>", there)
    assert title is not None
    again = seen(found, tmp_path, fragment=unescape(title[1]))
    told, before = shown(again, "gmv_kept"), shown(there, "gmv_kept")
    assert told == pytest.approx(before, rel=1e-3)  # the link has places to four digits


def test_what_the_runs_do_not_tell_is_not_told(found: Explored, tmp_path: Path) -> None:
    assert found.content["models"]["market"]["brand_profit"]["r2"] < found.content["least_r2"]
    dom = seen(found, tmp_path, move(TAKE, 0.9))
    assert shown(dom, "brand_profit") == {}
    assert words()["text"]["unknown"]["en"] in dom


def test_the_page_speaks_chinese(found: Explored, tmp_path: Path) -> None:
    dom = seen(found, tmp_path, "document.querySelector('[data-language=zh]').click();")
    assert words()["text"]["title"]["zh"] in dom
    assert words()["parameters"][TAKE]["zh"] in dom
    assert not re.search(r"<h2[^>]*>[A-Za-z ]+</h2>", dom)


def test_it_begins_in_the_language_that_was_asked_for(found: Explored, tmp_path: Path) -> None:
    for language in Language:
        title = words()["text"]["title"][language]
        assert f'<h1 data-text="title">{title}</h1>' in dom(page(found, language), tmp_path)


def test_no_word_is_missing_in_a_language() -> None:
    def entries(tree: Any) -> list[dict[str, str]]:
        return [tree] if set(tree) <= set(Language) else [e for below in tree.values() for e in entries(below)]

    assert all(set(entry) == set(Language) and all(entry.values()) for entry in entries(words()))
    varied = read_yaml(FOLDER / "experiment" / "explore.yaml")["experiment"]["design"]["vary"]
    assert set(varied) <= set(words()["parameters"])
    assert set(EXPLORED) <= set(words()["outcomes"])


def test_sums_are_for_a_thousand_people_and_thirty_days(found: Explored) -> None:
    level, _ = found.fits["market", "gmv_kept"].surrogate.predict(np.array([[0.05, 0.65]]))
    assert level[0] == pytest.approx(1e5 * (1 + 0.65 - 0.15), rel=0.01)  # 1,000 consumers, 30 days measured


def test_a_table_without_a_parameter_that_varies_is_refused() -> None:
    table = pd.DataFrame({"arm": "market", "seed": range(3), "status": "finished", "gmv_kept": [1.0, 2.0, 3.0]})
    with pytest.raises(UserError, match="no parameter varies in it"):
        explored(results_of(table, name="toy", config=CONFIG))


def test_ones_own_business_is_told_to_be_as_it_is_at_the_reference(found: Explored, tmp_path: Path) -> None:
    at_rest, moved = (
        re.sub(r"<script.*?</script>", "", seen(found, tmp_path, s), flags=re.S) for s in ("", move(TAKE, 0.9))
    )
    unchanged = f"Gross profit: {words()['text']['no_change']['en']}"
    assert unchanged in at_rest and unchanged not in moved
