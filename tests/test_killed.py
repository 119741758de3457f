"""Commands that are killed, interrupted, or given several times at once: with real runs of tiny markets."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest
from fake_runs import instead
from processes import (
    PATIENCE,
    PRINTED,
    await_that,
    end,
    in_store,
    left_behind,
    semaphores_of,
    start,
    table,
    terminated,
    workers_of,
)

from experiments.cli import main
from experiments.commands import run
from experiments.design.configuration import Executor
from experiments.runs.executor import spread

SMALL = ("run", "experiment=single", "market.consumers=50", "experiment.days=4", "experiment.burn_in=1")
TINY = (*SMALL, "experiment.seeds=1")
TWO = "executor.workers=2"
MANY = (*SMALL, "experiment.seeds=24", "experiment.design.vary={creators.claim_inflation: [1,2,3]}")  # 24 tasks
MANY_RUNS = 72
LONG = instead(MANY, "market.consumers=500", "experiment.days=60")  # not made before a signal arrives
SINGLE = Path("results/single")
LATEST = SINGLE / "latest" / "runs.parquet"

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands have their temporary files; the working folder is another."""
    (tmp_path / "work").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)  # which this process would remember
    return tmp_path / "temporary"


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Those that are still alive at the end are killed."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        end(process)


def _has_workers(process: subprocess.Popen[str]) -> bool:
    return bool(workers_of(process.pid))


def _more_than(runs: int) -> bool:
    return in_store() > runs


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The table of MANY, made at one go."""
    output = tmp_path_factory.mktemp("undisturbed")
    assert main([*MANY, "executor=serial", f"output={output}"]) == 0
    return table(output / LATEST.relative_to("results"))


def test_nothing_is_left_of_commands_that_are_killed_at_any_moment(
    processes: list[subprocess.Popen[str]], undisturbed: pd.DataFrame, temporary: Path
) -> None:
    moments = random.Random(5)
    for number in range(3):
        process = start(*MANY, TWO, "-m") if number % 2 else start(*MANY, TWO)
        processes.append(process)
        if number:  # the first is killed wherever it is, the others after they have begun to work
            await_that(lambda: _has_workers(process) or process.poll() is not None)  # noqa: B023
        time.sleep(moments.uniform(0, 0.3))
        if process.poll() is None:  # or the runs were all made before
            os.killpg(process.pid, signal.SIGKILL)  # with its workers, and with what would clean up after them
        process.wait()
    assert main([*MANY, "executor=serial", "-m"]) == 0
    assert left_behind(Path("results"), temporary) == []
    assert [name for process in processes for name in semaphores_of(process.pid)] == []
    pd.testing.assert_frame_equal(table(LATEST), undisturbed, check_exact=True)


def test_what_is_not_of_koc_is_never_removed() -> None:
    stranger, named_like_ours = SINGLE / ".koc-work-mine", SINGLE / ".koc-work-2025-01-01T000000Z"
    for folder in (stranger, named_like_ours):
        folder.mkdir(parents=True)
        (folder / "precious").touch()
    dangling = SINGLE / "elsewhere"
    dangling.symlink_to("gone")
    assert main([*TINY, "executor=serial"]) == 0
    assert all((folder / "precious").exists() for folder in (stranger, named_like_ours)) and dangling.is_symlink()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=lambda v: str(v))
def test_each_signal_is_answered_in_one_line_and_leaves_nothing(
    number: int, status: int, processes: list[subprocess.Popen[str]], temporary: Path
) -> None:
    processes.append(process := start(*LONG, TWO))
    await_that(lambda: in_store() > 0, process)
    workers = workers_of(process.pid)
    os.killpg(process.pid, number)  # as a terminal or a service manager does: to the workers too
    assert process.wait(PATIENCE) == status, PRINTED.read_text()
    told = f"interrupted: {in_store()} of {MANY_RUNS} runs are kept; the same command goes on from there"
    printed = PRINTED.read_text()
    assert printed.splitlines()[-1] == told and "Traceback" not in printed and "Warning" not in printed
    await_that(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert left_behind(Path("results"), temporary) == [] and not SINGLE.exists()
    assert semaphores_of(process.pid) == []


def test_a_signal_while_the_folder_is_written_leaves_none(
    monkeypatch: pytest.MonkeyPatch, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "report_on", terminated)
    assert main([*TINY, "executor=serial"]) == 143
    told = "interrupted: 1 of 1 runs are kept; the same command goes on from there"
    assert capsys.readouterr().err.splitlines()[-1] == told
    assert left_behind(Path("results"), temporary) == [] and not SINGLE.exists()


def test_the_jobs_after_an_interruption_are_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Mock(side_effect=terminated)
    monkeypatch.setattr(run, "report_on", begun)
    assert main([*TINY, "executor=serial", "-m", "creators.claim_inflation=1,2,3"]) == 143
    assert begun.call_count == 1


def test_what_comes_after_an_interrupted_command_in_the_same_process_is_carried_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "report_on", terminated)
    assert main([*TINY, "executor=serial"]) == 143
    assert list(spread(abs, [-1, -2], Executor(workers=2))) == [1, 2]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=lambda v: str(v))
def test_an_interruption_of_another_command_is_told_too(
    number: signal.Signals, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(number)
    monkeypatch.setattr("experiments.commands.register.page", partial(terminated, number=number))
    assert main(["parameters"]) == status
    assert capsys.readouterr().err == "koc: interrupted: nothing is kept; the same command begins again\n"
    assert signal.getsignal(number) == before


def test_a_lost_worker_is_told_once_with_the_signal(
    undisturbed: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    here, killed = os.getpid(), []

    def kill_two() -> None:
        for _ in range(2):
            await_that(partial(_more_than, in_store()))
            await_that(lambda: bool(workers_of(here)))
            os.kill(workers_of(here)[0], signal.SIGKILL)
            killed.append(in_store())

    killer = threading.Thread(target=kill_two)
    killer.start()
    assert main([*MANY, TWO]) == 0
    killer.join()
    assert len(killed) == 2 and max(killed) < MANY_RUNS
    told = [line for line in capsys.readouterr().err.splitlines() if "worker" in line]
    assert told == ["a worker was lost, killed by SIGKILL: what it was at is done again"]
    pd.testing.assert_frame_equal(table(LATEST), undisturbed, check_exact=True)


def test_commands_at_once_make_each_run_once_and_outlive_one_that_is_killed(
    processes: list[subprocess.Popen[str]], undisturbed: pd.DataFrame, temporary: Path
) -> None:
    for number in range(3):
        processes.append(start(*MANY, "executor=serial", printed=Path(f"printed-{number}")))
    await_that(lambda: in_store() > 10)
    os.killpg(processes[0].pid, signal.SIGKILL)
    for number, process in enumerate(processes[1:], 1):
        assert process.wait(PATIENCE) == 0, Path(f"printed-{number}").read_text()
    folders = [path for path in SINGLE.iterdir() if path.name.startswith("2")]
    assert len(folders) == 2
    for folder in folders:
        pd.testing.assert_frame_equal(table(folder / "runs.parquet"), undisturbed, check_exact=True)
    counts = [json.loads((folder / "manifest.json").read_text())["runs"] for folder in folders]
    assert all(each["made"] + each["from_store"] == MANY_RUNS and each["failed"] == 0 for each in counts)
    assert sum(each["made"] for each in counts) <= MANY_RUNS  # none twice; some may be of the one that was killed
    assert left_behind(Path("results"), temporary) == []
