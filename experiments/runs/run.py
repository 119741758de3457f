"""One run: a market, a seed and a span of days; what identifies it and what it yields."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from experiments.design.factors import CELLS, ORDERS, Arm
from sim.parameters import Graph, Parameters, Rules

if TYPE_CHECKING:
    from sim.graphs.friendships import GraphReport

TABLES = ("daily", "funnel", "creators", "split", "graph", "platforms")
EVERY_TABLE = (*TABLES, *CELLS, *ORDERS)
WORLD_BUILT = "world is built"  # among the timings of a run
LEAST_WORK = 2_000  # consumers that take as long as what a day costs whatever the size of the market
MODEL = Path(__file__).resolve().parents[2] / "sim"


class Run(NamedTuple):
    """All that determines a run. Two runs of equal `id` have equal results, to the bit."""

    id: str  # hash of all below but `consumers`, `world`, `tables` and `more`
    model: str  # hash of the model's source that it is to be made with
    # the parameters as JSON: a tenth of the memory that they take as objects, and quickly sent to a worker
    content: str
    seed: int
    days: int
    burn_in: int  # days that do not count towards the outcomes
    consumers: int  # of the market: with the days, the work that it is
    world: str  # names the world that it takes place in; runs of equal `world` may share one
    tables: bool  # whether its tables are to be kept beside its outcomes
    inputs: str = ""  # hashes of the files outside of the model that it depends on; empty if there are none
    # further tables that are to be kept, of `CELLS` and `ORDERS`; with any of them, outcomes of cells are measured
    more: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """Tables that are to be kept."""
        return (*(TABLES if self.tables else ()), *self.more)

    @property
    def parameters(self) -> Parameters:
        """The parameters, made anew of `content`."""
        return Parameters.model_validate_json(self.content)

    @property
    def work(self) -> int:
        """How long it takes, as against other runs: consumer-days, and what a day costs whatever its size."""
        return (self.consumers + LEAST_WORK) * self.days


class Finished(NamedTuple):
    """What a run yields.

    `outcomes` has one number each; `timings` the seconds of each phase of the day, and of building the world where this
    run was the first in it; `tables` Arrow streams by name, none where they are not kept.
    """

    id: str
    seconds: float
    outcomes: dict[str, float]
    timings: dict[str, float]
    tables: dict[str, bytes]


class Failed(NamedTuple):
    """What is kept of a run that broke: the error in one line, its traceback, and the day; None before the first."""

    id: str
    error: str
    traceback: str
    day: int | None


Done = Finished | Failed
"""What came of a run."""


def runs_of(
    arm: Arm, seeds: Iterable[int], days: int, burn_in: int, *, tables: bool = True, more: tuple[str, ...] = ()
) -> list[Run]:
    """The runs of an arm, one for each seed."""
    from sim.world import World  # and numba with it

    content = arm.parameters.model_dump_json()
    inputs = _inputs(arm.parameters)
    digest = hashlib.sha256("|".join((content, model_hash(), inputs)).encode())
    world = World.key(arm.parameters, 0)
    people = arm.parameters.market.consumers
    found = []
    for seed in seeds:
        own = digest.copy()
        own.update(f"|{seed}|{days}|{burn_in}".encode())
        place = f"{world} {seed}"
        about = (own.hexdigest(), model_hash(), content, seed, days, burn_in, people, place, tables, inputs, more)
        found.append(Run(*about))
    return found


def is_current(run: Run) -> bool:
    """Whether this process would make a run of the source and the files that the run is named after."""
    if run.model != model_hash() or not run.inputs:
        return run.model == model_hash()
    parameters = run.parameters
    return run.inputs == f"{_ties(parameters.graph)}{_loaded(run.inputs, parameters.rules.model_dump_json())}"


@cache
def _loaded(inputs: str, rules: str) -> str:
    """Sources of rules when a run with these inputs was first made here: what is edited later, is not loaded."""
    from sim.replacement import sources

    return sources(Rules.model_validate_json(rules))


def graph_reports(runs: Iterable[Run]) -> list[GraphReport]:
    """What is read of the files with friendships that some runs take place on, one for each file."""
    from sim.world.own_graph import friendships_of

    of_worlds = {run.world.partition(" ")[0]: run for run in runs}
    shapes = dict.fromkeys(run.parameters.graph for run in of_worlds.values())
    found = {(shape.path, shape.directed): friendships_of(shape) for shape in shapes}
    return [friendships.report for friendships in found.values() if friendships]


@cache
def model_hash() -> str:
    """Hash of the sources of the model, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(MODEL.rglob("*.py")):
        digest.update(path.relative_to(MODEL).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(parameters: Parameters) -> str:
    """Hashes of what a run depends on outside of the model: an edge list, rules of the user's own."""
    from sim.replacement import sources

    return f"{_ties(parameters.graph)}{sources(parameters.rules)}"


def _ties(graph: Graph) -> str:
    return f"{_file_hash(graph.path, Path(graph.path).stat().st_mtime_ns)} " if graph.kind == "edgelist" else ""


@cache
def _file_hash(path: str, modified: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
