"""A checkpoint comes from elsewhere: nothing of it reaches compiled code before it has been looked at."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_markets import assert_same, parameters

from sim import checkpoint
from sim.errors import UserError
from sim.market import Market
from sim.state.orders import Stage
from sim.world import World

Arrays = dict[str, Any]
Edit = Callable[[Arrays], Any]


def lively(people: int = 300) -> Market:
    """A market in which newcomers enter, on two platforms."""
    settings = parameters(market={"consumers": people}, creators={"koc_share": 0.03}, rivals=[{}])
    return Market(settings, 1, burn_in=2, keep_orders=True)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "aside"
    lively().run(9).save(path)
    return path


@pytest.fixture
def load(saved: Path, tmp_path: Path) -> Callable[[Edit], Market]:
    """Takes the market up after an edit of the file's arrays."""

    return lambda edit: edited(saved, edit, tmp_path)


def edited(saved: Path, edit: Edit, folder: Path) -> Market:
    """What an edited file is taken up as."""
    with np.load(saved) as file:
        arrays = dict(file)
    edit(arrays)
    write: Any = np.savez
    write(folder / "edited.npz", **arrays)
    return Market.load(folder / "edited.npz")


def put(name: str, value: float) -> Edit:
    """Writes into the last number of an array, or of a column of a table."""

    def edit(arrays: Arrays) -> None:
        table, _, column = name.partition(".")
        array = arrays[name] if name in arrays else arrays[table][column]
        array[(-1,) * array.ndim] = value

    return edit


def change(name: str, function: Callable[[Any], Any]) -> Edit:
    return lambda arrays: arrays.update({name: function(arrays[name])})


def headed(function: Callable[[dict[str, Any]], Any]) -> Edit:
    def edit(arrays: Arrays) -> None:
        header = json.loads(arrays["header"].tobytes())
        function(header)
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)

    return edit


def within(table: str, change_of_dtype: Callable[[np.dtype[Any]], Any]) -> Edit:
    """Gives a table another type of row, with what the columns of the same name hold."""

    def edit(arrays: Arrays) -> None:
        old = arrays[table]
        new = np.zeros(old.shape, change_of_dtype(old.dtype))
        for name in new.dtype.names or ():
            if name in old.dtype.names and new.dtype[name].shape == old.dtype[name].shape:
                new[name] = old[name]
        arrays[table] = new

    return edit


def with_column(name: str, dtype: Any) -> Callable[[np.dtype[Any]], Any]:
    """The type of a row in which one column has another type; without it where that is None."""

    def change_of_dtype(old: np.dtype[Any]) -> Any:
        fields = [(one, old[one] if one != name else dtype) for one in old.names or ()]
        return np.dtype([(one, kind) for one, kind in fields if kind is not None], align=True)

    return change_of_dtype


def packed(table: Any) -> Any:
    """The same columns, one right behind the other."""
    return table.astype(np.dtype([(name, table.dtype[name]) for name in table.dtype.names]))


LAYOUT = r"follows: rows laid out otherwise, expected columns creator, fatigue, met, broken alone"
EDITS: dict[str, tuple[Edit, str]] = {
    "cut": (
        change("consumers", lambda table: table[:3]), r"consumers: shape \(3,\), expected \(300,\)"
    ),
    "narrower": (change("follows", lambda table: table[:, :3]), r"follows: shape \(300, 3\), expected \(300, 14\)"),
    "flat": (change("follows", np.ravel), r"follows: shape \(4200,\), expected \(300, 14\)"),
    "a narrower column": (
        within("consumers", with_column("due", (np.int16, 3))), r"consumers\.due: of type \('<i2', \(3,\)\), expected"
    ),
    "a column of another type": (
        within("follows", with_column("creator", np.int64)), r"follows\.creator: of type int64, expected int32"
    ),
    "a column less": (within("follows", with_column("met", None)), r"follows\.met: is missing"),
    "columns in another order": (
        within("follows", lambda old: np.dtype([(name, old[name]) for name in (old.names or ())[::-1]])),
        LAYOUT,
    ),
    "a column more": (
        within("follows", lambda old: np.dtype([(name, old[name]) for name in old.names or ()] + [("z", "u4")])),
        LAYOUT,
    ),
    "columns without room between them": (change("inbox", packed), r"inbox: rows laid out otherwise"),
    "another byte order": (
        change("follows", lambda table: table.astype(table.dtype.newbyteorder())), r"creator: of type >i4, expected int"
    ),
    "another byte order of a plain array": (
        change("brand_withdrawn", lambda array: array.astype(">i8")), r"brand_withdrawn: of type >i8, expected int64"
    ),
    "another type": (change("used", lambda array: array.astype(np.int32)), r"used: of type int32, expected int64"),
    "no columns": (change("brands", lambda table: np.zeros(table.shape)), r"brands\.budget: is missing"),
    "a number": (change("orders", lambda table: np.array(3)), r"orders: shape \(\), expected"),
    "a creator less": (change("creators", lambda table: table[:-1]), r"creators: \d+ rows, expected \d+ or more"),
    "creators cut": (change("creators", lambda table: table[:3]), r"creators: 3 rows, expected \d+ or more"),
    "creators without rows": (change("creators", lambda table: np.array(3)), r"creators: no table of creators"),
    "more creators than people": (change("creators", lambda table: np.repeat(table, 400)), r"creators: \d+ rows, exp"),
    "orders cut": (change("orders", lambda table: table[:1]), r"orders: shape \(1,\), expected"),
    "words cut": (change("inbox", lambda table: table[:1]), r"inbox: shape \(1,\), expected"),
    "sales cut": (change("sums.sold_by", lambda array: array[:3]), r"sums\.sold_by: shape \(3,\), expected"),
    "more rows in use than there are": (put("used", 10**6), r"used: 1000000, expected 0 to \d+"),
    "rows in use below none": (put("used", -1), r"used: -1, expected 0 to"),
    "no number": (put("creators.fit", np.nan), r"creators\.fit: nan, expected a finite number"),
    "infinite": (put("listings.popularity", np.inf), r"listings\.popularity: inf, expected a finite number"),
    "an infinite claim": (put("orders.claim", np.inf), r"orders\.claim: inf, expected a finite number"),
    "a share above all": (put("platforms.take_rate", 7.0), r"platforms\.take_rate: 7\.0, expected 0 to 1"),
    "a product too many": (put("memories.product", 192), r"memories\.product: 192, expected -1 to 191"),
    "a product too few": (put("profiles.advice", -2), r"profiles\.advice: -2, expected -1 to 191"),
    "a creator too many": (put("follows.creator", 10_000), r"follows\.creator: 10000, expected -1 to \d+"),
    "a person too many": (put("creators.consumer", 300), r"creators\.consumer: 300, expected -1 to 299"),
    "a memory of days to come": (put("memories.day", 10), r"memories\.day: 10, expected 0 to 9"),
    "a platform too many": (put("creators.home", 2), r"creators\.home: 2, expected 0 to 1"),
    "fewer followers than none": (put("creators.audience", -1), r"creators\.audience: -1, expected 0 to 300"),
    "a tier too many": (put("creators.tier", 3), r"creators\.tier: 3, expected 0 to 2"),
    "a buyer too many": (put("orders.consumer", 300), r"orders\.consumer: 300, expected 0 to 299"),
    "a channel too many": (put("orders.channel", 10), r"orders\.channel: 10, expected 0 to 9"),
    "a brand too many": (put("consumers.customer_of", 1 << 48), r"customer_of: 281474976710656, expected 0 to \d+"),
    "a membership too many": (put("members.held", 4), r"members\.held: 4, expected 0 to 3"),
    "a need of no category": (put("consumers.needs", 1 << 8), r"consumers\.needs: 256, expected 0 to 255"),
    "a recipient too many": (put("inbox.to", 300), r"inbox\.to: 300, expected 0 to 299"),
    "words in disorder": (put("inbox.to", 0), r"inbox\.to: is not sorted"),
    "neither yes nor no": (
        lambda arrays: arrays["creators"]["active"].view(np.uint8).fill(2), r"creators\.active: 2, expected 0 to 1"
    ),
    "a first creator too many": (put("recorder.first_kocs", 10_000), r"first_kocs: 10000, expected 0 to \d+"),
    "money from nowhere": (put("accounts.brand", 10**9), r"accounts: day 9: the accounts sum to -?\d+ fen"),
    "an order that was paid with other money": (
        change("orders", lambda table: dearer(table)), r"accounts: day 9: escrow of platform \d holds"
    ),
    "an order whose lines miss its price": (
        lambda arrays: arrays["orders"]["fee"].__iadd__(1), r"orders: the lines of an order miss its price"
    ),
    "a missing table": (lambda arrays: arrays.pop("consumers"), r"consumers: is missing"),
    "no creators": (lambda arrays: arrays.pop("creators"), r"creators: no table of creators"),
    "a missing array": (lambda arrays: arrays.pop("sums.kept"), r"sums\.kept: is missing"),
    "an array more": (lambda arrays: arrays.update({"extra": np.zeros(3)}), r"extra: no such array in a market"),
    "no header": (lambda arrays: arrays.pop("header"), "header: is missing"),
    "an object": (change("consumers", lambda _: np.array([{}])), r"consumers: not a checkpoint"),
    "an object in a column": (
        change("brands", lambda table: np.zeros(table.shape, [("budget", object)])), r"brands: not a checkpoint"
    ),
    "a header that is no JSON": (change("header", lambda _: np.zeros(3, np.uint8)), r"header: not a checkpoint \(Inv"),
    "another version": (headed(lambda header: header.update(model="0" * 16)), r"saved by version 0{16} of the model"),
    "another world": (headed(lambda header: header.update(people=301)), r"holds 301 people, and the world has 300"),
    "another seed": (headed(lambda header: header.update(seed=2)), r"holds other people or friends"),
    "another market": (
        headed(lambda header: header["parameters"]["brands"].update(count=15)),
        r"creators: |brands: |products\.brand: |consumers\.customer_of: \d+, expected 0 to 32767",
    ),
    "a seed that is none": (headed(lambda header: header.update(seed="1")), r"header\.seed: not a checkpoint \(Input"),
    "a parameter out of range": (
        headed(lambda header: header["parameters"]["platform"].update(take_rate=7)), r"header\.platform\.take_rate"
    ),
    "a field more": (headed(lambda header: header.update(extra=1)), r"header\.extra: not a checkpoint \(Extra"),
    "a day before the first": (headed(lambda header: header.update(day=-1)), r"header\.day: not a checkpoint \(Input"),
    "a day beyond the last": (headed(lambda header: header.update(day=4096)), r"header\.day: not a checkpoint \(Input"),
    "a day that is none": (headed(lambda header: header.update(day=1.5)), r"header\.day: not a checkpoint \(Input"),
    "a day without its row": (headed(lambda header: header.update(day=10)), r"header\.rows: expected 21"),
    "a short row of the daily table": (headed(lambda header: header["rows"][0].pop()), r"header\.rows: expected 21"),
    "rows of other days": (headed(lambda header: header["rows"].reverse()), r"header\.rows: expected 21"),
    "lengths of what has none": (headed(lambda header: header["lengths"].update(posts=3)), r"header\.lengths: ex"),
    "a count less": (headed(lambda header: header["recorder"].pop("weeks")), r"header\.recorder: not the counts"),
    "a count more": (headed(lambda header: header["recorder"].update(extra=1)), r"header\.recorder: not the counts"),
    "a sum beyond 64 bits": (headed(lambda header: header.update(orders_so_far=1 << 64)), r"header\.orders_so_far: "),
    "a fen to carry": (headed(lambda header: header.update(interest_carries=[-1, 0])), r"interest_carries\.0: not"),
    "a carry less": (headed(lambda header: header["interest_carries"].pop()), r"carries: 1 numbers, expected 2"),
    "a generator that is none": (headed(lambda header: header.update(random=[3])), r"header: no state of a generator"),
    "another generator": (
        headed(lambda header: header["rng"].update(bit_generator="MT19937")), r"header: no state of a generator"
    ),
}  # fmt: skip


def dearer(orders: Any) -> Any:
    """Orders of a fen more, of which the brand gets it."""
    for column in ("price", "rest"):
        orders[column] += 1
    return orders


@pytest.mark.parametrize("kind", EDITS)
def test_what_no_market_can_have_come_to_is_refused_in_one_line(load: Callable[[Edit], Market], kind: str) -> None:
    edit, message = EDITS[kind]
    with pytest.raises(UserError, match=message) as refused:
        load(edit)
    assert "edited.npz: " in str(refused.value) and "\n" not in str(refused.value)


def test_what_was_saved_is_taken_up(load: Callable[[Edit], Market]) -> None:
    assert_same(load(lambda arrays: None).run(2), lively().run(11))


@pytest.mark.parametrize("day", [0, 5])
def test_so_is_a_market_without_creators_whom_nobody_can_trust(tmp_path: Path, day: int) -> None:
    def made() -> Market:
        return Market(parameters(creators={"koc_share": 0, "kol_count": 0}), 1, burn_in=2, keep_orders=True)

    made().run(day).save(tmp_path / "aside")
    again = Market.load(tmp_path / "aside").run(8 - day)
    assert_same(again, made().run(8))
    assert np.isnan(again.trust) and again.orders().claim.isna().all()


def test_another_world_of_as_many_people_is_refused(saved: Path) -> None:
    world = World.build(parameters(graph={"mean_degree": 6}), 1)
    with pytest.raises(UserError, match=r"aside: holds other people or friends .*expected world="):
        Market.load(saved, world=world)


def test_the_same_friends_of_other_people_are_another_world(saved: Path) -> None:
    world = World.build(lively().parameters, 1)
    Market.load(saved, world=world)
    world.graph.offsets[1] += 1  # the first friend of the second person is now one of the first
    with pytest.raises(UserError, match=r"aside: holds other people or friends"):
        Market.load(saved, world=world)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(saved: Path, tmp_path: Path, part: float) -> None:
    content = saved.read_bytes()
    (tmp_path / "cut").write_bytes(content[: int(part * len(content))])
    for name in ("cut", "not there"):
        with pytest.raises(UserError, match=rf"{name}: not a checkpoint .*expected a file that Market\.save wrote"):
            Market.load(tmp_path / name)


def test_a_flipped_bit_is_refused(saved: Path, tmp_path: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 4
    (tmp_path / "flipped").write_bytes(content)
    with pytest.raises(UserError, match=r"flipped: [\w. ]+: not a checkpoint \(Bad CRC-32"):
        Market.load(tmp_path / "flipped")


class Harm:
    def __reduce__(self) -> Any:
        return os.mkdir, ("harm",)


def test_pickles_are_not_read(here: Path) -> None:
    Path("pickle").write_bytes(pickle.dumps(Harm()))
    np.savez("objects.npz", header=np.array([Harm()]))
    for name in ("pickle", "objects.npz"):
        with pytest.raises(UserError, match=f"{name}: .*not a checkpoint"):
            Market.load(name)
    assert not Path("harm").exists()


COUNTS = {
    "memories.used", "follows.fatigue", "follows.met", "follows.broken", "platforms.delivery_days",
    "platforms.settlement_days", "platforms.return_days", "platforms.deal_days", "creators.platforms",
    "cards.platforms", "members.looks",
}  # fmt: skip
"""Columns that hold whatever their type holds: nothing is looked up by them."""


def test_no_index_may_be_whatever_its_type_holds() -> None:
    unlimited = {
        f"{name}.{title}"
        for name, kind in checkpoint.TABLES.items()
        for title, column in kind.columns.items()
        if column.dtype.kind in "iu" and column.of is None
        if (column.least, column.most) == (np.iinfo(column.dtype).min, np.iinfo(column.dtype).max)
    }
    assert unlimited == COUNTS


ADDS_UP = ("fen", "people", "Stage", "row of lines", "lines")
"""Units of what is left alone: money would be missing."""


def at_random(arrays: Arrays) -> None:
    """Any row of another table, and any other whole number, wherever a column allows it."""
    draws = np.random.default_rng(3)
    sizes = {name: len(arrays[name]) for name in ("creators", "products", "brands", "platforms", "posts")}
    sizes |= {"people": len(arrays["consumers"]), "categories": 8}
    for table, kind in checkpoint.TABLES.items():
        for name, column in kind.columns.items():
            adds_up = (table, name) == ("orders", "platform") or column.unit.startswith(ADDS_UP)
            if column.dtype.kind in "iu" and not adds_up:
                most: Any = column.most_of(sizes)
                shape = arrays[table][name].shape
                arrays[table][name] = draws.integers(int(column.least), most, shape, column.dtype, endpoint=True)
    arrays["memories"]["day"] = draws.integers(0, 10, arrays["memories"].shape)
    arrays["inbox"]["to"].sort()
    arrays["follows"]["met"] = 1  # plain Python divides by no zero
    orders = arrays["orders"]
    orders["due"] = 9  # today, when half of what waits for its settlement arrives once more
    orders["stage"][::2][orders["stage"][::2] == Stage.RECEIVED] = Stage.CONFIRMED


def test_nothing_that_is_allowed_leads_out_of_a_table(tmp_path: Path) -> None:
    """Plain Python looks at every index."""
    lively(people=100).run(9).save(tmp_path / "aside")
    edited(tmp_path / "aside", at_random, tmp_path)
    command = [sys.executable, "-c", "from sim.market import Market; Market.load('edited.npz').run(2)"]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
