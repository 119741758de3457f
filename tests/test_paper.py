"""The paper: built of a small result, and refused in one line where a number is missing."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fake_sweeps import folder, table
from omegaconf import OmegaConf

from sim.graph_statistics import GraphStatistics

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
    runs = table(pd.DataFrame({"creators.hype": [1.0]}), lambda points: points["creators.hype"].to_numpy())
    place = folder(tmp_path / "small", runs.drop(columns="point"), config)
    (place / "manifest.json").write_text(
        json.dumps({"model": {"hash": "abc" * 20}, "command": "koc run", "arms": ["a", "b"], "seeds": [0, 1]}), "utf-8"
    )
    assert OmegaConf.load(place / "config.yaml").experiment.name == "small"
    graph = GraphStatistics.__dataclass_fields__
    pd.DataFrame([{"arm": "a", "seed": 0, **dict.fromkeys(graph, 300)}]).to_parquet(place / "graph.parquet")
    row = {
        "kind": "main", "effect": "fees=commission_free", "low": "commission", "high": "commission_free",
        "relative": 0.123,
        "relative_low": 0.1, "relative_high": 0.15, "difference": 5.0, "difference_low": 4.0, "difference_high": 6.0,
    }  # fmt: skip
    pd.DataFrame([{**row, "outcome": key} for key in paper.IN_TABLE]).to_csv(place / "verdict.csv", index=False)
    (place / "figures").mkdir()
    (place / "figures" / "headline.svg").write_text(DRAWING, "utf-8")
    return place


def test_numbers_are_those_of_the_folder(paper: Any, results: Path) -> None:
    found = paper.facts(results)
    assert "GMV net of returns changes by +12 % (95 % interval +10 to +15)." in found["abstract"]
    assert (found["consumers"], found["arms"], found["seeds"], found["measured"]) == ("300", 2, 2, 6)
    assert len(found["effects"]) == len(paper.IN_TABLE)
    assert [part["title"] for part in found["parts"]] == list(paper.PARTS)


def test_it_is_built(paper: Any, results: Path, tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="the extra paper is not installed")
    assert paper.main([str(results), str(tmp_path / "paper.pdf")]) == 0
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")


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
