"""What the capabilities of competing platforms cost: `python -m benchmarks.capabilities [CONSUMERS]`.

All off against the commit before they came, then each on and all on against all off, in one run. Markets live the same
weeks in turn, and a figure is the median of the weeks' ratios of CPU time, since a machine's speed changes from minute
to minute and ratios do not. Lines of pay are so small, and what phases set so close to what it was, that people do
nearly the same as without: what is measured is the mechanism, not that more happens. Posts and pages beside the ratios
tell whether that holds. It cannot for an author's line, which lets creators post three times as often: the case after
it has as many posts without any line.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.before import COMPILES, ROOT, Case, measured, taken_out
from experiments.settings.paths import merged
from sim.market import Market
from sim.parameters import Parameters
from sim.units import DAYS_A_WEEK

BEFORE = "682b01a"
SEED, WARM_DAYS, WEEKS, ROUNDS = 1, 14, 8, 5
TWO: dict[str, Any] = {
    "platform": {"share": 0.5}, "rivals": [{"name": "rival", "share": 0.5}],
}  # fmt: skip
LITTLE = 1e-5  # share of a price
PAY: dict[str, Any] = {
    "platform": {
        "pay": [
            {"to": "sharer", "of": "price", "share": LITTLE, "visible": False},
            {"to": "staff", "of": "price", "share": LITTLE},
            {"to": "recruiter", "of": "price", "share": LITTLE},
            {"to": "recruiter", "of": "price", "share": LITTLE, "level": 2},
        ]
    }
}
AUTHORS: dict[str, Any] = {"platform": {"pay": [{"to": "author", "of": "price", "share": 0.05}]}}
UNPAID: dict[str, Any] = {"creators": {"unpaid": 1.0}}
PHASES: dict[str, Any] = {
    "phases": [
        {"when": "gmv >= 1e12", "set": {"platform.take_rate": 0.06}},
        {"when": "day >= 21", "set": {"platform.take_rate": 0.0501}},
    ],
    "shocks": [{"chance": 0.05, "set": {"platform.take_rate": 0.0502}}],
}
MEMBERSHIP: dict[str, Any] = {"membership": {"choice": True}}
CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "cells": ({}, True),
    "pay lines": (PAY, False),
    "phases and shocks": (PHASES, False),
    "membership": (MEMBERSHIP, False),
    "all four": (merged(merged(PAY, PHASES), MEMBERSHIP), True),
    "an author's line": (AUTHORS, False),
    "as many posts without it": (UNPAID, False),
}
"""What each case sets beside two equal platforms, and whether it keeps cells."""


class Measured(NamedTuple):
    """A case, over all off."""

    cpu: float
    posts: float
    pages: float  # posts delivered, and pages looked at


def ratios(consumers: int) -> dict[str, Measured]:
    """CPU time of a day with each case on, and what happens on it, over the same with all off."""
    markets = {name: _warm(consumers, *case) for name, case in {"": ({}, False), **CASES}.items()}
    before = {name: _happened(market) for name, market in markets.items()}
    found: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(WEEKS):
        off = _week(markets[""])
        for name in CASES:
            found[name].append(_week(markets[name]) / off)
    more = {name: _happened(market) - before[name] for name, market in markets.items()}
    return {name: Measured(median(weeks), *(more[name] / more[""]).tolist()) for name, weeks in found.items()}


def _happened(market: Market) -> NDArray[np.float64]:
    """Posts and pages so far."""
    recorder = market.recorder
    return np.array([market.daily()["posts"].sum(), recorder.delivered.sum() + recorder.viewed.sum()], float)


def _warm(consumers: int, settings: dict[str, Any], keep_cells: bool) -> Market:
    given = merged({"market": {"consumers": consumers}}, merged(TWO, settings))
    return Market(Parameters.model_validate(given), SEED, keep_cells=keep_cells).run(WARM_DAYS)


def _week(market: Market) -> float:
    start = time.process_time()
    market.run(DAYS_A_WEEK)
    return time.process_time() - start


def off(consumers: int) -> float:
    """CPU time of a day with all off, over that of the commit before."""
    case = Case(consumers, 2, WEEKS * DAYS_A_WEEK)
    with tempfile.TemporaryDirectory() as folder:
        then = taken_out(BEFORE, Path(folder))
        for tree in (ROOT, then):
            measured(tree, COMPILES)
        pairs = [(measured(ROOT, case), measured(then, case)) for _ in range(ROUNDS)]
    return median(now["cpu_seconds"] / before["cpu_seconds"] for now, before in pairs)


def main(consumers: int) -> None:
    """Print the ratios."""
    print(f"CPU time of a day of {consumers:,} consumers, medians of ratios")
    print(f"{f'all off, over commit {BEFORE}':40} {off(consumers):6.3f}   goal: at most 1.03", flush=True)
    for name, found in ratios(consumers).items():
        goal = "   goal: at most 1.10" if name == "all four" else ""
        happened = f"posts {found.posts:5.2f}, pages {found.pages:5.2f}"
        print(f"{f'{name}, over all off':40} {found.cpu:6.3f}   {happened}{goal}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
