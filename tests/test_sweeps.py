"""Sweeps, as they are typed: with real runs of tiny markets."""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from fake_runs import instead
from processes import PATIENCE, PRINTED, await_that, end, in_store, start, table, workers_of

from experiments import Experiment
from experiments.cli import main
from experiments.design.configuration import Executor
from experiments.runs import executor
from experiments.runs.run import Finished, Run
from experiments.table import live
from sim.rules.trust import trust

TINY = ("experiment=single", "market.consumers=100", "experiment.days=12", "experiment.burn_in=2", "experiment.seeds=2")
VARY = "experiment.design.vary={creators.effort_cost: [1,4,12], creators.claim_inflation: [1,2]}"
RUNS = 12  # of these
LATEST = Path("results/single/latest/runs.parquet")


pytestmark = pytest.mark.timeout(600)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent.parent), str(tmp_path)]))
    return tmp_path


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `koc` in a process of its own."""
    processes = []

    def started(*arguments: str) -> subprocess.Popen[str]:
        processes.append(start(*arguments))
        return processes[-1]

    yield started
    for process in processes:
        end(process)


def test_every_point_meets_every_arm_and_seed(capsys: pytest.CaptureFixture[str]) -> None:
    arms = "+experiment.factors.fees={none: {platform: {take_rate: 0.0}}, some: {platform: {take_rate: 0.1}}}"
    assert main(["run", *instead(TINY, "experiment.seeds=[3]"), VARY, arms, "executor=serial"]) == 0
    runs = pd.read_parquet(LATEST)
    columns = ["point", "arm", "fees", "seed", "status", "run_id", "seconds", "error", "creators.effort_cost"]
    assert list(runs.columns[:9]) == columns
    assert runs.groupby(["creators.effort_cost", "creators.claim_inflation", "fees", "seed"]).size().eq(1).all()
    assert len(runs) == 12 and runs["run_id"].nunique() == 12
    assert (runs["status"] == "finished").all()
    assert runs.select_dtypes("float").drop(columns=["seconds", "creators.effort_cost"]).nunique().max() > 2
    left = ["analysis", "analysis.html", "config.yaml", "manifest.json", "runs.parquet"]
    assert sorted(path.name for path in LATEST.parent.iterdir()) == left
    said = capsys.readouterr().err
    assert "6 points x 2 arms x 1 seeds" in said
    place = LATEST.parent.resolve().relative_to(Path().resolve())
    picture = place / "analysis" / "plot.png"
    assert re.search(rf"found: GMV net of returns .*\nresults: {place}\npicture: {picture}\n$", said)
    assert picture.exists()


def test_a_point_is_the_market_with_these_parameters() -> None:
    assert main(["run", *TINY, VARY, "executor=serial"]) == 0
    swept = table(LATEST)
    set_by_hand = ("creators.effort_cost=12", "creators.claim_inflation=2", "experiment.keep=outcomes")
    assert main(["run", *TINY, *set_by_hand, "executor=serial"]) == 0
    alone = table(LATEST)
    last = swept[swept["point"] == 5].reset_index(drop=True)
    assert last["run_id"].tolist() == alone["run_id"].tolist()  # and made once only
    pd.testing.assert_frame_equal(last[alone.columns[5:]], alone[alone.columns[5:]], check_exact=True)
    assert in_store() == RUNS


def test_tables_of_a_design_name_the_point() -> None:
    assert main(["run", *TINY, VARY, "executor=serial", "experiment.keep=tables"]) == 0
    daily = pd.read_parquet(LATEST.with_name("daily.parquet"))
    assert list(daily.columns[:4]) == ["point", "arm", "seed", "day"]
    assert daily.groupby(["point", "arm", "seed"]).size().eq(12).all() and len(daily) == 12 * RUNS


def test_a_dry_run_tells_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *TINY, "experiment.design.vary={creators.claim_inflation: [1,2,3,4,5,6,7]}", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "single: 7 points x 1 arms x 2 seeds = 14 runs of 12 days" in told
    assert "0 of 14 runs are in the store" in told and "about " in told and "by 10 days tried now" in told
    assert [line.split() for line in told.splitlines()[-7:]] == [
        ["point", "creators.claim_inflation"], *([str(k), str(k + 1)] for k in range(5)), ["and", "2", "more", "points"]
    ]  # fmt: skip
    assert list(folder.iterdir()) == []


def test_what_the_arms_set_decides_no_point(capsys: pytest.CaptureFixture[str]) -> None:
    """It has another value in each arm, and the base's in none."""
    for key in (
        "constraints=['platform.take_rate < 0.01']",
        "derived={creators.claim_inflation: 100 * platform.take_rate}",
    ):
        vary = "experiment.design.vary={creators.effort_cost: [1,4]}"
        assert main(["run", "experiment=quick", vary, f"experiment.design.{key}", "--dry-run"]) == 2
        assert "platform.take_rate is set by experiment.factors.fees" in capsys.readouterr().err


def test_the_command_line_sets_nothing_that_the_points_of_a_file_set(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "points.csv").write_text("creators.claim_inflation,market.consumers\n1.5,150\n2,150\n", "utf-8")
    assert main(["run", *TINY, "experiment.design.file=points.csv", "--dry-run"]) == 2
    assert "market.consumers=100: experiment.design sets this key" in capsys.readouterr().err


def test_a_dry_run_knows_the_store(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *TINY, VARY, "executor=serial"]) == 0
    capsys.readouterr()
    more = VARY.replace("[1,2]", "[1,2,3]")
    assert main(["run", *TINY, more, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert f"{RUNS} of 18 runs are in the store" in told and "by runs in the store" in told
    assert in_store() == RUNS


def test_the_bits_are_the_same_wherever_runs_are_made() -> None:
    assert main(["run", *TINY, VARY, "executor=serial", "output=reference"]) == 0
    assert main(["run", *TINY, VARY, "executor.workers=2"]) == 0
    pd.testing.assert_frame_equal(
        table(LATEST), table(Path("reference") / LATEST.relative_to("results")), check_exact=True
    )


LONGER = (
    *instead(TINY, "experiment.days=40", "market.consumers=400", "experiment.seeds=1"), "experiment.design.points=60",
    "experiment.design.vary={creators.claim_inflation: {low: 1, high: 4}}",
)  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The table of LONGER, made at one go."""
    output = tmp_path_factory.mktemp("undisturbed")
    assert main(["run", *LONGER, "executor=serial", f"output={output}"]) == 0
    return table(output / LATEST.relative_to("results"))


def test_a_killed_sweep_resumes_to_the_identical_table(
    started: Callable[..., subprocess.Popen[str]], undisturbed: pd.DataFrame
) -> None:
    process = started("run", *LONGER)
    await_that(lambda: in_store() > 0, process)
    workers = workers_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    await_that(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))  # none is left behind
    kept = in_store()
    assert 0 < kept < 60
    assert main(["run", *LONGER, "executor=serial"]) == 0
    assert json.loads(LATEST.with_name("manifest.json").read_text())["runs"]["from_store"] == kept
    pd.testing.assert_frame_equal(table(LATEST), undisturbed, check_exact=True)


_DEADLY = """
import multiprocessing, os, signal

if multiprocessing.current_process().name.startswith("Loky"):
    os.kill(os.getpid(), signal.SIGKILL)

"""


def test_a_run_that_kills_its_worker_again_and_again_has_failed_and_the_others_go_on(
    started: Callable[..., subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # to compile such a rule would take longer than all else
    plain = inspect.getsource(inspect.unwrap(getattr(trust, "py_func", trust))).split("\n", 1)[1]
    Path("deadly.py").write_text(_DEADLY + plain)
    rules = "experiment.design.vary={rules.trust: [sim.rules.trust.trust, deadly.trust]}"
    process = started("run", *instead(TINY, "experiment.seeds=1", "experiment.days=4"), rules, "executor.workers=2")
    assert process.wait(PATIENCE) == 1, PRINTED.read_text()
    runs = table(LATEST)
    assert (runs["status"] == "failed").equals(runs["rules.trust"] == "deadly.trust")
    assert set(runs["error"].dropna()) == {"its worker was lost 3 times, killed by SIGKILL"}
    assert runs["gmv"].notna().sum() == 1


def test_what_is_spread_is_done_here_where_a_worker_is_lost() -> None:
    here = os.getpid()

    def double(number: int) -> int:
        if os.getpid() != here:
            os._exit(1)
        return 2 * number

    assert list(executor.spread(double, range(3), Executor(workers=2))) == [0, 2, 4]


def rows_by_duckdb(folder: Path) -> int:
    duckdb = pytest.importorskip("duckdb")
    return int(duckdb.connect().execute(f"SELECT count(gmv) FROM '{folder}/*.parquet'").fetchone()[0])


def rows_by_polars(folder: Path) -> int:
    polars = pytest.importorskip("polars")
    return int(polars.scan_parquet(f"{folder}/*.parquet").select(polars.len()).collect().item())


def rows_by_pandas(folder: Path) -> int:
    return len(pd.read_parquet(folder))


@pytest.mark.parametrize("rows", [rows_by_pandas, rows_by_polars, rows_by_duckdb])
def test_the_table_grows_while_the_sweep_runs(rows: Callable[[Path], int], monkeypatch: pytest.MonkeyPatch) -> None:
    running, seen, made = Path("results/single/running"), [], executor.make
    monkeypatch.setattr(live, "EVERY", 0.0)
    monkeypatch.setattr(live, "SHARE", 0.0)

    def make(run: Run) -> Finished:
        seen.append(rows(running) if running.exists() else 0)
        return made(run)

    monkeypatch.setattr(executor, "make", make)
    overrides = ("run", *TINY, VARY, "executor=serial")
    assert main(instead(overrides, "experiment.seeds=1")) == 0
    assert seen == [0] * 6  # no part before the first task was done
    assert main(instead(overrides, "experiment.seeds=3")) == 0
    assert seen[6:] == [0] * 6 + [12] * 6  # those from the store as well
    assert sorted(path.name for path in running.parent.iterdir() if path.name.startswith("running")) == []


def test_the_table_of_a_killed_sweep_is_removed_by_the_next_and_that_of_a_live_one_stays(
    started: Callable[..., subprocess.Popen[str]],
) -> None:
    process = started("run", *instead(LONGER, "experiment.seeds=60"))  # minutes, so that it lives on
    running = Path("results/single/running")
    await_that(running.exists, process)
    shown = running.resolve()
    assert main(["run", *instead(TINY, "market.consumers=60"), "executor=serial"]) == 0
    assert running.resolve() == shown and len(pd.read_parquet(running)) > 0
    process.kill()
    process.wait()
    assert main(["run", *instead(TINY, "market.consumers=60"), "executor=serial"]) == 0  # too short to show anything
    assert not shown.exists() and not running.is_symlink()


def test_in_python_an_experiment_is_a_table_and_picks_up_where_it_was() -> None:
    experiment = Experiment(*TINY, "executor=serial", design={"vary": {"creators.claim_inflation": [1, 2]}})
    runs = experiment.run()
    assert list(runs["creators.claim_inflation"]) == [1, 1, 2, 2] and list(runs["seed"]) == [0, 1, 0, 1]
    before = in_store()
    pd.testing.assert_frame_equal(experiment.run(), runs, check_exact=True)
    assert in_store() == before == 4
    points = pd.DataFrame({"creators.claim_inflation": [2.0, 1 / 3], "creators.posts_most": [8, 3]})
    given = Experiment(*TINY, "executor=serial", points=points).run()
    assert given["creators.claim_inflation"].tolist() == [2, 2, 1 / 3, 1 / 3]
    assert given["run_id"][:2].tolist() == runs["run_id"][2:].tolist()
    assert in_store() == 6


def test_a_script_needs_no_main_guard() -> None:
    script = (
        "from experiments import Experiment\n"
        "design = {'vary': {'creators.integrity': [0, 1]}}\n"
        f"print(len(Experiment(*{TINY}, 'executor.workers=2', design=design).run()))\n"
    )
    Path("script.py").write_text(script)
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "4"), done.stderr
    assert "Traceback" not in done.stderr
