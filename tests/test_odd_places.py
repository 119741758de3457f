"""Where a program may be started: one line tells what is wrong, or it works."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from processes import KOC, terminated

from experiments.cli import main
from experiments.runs import workers
from sim.compilation import versions

REPOSITORY = Path(__file__).parent.parent
TINY = (
    "run", "experiment=single", "market.consumers=50", "experiment.days=4", "experiment.burn_in=1", "experiment.seeds=2"
)  # fmt: skip
ELSEWHERE = (
    "import sys, typer; sys.platform, sys.modules['fcntl'] = 'win32', None\n"
    "from experiments.cli import main; sys.exit(main(['run']))"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return tmp_path


def test_another_system_is_refused_in_one_line() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True)
    said = "koc: koc runs on Linux and macOS; on Windows, in the Windows Subsystem for Linux (wsl --install)\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_working_folder_that_is_gone_is_told_in_one_line(folder: Path) -> None:
    gone = f"import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); {KOC[2]}"
    done = subprocess.run([sys.executable, "-c", gone, *TINY], capture_output=True, text=True)
    said = "koc: the working folder is gone; cd to one that is there\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_where_no_workers_can_be_started_the_runs_are_made_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(workers, "get_reusable_executor", refuse)
    assert main([*TINY, "executor.workers=2"]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "worker" in line]
    why = "Read-only file system; they need /dev/shm to be writable"
    assert told == [f"no worker processes can be started here ({why}): all is done in this process"]
    assert (pd.read_parquet("results/single/latest/runs.parquet")["status"] == "finished").all()


def test_no_folder_for_temporary_files_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any, **__: Any) -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.setattr(tempfile, "mkdtemp", none)
    assert main([*TINY, "executor=serial", "-m", "creators.claim_inflation=1,2"]) == 0


@pytest.mark.parametrize("step", ["before it plans", "while it compiles"])
def test_a_signal_in_preparation_is_answered_in_one_line(
    step: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if step == "before it plans":
        monkeypatch.setattr("experiments.conduct.experiment.plan", terminated)
        said = "koc: interrupted: finished runs are kept; the same command goes on from there"
    else:
        monkeypatch.setattr(versions, "is_warm", terminated)
        said = "interrupted: 0 of 2 runs are kept; the same command goes on from there"
    assert main([*TINY, "executor=serial"]) == 143
    assert capsys.readouterr().err.splitlines()[-1] == said
    assert [path.name for path in Path().rglob("*") if path.is_file()] in ([], ["runs.sqlite"])


def test_a_signal_while_a_worker_starts_is_answered_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start = workers.get_reusable_executor

    def signalled(**settings: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return start(**settings)

    monkeypatch.setattr(workers, "get_reusable_executor", signalled)
    assert main([*TINY, "executor.workers=2"]) == 143
    said = "interrupted: 0 of 2 runs are kept; the same command goes on from there"
    assert capsys.readouterr().err.splitlines()[-1] == said
    assert {path.name for path in Path("results").rglob("*")} == {"store", "runs.sqlite"}
