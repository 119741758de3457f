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
        ``sizes`` and ``peers``, as `benchmarks.probe` measures them, and ``seconds`` of the starts.
    """
    made = [(_title(size), list(_size(size))) for size in raw["sizes"]]
    made.append(("Peers, consumers' phase, the same days with the same numbers", list(_peers(raw["peers"]))))
    made.append(("Start, a new process each", list(_start(raw["seconds"]))))
    return made


def _title(size: dict[str, Any]) -> str:
    return f"{size['consumers']:,} consumers, {size['days']} days timed"


def _size(size: dict[str, Any]) -> Iterator[Figure]:
    n, days = size["consumers"], size["days"]
    for threads, run in ((1, size["one_thread"]), (2, size["two_threads"])):
        if threads == 2 and n < MILLION:
            continue
        on = "1 thread" if threads == 1 else "2 threads"
        fast, slow, short, long = (10.0, 4.0, 15.0, 40.0) if threads == 1 else (None,) * 4
        seconds, living = sum(run["day_seconds"]), run["phase_seconds"]["consumers live"]
        best = n / min(run["day_seconds"]) / MILLION
        yield Figure(f"full day, {on}", n * days / seconds / MILLION, "M consumer-days/s", fast, slow)
        yield Figure(f"full day, {on}, best of {days}", best, "M consumer-days/s", fast, slow)
        yield Figure(f"consumers' phase, {on}", n * days / living / MILLION, "M consumer-days/s")
        per_exposure = 1e9 * living / run["exposures"]
        yield Figure(f"consumers' phase, {on}", per_exposure, "ns/exposure", short, long, more=False)
        if n >= MILLION:
            goal = 20.0 if threads == 1 else None
            whole = seconds / days * LONG_RUN
            yield Figure(f"{LONG_RUN} days, {on}, from the mean of {days}", whole, "s", goal, more=False)
    run = size["one_thread"]
    yield Figure("exposures", run["exposures"] / n / days, "per consumer-day")
    yield Figure("of these, item pages looked at and weighed", run["viewed"] / n / days, "per consumer-day")
    for phase, seconds in run["phase_seconds"].items():
        yield Figure(f"share of {phase}", 100 * seconds / sum(run["phase_seconds"].values()), "%")
    yield from _memory(size["bytes_per_consumer"], n)
    yield Figure("World.build", size["build_seconds"], "s")


def _memory(bytes_of: dict[str, float], n: int) -> Iterator[Figure]:
    columns = {name: bytes_of[name] for name in ("people", "consumers", "follows", "graph")}
    for name, value in columns.items():
        yield Figure(f"columns of {name}", value, "bytes/consumer")
    yield Figure("all columns of a market", sum(columns.values()), "bytes/consumer", 400.0, more=False)
    yield Figure("start kept for other arms", bytes_of["start"], "bytes/consumer")
    goal = 400.0 if n >= MILLION else None  # below that, buffers of fixed size outweigh the consumers
    yield Figure("peak memory of world and market", bytes_of["peak"], "bytes/consumer", goal, more=False)


def _peers(peers: dict[str, dict[str, Any]]) -> Iterator[Figure]:
    for name, goal in (("plain Mesa", 300.0), ("numpy", 5.0)):
        peer = peers[name]
        work = peer["consumers"] * peer["days"] / MILLION
        where = f"{peer['consumers']:,} consumers x {peer['days']} days"
        yield Figure(f"{name}, {where}", work / peer["port_seconds"], "M consumer-days/s")
        yield Figure(f"engine, {where}", work / peer["engine_seconds"], "M consumer-days/s")
        yield Figure(f"engine over {name}", peer["port_seconds"] / peer["engine_seconds"], "times", goal)


def _start(seconds: dict[str, float]) -> Iterator[Figure]:
    yield Figure("koc --help", seconds["help"], "s", 0.5, more=False)
    yield Figure("import sim.market", seconds["import"], "s")
    yield Figure("import, build and first day of 10,000", seconds["first_day"], "s", 2.0, more=False)
