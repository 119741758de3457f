"""One run: a market, a seed and a span of days; what identifies it and what it yields."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from experiments.design import Arm
from sim.parameters import Parameters

TABLES = ("daily", "funnel", "creators", "split", "graph")
MODEL = Path(__file__).resolve().parent.parent / "sim"


class Run(NamedTuple):
    """All that determines a run. Two runs of equal `id` have equal results, to the bit.

    `model` is the hash of the model's source that it is to be made with.
    """

    id: str
    model: str
    parameters: Parameters
    seed: int
    days: int
    burn_in: int


class Finished(NamedTuple):
    """What a run yields.

    `outcomes` has one number each; `timings` the seconds of each phase of the day; `tables` Arrow streams by name.
    """

    id: str
    seconds: float
    outcomes: dict[str, float]
    timings: dict[str, float]
    tables: dict[str, bytes]


class Failed(NamedTuple):
    """What is kept of a run that broke: the error in one line, and its traceback."""

    id: str
    error: str
    traceback: str


def runs_of(arm: Arm, seeds: Iterable[int], days: int, burn_in: int) -> list[Run]:
    """The runs of an arm, one for each seed."""
    content = "|".join((arm.parameters.model_dump_json(), model_hash(), _inputs(arm.parameters)))
    digest = hashlib.sha256(content.encode())
    found = []
    for seed in seeds:
        own = digest.copy()
        own.update(f"|{seed}|{days}|{burn_in}".encode())
        found.append(Run(own.hexdigest(), model_hash(), arm.parameters, seed, days, burn_in))
    return found


@cache
def model_hash() -> str:
    """Hash of the sources of the model, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(MODEL.rglob("*.py")):
        digest.update(path.relative_to(MODEL).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(parameters: Parameters) -> str:
    """Hashes of the files outside the model that a run depends on: an edge list, rules of the user's own."""
    files = [parameters.graph.path] if parameters.graph.kind == "edgelist" else []
    for _, rule in parameters.rules:
        module = rule.rpartition(".")[0]
        if module.partition(".")[0] != MODEL.name:
            spec = importlib.util.find_spec(module)
            files += [spec.origin] if spec and spec.origin else []
    return " ".join(_file_hash(file, Path(file).stat().st_mtime_ns) for file in files)


@cache
def _file_hash(path: str, modified: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
