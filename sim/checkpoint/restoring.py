"""A market is taken up from a file, of which every array is looked at before compiled code sees it."""

from __future__ import annotations

import os
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim import ledger
from sim.agents import membership_phase
from sim.checkpoint.contents import (
    EXPECTED,
    GROWING,
    HEADER,
    IN_USE,
    OF_THE_MARKET,
    TABLES,
    Header,
    arrays_of,
    checksum,
    counts_of,
    tables_of,
)  # fmt: skip
from sim.compilation.versions import source_hash
from sim.day import Used
from sim.errors import LedgerError, UserError
from sim.opening import with_creators
from sim.parameters import Parameters
from sim.results.recorder import DAILY
from sim.results.standing import STANDING
from sim.state.creators import Creator
from sim.state.pay import Funder, Payee
from sim.world import World

if TYPE_CHECKING:
    from sim.market import Market

M = TypeVar("M", bound="Market")

UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, MemoryError, NotImplementedError, RuntimeError,
    OverflowError, SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy and zipfile raise on files that are cut off, or of another kind."""


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
        Threads for the consumers' passes.

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
        if len(market.m.people) != header.people:
            raise UserError(
                f"holds {header.people} people, and the world has {len(market.m.people)}; "
                "expected world= as the market was made with"
            )
        if checksum(market.world) != header.world:
            raise UserError("holds other people or friends than the world; expected world= as the market was made with")
        _take_up(market, header)
        _restoretables_of(market, header, arrays)
        if market.parameters.membership.choice:
            membership_phase.take_up(market.m, market.world)
        _restore_arrays(market, header, arrays)
        _restore_numbers(market, header)
        _check_money(market)
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


def _take_up(market: Market, header: Header) -> None:
    """Put in force what held when the market was saved, before its tables are restored."""
    if len(header.begun) != len(market.timeline.begun) or any(day >= header.day for day in header.begun):
        raise UserError(f"{HEADER}.begun: not the days on which phases began; {EXPECTED}")
    market.m = market.m._replace(day=header.day)
    market.take_up(header.begun)


def _restoretables_of(market: Market, header: Header, arrays: dict[str, NDArray[Any]]) -> None:
    """Put the saved tables in the place of the new market's, having looked at every column."""
    m = market.m
    if header.lengths.keys() != set(GROWING):
        raise UserError(f"{HEADER}.lengths: expected those of {', '.join(GROWING)}")
    if "creators" not in arrays or arrays["creators"].ndim != 1:
        raise UserError(f"creators: no table of creators; {EXPECTED}")
    newcomers = len(arrays["creators"]) - len(m.creators)
    if not 0 <= newcomers <= len(m.people):
        raise UserError(f"creators: {len(arrays['creators'])} rows, expected {len(m.creators)} or more")
    if newcomers:
        m = with_creators(m, Creator.table(newcomers, m.categories))
    sizes = {
        "people": len(m.people), "creators": len(m.creators), "products": len(m.products), "categories": m.categories,
        "brands": len(m.brands), "platforms": len(m.platforms), "posts": len(m.posts),
    }  # fmt: skip
    restored: dict[str, Any] = {}
    for name, new in tables_of(m):
        table = _taken(name, new, arrays, header.lengths.get(name))
        TABLES[name].check(table, name, sizes)
        restored[name] = table.view(new.dtype)
    _within("creators.audience", restored["creators"]["audience"], 0, len(m.people))
    if (np.diff(restored["inbox"]["to"].astype(np.int64)) < 0).any():
        raise UserError("inbox.to: is not sorted; expected rising numbers")
    _within("memories.day", restored["memories"]["day"], 0, header.day)
    market.m = m._replace(day=header.day, **restored)


def _restore_arrays(market: Market, header: Header, arrays: dict[str, NDArray[Any]]) -> None:
    """The same for all other arrays."""
    found: dict[str, NDArray[Any]] = {}
    for name, new in arrays_of(market):
        is_measured = name == "recorder.revenue_before" and header.day > header.burn_in
        new = np.zeros_like(market.m.accounts.revenue) if is_measured else new
        found[name] = _taken(name, new, arrays, header.lengths.get(name))
        if found[name].dtype.kind == "f" and not np.isfinite(found[name]).all():
            raise UserError(f"{name}: holds what is infinite or no number; expected finite numbers")
    if arrays:
        raise UserError(f"{min(arrays)}: no such array in a market; expected those alone that Market.save wrote")
    m, recorder, creators = market.m, market.recorder, len(market.m.creators)
    most = {Used.POSTS: len(m.posts), Used.LINES: len(m.lines)}
    _within("used", found["used"], 0, [most.get(table, len(m.orders)) for table in Used])
    _within("recorder.first_kocs", found["recorder.first_kocs"], 0, creators - 1)
    _within("rows of sums.sold_by", len(found["sums.sold_by"]), 0, creators)
    parts = {title: {} for title in ("accounts", "sums", "recorder")} | {"": {}}  # type: ignore[var-annotated]
    for name, one in found.items():
        title, _, column = name.rpartition(".")
        parts[title][column] = one
    market.m = m._replace(accounts=m.accounts._replace(**parts["accounts"]), **parts[""])
    recorder.sums = recorder.sums._replace(**parts["sums"])
    vars(recorder).update(parts["recorder"])


def _restore_numbers(market: Market, header: Header) -> None:
    recorder, platforms = market.recorder, len(market.platforms)
    if len(header.interest_carries) != platforms:
        raise UserError(f"{HEADER}.interest_carries: {len(header.interest_carries)} numbers, expected {platforms}")
    if any(len(row) != len(DAILY) for row in header.rows) or [row[0] for row in header.rows] != [*range(header.day)]:
        raise UserError(f"{HEADER}.rows: expected {len(DAILY)} numbers for each of {header.day} days")
    days = [day for day in range(header.day) for _ in range(platforms)] if market.parameters.membership.choice else []
    if any(len(row) != len(STANDING) for row in header.standings) or [row[0] for row in header.standings] != days:
        raise UserError(f"{HEADER}.standings: expected {len(STANDING)} numbers for each day and platform")
    if header.recorder.keys() != counts_of(recorder).keys():
        raise UserError(f"{HEADER}.recorder: not the counts of a recorder; {EXPECTED}")
    for name in OF_THE_MARKET:
        setattr(market, name, getattr(header, name))
    vars(recorder).update(header.recorder)
    recorder.rows = [tuple(row) for row in header.rows]
    recorder.standings = [tuple(row) for row in header.standings]
    try:
        version, state, gauss = header.random
        market.random.setstate((version, tuple(state), gauss))
        market.rng.bit_generator.state = header.rng
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise UserError(f"{HEADER}: no state of a generator of random numbers ({error}); {EXPECTED}") from None


def _check_money(market: Market) -> None:
    """Refuse orders and accounts that do not fit each other: the next day would stop at them."""
    orders, lines = (getattr(market.m, name)[: market.m.used[IN_USE[name]]] for name in IN_USE)
    count = orders["lines"].astype(np.int64)
    if np.any(orders["first_line"][count > 0] + count[count > 0] > len(lines)):
        raise UserError(f"orders.first_line: beyond the {len(lines)} lines; {EXPECTED}")
    out_of_price = np.concatenate([[0], np.cumsum(lines["fen"] * (lines["funder"] != Funder.PLATFORM))])
    first = np.where(count > 0, orders["first_line"], 0).astype(np.int64)
    others = out_of_price[first + count] - out_of_price[first]
    named = sum(orders[line].astype(np.int64) for line in ("fee", "commission", "margin", "others", "rest"))
    if np.any(named != orders["price"]) or np.any(others != orders["others"]):
        raise UserError(
            "orders: the lines of an order miss its price; expected fee + commission + margin + others + rest"
        )
    if np.any((lines["payee"] == Payee.SHARER) & (lines["consumer"] < 0)):
        raise UserError(f"lines.consumer: nobody is paid; {EXPECTED}")
    if np.any((lines["payee"] != Payee.SHARER) & (lines["payee"] != Payee.STAFF) & (lines["creator"] < 0)):
        raise UserError(f"lines.creator: nobody is paid; {EXPECTED}")
    try:
        ledger.check(market.m.accounts, market.day, market.pending())
    except LedgerError as error:
        raise UserError(f"accounts: {error}; {EXPECTED}") from None


def _taken(name: str, new: NDArray[Any], arrays: dict[str, NDArray[Any]], rows: int | None) -> NDArray[Any]:
    """A saved array, taken out of those that were read, if it is like a new market's, or has so many rows instead."""
    if name not in arrays:
        raise UserError(f"{name}: is missing; {EXPECTED}")
    array = arrays.pop(name)
    shape = new.shape if rows is None else (rows, *new.shape[1:])
    if array.shape != shape:
        raise UserError(f"{name}: shape {array.shape}, expected {shape}")
    _check_type(name, array.dtype, new.dtype)
    return array


def _check_type(name: str, found: np.dtype[Any], expected: np.dtype[Any]) -> None:
    """Refuse an array of another type, and name its first column that is not as expected."""
    if found == expected:
        return
    names = found.names or ()
    for column in expected.names or ():
        if column not in names:
            raise UserError(f"{name}.{column}: is missing; {EXPECTED}")
        if found[column] != expected[column]:
            raise UserError(f"{name}.{column}: of type {found[column]}, expected {expected[column]}")
    if expected.names:
        raise UserError(f"{name}: rows laid out otherwise, expected columns {', '.join(expected.names)} alone")
    raise UserError(f"{name}: of type {found}, expected {expected}")


def _within(name: str, values: Any, least: int, most: Any) -> None:
    wrong = np.asarray(values)[(np.asarray(values) < least) | (np.asarray(values) > most)]
    if wrong.size:
        raise UserError(f"{name}: {wrong.flat[0]}, expected {least} to {np.max(most)}")
