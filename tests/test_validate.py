"""`koc replicate` and `koc validate`, typed, on studies whose answers are known."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from experiments import cli
from experiments.drawing.style import Drawing, new_figure
from experiments.studies import catalogue, page
from experiments.studies.study import Asked, Check, Study, covers, holds, option


class Options(Asked):
    """A coin."""

    share: float = option(0.55, "share of heads", 0.0, 1.0)
    tosses: int = option(2, "tosses", 1, 9)


def drawing(title: str = "Heads are half") -> Drawing:
    figure = new_figure(title, 2.0)
    figure.subplots().plot([0, 1], [0, 1])
    return Drawing(figure, title, "A line.", pd.DataFrame({"x": [0, 1]}))


def checks(o: Options, share: float) -> Iterator[Check]:
    yield covers("share of heads", 0.5, (share, share - 0.1, share + 0.1), source="Bernoulli 1713")
    yield holds("edge", "never", 0.25, False, otherwise="it stood on its edge | once")


def bent(o: Options, share: float) -> Iterator[Check]:
    yield from checks(o, share)
    yield covers("share of heads, less before", 0.1, (0.1, -math.inf, math.inf), changed="bent", kind="finding")


def breaks(o: Options) -> float:
    raise ZeroDivisionError("no coin")


def study(name: str, data: str = "", extra: str = "", **parts: Any) -> ModuleType:
    module = ModuleType(name)
    front = {"title": "A coin", "source": "Bernoulli (1713)", "question": "Is it fair?", "self_check": "Still fair?"}
    module.__dict__.update(
        {
            "STUDY": Study(**front, change="share=0.9: Bend it.", data=data, extra=extra), "Options": Options,
            "simulate": lambda o: o.share, "checks": checks, "findings": lambda o, share: ["Heads are half."],
            "figure": lambda o, share, title: drawing(title), **parts,
        }
    )  # fmt: skip
    return module


@pytest.fixture(autouse=True)
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.DataFrame({"side": ["heads", "tails|edge"], "share": ["0.5", "0.5"]})
    both: dict[str, Any] = {
        "table": lambda o, share: table,
        "figure": lambda o, share, title: {"": drawing(), "sides": drawing("Sides")},
    }
    made = [
        study("coin"), study("broken", simulate=breaks), study("measured", data="coins"),
        study("borrowed", extra="no_such_package"), study("sided", checks=bent, **both),
    ]  # fmt: skip
    for one in made:
        monkeypatch.setitem(sys.modules, f"experiments.studies.{one.__name__}", one)
    names = tuple(one.__name__ for one in made)
    monkeypatch.setattr(catalogue, "SECTIONS", {"Coins": names})
    monkeypatch.setattr(page, "SECTIONS", {"Coins": names})
    monkeypatch.setattr(catalogue, "NAMES", names)
    monkeypatch.chdir(tmp_path)


def typed(*arguments: str) -> int:
    return cli.main(list(arguments))


def test_replicate_shows_a_study_and_leaves_its_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("replicate", "coin") == 0
    said = capsys.readouterr().out
    for part in ("Is it fair?", "Heads are half.", "0.55 (0.45 to 0.65)", "pass", "FAIL", "→ it stood", "Bend it."):
        assert part in said, part
    folder = tmp_path / "results" / "validation" / "coin" / "latest"
    assert {f.name for f in folder.iterdir()} == {
        "coin.png", "coin.svg", "coin.csv", "coin.md", "checks.csv", "manifest.json",
    }  # fmt: skip
    assert pd.read_csv(folder / "checks.csv").verdict.tolist() == ["pass", "fail"]
    assert json.loads((folder / "manifest.json").read_text())["options"] == {"share": 0.55, "tosses": 2}


def test_one_thing_can_be_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("replicate", "coin", "share=0.9") == 0
    assert capsys.readouterr().out.count("FAIL") == 2


def test_without_a_name_the_studies_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("replicate") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(catalogue.NAMES)
    assert [line.split()[0] for line in lines if line.endswith("(with --data)")] == ["measured"]


def test_validate_makes_one_table_and_one_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    assert typed("validate", "--workers", "1", "--docs", "docs") == 1  # since one broke
    said = " ".join(capsys.readouterr().out.split())
    assert "5 checks in 3 studies: 2 pass, 2 fail, 1 inconclusive. Not carried out: measured, borrowed." in said
    assert "broken: broke" in said.lower()
    assert "Measured: not carried out; data are not at hand; --data FOLDER names" in said
    assert "not installed: no_such_package" in said
    folder = tmp_path / "results" / "validation" / "latest"
    told = json.loads((folder / "manifest.json").read_text())["studies"]
    assert "ZeroDivisionError: no coin" in told["broken"]["broken"]
    text = (tmp_path / "docs" / "validation.md").read_text()
    assert "- `coin`: edge. It stood on its edge | once" in text
    assert r"| edge<br>*it stood on its edge \| once* | never | 0.25 | **fail** | must |" in text
    assert "| bent | share of heads, less before | 0.1 | 0.1 | **inconclusive** | finding |" in text
    assert "![Heads are half](figures/validation/coin.png)" in text
    assert (tmp_path / "docs" / "figures" / "validation" / "coin.png").is_file()


def test_a_replication_is_written_into_the_documentation_and_linked_there(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    assert typed("replicate", "sided", "share=0.6", "--docs", "docs") == 0
    folder = tmp_path / "docs" / "replications"
    assert {f.name for f in folder.iterdir()} == {
        "sided.md", "sided.png", "sided.csv", "sided_sides.png", "sided_sides.csv",
    }  # fmt: skip
    text = (folder / "sided.md").read_text()
    assert text.startswith("# A coin\n")
    assert "0.6 (0.5 to 0.7)" in text
    assert "| side | share |\n|---|---|\n| heads | 0.5 |\n| tails\\|edge | 0.5 |" in text
    assert "![Heads are half](./sided.png)" in text
    assert "![Sides](./sided_sides.png)" in text
    assert "Made by `koc" in text
    assert typed("validate", "coin", "sided", "--workers", "1", "--docs", "docs") == 0
    page_text = (tmp_path / "docs" / "validation.md").read_text()
    assert page_text.count("[replications/sided.md](replications/sided.md)") == 1
    assert "replications/coin.md" not in page_text
    assert "![Sides](figures/validation/sided_sides.png)" in page_text
    assert (tmp_path / "docs" / "figures" / "validation" / "sided_sides.png").is_file()


def test_all_pass_or_fail_without_breaking_is_no_error() -> None:
    assert typed("validate", "coin", "--workers", "1") == 0


def test_data_are_found_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data" / "coins").mkdir(parents=True)
    assert typed("replicate", "measured", "--data", "data") == 0


MISTAKES: list[tuple[list[str], str]] = [
    (["replicate", "coim"], "coim: no such study; did you mean 'coin'?"),
    (["validate", "coim"], "coim: no such study; did you mean 'coin'?"),
    (["replicate", "coin", "shares=1"], "shares=1: expected an option of coin and its value, option=value; did you"),
    (["replicate", "coin", "share"], "share: expected an option of coin and its value"),
    (["replicate", "coin", "share=much"], "share=much: expected a number from 0 to 1"),
    (["replicate", "coin", "share=1.5"], "share=1.5: expected a number from 0 to 1"),
    (["replicate", "coin", "tosses=1.5"], "tosses=1.5: expected a whole number from 1 to 9"),
    (["replicate", "coin", "--data", "nowhere"], "--data nowhere: no such folder"),
    (["replicate", "measured"], "measured: data are not at hand; --data FOLDER names the folder in which coins/ lies"),
    (["replicate", "borrowed"], "borrowed: not installed: no_such_package"),
    (["replicate", "coin", "--output", "file"], "file/validation/coin: cannot be written to (Not a directory)"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=[" ".join(m[0]) for m in MISTAKES])
def test_a_mistake_is_told_in_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert typed(*arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"koc: {message}")
    assert said.count("\n") == 1
