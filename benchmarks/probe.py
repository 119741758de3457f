"""One measurement, in a process of its own for the sake of memory and first calls; prints a line of JSON.

`python -m benchmarks.probe engine|mesa|numpy CONSUMERS DAYS`. An *exposure* is one thing put before a consumer, counted
once whether opened or not: a delivered post, a page of the feed, a search result, an answer, a friend's word, a habit
that comes to mind.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import pandas as pd

from sim.market import Market
from sim.parameters import Parameters
from sim.world import World

SEED = 1
WARM_DAYS = 2
LIVING = "consumers live"
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
    world = World.build(parameters, SEED)
    build, built = time.perf_counter() - start, _peak_memory() - before
    one = _timed(Market(parameters, SEED, world=world), days)
    peak = _peak_memory() - before
    two = _timed(Market(parameters, SEED, world=world, threads=2), days)
    tables = {"people": world.people, "consumers": world.consumers, "follows": world.follows, "graph": world.graph}
    columns = {name: sum(column.nbytes for column in table) / consumers for name, table in tables.items()}
    return {
        "consumers": consumers,
        "days": days,
        "build_seconds": build,
        "one_thread": one,
        "two_threads": two,
        "bytes_per_consumer": columns
        | {
            "start": columns["consumers"] + columns["follows"],
            "build_peak": built / consumers,
            "peak": peak / consumers,
        },
    }


def _timed(market: Market, days: int) -> dict[str, Any]:
    market.run(WARM_DAYS)
    market.timings.clear()
    delivered, viewed = market.recorder.delivered.sum(), market.recorder.viewed.sum()
    start, cpu = time.perf_counter(), time.process_time()
    market.run(days)
    return {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "phase_seconds": dict(market.timings),
        "exposures": int(market.recorder.delivered.sum() - delivered),
        "viewed": int(market.recorder.viewed.sum() - viewed),
    }


def against_mesa(consumers: int, days: int) -> dict[str, Any]:
    """Consumers' phase of the engine and of the plain Mesa port, day by day in turn."""
    from benchmarks.mesa_market import MesaMarket

    return _against(MesaMarket, consumers, days)


def against_numpy(consumers: int, days: int) -> dict[str, Any]:
    """Consumers' phase of the engine and of the numpy port, day by day in turn."""
    from benchmarks.numpy_port import NumpyMarket

    return _against(NumpyMarket, consumers, days)


def _against(port: type[Market], consumers: int, days: int) -> dict[str, Any]:
    parameters = _parameters(consumers)
    world = World.build(parameters, SEED)
    markets = [kind(parameters, SEED, world=world).run(1) for kind in (Market, port)]
    for market in markets:
        market.timings.clear()
    for _ in range(days):
        for market in markets:
            market.step()
    pd.testing.assert_frame_equal(markets[0].daily(), markets[1].daily(), check_exact=True)
    seconds = [market.timings[LIVING] for market in markets]
    return {"consumers": consumers, "days": days, "engine_seconds": seconds[0], "port_seconds": seconds[1]}


def _parameters(consumers: int) -> Parameters:
    return Parameters.model_validate({"market": {"consumers": consumers}})


def _peak_memory() -> int:
    """Largest resident memory of this process so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


if __name__ == "__main__":
    kind, *numbers = sys.argv[1:]
    measure = {"engine": engine, "mesa": against_mesa, "numpy": against_numpy}[kind]
    print(json.dumps(measure(*map(int, numbers))))
