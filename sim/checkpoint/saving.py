"""A market is written to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.checkpoint.contents import GROWING, HEADER, OF_THE_MARKET, Header, arrays_of, checksum, counts_of, tables_of
from sim.compilation.versions import source_hash
from sim.errors import UserError

if TYPE_CHECKING:
    from sim.market import Market


def save(market: Market, path: str | os.PathLike[str]) -> None:
    """Write all that a market has become; an existing file is replaced at once or not at all.

    Parameters
    ----------
    market
        Between two days, that is, not after `Market.open_day` alone.
    path
        File to write. A user's own `DataCollector` is not in it.
    """
    if market.cells:
        raise UserError("keep_cells=True: a market that keeps cells cannot be put aside; expected one without")
    recorder = market.recorder
    arrays = {**dict(tables_of(market.m)), **dict(arrays_of(market))}
    header = Header(
        model=source_hash(),
        parameters=market.parameters.model_dump(mode="json"),
        seed=market.seed,
        people=len(market.m.people),
        world=checksum(market.world),
        burn_in=recorder.burn_in,
        keep_orders=recorder.keep_orders,
        day=market.day,
        begun=market.timeline.begun,
        lengths={name: len(arrays[name]) for name in GROWING},
        recorder=counts_of(recorder),
        rows=[list(row) for row in recorder.rows],
        standings=[list(row) for row in recorder.standings],
        random=list(market.random.getstate()),
        rng=market.rng.bit_generator.state,
        **{name: getattr(market, name) for name in OF_THE_MARKET},
    )
    arrays[HEADER] = np.frombuffer(header.model_dump_json().encode(), np.uint8)
    unfinished = Path(path).with_name(f"{Path(path).name}.{os.getpid()}.part")
    write: Any = np.savez  # whose types leave no room for names
    with unfinished.open("wb") as file:
        write(file, **arrays)
    unfinished.replace(path)
