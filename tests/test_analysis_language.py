"""Analyses speak each language in full, by the same numbers: sentences, tables, figures and the page of all of them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import folder, spread, table
from spoken import english, macros, of_the_code, of_the_pages

from experiments import cli
from experiments.analysis import words
from experiments.analysis.assumption import over, soft, varied_in
from experiments.analysis.compare import compare, sides
from experiments.analysis.deciding import tell
from experiments.analysis.figures import flipmap as map_figure
from experiments.analysis.figures import forests
from experiments.analysis.figures import scenarios as box_figure
from experiments.analysis.finding import KINDS, Finding
from experiments.analysis.flipmap import flip_map
from experiments.analysis.response import question_of, response
from experiments.analysis.scenarios import discover
from experiments.analysis.sensitivity import design, indices, tornado
from experiments.drawing import fonts
from experiments.drawing.style import Drawing, house_style, words_of
from experiments.measures.changes import CHANGES, UNCHANGED
from experiments.settings.language import TEMPLATES, Language, dictionary, speaking
from experiments.settings.mistakes import declared, fields
from experiments.settings.option_files import FOLDER
from experiments.settings.yaml_text import read_yaml
from experiments.table.results import read, results_of
from sim.parameters import Parameters

COST, PATHS = "creators.effort_cost", "creators.effort_cost,creators.claim_inflation,market.choice.friends"
RANGES = {"creators__effort_cost": (1, 12), "creators__claim_inflation": (0, 5), "market__choice__friends": (0, 1)}
Told = tuple[Callable[[], Finding], Callable[[], Drawing]]


def effect(points: pd.DataFrame) -> np.ndarray:
    return 20 * (5.0 - points[COST].to_numpy()) + 6 * points["creators.claim_inflation"].to_numpy()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    points = spread(80, seed=3, **RANGES)
    return folder(tmp_path / "results" / "fake" / "2026", table(points, effect, noise=10.0).assign(gmv_kept=5.0))


def every_analysis(place: Path) -> Iterator[Told]:
    sweep = read(place)
    answer = response(sweep, question_of(sweep), "surplus")
    level = response(sweep, question_of(sweep, arm="commission_free"), "surplus")
    for asked in (answer, level):
        yield (lambda found: (partial(words.of_map, found), partial(map_figure.draw, found)))(
            flip_map(sweep, asked, "effort_cost", "claim_inflation")
        )
    found, varied = discover(sweep, answer), varied_in(sweep)
    points = sweep.points.loc[answer.means.index].reset_index(drop=True)
    yield partial(words.of_scenarios, found, varied, answer), partial(box_figure.draw, found, points, varied, answer)
    for one, other in (("commission", "commission_free"), ("commission_free", "commission")):
        pair = sides(f"{place}:{one}", f"{place}:{other}")
        compared = compare(*pair, ["consumer_surplus", "gmv", "return_rate"])
        compared = compared._replace(cautions=[("sources",), ("setting", "experiment.days", "9", "8"), ("apart",)])
        yield partial(words.of_comparison, compared, *pair), partial(forests.draw_differences, compared, *pair)
    for method, samples in (("tornado", None), ("morris", 6), ("sobol", 16)):
        plan = design(method, over(PATHS, Parameters(), set()), samples)  # type: ignore[arg-type]
        runs = results_of(table(plan.points, effect, noise=14), name="fake", config=sweep.config)
        asked = response(runs, question_of(runs), "surplus")
        if method == "tornado":
            drawn, tells = forests.draw_tornado, words.of_tornado
            shown = tornado(plan, asked)
        else:
            drawn, tells = forests.draw_indices, words.of_indices
            shown = indices(plan, asked.means)
        yield partial(tells, shown, plan, asked), partial(drawn, shown, plan, asked)


def texts(finding: Finding) -> list[str]:
    return [*finding.sentences, *finding.columns, *(cell for row in finding.rows for cell in row), *finding.notes]


def test_a_chinese_analysis_has_no_english_and_the_same_numbers(place: Path) -> None:
    kinds = set()
    for told, draw in every_analysis(place):
        with speaking(Language.zh), house_style():
            finding, drawing = told(), draw()
            shown = [*texts(finding), *words_of(drawing.figure), drawing.title, drawing.captions["zh"]]
        assert english(shown) == set(), finding.kind
        with house_style():
            other, same = told(), draw()
        for text in [*texts(other), *words_of(same.figure), same.title, drawing.captions["en"]]:
            assert not re.search("[\u4e00-\u9fff]", text)
        numbers = [[re.findall(r"\d+\.\d+", cell) for row in each.rows for cell in row] for each in (finding, other)]
        assert numbers[0] == numbers[1] and len(finding.notes) == len(other.notes)
        pd.testing.assert_frame_equal(drawing.data, same.data)
        kinds.add(finding.kind)
    assert kinds == set(KINDS) - {"plot"}  # which tests/test_plots.py looks at


@pytest.mark.parametrize("installed", [True, False])
def test_the_page_is_in_both_languages_and_begins_in_the_one_asked_for(
    installed: bool, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fonts, "note", lambda texts: "" if installed else "no installed font has some")
    command = ["scenarios", str(place), "--outcome", "surplus"]
    assert cli.main([*command, "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "则免佣金胜出" in said and "网页：" in said and ("本机没有中文字体" in said) != installed
    page = (place / "analysis.html").read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="zh">') and 'id="zh" class="switch" checked' in page
    assert "commission-free wins if" in page and "则免佣金胜出" in page
    assert ("图中文字为英文" in page) != installed
    left: dict[str, Any] = json.loads((place / "analysis" / "scenarios-fees-consumer_surplus.json").read_text("utf-8"))
    assert left["language"] == ("zh" if installed else "en")
    assert left["title"].startswith("消费者剩余：" if installed else "Consumer surplus: ")
    assert cli.main(command) == 0  # the same finding, in English again
    assert "Its labels are in another language" not in (place / "analysis.html").read_text("utf-8")
    assert (place / "analysis.html").read_text("utf-8").count("<figure") == 1


def test_a_sweep_tells_in_chinese_what_decides(place: Path) -> None:
    with speaking(Language.zh):
        told = tell(place)
    assert told[1:3] == ["净成交额（扣除退货的 GMV）（免佣金减收佣金）", "在所有设计点上都相同：变动的假设都不影响它"]
    assert told[5] == f"影响最大的是 {COST}，其次是 creators.claim_inflation"
    assert english(told) == set()
    assert "--lang zh" in (place / "analysis.html").read_text("utf-8")


def test_a_surrogate_that_explains_nothing_says_so_in_chinese(tmp_path: Path) -> None:
    noise = table(spread(40, seed=3, **RANGES), lambda points: np.zeros(len(points)), noise=10.0)
    with speaking(Language.zh):
        told = tell(folder(tmp_path / "a", noise.assign(gmv_kept=noise["consumer_surplus"])))
    assert any("代理模型对留出设计点之间差别的解释太少" in line for line in told)


IN_ENGLISH_ALONE = {"calibration"}
SENTENCES = {path.name.removesuffix(".en.j2") for path in TEMPLATES.glob("*.en.j2")} - IN_ENGLISH_ALONE


@pytest.mark.parametrize("texts", sorted(SENTENCES))
def test_every_sentence_is_there_in_each_language(texts: str) -> None:
    assert {"analysis", "plot", "verdict", "figures", "fonts"} <= SENTENCES
    assert macros(texts, Language.zh) == macros(texts, Language.en) != {}


def test_every_sentence_that_the_code_asks_for_is_there() -> None:
    said = set()
    for path in (TEMPLATES.parent / "analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "words.say"):
                said |= {n.value for n in node.args[:1] if isinstance(n, ast.Constant)}
    assert len(said) > 30 and said <= set(macros("analysis", Language.zh)) | set(macros("plot", Language.zh))


def test_no_word_is_missing_in_chinese() -> None:
    known = dictionary(Language.zh)
    asked = of_the_code(TEMPLATES.parent / "analysis", TEMPLATES.parent / "drawing") | of_the_pages()
    asked |= {*KINDS.values(), *CHANGES, *UNCHANGED}
    for _, field, _ in fields(Parameters()):
        asked |= {str(declared(field, key)) for key in ("source", "measured") if declared(field, key)}
    assert {"winner", "at the defaults", "as unclear", "Screening", "Made by", "burn-in"} <= asked
    assert {text for text in asked if not known.get(text)} == set()
    varied = set(read_yaml(FOLDER / "posterior.yaml")["parameters"]) | {
        assumption.path for assumption in soft(Parameters(), set())
    }
    for path in (FOLDER / "experiment").glob("*.yaml"):
        content = read_yaml(path)
        varied |= set((content.get("experiment", content).get("design") or {}).get("vary") or {})
    assert varied - set(known) == set()
