"""One measurement, in a process of its own for the sake of memory and first calls; prints a line of JSON.

`python -m benchmarks.probe engine|plain_mesa CONSUMERS DAYS`. An *exposure* is one thing put before a consumer, counted
once whether opened or not: a delivered post, a page of the feed, a search result, an answer, a friend's word, a habit
that comes to mind.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.day import Used
from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

SEED = 1
WARM_DAYS = 2
KIB = 1 if sys.platform == "darwin" else 1024


def engine(consumers: int, days: int) -> dict[str, Any]:
    """Speed and memory of the engine, on one thread and on two.

    Parameters
    ----------
    consumers
        Size of the market, otherwise by default parameters.
    days
        Days timed, after two that are not.
    """
    parameters = _parameters(consumers)
    before = _peak_memory()
    start = time.perf_counter()
    market = Market(parameters, SEED)
    build, built = time.perf_counter() - start, _peak_memory() - before
    one = _timed(market, days)
    peak = _peak_memory() - before
    tables = {name: size / consumers for name, size in _tables(market).items()}
    market.close()
    two = _timed(Market(parameters, SEED, threads=2), days)
    return {
        "consumers": consumers,
        "days": days,
        "build_seconds": build,
        "one_thread": one,
        "two_threads": two,
        "tables": tables,
        "bytes_per_consumer": {
            "start": tables["consumers"] + tables["follows"],
            "build_peak": built / consumers,
            "peak": peak / consumers,
        },
    }


def _tables(market: Market) -> dict[str, int]:
    """Bytes of what a market holds, by table; of orders, those of rows that have been in use."""
    m = market.m
    sizes = {name: getattr(m, name).nbytes for name in ("people", "consumers", "memories", "follows", "members")}
    sizes["graph"] = m.friends.nbytes + m.offsets.nbytes
    sizes["orders"] = int(m.used[Used.ORDERS]) * m.orders.itemsize
    sizes["creators"] = sum(table.nbytes for table in (m.creators, m.profiles, m.cards, m.posts))
    return sizes


def _timed(market: Market, days: int) -> dict[str, Any]:
    market.run(WARM_DAYS)
    market.timings.clear()
    shared = _measure_shared(market)
    delivered, viewed = market.recorder.delivered.sum(), market.recorder.viewed.sum()
    start, cpu = time.perf_counter(), time.process_time()
    market.run(days)
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    return {
        "seconds": seconds,
        "cpu_seconds": used,
        "serial_share": 1 - sum(shared) / used,
        "phase_seconds": dict(market.timings),
        "exposures": int(market.recorder.delivered.sum() - delivered),
        "viewed": int(market.recorder.viewed.sum() - viewed),
    }


def _measure_shared(market: Market) -> list[float]:
    """CPU seconds of each piece of work that threads can share, from now on."""
    seconds: list[float] = []
    over = market.threads.over

    def timed(cuts: Sequence[int], task: Callable[[int, int], Any]) -> list[Any]:
        start = time.process_time()
        done = over(cuts, task)
        seconds.append(time.process_time() - start)
        return done

    market.threads.over = timed  # type: ignore[method-assign]
    return seconds


def plain_mesa(consumers: int, days: int) -> dict[str, Any]:
    """Whole days of the engine and of the plain Mesa market: the same parameters, graph and phases, one thread each."""
    from reference.market import PlainMarket

    parameters = _parameters(consumers)
    world = World.build(parameters, SEED)
    friends = [row.tolist() for row in np.split(world.graph.friends, world.graph.offsets[1:-1])]
    engine, plain = Market(parameters, SEED, world=world), PlainMarket(parameters, friends, SEED)
    measured: dict[str, Any] = {"consumers": consumers, "days": days}
    for name, market in (("engine", engine), ("plain_mesa", plain)):
        market.run(WARM_DAYS)
        start = time.process_time()
        market.run(days)
        measured[name] = {"cpu_seconds": time.process_time() - start}
    whole = consumers * (days + WARM_DAYS)
    measured["engine"]["views"] = int(engine.result().outcomes["views"]) / whole
    measured["plain_mesa"]["views"] = plain.views.total() / whole
    return measured


def _parameters(consumers: int) -> Parameters:
    return Parameters.model_validate({"market": {"consumers": consumers}})


def _peak_memory() -> int:
    """Largest resident memory of this process so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


if __name__ == "__main__":
    kind, *numbers = sys.argv[1:]
    measure = {"engine": engine, "plain_mesa": plain_mesa}[kind]
    print(json.dumps(measure(*map(int, numbers))))
