"""What labs say in Chinese: no text is missing, none is left over, and every number is the English one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from experiments import cli
from experiments.drawing import fonts
from experiments.settings.language import Language, dictionary, speaking
from experiments.studies import catalogue, conduct, words
from experiments.studies.conduct import Answer

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "experiments" / "studies" / "models"
ELSEWHERE = {  # what a lab says that stands in none of its modules
    "calibration": tuple(
        ROOT / file
        for file in (
            "experiments/templates/calibration.en.j2", "experiments/calibration/figures.py", "configs/calibration.yaml",
        )
    ),
    "finite_size": (ROOT / "sim/results/outcomes.py",),
}  # fmt: skip
REFERENCE = re.compile(r"\b(1[89]|20)\d\d\b")
NOT_SHOWN = {
    # places in figures, and columns of tables
    "upper left", "upper right", "lower left", "lower right", "center right", "offset points", "share at peak",
    "error by size", "adopters a period", "Lorenz curve of CDNOW", "negative binomial",
    "degree reach ratio low high influential average global_influential global_others cascades_each",
    # names of outcomes and of goods, and parts of names
    "orders of treated", "engagement of treated", "profit of treated", "level of sales", "share creators in public",
    "{} sales per follower and post", "returns {}", "returns live", "returns shelf", "conversion private",
    "conversion public", "own {} x 2", "no {}", "all {} x 2", "interest {}", "{} a head", "real, {}",
    "small world, {}", "by a",
    # packages, and mistakes of a user, which are told in English
    "cynetdiff ndlib", "CyNetDiff (Robson & Umrawal)",
    "neither cynetdiff nor ndlib is installed; expected one: pip install 'koc-market[validation]'",
    "{}: no column {}; expected series, year, sales_thousands", "{}: {} years of {}; expected 4 or more",
    "{}: adopted=0 with toa up to {}; expected a later period for all who did not adopt",
    "{}: names people who are not in {}", "{}: no such file; expected columns {}", "{}: expected columns {}",
    # parts of sentences, which stand in the list put together
    "{}; weak ties matter more than strong ones by {} of {} measures", "at least", "at most", "misses {}.",
    "Of {} outcomes and effects, {} and {} stay within {} of the value at {} people.{} {}",
    "; the others narrow it by {} %", ": passing shows little", "{} standard deviations off{}{}",
    "{}{} (stated error: {} to {})", "comes within the error of each.", "people in other rows:", "; what does matter:",
    "Calibrated to {} published numbers, the market {}",
    "{} of {} changes that must not matter leave every number as it was{}{}.",
}  # fmt: skip
NAMED = {  # what has no other name in Chinese
    "KOC", "KOL", "GMV", "CDNOW", "BG", "NBD", "Bass", "Twitter", "Deezer", "LastFM", "Holm", "NDlib", "CyNetDiff",
    "Kolmogorov", "Smirnov", "Kempe", "et", "al", "Rossetti", "Robson", "Umrawal", "ln", "Bonferroni", "alpha",
}  # fmt: skip


def modules(name: str) -> list[Path]:
    """The file of a lab, and those of the models that it takes from."""
    study = Path(str(catalogue.study(name).__file__))
    taken = re.findall(r"studies\.models(?:\.| import )(\w+)", study.read_text("utf-8"))
    return [study, *(MODELS / f"{model}.py" for model in sorted(set(taken)))]


def texts(node: ast.AST) -> Iterator[str]:
    """All texts of a piece of code but what documents it, with gaps for what is computed."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else words.GAP for part in node.values]
        yield "".join(parts)
        for part in (part for part in node.values if isinstance(part, ast.FormattedValue)):
            yield from texts(part.value)
    elif isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else ""
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def prose(name: str) -> set[str]:
    """Texts of a lab that have several words."""
    found = {" ".join(text.split()) for file in modules(name) for text in texts(ast.parse(file.read_text("utf-8")))}
    return {text for text in found if re.search("[A-Za-z]{2}", text) and " " in text}


def english_in(told: list[str]) -> set[str]:
    """Words that are neither names nor options nor paths of parameters."""
    plain = (re.sub(r"\$.*?\$|\b\w+=\S+|\b[a-z_]+(\.[a-z_]+)+\b|\b[BTX]\d\w*|c_[af]", "", text) for text in told)
    return set(re.findall("[A-Za-z]{2,}", " ".join(plain))) - NAMED


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_no_text_of_a_lab_is_missing_in_chinese(name: str) -> None:
    listed = {*dictionary(Language.zh), *words.texts_of(words.SHARED, Language.zh), *words.texts_of(name, Language.zh)}
    assert {text for text in prose(name) - listed - NOT_SHOWN if not REFERENCE.search(text)} == set()


@pytest.mark.parametrize("name", [*catalogue.NAMES, words.SHARED])
def test_no_chinese_text_has_lost_its_english_one_or_a_number(name: str) -> None:
    files = (ROOT / "experiments/studies").rglob("*.py") if name == words.SHARED else modules(name)
    code = " ".join(file.read_text("utf-8") for file in (*files, *ELSEWHERE.get(name, ())))
    known = set(re.findall(r"\w+", code))
    for text, other in words.texts_of(name, Language.zh).items():
        assert set(re.findall(r"\w+", text)) <= known, text
        gaps = re.findall(r"\{(\d*)\}", other)
        assert len(set(gaps) if gaps != [""] * len(gaps) else gaps) == text.count(words.GAP), text


def made(title: str = "Heads are half") -> Answer:
    """What `test_validate.study` answers, with marks along an axis that bear names."""
    from test_validate import Options, checks, drawing

    drawn = drawing(title)
    drawn.figure.axes[0].set_xticks([0, 1], ["heads", "tails"])
    table = pd.DataFrame({"side": ["heads", "tails"], "share": [0.5, 0.5]})
    return Answer(list(checks(Options(), 0.55)), ["Heads are half."], {"": drawn}, table)


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list for a lab on a coin."""
    monkeypatch.setattr(words, "LISTS", tmp_path)
    (tmp_path / "coin.zh.yaml").write_text(
        "Heads are half.: 正面占一半。\nheads: 正面\ntails: 反面\nshare of heads: 正面的占比\nA coin: 一枚硬币\n"
        "'{} ({} to {})': '{}（{} 至 {}）'\n'share=0.9: Bend it.': 'share=0.9: 把它弄弯。'\n",
        "utf-8",
    )
    words._phrases.cache_clear()
    words._found.cache_clear()


@pytest.mark.usefixtures("listed")
def test_texts_are_told_and_numbers_stay() -> None:
    with speaking(Language.zh):
        assert words.told("coin", "heads (1.5 to tails)") == "正面（1.5 至 反面）"
        assert words.told("coin", "heads, tails") == "正面、反面"
        assert words.told("coin", "heads, unheard of") == "heads, unheard of"
        other = conduct.retold("coin", made())
    plain = made()
    assert words.told("coin", "heads") == "heads"
    assert other.sentences == ["正面占一半。"] and other.figures[""].title == "正面占一半"
    assert [check.name for check in other.checks] == ["正面的占比", "edge"]
    assert [check[2:6] for check in other.checks] == [check[2:6] for check in plain.checks]
    axes = other.figures[""].figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["正面", "反面"]
    assert other.table is not None and other.table.to_numpy().tolist() == [["正面", 0.5], ["反面", 0.5]]
    pd.testing.assert_frame_equal(other.figures[""].data, plain.figures[""].data)


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("installed", [True, False])
def test_a_lab_is_shown_in_chinese(
    installed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    from test_validate import study

    coin: ModuleType = study("coin")
    monkeypatch.setitem(sys.modules, "experiments.studies.coin", coin)
    monkeypatch.setattr(catalogue, "SECTIONS", {"Coins": ("coin",)})
    monkeypatch.setattr(catalogue, "NAMES", ("coin",))
    monkeypatch.setattr(fonts, "note", lambda texts: "" if installed else "no installed font has some")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["replicate", "coin", "--lang", "zh"]) == 0
    told = capsys.readouterr()
    assert all(
        part in told.out
        for part in ("一枚硬币", "正面占一半。", "正面的占比", "koc replicate coin share=0.9\n把它弄弯。")
    )
    assert ("本机没有中文字体" in told.err) != installed
    page = (tmp_path / "results/validation/coin/latest/coin.md").read_text("utf-8")
    assert page.startswith("# 一枚硬币\n") and "正面占一半" in page
    assert cli.main(["replicate", "--lang", "zh"]) == 0
    assert "一枚硬币" in capsys.readouterr().out
