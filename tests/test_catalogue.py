"""Failures, and the commands over the store, as they are typed."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from damage import flip

from experiments.cli import main
from experiments.conduct import experiment as conduct
from experiments.design.configuration import load_settings
from experiments.runs.plan import plan
from experiments.runs.run import TABLES, model_hash
from experiments.runs.store import DiskFull, Store
from experiments.runs.store_file import VERSION
from sim import step
from sim.market import Market

TINY = (
    "experiment=single", "market.consumers=100", "experiment.days=12", "experiment.burn_in=2", "experiment.seeds=2",
    "executor=serial", "experiment.design.vary={creators.effort_cost: [1,4,12]}",
)  # fmt: skip
SETTLE = step._settle
LATEST = Path("results/single/latest")


pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The market breaks on day 7, where effort costs 12."""

    def breaking(self: Market) -> None:
        if self.day == 7 and self.parameters.creators.effort_cost == 12:
            raise ZeroDivisionError("the till is empty")
        SETTLE(self)

    monkeypatch.setattr(step, "_settle", breaking)
    return monkeypatch


def rows(query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("results/store/runs.sqlite")) as connection:
        return connection.execute(query).fetchall()


def failed_id() -> str:
    return str(rows("SELECT id FROM runs WHERE status = 'failed' ORDER BY seed")[0][0])


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == status
    told = capsys.readouterr()
    return told.out if status == 0 else told.err


def test_a_failure_is_kept_with_parameters_seed_day_and_traceback(broken: pytest.MonkeyPatch) -> None:
    assert main(["run", *TINY]) == 1
    runs = pd.read_parquet(LATEST / "runs.parquet")
    assert runs["status"].tolist() == ["finished"] * 4 + ["failed"] * 2
    assert set(runs["error"].dropna()) == {"ZeroDivisionError: the till is empty"}
    kept = rows(
        "SELECT seed, day, error, traceback, json_extract(content, '$.creators.effort_cost') FROM runs "
        "JOIN parameters ON hash = parameters WHERE status = 'failed' ORDER BY seed"
    )
    assert [row[:3] for row in kept] == [(seed, 7, "ZeroDivisionError: the till is empty") for seed in (0, 1)]
    assert all("breaking" in str(row[3]) and row[4] == 12 for row in kept)


def test_only_what_failed_is_repeated(broken: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *TINY]) == 1
    broken.setattr(step, "_settle", SETTLE)
    more = [argument.replace("seeds=2", "seeds=3") for argument in TINY]
    assert main(["run", *more, "--failed"]) == 0
    runs = pd.read_parquet(LATEST / "runs.parquet")
    assert runs["status"].tolist() == ["finished", "finished", "pending"] * 3
    manifest = json.loads((LATEST / "manifest.json").read_text())
    assert manifest["runs"] == {"made": 2, "from_store": 4, "failed": 0}
    capsys.readouterr()
    assert main(["run", *TINY, "--failed"]) == 0
    assert capsys.readouterr().err == "single: no run of it failed\n"


@pytest.mark.parametrize(("arguments", "day"), [([], 7), (["--day", "3"], 3)], ids=["that day", "another day"])
def test_a_run_is_taken_back_to_a_day_in_the_debugger(
    arguments: list[str], day: int, broken: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", *TINY])
    broken.setattr(sys, "stdin", io.StringIO("p ('day', self.day, self.parameters.creators.effort_cost)\nc\nw\nq\n"))
    told = printed(capsys, "replay", failed_id()[:10], *arguments)
    assert f"('day', {day}, 12.0)" in told
    assert "sim/market.py" in told and ("ZeroDivisionError: the till is empty" in told) == (day == 7)


def test_replay_refuses_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY])
    run = str(rows("SELECT id FROM runs")[0][0])
    assert "did not fail; expected --day 0 to 11" in printed(capsys, "replay", run, status=2)
    assert "--day 12: expected 0 to 11" in printed(capsys, "replay", run, "--day", "12", status=2)


def test_runs_are_listed_and_shown(broken: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY])
    told = printed(capsys, "list").splitlines()
    assert told[0].startswith("6 runs in results/store/runs.sqlite, 2 of them failed")
    assert len(told) == 8 and sum("ZeroDivisionError: the till is empty" in line for line in told) == 2
    assert len(printed(capsys, "list", "--failed").splitlines()) == 4
    assert len(printed(capsys, "list", "--last", "3").splitlines()) == 5
    assert printed(capsys, "list", "--experiment", "other").startswith("0 runs")
    shown = printed(capsys, "show", failed_id()[:12])
    assert (
        "creators.effort_cost=12" in shown
        and "market.consumers=100" in shown
        and "creators.claim_inflation" not in shown
    )
    assert "day         7" in shown and "Traceback" in shown and f"koc replay {failed_id()[:12]}" in shown
    finished = str(rows("SELECT id FROM runs WHERE status = 'finished'")[0][0])
    assert "gmv_kept" in printed(capsys, "show", finished) and "tables: none kept" in printed(capsys, "show", finished)
    assert "zz: no such run in the store" in printed(capsys, "show", "zz", status=2)
    assert "more than one run begins like this" in printed(capsys, "show", "", status=2)


def test_the_store_is_exported_with_the_parameters_in_which_runs_differ(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY])
    main(["run", *TINY[:-1], "creators.claim_inflation=1", "experiment.name=other"])
    assert printed(capsys, "export", "--csv", "all.csv") == "8 runs in all.csv\n"
    table = pd.read_csv("all.csv")
    assert [c for c in table.columns if "." in c] == ["creators.effort_cost", "creators.claim_inflation"]
    assert table["creators.effort_cost"].tolist() == [1, 4, 12] * 2 + [4, 4]
    runs = pd.read_parquet(LATEST / "runs.parquet").set_index("run_id")
    assert dict(zip(table["run_id"], table["trust"], strict=True)).items() >= dict(runs["trust"]).items()
    assert printed(capsys, "export", "--csv", "one.csv", "--experiment", "other") == "2 runs in one.csv\n"
    assert "cannot be written" in printed(capsys, "export", "--csv", "no/such/folder.csv", status=2)
    assert printed(capsys, "export", "--csv", "all.csv") == "8 runs in all.csv\n"  # over an earlier one
    Path("notes.csv").write_text("of mine")
    for foreign in ("notes.csv", "results/store/runs.sqlite"):
        assert "something else than exported runs" in printed(capsys, "export", "--csv", foreign, status=2)
    assert Path("notes.csv").read_text() == "of mine" and "runs" in printed(capsys, "list")
    assert "no store of runs there" in printed(capsys, "list", "--output", "nowhere", status=2)


def test_a_damaged_run_is_told_by_every_command_and_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY])
    whole = pd.read_parquet(LATEST / "runs.parquet")
    store = Path("results/store/runs.sqlite")
    flip(store, "outcomes")
    id = str(rows("SELECT id FROM runs ORDER BY rowid LIMIT 1")[0][0])
    assert sum("damaged" in line for line in printed(capsys, "list").splitlines()) == 1
    for command in (["show", id], ["replay", id, "--day", "1"], ["export", "--csv", "all.csv"]):
        told = printed(capsys, *command, status=2)
        assert told.startswith(f"koc: {store}: run {id[:12]} is damaged, what it holds is not what was written; ")
        assert told.count("\n") == 1
    assert not Path("all.csv").exists()
    capsys.readouterr()
    assert main(["run", *TINY]) == 0
    assert f"{store}: 1 runs are damaged and are made again: {id[:12]}; " in capsys.readouterr().err
    again = pd.read_parquet(LATEST / "runs.parquet")
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), whole.drop(columns="seconds"), check_exact=True)
    flip(store, "content", "parameters")
    id = str(rows("SELECT id FROM runs JOIN parameters ON hash = parameters ORDER BY parameters.rowid LIMIT 1")[0][0])
    assert "its record of parameters is not what was written; the command" in printed(capsys, "show", id, status=2)


def test_more_runs_than_a_store_counts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--last", "9" * 23]) == 2
    assert capsys.readouterr().err.startswith("koc: Invalid value for '--last': Input should be less than or equal")


def test_runs_are_taken_out(broken: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY, "experiment.keep=tables"])
    assert rows("SELECT count(*) FROM tables") == [(4 * len(TABLES),)]
    assert printed(capsys, "prune", "--failed").startswith("2 runs taken out")
    assert rows("SELECT count(*) FROM parameters") == [(2,)]
    assert printed(capsys, "prune", "--old").startswith("0 runs taken out")
    assert printed(capsys, "prune", "--tables").startswith("tables of 4 runs taken out")
    assert rows("SELECT count(*) FROM tables") == [(0,)] and rows("SELECT count(*) FROM runs") == [(4,)]
    assert "expected which runs" in printed(capsys, "prune", status=2)
    with closing(sqlite3.connect("results/store/runs.sqlite")) as connection, connection:
        connection.execute("UPDATE runs SET model = 'another' WHERE seed = 0")
    assert printed(capsys, "prune", "--old").startswith("2 runs taken out")
    assert rows("SELECT DISTINCT seed, model FROM runs") == [(1, model_hash())]


def test_an_older_store_is_taken_over(capsys: pytest.CaptureFixture[str]) -> None:
    planned = plan(load_settings([*TINY, "experiment.keep=outcomes"]))
    first, *_ = planned.runs
    Path("results/store").mkdir(parents=True)
    with closing(sqlite3.connect("results/store/runs.sqlite")) as connection:
        connection.executescript(
            "CREATE TABLE runs (id TEXT PRIMARY KEY, seconds REAL, outcomes TEXT, timings TEXT);"
            "CREATE TABLE tables (run TEXT, name TEXT, content BLOB, PRIMARY KEY (run, name));"
            f"INSERT INTO runs VALUES ('{first}', 1.5, '{{\"gmv\": 2.5}}', '{{}}');"
        )
    assert main(["run", *TINY]) == 0
    assert json.loads((LATEST / "manifest.json").read_text())["runs"]["from_store"] == 1
    assert pd.read_parquet(LATEST / "runs.parquet")["gmv"][0] == 2.5
    assert rows("PRAGMA user_version") == [(VERSION,)]
    assert "gmv" in printed(capsys, "show", first)
    assert "did not keep its parameters" in printed(capsys, "replay", first, "--day", "1", status=2)


def test_a_newer_store_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY])
    with closing(sqlite3.connect("results/store/runs.sqlite")) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    told = printed(capsys, "run", *TINY, status=2)
    assert told.count("\n") == 1 and f"schema {VERSION + 1}, made by a newer koc" in told


def test_a_disk_that_fills_stops_with_what_is_safe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(Path("results/store"))
    store.open()
    with store.reading() as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    store.close()
    monkeypatch.setattr(conduct, "Store", _Small)
    assert "the disk is full: " in printed(capsys, "run", *TINY, "experiment.keep=tables", status=1)
    kept = rows("SELECT count(*) FROM runs")[0][0]
    monkeypatch.setattr(conduct, "Store", Store)
    assert main(["run", *TINY, "experiment.keep=tables"]) == 0 and kept == 0


class _Small(Store):
    """A store on a disk with room for a few pages."""

    def open(self) -> None:
        super().open()
        with self.reading() as connection:
            connection.execute("PRAGMA max_page_count = 12")


def test_sqlite_says_that_the_disk_is_full_and_the_store_passes_it_on() -> None:
    planned = plan(load_settings(list(TINY)))
    store = _Small(Path("results/store"))
    store.open()
    from experiments.runs.executor import make

    run = next(iter(planned.runs.values()))
    with pytest.raises(DiskFull, match="the disk is full"):
        store.put([(run._replace(id=str(k)), make(run._replace(id=str(k)))) for k in range(30)], "single")
    assert store.known([run]) == set()


def test_verify_says_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", *TINY])
    compared, again = printed(capsys, "verify", str(LATEST), "--rows", "3").splitlines()
    assert compared == "compared: 7 files with their checksums; 6 of 6 runs with the store"
    assert again == "3 of 6 runs made again, equal to the bit"
    manifest = json.loads((LATEST / "manifest.json").read_text())
    manifest["model"]["hash"] = "0" * 64
    manifest["versions"]["numpy"] = "1.0"
    (LATEST / "manifest.json").write_text(json.dumps(manifest))
    table = pd.read_parquet(LATEST / "runs.parquet")
    table["trust"] += (table.index == 5) * 1e-15
    table.to_parquet(LATEST / "runs.parquet")
    capsys.readouterr()
    assert main(["verify", str(LATEST), "--rows", "2"]) == 1
    source, version, runs, told, store, once_more, _, last = capsys.readouterr().out.splitlines()
    assert source.endswith(f"000000000000 then, {model_hash()[:12]} now") and version.startswith("numpy was 1.0, is ")
    assert runs == "runs.parquet was changed since it was written"
    assert told == "manifest.json was changed since it was written"
    assert store.startswith("runs.parquet: point 2, arm base, seed 1: trust is ") and store.endswith(", by the store")
    assert once_more == store.replace("by the store", "made again")
    assert last == "2 of 6 runs made again; 4 differences in all"


def test_the_points_of_a_file_that_is_gone_can_be_verified(capsys: pytest.CaptureFixture[str]) -> None:
    Path("points.csv").write_text(
        "creators.claim_inflation,graph.kind\n0.3333333333333333,small_world\n1.5,scale_free\n"
    )
    assert main(["run", *TINY[:-1], "experiment.design.file=points.csv"]) == 0
    Path("points.csv").unlink()
    assert "4 of 4 runs made again, equal to the bit" in printed(capsys, "verify", str(LATEST))


def test_jobs_of_hydra_share_the_store() -> None:
    assert main(["run", *TINY[:-1], "-m", "creators.effort_cost=1,12"]) == 0
    assert main(["run", *TINY]) == 0
    assert json.loads((LATEST / "manifest.json").read_text())["runs"] == {"made": 2, "from_store": 4, "failed": 0}
