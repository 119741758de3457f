"""A verdict is told in each language in full, and by the same numbers."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from browser import dom
from spoken import english, of_the_code, of_the_pages

from experiments.drawing import fonts
from experiments.drawing.style import house_style, words_of
from experiments.measures.changes import CHANGES
from experiments.measures.outcomes import INTERESTS, KNOWN, PLAIN, SHOWN, number
from experiments.measures.statistics import t_interval
from experiments.report.course import course
from experiments.report.figures import FIGURES, draw_all, funnel, over_time, platforms
from experiments.report.page import _leaves, page, plain
from experiments.report.platforms import SHARES
from experiments.report.reasons import GMV_TERMS, PARTIES
from experiments.report.verdict import Verdict
from experiments.report.words.told import tell
from experiments.settings.language import TEMPLATES, Language, dictionary, speaking
from experiments.settings.mistakes import field_at
from experiments.settings.option_files import FOLDER
from experiments.settings.yaml_text import read_yaml
from experiments.table.results import Results
from sim.parameters import Parameters

from .synthetic import with_labels

EXPERIMENTS = TEMPLATES.parent


def of_the_report() -> set[str]:
    """English texts that the report's code asks the dictionary for by name."""
    found = set(CHANGES) | set(INTERESTS) | set(PLAIN.values()) | set(PARTIES.values()) | set(SHARES.values())
    found |= set(GMV_TERMS) | {name for names in INTERESTS.values() for name in names.values()}
    found |= {KNOWN[key].label for key in SHOWN} | {KNOWN[key].unit for key in SHOWN}
    found |= {*over_time.SERIES.values(), *platforms.SERIES.values(), *platforms.EARNERS.values(), *funnel.STEPS}
    found |= of_the_code(EXPERIMENTS / "report", EXPERIMENTS / "measures" / "outcomes.py") | of_the_pages()
    return found - {"1", "orders/view"}  # which are told as plain numbers, and in per cent


def of_the_experiments() -> set[str]:
    """Labels and questions of the experiments that come with koc."""
    found = set()
    for path in (FOLDER / "experiment").glob("*.yaml"):
        content = read_yaml(path)
        study = content.get("experiment", content)
        found |= {str(text) for key in ("labels", "questions") for text in (study.get(key) or {}).values()}
    return found


def put_in() -> set[str]:
    """Paths of the settings that tell the sides of questions apart in the experiments that come with koc."""
    found = set()
    for path in (FOLDER / "experiment").glob("*.yaml"):
        content = read_yaml(path)
        factors = content.get("experiment", content).get("factors") or {}
        levels = [level or {} for factor in factors.values() for level in factor.values()]
        found |= {setting for level in levels for setting, _ in _leaves(level)}
    return found


def test_no_text_is_missing_in_chinese() -> None:
    known = dictionary(Language.zh)
    assert {text for text in of_the_report() | of_the_experiments() if not known.get(text)} == set()
    paths = {re.sub(r"^rivals\.[^.]+", "platform", path) for path in put_in()}
    assert "platform.upkeep" in paths and paths <= set(known)
    assert all(field_at(Parameters, tuple(path.split("."))) for path in paths if not path.startswith("graph."))


def test_a_chinese_verdict_has_no_english_and_the_same_numbers(results: Results, verdict: Verdict) -> None:
    with speaking(Language.zh):
        told = plain(results, tell(results, verdict))
    assert english([told], {*own(results), "verdict", "report", "csv", "txt", "html"}) == set()
    assert not re.search(r"[a-z]+\.[a-z_]+ =", told)  # assumptions go by their meaning
    assert "付费推荐的夸大程度（毫无诚信的达人）=" in told
    assert max(map(len, told.splitlines())) <= 100
    in_english = plain(results, tell(results, verdict))
    shares = [sorted(re.findall(r"[+−][\d.]+(?= ?%)", text)) for text in (told, in_english)]
    assert len(shares[0]) > 40 and shares[0] == shares[1]


def own(results: Results) -> set[str]:
    """Words of this test's experiment."""
    text = " ".join([*results.labels.values(), results.question("creators")])
    return set(re.findall(r"[A-Za-z]+", text + text.upper()))


@pytest.mark.parametrize("name", [name for name in FIGURES if not name.startswith("platforms")])
def test_a_chinese_figure_has_no_english(name: str, results: Results, verdict: Verdict) -> None:
    with house_style(), speaking(Language.zh):
        drawn = FIGURES[name](results, verdict)
        assert drawn is not None
        shown = words_of(drawn.figure)
    assert english([*shown, drawn.title, drawn.captions["zh"]], own(results)) == set()
    assert any(re.search("[\u4e00-\u9fff]", text) for text in shown)
    assert not re.search("[\u4e00-\u9fff]", drawn.captions["en"])


@pytest.mark.parametrize("installed", [True, False])
def test_figures_are_in_chinese_where_a_font_has_it(
    installed: bool, results: Results, verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "note", lambda texts: "" if installed else "no installed font has some")
    language, lacking = fonts.drawable(Language.zh)
    assert (language, lacking == "") == ((Language.zh, True) if installed else (Language.en, False))
    assert installed or "Noto Sans CJK SC" in lacking
    drawn = dict(
        draw_all(
            results,
            verdict,
            tmp_path,
            lambda draw, names: [draw(n) if n == "funnel" else None for n in names],
            language,
        )
    )
    assert ("公域" in drawn["funnel"].title or "页面" in drawn["funnel"].title) == installed
    (tmp_path / "figures").symlink_to(tmp_path)
    text = page(replace(results, folder=tmp_path), verdict, drawn, Language.zh)
    other = "en" if installed else "zh"
    assert f"koc report FOLDER --lang {other}" in text and f"--lang {({'en', 'zh'} - {other}).pop()}" not in text


def test_a_font_installed_later_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(shutil.copy(fonts.findfont(fonts.FontProperties(family=fonts.HOUSE)), tmp_path / "new.ttf"))
    monkeypatch.setattr(fonts, "findSystemFonts", lambda: [path])
    monkeypatch.setattr(fonts.fontManager, "ttflist", list(fonts.fontManager.ttflist))
    fonts._look_anew()
    assert path in {entry.fname for entry in fonts.fontManager.ttflist}


def test_chinese_counts_in_ten_thousands() -> None:
    with speaking(Language.zh):
        assert [number(v, signed=True) for v in (9_999, 12_345, -2.5e8)] == ["+9,999", "+1.23 万", "−2.50 亿"]
    assert number(12_345) == "12.3 k"


def test_the_page_is_in_both_languages_and_begins_in_the_one_asked_for(results: Results, verdict: Verdict) -> None:
    text = page(results, verdict, {}, Language.zh)
    assert text.startswith('<!doctype html>\n<html lang="zh">') and 'id="zh" class="switch" checked' in text
    english, chinese = (
        re.search(rf'<div class="{each}" lang="{each}">(.*?)\n</div>\n', text, re.DOTALL) for each in ("en", "zh")
    )
    assert english and chinese
    for part, question in ((english[1], "Commission-free or commission?"), (chinese[1], "免佣金还是收佣金？")):
        assert part.count('<section class="answer">') == 3 and question in part
        assert part.count('<div class="bar ') == 3 * len(INTERESTS)


def test_the_course_is_drawn_of_the_arms_that_are_on(results: Results, verdict: Verdict, tmp_path: Path) -> None:
    content = course(results)
    on = [arm["name"] for arm in content["arms"] if arm["on"]]
    assert on == [results.arms.index[0], results.arms.index[-1]]
    sales = results.tables["daily"][results.tables["daily"]["arm"] == on[0]].groupby("seed")["gmv"]
    first = t_interval(sales.apply(lambda days: days.iloc[:7].mean()) / results.people * 1000)
    mean, half = content["series"][0]["arms"][on[0]][0]
    assert (mean, half) == (pytest.approx(first.value, rel=1e-3), pytest.approx(first.high - first.value, rel=1e-3))
    text = page(results, verdict, {})
    assert dom(text, tmp_path).count("<polyline") == 2
    last = "document.querySelectorAll('.choices')[1].lastElementChild.click(); document.getElementById('zh').click();"
    shown = "document.title = getComputedStyle(document.querySelector('main > div.en')).display;"
    after = dom(text, tmp_path, last + shown)
    assert after.count("<polyline") == 3 and "<title>none</title>" in after


def test_labels_of_a_user_stay_as_they_are(results: Results, verdict: Verdict) -> None:
    own = with_labels(results, kol="my stars")
    with speaking(Language.zh):
        assert any(
            "my stars" in answer.parties + answer.question + "".join(answer.why)
            for answer in tell(own, verdict).answers
        )


def test_what_is_put_in_stands_apart(results: Results, verdict: Verdict) -> None:
    config = {**results.config, "experiment": {**results.config["experiment"], "factors": {
        "fees": {name: {"platform": {"take_rate": take, "coupon": 0.1}} for name, take in
                 (("commission", 0.05), ("commission_free", 0.0))},
    }}}  # fmt: skip
    text = page(replace(results, config=config), verdict, {})
    row = re.search(r"<li>[^\n]*<code>platform.take_rate</code>", text)
    assert row and "commission <b>5\xa0%</b>, commission-free <b>0\xa0%</b>" in row[0]
    assert "<code>platform.coupon</code>" not in text  # which is the same on both sides


def test_a_share_changes_by_points(results: Results, verdict: Verdict) -> None:
    """Shares of shares reach beyond -100 %, where nobody knows what is meant."""
    effects = [e for e in verdict.effects if e.outcome == "koc_retention"]
    assert effects and not any(e.in_percent for e in effects)
    for effect in verdict.effects:
        assert not effect.in_percent or not effect.relative.low < -1 or effect.relative.seeds < 2
