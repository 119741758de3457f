"""Checkpoints: a market put aside between two days and taken up again, as if it had never stopped.

A checkpoint is an ordinary ``.npz`` file of plain arrays and a JSON header: it holds no code and may be opened
anywhere. The world is not in it, since parameters and seed rebuild the same world.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.agents.brand import Purses
from sim.compiled import source_hash
from sim.errors import UserError
from sim.ledger import Accounts
from sim.markets.account import Bills, Lines
from sim.markets.checkout import Ratings
from sim.markets.sums import Sums
from sim.markets.withdrawal import Parties
from sim.parameters import Parameters
from sim.records import Consumers, Creators, Follows, Inbox, Orders, Sheet
from sim.world import World

if TYPE_CHECKING:
    from sim.market import Market

M = TypeVar("M", bound="Market")

RECORDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Accounts, Bills, Consumers, Creators, Follows, Inbox, Lines, Orders, Parties, Purses, Ratings, Sheet, Sums,
    )
}
SEQUENCES: dict[str, Any] = {kind.__name__: kind for kind in (list, tuple)}


def save(market: Market, path: str | os.PathLike[str]) -> None:
    """Write all that a market has become; an existing file is replaced at once or not at all.

    Parameters
    ----------
    market
        Between two days, that is, not after `Market.open_day` alone.
    path
        File to write. A user's own `DataCollector` is not in it.
    """
    arrays: list[NDArray[Any]] = []
    header = {
        "model": source_hash(),
        "parameters": market.parameters.model_dump(mode="json"),
        "seed": market.seed,
        "people": len(market.town.people.activity),
        "burn_in": market.recorder.burn_in,
        "keep_orders": market.recorder.keep_orders,
        "state": _pack(_state(market), arrays),
    }
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    unfinished = Path(path).with_name(f"{Path(path).name}.{os.getpid()}.part")
    with unfinished.open("wb") as file:
        np.savez(file, *arrays, header=text)
    unfinished.replace(path)


def load(kind: type[M], path: str | os.PathLike[str], world: World | None = None, threads: int = 1) -> M:
    """Take up a market where `save` left it.

    Parameters
    ----------
    kind
        `Market`, or the subclass that was saved.
    path
        File that `save` wrote.
    world
        The world that the market was made with, where it was not the one of its parameters and seed.
    threads
        Threads for the consumers' day.

    Raises
    ------
    UserError
        If the file is no checkpoint, or one of another version of the model or of another world.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(file["header"].tobytes())
            arrays = [file[f"arr_{n}"] for n in range(len(file.files) - 1)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not a checkpoint ({error}); expected a file that Market.save wrote") from None
    if header["model"] != source_hash():
        raise UserError(
            f"{path}: saved by version {header['model']} of the model, and this is {source_hash()}; "
            "expected the same version, which alone continues to the bit"
        )
    parameters = Parameters.model_validate(header["parameters"])
    market = kind(
        parameters, header["seed"], world=world, burn_in=header["burn_in"], threads=threads,
        keep_orders=header["keep_orders"],
    )  # fmt: skip
    if len(market.town.people.activity) != header["people"]:
        raise UserError(
            f"{path}: holds {header['people']} people, and the world has {len(market.town.people.activity)}; "
            "expected world= as the market was made with"
        )
    _restore(market, _unpack(header["state"], arrays))
    return market


def _parts(market: Market) -> list[tuple[Any, Sequence[str]]]:
    """Who remembers anything from one day to the next, and under which names."""
    settlement = market.settlement
    kept = (
        "day", "steps", "creators", "noise", "purses", "inbox", "trust", "sheet", "orders_so_far", "revenue_so_far",
    )  # fmt: skip
    return [
        (market, kept),
        (market.shop, ("ratings",)),
        (settlement, ("bills", "lines", "rows", "parties", "interest_carry")),
        (settlement.ledger, ("accounts",)),
        (market.recorder, sorted(vars(market.recorder))),
        *((platform, ("sales",)) for platform in market.platforms),
    ]


def _state(market: Market) -> dict[str, Any]:
    return {
        "consumers": market.town.consumers,
        "follows": market.town.follows,
        "random": market.random.getstate(),
        "rng": market.rng.bit_generator.state,
        "parts": [[getattr(part, name) for name in names] for part, names in _parts(market)],
    }


def _restore(market: Market, state: dict[str, Any]) -> None:
    market.town = market.town._replace(consumers=state["consumers"], follows=state["follows"])
    market.random.setstate(state["random"])
    market.rng.bit_generator.state = state["rng"]
    for (part, names), values in zip(_parts(market), state["parts"], strict=True):
        for name, value in zip(names, values, strict=True):
            setattr(part, name, value)
    market.open_desk()


def _pack(value: Any, arrays: list[NDArray[Any]]) -> Any:
    """A value as JSON has it; arrays are put aside and named by their number."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, dict):
        return {"dict": [[_pack(key, arrays), _pack(inside, arrays)] for key, inside in value.items()]}
    name = type(value).__name__
    if name in RECORDS or name in SEQUENCES:
        return {name: [_pack(inside, arrays) for inside in value]}
    return value.item() if isinstance(value, np.generic) else value


def _unpack(value: Any, arrays: list[NDArray[Any]]) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inside),) = value.items()
    if kind == "array":
        return arrays[inside]
    if kind == "dict":
        return {_unpack(key, arrays): _unpack(item, arrays) for key, item in inside}
    items = [_unpack(item, arrays) for item in inside]
    return RECORDS[kind](*items) if kind in RECORDS else SEQUENCES[kind](items)
