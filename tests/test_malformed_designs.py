"""Two hundred malformed designs, each refused in one line before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_runs import install

from experiments.cli import main

DESIGN = "experiment.design"
BASE = ("experiment=single", "market.consumers=100", "experiment.seeds=1", "executor=serial")
PATHS = (
    "creators.claim_inflation",
    "creators.effort_cost",
    "market.choice.friends",
    "platform.take_rate",
    "creators.posts_most",
)
MANY = 200
KINDS = 62  # of mistakes: one of each is tried in every test run, the others by make test-slow


def written(value: Any) -> str:
    """A value in Hydra's grammar."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str) and not value.replace(".", "").replace("_", "").isalnum():
        return "'" + value.replace("'", "\\'") + "'"
    return value if isinstance(value, str) else json.dumps(value)


def keys(**design: Any) -> list[str]:
    return [f"{DESIGN}.{key}={written(value)}" for key, value in design.items()]


def malformed(generator: np.random.Generator) -> Iterator[list[str]]:
    """Designs with one mistake each, of every kind, about parameters and numbers drawn anew."""
    kinds = cycle(
        [
            lambda p, x: keys(vary={p + "s": [x]}),
            lambda p, x: keys(vary={p.replace(".", "_"): [x]}),
            lambda p, x: keys(vary={p.rpartition(".")[0]: [x]}),
            lambda p, x: keys(vary={p: []}),
            lambda p, x: keys(vary={p: x}),
            lambda p, x: keys(vary={p: [-1e6 * (1 + x)]}),
            lambda p, x: keys(vary={p: ["many"]}),
            lambda p, x: keys(vary={p: [True]}),
            lambda p, x: keys(vary={p: [x, None]}),
            lambda p, x: keys(vary={p: "implausible"}),
            lambda p, x: keys(vary={"market.consumers": "plausible"}),
            lambda p, x: keys(vary={p: {"low": x}}, points=3),
            lambda p, x: keys(vary={p: {"high": x}}, points=3),
            lambda p, x: keys(vary={p: {"low": x + 1, "high": x}}, points=3),
            lambda p, x: keys(vary={p: {"low": x, "high": x}}, points=3),
            lambda p, x: keys(vary={p: {"low": "a", "high": x}}, points=3),
            lambda p, x: keys(vary={p: {"low": 0, "high": x + 1, "scale": "log"}}, points=3),
            lambda p, x: keys(vary={p: {"low": 0.1, "high": x + 1, "scale": "square"}}, points=3),
            lambda p, x: keys(vary={p: {"low": 0, "high": x + 1, "step": 1}}, points=3),
            lambda p, x: keys(vary={p: {"low": 0, "high": 1e9}}, points=3),
            lambda p, x: keys(vary={p: {"low": 0, "high": x + 1}}),
            lambda p, x: keys(vary={p: {"low": 0, "high": x + 1}}, points=1),
            lambda p, x: keys(sample="sobol", points=8),
            lambda p, x: keys(sample="sobol", vary={p: {"low": 0, "high": x + 1}}),
            lambda p, x: keys(sample="latin", vary={p: [x]}, points=8),
            lambda p, x: keys(sample="random", vary={p: [x]}, points=-int(x * 10) - 1),
            lambda p, x: keys(sample="random", vary={p: [x]}, points=x + 0.5 if x % 1 else 2.5),
            lambda p, x: keys(sample="random", vary={p: [x]}, points=10**8),
            lambda p, x: keys(sample="random", vary={p: [x]}, points=8, seed=-1),
            lambda p, x: keys(sample="zip", vary={p: [0, 1], "graph.rewiring": [0.1, 0.2, 0.3]}),
            lambda p, x: keys(sample="list"),
            lambda p, x: keys(sample="list", list=[x]),
            lambda p, x: keys(list=[{p: 1}, {"graph.rewiring": 0.1}]),
            lambda p, x: keys(list=[{p + "x": 1}]),
            lambda p, x: keys(list=[{p: 1}], vary={p: [1]}),
            lambda p, x: keys(list=[{p: 1}], sample="sobol"),
            lambda p, x: keys(file="none.csv"),
            lambda p, x: keys(sample="file"),
            lambda p, x: keys(file=f"{['empty', 'ragged', 'unknown', 'twice', 'text'][int(x * 1e6) % 5]}.csv"),
            lambda p, x: keys(vary={p: [x]}, derived={p: "1"}),
            lambda p, x: keys(vary={p: [x]}, derived={"graph.rewirin": p}),
            lambda p, x: keys(vary={p: [x]}, derived={"graph.rewiring": p + "y + 1"}),
            lambda p, x: keys(vary={p: [x]}, derived={"graph.rewiring": f"{p} +"}),
            lambda p, x: keys(vary={p: [x]}, derived={"graph.rewiring": f"open({p})"}),
            lambda p, x: keys(vary={p: [0]}, derived={"graph.rewiring": f"1 / {p}"}),
            lambda p, x: keys(vary={p: [x]}, derived={"graph.rewiring": f"{p} - 100"}),
            lambda p, x: keys(vary={p: [1]}, constraints=[f"{p} > 1"]),
            lambda p, x: keys(vary={p: [x]}, constraints=[f"{p} = 1"]),
            lambda p, x: keys(vary={p: [x]}, constraints=[f"{p}.__class__"]),
            lambda p, x: keys(constraints=[f"{p} < 1"]),
            lambda p, x: [f"{DESIGN}.constraints=[{p} > {x}]", *keys(vary={p: [x]})],
            lambda p, x: keys(vari={p: [x]}),
            lambda p, x: [f"{DESIGN}.vary={{{p}: [1,2}}"],
            lambda p, x: [f"{DESIGN}.vary={p}"],
            lambda p, x: [*keys(vary={p: [x]}), f"{p}=1"],
            lambda p, x: [*keys(vary={p: [x]}), f"+experiment.factors.one.only.{p}=1"],
            lambda p, x: [*keys(vary={p: [x]}), "experiment.keep=everything"],
            lambda p, x: keys(vary={"graph.kind": ["small_world", "edgelist"]}),
            lambda p, x: keys(vary={"graph.kind": ["smallworld"]}),
            lambda p, x: keys(vary={"rules.trust": ["no.such.rule"]}),
            lambda p, x: keys(
                vary={f"{path}{k}": [1, 2] for path in ("creators.claim_inflation", "x") for k in range(3)}
            ),
            lambda p, x: keys(vary={path: list(range(50)) for path in PATHS}),
        ]
    )
    for kind in kinds:
        yield kind(str(generator.choice(PATHS)), round(float(generator.uniform(0.1, 0.5)), 3))


DESIGNS = [design for design, _ in zip(malformed(np.random.default_rng(7)), range(MANY), strict=False)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.csv").write_text("")
    Path("ragged.csv").write_text("creators.claim_inflation,graph.rewiring\n1,0.1\n2\n")
    Path("unknown.csv").write_text("creators.hip\n1\n")
    Path("twice.csv").write_text("creators.claim_inflation,creators.claim_inflation\n1,2\n")
    Path("text.csv").write_text("creators.claim_inflation\nmuch\n")


@pytest.mark.parametrize("number", [pytest.param(k, marks=pytest.mark.slow if k >= KINDS else ()) for k in range(MANY)])
def test_a_malformed_design_is_refused_in_one_line(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = install(monkeypatch)
    assert main(["run", *BASE, *DESIGNS[number]]) == 2, DESIGNS[number]
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("koc: ") and "Error" not in line and "Traceback" not in line and len(line) < 400, line
    assert printed.out == "" and made == [] and not Path("results").exists()


MESSAGES = {
    "vary={brands.own_pots: [1]}": f"{DESIGN}: brands.own_pots is no parameter; did you mean 'brands.own_posts'?",
    "vary={market.choice.risk: [1,-3]}": "point 1: market.choice.risk=-3: expected a number from 0 to 10 (1/utility)",
    "vary={creators.effort_cost: {low: 2, high: 1}}": f"{DESIGN}.vary.creators.effort_cost: low=2 is not below high=1",
    "vary={creators.claim_inflation: 3}": (
        f"{DESIGN}.vary.creators.claim_inflation=3: expected values [1,2,3], {{low: 1, high: 3}} or plausible"
    ),
    "sample=sobol": f"{DESIGN}: vary is empty: sample=sobol needs it",
    "file=ragged.csv": "ragged.csv line 3: expected 2 values, one for each parameter",
    "constraints=[creators.claim_inflation > 1]": (
        f"{DESIGN}.constraints: nothing varies that could fulfil them; expected vary, list or file"
    ),
}


@pytest.mark.parametrize("given", MESSAGES)
def test_the_line_names_what_is_wrong_and_what_would_be_right(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *BASE, f"{DESIGN}.{given}"]) == 2
    assert capsys.readouterr().err == f"koc: {MESSAGES[given]}\n"
