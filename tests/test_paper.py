"""The paper: built of a small result, and refused in one line where a number is missing."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fake_sweeps import folder, table
from omegaconf import OmegaConf

from experiments.table.reading import COLUMNS, NUMBER, TEXT
from sim.errors import UserError
from sim.graphs.statistics import GraphStatistics

BUILD = Path(__file__).parent.parent / "paper" / "build.py"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="30" height="10"/></svg>'


@pytest.fixture
def paper() -> Any:
    spec = importlib.util.spec_from_file_location("koc_paper", BUILD)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def results(tmp_path: Path, paper: Any) -> Path:
    """A comparison whose every effect is +12.3 %."""
    config = {"experiment": {
        "name": "small", "days": 9, "burn_in": 3, "questions": {"fees": "Commission-free or commission?"},
        "factors": {"fees": {"commission": {}, "commission_free": {}}},
    }}  # fmt: skip
    runs = table(
        pd.DataFrame({"creators.claim_inflation": [1.0]}), lambda points: points["creators.claim_inflation"].to_numpy()
    )
    place = folder(tmp_path / "results" / "small" / "latest", runs.drop(columns="point"), config)
    (place / "manifest.json").write_text(
        json.dumps({"model": {"hash": "abc" * 20}, "command": "koc run", "arms": ["a", "b"], "seeds": [0, 1]}), "utf-8"
    )
    assert OmegaConf.load(place / "config.yaml").experiment.name == "small"
    graph = GraphStatistics.__dataclass_fields__
    pd.DataFrame([{"arm": "a", "seed": 0, **dict.fromkeys(graph, 300)}]).to_parquet(place / "graph.parquet")
    row = {
        "kind": "main", "unit": "1", "effect": "fees=commission_free", "low": "commission", "high": "commission_free",
        "relative": 0.123,
        "relative_low": 0.1, "relative_high": 0.15, "difference": 5.0, "difference_low": 4.0, "difference_high": 6.0,
    }  # fmt: skip
    pd.DataFrame([{**row, "outcome": key} for key in paper.IN_TABLE]).to_csv(place / "verdict.csv", index=False)
    for name in ("daily", "funnel", "creators", "split"):
        cells = {key: {TEXT: "a", NUMBER: 1.0}.get(kind, 1) for key, kind in COLUMNS[name].items()}
        pd.DataFrame([cells]).to_parquet(place / f"{name}.parquet")
    return place


def test_numbers_are_those_of_the_folder(paper: Any, results: Path) -> None:
    found = paper.facts(results)
    assert found["abstract"].count("+12 % (+10 to +15)") == found["abstract_zh"].count("+12%（+10 至 +15）") == 2
    assert (found["consumers"], found["arms"], found["seeds"], found["measured"]) == ("300", 2, 2, 6)
    assert len(found["effects"]) == len(paper.IN_TABLE)
    assert ["", "KOC retention", "+500 points", "+400 to +600", ""] in found["effects"]  # of a share, told in points
    ((asked, answer),) = found["answers"].items()
    assert asked == "Commission-free or commission?" and answer.startswith("Winner: commission free, by ")


def test_pages_of_the_documentation_come_as_tables_lists_and_pictures(paper: Any, results: Path) -> None:
    parts = paper.facts(results)["parts"].values()
    blocks = [block for part in parts for section in part for block in section["blocks"]]
    assert {block["kind"] for block in blocks} == {"table", "item", "text", "picture"}
    told = [block["text"] for block in blocks if "text" in block]
    assert not [text for text in told if text.startswith(("#", "!")) or any(mark in text for mark in ("](", "|", "`"))]
    tables = {block["rows"][0][0]: block["rows"] for block in blocks if block["kind"] == "table"}
    posterior = tables["parameter"]
    assert len(tables["target"]) > 10
    assert posterior[0] == list(paper.COLUMNS["parameter"]) and {len(row) for row in posterior} == {len(posterior[0])}


def test_a_figure_of_the_duel_is_that_of_its_run_where_there_is_one(paper: Any, results: Path) -> None:
    beside = results.parent.parent / paper.BETTER["duel_map"]
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(DRAWING, "utf-8")
    duel = paper.facts(results)["parts"]["duel"]
    paths = [block["path"] for section in duel for block in section["blocks"] if block["kind"] == "picture"]
    assert paths == [str(paper.DOCS / "figures/duel_over_time.png"), str(beside)]


def test_it_is_built(paper: Any, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst", reason="the extra paper is not installed")
    monkeypatch.setattr(paper, "FIGURES", {"headline": "Changes."})  # there are tables for no other
    assert paper.main([str(results), str(tmp_path / "paper.pdf")]) == 0
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")


def test_what_is_cited_is_listed_and_what_is_listed_is_cited(paper: Any, results: Path) -> None:
    parts = paper.facts(results)["parts"]
    listed = [block["text"] for block in parts["references"][0]["blocks"]]
    assert listed == sorted(listed) and any(text.startswith("Kennedy & O'Hagan (2001)") for text in listed)
    for text in listed:
        assert re.search(
            r"\d+(\(\d+\))?, \d+(-\d+)?\.$|Press, \d+-\d+\.$|arXiv:|Conference\.$|'20, \d+-\d+\.$", text
        ), text
    unknown = [{"title": "", "blocks": [{"kind": "text", "text": "Nobody & Else (1999) show it."}]}]
    with pytest.raises(UserError, match="lack Nobody 1999"):
        paper._cited({"model": unknown, "references": parts["references"]})


def test_tables_name_their_source(paper: Any, results: Path) -> None:
    blocks = [
        block for part in paper.facts(results)["parts"].values() for section in part for block in section["blocks"]
    ]
    tables = [block for block in blocks if block["kind"] == "table"]
    assert tables and all(re.fullmatch(r"Source: (koc .*, )?docs/\w+\.md\.", block["source"]) for block in tables)


@pytest.mark.parametrize("lost", ["verdict.csv", "graph.parquet", "an effect"])
def test_what_is_missing_is_named_in_a_line(
    paper: Any, results: Path, lost: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("typst", reason="the extra paper is not installed")
    if lost == "an effect":
        effects = pd.read_csv(results / "verdict.csv")
        effects[effects["outcome"] != "gmv_kept"].to_csv(results / "verdict.csv", index=False)
    else:
        (results / lost).unlink()
    assert paper.main([str(results), str(tmp_path / "paper.pdf")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and ("gmv_kept" if lost == "an effect" else lost) in said
    assert not (tmp_path / "paper.pdf").exists()
