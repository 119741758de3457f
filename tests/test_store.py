from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.runs import TABLES, Failed, Finished, Run
from experiments.store import Store, packed, unpacked
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
