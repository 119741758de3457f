"""A checkpoint comes from elsewhere: nothing of it reaches compiled code before it has been looked at."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_markets import assert_same, parameters

from sim import checkpoint
from sim.errors import UserError
from sim.market import Market

Arrays = dict[str, Any]
Edit = Callable[[Arrays], Any]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "aside"
    lively = parameters(creators={"koc_share": 0.03}, rivals=[{}])
    Market(lively, 1, burn_in=2, keep_orders=True).run(9).save(path)
    return path


@pytest.fixture
def load(saved: Path, tmp_path: Path) -> Callable[[Edit], Market]:
    """Takes the market up after an edit of the file's arrays."""

    def edited(edit: Edit) -> Market:
        with np.load(saved) as file:
            arrays = dict(file)
        edit(arrays)
        write: Any = np.savez
        write(tmp_path / "edited.npz", **arrays)
        return Market.load(tmp_path / "edited.npz")

    return edited


def put(name: str, value: float) -> Edit:
    def edit(arrays: Arrays) -> None:
        arrays[name].flat[-1] = value

    return edit


def change(name: str, function: Callable[[Any], Any]) -> Edit:
    return lambda arrays: arrays.update({name: function(arrays[name])})


def headed(function: Callable[[dict[str, Any]], Any]) -> Edit:
    def edit(arrays: Arrays) -> None:
        header = json.loads(arrays["header"].tobytes())
        function(header)
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)

    return edit


CREATORS = "Market.creators"
EDITS: dict[str, tuple[Edit, str]] = {
    "cut": (
        change("Town.consumers.due", lambda due: due[:3]), r"Town\.consumers\.due: shape \(3, 8\), expected \(300, 8\)"
    ),
    "narrower": (change("Town.follows.creator", lambda one: one[:, :3]), r"Town\.follows\.creator: shape \(300, 3\)"),
    "flat": (change("Town.follows.creator", np.ravel), r"follows\.creator: an array of int32 in 1 dim"),
    "another type": (
        change("Town.follows.creator", lambda one: one.astype(np.int64)),
        r"Town\.follows\.creator: an array of int64 in 2 dimensions, expected an array of int32",
    ),
    "another byte order": (
        change("Town.follows.creator", lambda one: one.astype(">i4")), r"follows\.creator: an array of >i4"
    ),
    "a creator less": (change(f"{CREATORS}.home", lambda home: home[:-1]), r"Market\.creators\.home: shape \(\d+,\)"),
    "all columns of creators cut": (
        lambda arrays: arrays.update({name: arrays[name][:3] for name in arrays if name.startswith(CREATORS)}),
        r"rows of Market\.creators: 3, expected \d+ or more",
    ),
    "bills cut": (
        lambda arrays: arrays.update({name: arrays[name][:1] for name in arrays if ".bills." in name}),
        r"Settlement\.rows: \d+, expected 0 to 1",
    ),
    "a longer sheet": (
        lambda arrays: arrays.update(
            {name: np.repeat(arrays[name], 9, axis=0) for name in arrays if name.startswith("Market.sheet")}
        ),
        r"rows of Market\.sheet: \d+, expected 1 to \d+",
    ),
    "no number": (put(f"{CREATORS}.fit", np.nan), r"Market\.creators\.fit: .*expected finite numbers"),
    "infinite": (put("Platform 1.sales", np.inf), r"Platform 1\.sales: .*expected finite numbers"),
    "a product too many": (put("Town.consumers.own_product", 64), r"own_product: 64, expected -1 to 63"),
    "a product too few": (put("Market.sheet.advice", -2), r"Market\.sheet\.advice: -2, expected -1 to 63"),
    "a creator too many": (put("Town.follows.creator", 10_000), r"Town\.follows\.creator: 10000, expected -1 to \d+"),
    "a person too many": (put(f"{CREATORS}.consumer", 300), r"Market\.creators\.consumer: 300, expected -1 to 299"),
    "a platform too many": (put("Settlement.parties.home", 2), r"Settlement\.parties\.home: 2, expected 0 to 1"),
    "a buyer too many": (put("Settlement.bills.consumer", 300), r"Settlement\.bills\.consumer: 300, expected 0 to 299"),
    "a brand too many": (put("Town.consumers.customer_of", 1 << 16), r"customer_of: 65536, expected 0 to 65535"),
    "a recipient too many": (put("Market.inbox.to", 300), r"Market\.inbox\.to: 300, expected 0 to 299"),
    "words in disorder": (put("Market.inbox.to", 0), r"Market\.inbox\.to: is not sorted"),
    "an order of nobody": (put("Recorder.order_tables.0.1.consumer", -1), r"0\.1\.consumer: -1, expected 0 to"),
    "a missing array": (lambda arrays: arrays.pop("Town.consumers.due"), r"Town\.consumers\.due: is missing"),
    "an array more": (lambda arrays: arrays.update({"extra": np.zeros(3)}), r"extra: no such array in a market"),
    "no header": (lambda arrays: arrays.pop("header"), "header: is missing"),
    "an object": (change("Town.consumers.due", lambda _: np.array([{}])), r"Town\.consumers\.due: not a checkpoint"),
    "a header that is no JSON": (change("header", lambda _: np.zeros(3, np.uint8)), r"header: not a checkpoint \(Inv"),
    "a seed that is none": (headed(lambda header: header.update(seed="1")), r"header\.seed: not a checkpoint \(Input"),
    "a parameter out of range": (
        headed(lambda header: header["parameters"]["platform"].update(take_rate=7)), r"header\.platform\.take_rate"
    ),
    "a day before the first": (
        headed(lambda header: header["state"].update({"Market.day": -1})), r"Market\.day: -1, expected 0 to"
    ),
    "a day that is none": (headed(lambda header: header["state"].update({"Market.day": 1.5})), r"Market\.day: a float"),
    "a state less": (headed(lambda header: header["state"].pop("Market.day")), r"header: Market\.day is missing"),
    "a state more": (headed(lambda header: header["state"].update(extra=1)), r"header: extra is unknown"),
    "a record of another kind": (
        headed(lambda header: header["state"].update({"Town.follows": {"Lines": [1, 2, 3, 4]}})), r"is no|no such array"
    ),
    "a short record": (
        headed(lambda header: header["state"].update({"Town.follows": {"Follows": [1]}})), r"header: not the state of a"
    ),
    "an unknown record": (
        headed(lambda header: header["state"].update({"Town.follows": {"os": []}})), "os is unknown"
    ),
    "generators that are none": (
        headed(lambda header: header["state"].update({"Market.random": 3})), r"header: no state of a generator"
    ),
    "a short row of the daily table": (
        headed(lambda header: header["state"]["Recorder.rows"]["list"][0]["tuple"].pop()), r"rows\.0: a tuple of 20"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", EDITS)
def test_what_no_market_can_have_come_to_is_refused_in_one_line(load: Callable[[Edit], Market], kind: str) -> None:
    edit, message = EDITS[kind]
    with pytest.raises(UserError, match=message) as refused:
        load(edit)
    assert "edited.npz: " in str(refused.value) and "\n" not in str(refused.value)


def test_what_was_saved_is_taken_up(load: Callable[[Edit], Market], saved: Path) -> None:
    assert_same(load(lambda arrays: None).run(2), Market.load(saved).run(2))


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(saved: Path, tmp_path: Path, part: float) -> None:
    content = saved.read_bytes()
    (tmp_path / "cut").write_bytes(content[: int(part * len(content))])
    with pytest.raises(UserError, match=r"cut: not a checkpoint .*expected a file that Market\.save wrote"):
        Market.load(tmp_path / "cut")


def test_a_flipped_bit_is_refused(saved: Path, tmp_path: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 4
    (tmp_path / "flipped").write_bytes(content)
    with pytest.raises(UserError, match=r"flipped: [\w. ]+: not a checkpoint \(Bad CRC-32"):
        Market.load(tmp_path / "flipped")


class Harm:
    def __reduce__(self) -> Any:
        return os.mkdir, ("harm",)


def test_pickles_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pickle").write_bytes(pickle.dumps(Harm()))
    np.savez("objects.npz", header=np.array([Harm()]))
    for name in ("pickle", "objects.npz"):
        with pytest.raises(UserError, match=f"{name}: .*not a checkpoint"):
            Market.load(name)
    assert not Path("harm").exists()


def test_every_range_is_of_a_column_that_is_saved(saved: Path) -> None:
    from sim.bounds import MAY_BE_NAN, MOST_ROWS, RANGES, ROWS, SORTED

    columns = {f"{kind.__name__}.{field}" for kind in checkpoint.RECORDS.values() for field in kind._fields}
    with np.load(saved) as file:
        known = columns | set(file.files) | set(checkpoint.RECORDS)
    assert known >= {*RANGES, *ROWS, *MOST_ROWS, *SORTED, *MAY_BE_NAN}
