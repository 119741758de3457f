"""From measurements to figures: each with its unit, and with its goal where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MILLION = 1_000_000
LONG_RUN = 180  # days


@dataclass(frozen=True)
class Figure:
    """A number, what it should be, and whether it is.

    Attributes
    ----------
    name, value, unit
        What was measured.
    goal
        At least this (or at most this, where ``more`` is false); None where there is no goal.
    bound
        Never worse than this.
    more
        Whether more is better.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    bound: float | None = None
    more: bool = True

    @property
    def verdict(self) -> str:
        """``met``, ``not met``, ``out of bounds``, or nothing without a goal."""
        if self.goal is None:
            return ""
        if self._reaches(self.goal):
            return "met"
        return "not met" if self.bound is None or self._reaches(self.bound) else "out of bounds"

    def _reaches(self, mark: float) -> bool:
        return self.value >= mark if self.more else self.value <= mark


Section = tuple[str, list[Figure]]


def sections(raw: dict[str, Any]) -> list[Section]:
    """All figures, in sections with a title.

    Parameters
    ----------
    raw
        ``sizes`` and ``plain_mesa``, as `benchmarks.probe` measures them; ``sweeps``, as `benchmarks.sweeps` does;
        ``starts``: seconds by what is started; ``cascades``, as `benchmarks.cascades` measures them, empty where
        CyNetDiff is not installed; and ``kernel``, as `benchmarks.kernel` does, empty where there is no C compiler.
    """
    made = [(_title(size), list(_speed(size))) for size in raw["sizes"]]
    largest = raw["sizes"][-1]
    made.append((f"Phases of the day, {largest['consumers']:,} consumers, 1 thread", list(_phases(largest))))
    made.append((f"Memory, {largest['consumers']:,} consumers", list(_memory(largest))))
    if raw["kernel"]:
        made.append(
            ("The consumers' pass of a day, and the same in C by hand, 1 thread each", list(_kernel(raw["kernel"])))
        )
    peer = raw["plain_mesa"]
    title = f"The same market in plain Mesa, {peer['consumers']:,} consumers, {peer['days']} days, 1 thread each"
    made.append((title, list(_plain_mesa(peer))))
    made.append(("Sweeps: a run beyond its simulation, two processes", list(_sweeps(raw["sweeps"]))))
    if raw["cascades"]:
        made.append(("Independent cascades, the same graph, 1 thread each", list(_cascades(raw["cascades"]))))
    made.append(("Start, a new process each", list(_start(raw["starts"]))))
    return made


def _title(size: dict[str, Any]) -> str:
    return f"{size['consumers']:,} consumers, {size['days']} days after 2 to warm up"


def _speed(size: dict[str, Any]) -> Iterator[Figure]:
    n, days = size["consumers"], size["days"]
    for threads, run in ((1, size["one_thread"]), (2, size["two_threads"])):
        if threads == 2 and n < MILLION:
            continue
        on = "1 thread" if threads == 1 else "2 threads"
        fast, slow, short, long = (10.0, 4.0, 15.0, 40.0) if threads == 1 else (None,) * 4
        seconds, living = run["seconds"], run["phase_seconds"]["consumers live"]
        yield Figure(f"full day, {on}", n * days / seconds / MILLION, "M consumer-days/s", fast, slow)
        if threads == 1:  # what other programs take of a shared machine counts less here
            yield Figure("full day, by CPU time", n * days / run["cpu_seconds"] / MILLION, "M consumer-days/s")
        yield Figure(f"consumers' phase, {on}", n * days / living / MILLION, "M consumer-days/s")
        per_exposure = 1e9 * living / run["exposures"]
        yield Figure(f"consumers' phase, {on}", per_exposure, "ns/exposure", short, long, more=False)
        if n >= MILLION:
            goal = 20.0 if threads == 1 else None
            whole = seconds / days * LONG_RUN
            yield Figure(f"{LONG_RUN} days, {on}, from the mean of {days}", whole, "s", goal, more=False)
    run = size["one_thread"]
    yield Figure("exposures", run["exposures"] / n / days, "per consumer-day")
    yield Figure("item pages looked at and weighed", run["viewed"] / n / days, "per consumer-day")
    share = 100 * run["serial_share"]
    yield Figure("share of the CPU time that only one thread can take", share, "%", 5.0, more=False)
    yield Figure("a market with its world, made", size["build_seconds"], "s")


def _phases(size: dict[str, Any]) -> Iterator[Figure]:
    seconds = size["one_thread"]["phase_seconds"]
    for phase, spent in seconds.items():
        yield Figure(phase, 100 * spent / sum(seconds.values()), "%")


def _memory(size: dict[str, Any]) -> Iterator[Figure]:
    bytes_of = size["bytes_per_consumer"]
    for name, value in size["tables"].items():
        yield Figure(f"table of {name}", value, "bytes/consumer")
    tables = sum(size["tables"].values())
    yield Figure("all tables of a market", tables, "bytes/consumer")
    yield Figure(
        "beside them at the peak: lists of a day, and what is kept of freed memory",
        bytes_of["peak"] - tables,
        "bytes/consumer",
    )
    yield Figure("start kept where several arms share a world", bytes_of["start"], "bytes/consumer")
    yield Figure("peak memory until a market is made", bytes_of["build_peak"], "bytes/consumer")
    # in smaller markets buffers of a fixed size outweigh the consumers
    goal = 430.0 if size["consumers"] >= MILLION else None
    yield Figure("peak memory of world and market", bytes_of["peak"], "bytes/consumer", goal, more=False)


def _kernel(sizes: list[dict[str, Any]]) -> Iterator[Figure]:
    for size in sizes:
        who = f"{size['consumers']:,} consumers"
        yield Figure(f"engine, {who}", size["ns"]["engine"], "ns/consumer-day, by CPU time")
        yield Figure(f"C by hand, {who}", size["ns"]["c"], "ns/consumer-day, by CPU time")
        yield Figure(f"engine over C, {who}", size["ratio"], "times", 1.25, more=False)


def _plain_mesa(peer: dict[str, Any]) -> Iterator[Figure]:
    work = peer["consumers"] * peer["days"]
    engine, plain = peer["engine"], peer["plain_mesa"]
    for name, market in (("engine", engine), ("plain Mesa", plain)):
        yield Figure(name, work / market["cpu_seconds"], "consumer-days/s, by CPU time")
    yield Figure("engine over plain Mesa", plain["cpu_seconds"] / engine["cpu_seconds"], "times")
    for name, market in (("engine", engine), ("plain Mesa", plain)):
        yield Figure(f"item pages looked at, {name}", market["views"], "per consumer-day")


def _sweeps(sweeps: dict[str, dict[str, Any]]) -> Iterator[Figure]:
    names = {
        "koc": "koc run", "koc_serial": "koc run in one process, CPU time", "mesa": "mesa.batch_run",
        "hydra": "Hydra multirun", "hydra_joblib": "Hydra, joblib launcher",
    }  # fmt: skip
    for kind, measured in sweeps.items():
        where = f"{names[kind]}, {measured['runs']:,} runs"
        yield Figure(where, measured["ms_per_run"], "ms/run", 2.0 if kind.startswith("koc") else None, more=False)
        yield Figure(where, measured["files"], "files")
        yield Figure(where, measured["memory"] / MILLION, "MB", 1_000.0 if kind.startswith("koc") else None, more=False)


def _cascades(settings: list[dict[str, Any]]) -> Iterator[Figure]:
    for one in settings:
        where = f"{one['name']}, p = {one['p']:g}"
        yield Figure(where, one["here"], "ns/adopter, by CPU time")
        yield Figure(f"{where}: CyNetDiff over engine, size of each", one["times"], "times", 4.0)
        yield Figure(f"{where}: CyNetDiff over engine, mean alone", one["times_means"], "times", 4.0)


def _start(starts: dict[str, dict[str, float]]) -> Iterator[Figure]:
    goals = {"koc --help": 0.5, "import sim.market": None, "import, build and first day of 10,000": 2.0}
    for name, goal in goals.items():
        yield Figure(name, starts[name]["seconds"], "s", goal, more=False)
        yield Figure(f"{name}, CPU time", starts[name]["cpu_seconds"], "s")
