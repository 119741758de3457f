"""Checkpoints: a market put aside between two days and taken up again, as if it had never stopped.

A checkpoint is an ordinary ``.npz`` file of plain arrays and a JSON header: it holds no code and may be opened
anywhere. The world is not in it, since parameters and seed rebuild the same world.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.agents.brand import Purses
from sim.bounds import check, within
from sim.compiled import source_hash
from sim.errors import UserError
from sim.ledger import Accounts
from sim.markets.account import Bills, Lines
from sim.markets.checkout import Ratings
from sim.markets.sums import Sums
from sim.markets.withdrawal import Parties
from sim.parameters import MOST_DAYS, Parameters
from sim.recorder import DAILY
from sim.records import Consumers, Creators, Follows, Inbox, Orders, Sheet, empty
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
GENERATORS = {"Market.random", "Market.rng"}
LISTS: dict[str, Any] = {"Recorder.rows": (0.0,) * len(DAILY), "Recorder.order_tables": (0, empty(Orders, 0))}
"""Lists that grow by an item a day, with an example of one."""

HEADER = "header"
EXPECTED = "expected a file that Market.save wrote"
UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, MemoryError, NotImplementedError, RuntimeError,
    OverflowError, SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy and zipfile raise on files that are cut off, or of another kind."""


class Header(BaseModel):
    """What a checkpoint says of itself, beside its arrays."""

    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    parameters: dict[str, Any]
    seed: int = Field(ge=0, lt=1 << 63)
    people: int
    burn_in: int = Field(ge=0)
    keep_orders: bool
    state: dict[str, Any]


def save(market: Market, path: str | os.PathLike[str]) -> None:
    """Write all that a market has become; an existing file is replaced at once or not at all.

    Parameters
    ----------
    market
        Between two days, that is, not after `Market.open_day` alone.
    path
        File to write. A user's own `DataCollector` is not in it.
    """
    arrays: dict[str, NDArray[Any]] = {}
    header = Header(
        model=source_hash(),
        parameters=market.parameters.model_dump(mode="json"),
        seed=market.seed,
        people=len(market.town.people.activity),
        burn_in=market.recorder.burn_in,
        keep_orders=market.recorder.keep_orders,
        state={name: _pack(value, name, arrays) for name, value in _state(market).items()},
    )
    text = np.frombuffer(json.dumps(header.model_dump()).encode(), np.uint8)
    unfinished = Path(path).with_name(f"{Path(path).name}.{os.getpid()}.part")
    write: Any = np.savez  # whose types leave no room for names
    with unfinished.open("wb") as file:
        write(file, **{HEADER: text}, **arrays)
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
        If the file is no checkpoint, or one of another version of the model or of another world, or if an array in it
        is not what such a market can have.
    """
    try:
        header, arrays = _read(path)
        if header.model != source_hash():
            raise UserError(
                f"saved by version {header.model} of the model, and this is {source_hash()}; "
                "expected the same version, which alone continues to the bit"
            )
        market = kind(
            Parameters.model_validate(header.parameters), header.seed, world=world, burn_in=header.burn_in,
            threads=threads, keep_orders=header.keep_orders,
        )  # fmt: skip
        if len(market.town.people.activity) != header.people:
            raise UserError(
                f"holds {header.people} people, and the world has {len(market.town.people.activity)}; "
                "expected world= as the market was made with"
            )
        state = {name: _unpack(value, arrays) for name, value in header.state.items()}
        if arrays:
            raise UserError(f"{min(arrays)}: no such array in a market; expected those alone that Market.save wrote")
        _check(state, market)
        _restore(market, state)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, (HEADER, *first["loc"])))
        raise UserError(f"{path}: {place}: not a checkpoint ({first['msg']}); {EXPECTED}") from None
    return market


def _read(path: str | os.PathLike[str]) -> tuple[Header, dict[str, NDArray[Any]]]:
    arrays: dict[str, NDArray[Any]] = {}
    name = ""
    try:
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                arrays[name] = np.require(file[name], requirements="C")
    except UNREADABLE as error:
        where = f"{name}: " if name else ""
        said = " ".join(str(error).split())
        raise UserError(f"{where}not a checkpoint ({said}); {EXPECTED}") from None
    if HEADER not in arrays:
        raise UserError(f"{HEADER}: is missing; {EXPECTED}")
    return Header.model_validate_json(arrays.pop(HEADER).tobytes()), arrays


def _parts(market: Market) -> list[tuple[Any, str, Sequence[str]]]:
    """Who remembers anything from one day to the next, what that is called here, and what is remembered."""
    settlement = market.settlement
    kept = (
        "day", "steps", "creators", "noise", "purses", "inbox", "trust", "sheet", "orders_so_far", "revenue_so_far",
    )  # fmt: skip
    return [
        (market, "Market", kept),
        (market.shop, "Shop", ("ratings",)),
        (settlement, "Settlement", ("bills", "lines", "rows", "parties", "interest_carry")),
        (settlement.ledger, "Ledger", ("accounts",)),
        (market.recorder, "Recorder", sorted(vars(market.recorder))),
        *((platform, f"Platform {platform.number}", ("sales",)) for platform in market.platforms),
    ]


def _state(market: Market) -> dict[str, Any]:
    return {
        "Town.consumers": market.town.consumers,
        "Town.follows": market.town.follows,
        "Market.random": market.random.getstate(),
        "Market.rng": market.rng.bit_generator.state,
        **{f"{what}.{name}": getattr(part, name) for part, what, names in _parts(market) for name in names},
    }


def _check(state: dict[str, Any], market: Market) -> None:
    """See that a state is one that a market can have come to."""
    new = _state(market)
    if state.keys() != new.keys():
        wrong = min(state.keys() ^ new.keys())
        raise UserError(f"{HEADER}: {wrong} is {'unknown' if wrong in state else 'missing'}; {EXPECTED}")
    for name in ("Market.creators", "Market.sheet", "Market.inbox", "Settlement.bills", "Market.day"):
        check(name, state[name], new[name])
    sizes = _sizes(state, market)
    within("Market.day", state["Market.day"], 0, MOST_DAYS)
    within("Settlement.rows", state["Settlement.rows"], 0, sizes["bills"])
    within("rows of Market.creators", sizes["creators"], len(market.creators.consumer), None)
    within("rows of Market.sheet", sizes["sheet rows"], 1, sizes["creators"] + 1)
    for name in state.keys() - GENERATORS - LISTS.keys():
        check(name, state[name], new[name], sizes)
    for name, example in LISTS.items():
        check(name, state[name], [example] * len(state[name]), sizes)


def _sizes(state: dict[str, Any], market: Market) -> dict[str, int]:
    """How many there are of what columns have rows for, or point to."""
    brands = len(market.brands)
    is_measured = state["Market.day"] > market.recorder.burn_in
    return {
        "creators": len(state["Market.creators"].consumer),
        "sheet rows": len(state["Market.sheet"].active),
        "bills": len(state["Settlement.bills"].number),
        "words": len(state["Market.inbox"].to),
        "people": len(market.town.people.activity),
        "products": len(market.world.goods.category),
        "categories": market.town.people.taste.shape[1],
        "brands": brands,
        "sets of brands": 1 << brands,
        "platforms": len(market.platforms),
        "measured platforms": len(market.platforms) if is_measured else 0,
    }


def _restore(market: Market, state: dict[str, Any]) -> None:
    market.town = market.town._replace(consumers=state["Town.consumers"], follows=state["Town.follows"])
    try:
        market.random.setstate(state["Market.random"])
        market.rng.bit_generator.state = state["Market.rng"]
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise UserError(f"{HEADER}: no state of a generator of random numbers ({error}); {EXPECTED}") from None
    for part, what, names in _parts(market):
        for name in names:
            setattr(part, name, state[f"{what}.{name}"])
    market.open_desk()


def _pack(value: Any, name: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """A value as JSON has it; arrays are put aside under their names."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        return {"dict": [[key, _pack(inside, f"{name}.{key}", arrays)] for key, inside in value.items()]}
    kind = type(value).__name__
    if kind in RECORDS:
        columns = value._asdict().items()
        return {kind: [_pack(inside, f"{name}.{field}", arrays) for field, inside in columns]}
    if kind in SEQUENCES:
        return {kind: [_pack(inside, f"{name}.{n}", arrays) for n, inside in enumerate(value)]}
    return value.item() if isinstance(value, np.generic) else value


def _unpack(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """The value again; an array is taken out of those that were read."""
    if not isinstance(value, dict):
        return value
    try:
        ((kind, inside),) = value.items()
        if kind == "array":
            return arrays.pop(inside)
        if kind == "dict":
            return {key: _unpack(item, arrays) for key, item in inside}
        if kind not in {*RECORDS, *SEQUENCES}:
            raise UserError(f"{HEADER}: {kind} is unknown; {EXPECTED}")
        items = [_unpack(item, arrays) for item in inside]
        return RECORDS[kind](*items) if kind in RECORDS else SEQUENCES[kind](items)
    except KeyError as error:
        raise UserError(f"{error.args[0]}: is missing; {EXPECTED}") from None
    except (ValueError, TypeError) as error:
        raise UserError(f"{HEADER}: not the state of a market ({error}); {EXPECTED}") from None
