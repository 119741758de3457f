from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from damage import flip

from experiments.runs import store_file
from experiments.runs.run import TABLES, Failed, Finished, Run
from experiments.runs.store import Store, packed, unpacked
from sim.errors import UserError


def a_run(id: str, *, tables: bool = True) -> Run:
    return Run(id, "model", '{"market": {"consumers": 300}}', 7, 20, 5, 300, "world 7", tables)


def what_came(id: str, value: float = 0.1 + 0.2) -> Finished:
    table = pd.DataFrame({"day": [0, 1], "gmv": [value, np.nan], "tier": ["KOC", "KOL"], "active": [True, False]})
    return Finished(id, 1.5, {"gmv": value, "trust": float("nan")}, {"live": 1.0}, {t: packed(table) for t in TABLES})


def put(store: Store, *done: Finished | Failed) -> None:
    store.put([(a_run(each.id), each) for each in done], "study")


def known(store: Store, *ids: str, tables: bool = True) -> set[str]:
    return store.known([a_run(id, tables=tables) for id in ids])


def test_a_run_comes_back_to_the_bit(tmp_path: Path) -> None:
    put(Store(tmp_path), what_came("a"))
    found = Store(tmp_path).get("a")
    assert found.outcomes["gmv"].hex() == (0.1 + 0.2).hex()
    assert np.isnan(found.outcomes["trust"])
    assert (found.seconds, found.timings) == (1.5, {"live": 1.0})
    assert found.tables == what_came("a").tables


def test_a_table_comes_back_with_its_types() -> None:
    table = pd.DataFrame({"n": np.array([1, 2], np.int32), "x": [0.1, np.nan], "name": ["a", "b"], "on": [True, False]})
    pd.testing.assert_frame_equal(unpacked(packed(table)).to_pandas(), table, check_dtype=True)


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert known(store, "a", "b") == set()
    assert not (tmp_path / "store").exists()
    store.open()
    assert (tmp_path / "store" / "runs.sqlite").exists()


def test_known_names_what_is_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.open()
    put(store, what_came("a"), what_came("c"))
    assert known(store, "a", "b", "c") == {"a", "c"}
    with pytest.raises(KeyError):
        store.get("b")


def test_a_run_without_one_of_the_tables_is_not_known(tmp_path: Path) -> None:
    store, run = Store(tmp_path), what_came("a")
    put(store, run._replace(tables={name: run.tables[name] for name in TABLES[:-1]}))
    assert known(store, "a") == set()
    assert known(store, "a", tables=False) == {"a"}
    put(store, run)
    assert known(store, "a") == {"a"}


def test_a_run_put_twice_is_the_later_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.open()
    put(store, what_came("a", 1.0))
    put(store, what_came("a", 2.0))
    assert store.get("a", tables=()).outcomes["gmv"] == 2.0
    assert store.get("a", tables=()).tables == {}


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    one, other = Store(tmp_path), Store(tmp_path)
    one.open()
    other.open()
    for k in range(20):
        put(one if k % 2 else other, what_came(str(k)))
    ids = list(map(str, range(20)))
    assert known(one, *ids) == known(other, *ids) == set(ids)


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs.sqlite").write_text("no database at all, but long enough to look at" * 10)
    with pytest.raises(UserError, match=r"runs\.sqlite: cannot be used .* \(file is not a database\)"):
        known(Store(tmp_path), "a")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file/store/runs\.sqlite: cannot be used"):
        Store(tmp_path / "file" / "store").open()


@pytest.mark.parametrize("column", ["outcomes", "timings", "seconds", "model", "parameters", "seed", "days", "made"])
def test_a_damaged_run_is_not_known_and_not_read(column: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, what_came("a"))
    flip(store.path, column)
    assert known(store, "a", tables=False) == set() and store.damaged == {"a"}
    with pytest.raises(UserError, match=r"runs\.sqlite: run a is damaged, what it holds is not what was written"):
        store.get("a")
    put(store, what_came("a"))
    assert known(store, "a") == {"a"} and store.damaged == set()


def test_a_damaged_table_is_not_known_and_not_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, what_came("a"))
    flip(store.path, "content", "tables")
    assert known(store, "a") == set() and store.damaged == {"a"}
    assert known(store, "a", tables=False) == {"a"}
    with pytest.raises(UserError, match=r"run a is damaged, its table \w+ is not"):
        store.get("a")


def test_no_flipped_bit_of_the_file_makes_another_run(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, *(what_came(str(number)) for number in range(5)))
    with store.reading() as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    store.close()
    whole = store.path.read_bytes()
    found = {str(number): what_came(str(number)) for number in range(5)}
    generator = np.random.default_rng(1)
    told = 0
    for place in generator.integers(0, len(whole), 300):
        broken = bytearray(whole)
        broken[place] ^= 1 << generator.integers(8)
        store.path.write_bytes(broken)
        try:
            here = known(store, *found)
            told += here != set(found)
            for id in here:
                assert store.get(id).outcomes["gmv"] == found[id].outcomes["gmv"]
                assert store.get(id).tables == found[id].tables
        except UserError:
            told += 1
        store.close()
    assert told > 100


def test_a_store_without_checksums_is_taken_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, what_came("a"), Failed("b", "no", "", 3))
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.executescript(
            "ALTER TABLE runs DROP COLUMN checksum; ALTER TABLE tables DROP COLUMN checksum; PRAGMA user_version = 2;"
        )
    assert known(store, "a") == {"a"} and store.get("a").tables == what_came("a").tables
    assert store.failed("b")["b"].day == 3
    flip(store.path, "outcomes")
    assert known(store, "a") == set()


class _NoSharedMemory(sqlite3.Connection):
    """As on a network disk: WAL cannot be used, unless by one process alone."""

    alone = False

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if "locking_mode" in sql:
            self.alone = "EXCLUSIVE" in sql
        elif "journal_mode=WAL" not in sql and not self.alone and self.is_wal():
            raise sqlite3.OperationalError("locking protocol")
        return super().execute(sql, *arguments)

    def is_wal(self) -> bool:
        return bool(super().execute("PRAGMA journal_mode").fetchone() == ("wal",))


@pytest.mark.parametrize("was_wal", [False, True], ids=["new", "made elsewhere"])
def test_a_disk_without_shared_memory_can_hold_a_store(
    was_wal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if was_wal:
        elsewhere = Store(tmp_path)
        put(elsewhere, what_came("a"))
        elsewhere.close()
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **options: real(*given, **options, factory=_NoSharedMemory))
    store, other = Store(tmp_path), Store(tmp_path)
    put(store, what_came("b"))
    put(other, what_came("c"))
    assert known(store, "a", "b", "c") == known(other, "a", "b", "c") == ({"a", "b", "c"} if was_wal else {"b", "c"})
    with store.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "truncate"


def test_a_store_whose_making_was_broken_off_is_made_whole(tmp_path: Path) -> None:
    put(Store(tmp_path), what_came("a"))
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection, connection:
        connection.executescript("DROP TABLE tables; DROP TABLE parameters; DELETE FROM runs; PRAGMA user_version = 0")
    put(Store(tmp_path), what_came("b"))
    assert known(Store(tmp_path), "a", "b") == {"b"}


def test_the_tables_of_a_store_appear_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another command sees while they are made: none of them, or all."""
    seen = []

    def look(connection: sqlite3.Connection) -> int:
        with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as other:
            seen.append(other.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0])
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    monkeypatch.setattr(store_file, "version_of", look)
    for _ in range(2):
        store = Store(tmp_path)
        store.open()
        store.close()
    assert seen == [0, 0, 3]
