from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.runs import working_folder as folders
from experiments.runs.working_folder import (
    LAPSE,
    LOCK,
    PREFIX,
    destination,
    is_alive,
    made_in,
    stamp,
    sweep,
    sweep_below,
    working_folder,
)

STAMP = "2025-01-01T000000Z"
HOLD = (
    "import sys, time\nfrom pathlib import Path\nfrom experiments.runs.working_folder import working_folder\n"
    "with working_folder(Path(sys.argv[1])) as folder:\n"
    "    (folder / 'part').mkdir()\n    (folder.parent / 'link').symlink_to(f'{folder.name}/part')\n"
    "    print(folder, flush=True)\n    time.sleep(100)\n"
)


def left(parent: Path, owner: str) -> Path:
    """A working folder as a process that was killed leaves it."""
    folder = parent / f"{PREFIX}{STAMP}"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").touch()
    (folder / LOCK).write_text(owner)
    return folder


def test_it_is_there_while_it_is_used_and_its_parent_stays_where_it_was_there(tmp_path: Path) -> None:
    with working_folder(tmp_path) as folder:
        (folder / "file").touch()
        assert is_alive(folder) and stamp(folder) == folder.name.removeprefix(PREFIX)
        assert destination(folder / stamp(folder)) == tmp_path / stamp(folder)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyboardInterrupt), working_folder(tmp_path / "new"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_the_names_of_one_second_differ_also_from_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    while len({int(time.time()), int(now)}) == 2:
        now = time.time()
    with working_folder(tmp_path) as first, working_folder(tmp_path) as second:
        assert first != second
        (tmp_path / stamp(second)).mkdir()
    with working_folder(tmp_path) as third:
        assert not (tmp_path / stamp(third)).exists()


def test_the_folder_of_a_live_process_stays_and_that_of_a_killed_one_goes(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    sweep(tmp_path)
    assert is_alive(folder) and (folder / "part").is_dir() and (tmp_path / "link").is_dir()
    process.kill()
    process.wait()
    assert not is_alive(folder)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_process_of_another_machine_is_dead_when_it_has_been_silent_for_long(tmp_path: Path) -> None:
    folder = left(tmp_path, "17\nanother-machine\n")
    assert is_alive(folder)
    silent = time.time() - LAPSE - 1
    os.utime(folder / LOCK, (silent, silent))
    assert not is_alive(folder)
    sweep(tmp_path)
    assert not folder.exists()


@pytest.mark.parametrize("owner", ["", f"17\n{folders._machine()}\n"], ids=["killed-before-it-told", "this-machine"])
def test_one_that_was_killed_is_removed_at_once(tmp_path: Path, owner: str) -> None:
    left(tmp_path, owner)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_removal_that_was_broken_off_is_taken_up(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}{STAMP}").mkdir()  # its lock went last
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}{STAMP}").mkdir()
    (tmp_path / f"{PREFIX}{STAMP}" / "precious").touch()  # without a lock
    left(tmp_path / "target", "")
    (tmp_path / f"{PREFIX}{STAMP}-2").symlink_to(tmp_path / "target" / f"{PREFIX}{STAMP}")
    (tmp_path / f"{PREFIX}of-mine").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    before = sorted(path for path in tmp_path.rglob("*"))
    sweep(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("content", [b"of mine\n", b"mine\nanother-machine\n", b"\xff\xfe"])
def test_nor_is_a_folder_whose_lock_koc_did_not_write(content: bytes, tmp_path: Path) -> None:
    folder = left(tmp_path, "")
    (folder / LOCK).write_bytes(content)
    os.utime(folder / LOCK, (0, 0))
    with working_folder(tmp_path):
        pass
    assert (folder / "deep" / "file").exists()


def test_semaphores_go_with_the_process_whose_workers_had_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_SEMAPHORES", tmp_path / "shm")
    (tmp_path / "shm").mkdir()
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    for name in (f"sem.loky-{process.pid}-abc", f"sem.loky-{os.getpid()}-abc", "sem.other"):
        (tmp_path / "shm" / name).touch()
    left(tmp_path, f"{process.pid}\n{folders._machine()}\n")
    sweep(tmp_path)
    assert {path.name for path in (tmp_path / "shm").iterdir()} == {f"sem.loky-{os.getpid()}-abc", "sem.other"}


def test_what_another_command_removes_is_made_again(tmp_path: Path) -> None:
    tries = []

    def make() -> Path:
        tries.append(tmp_path / "new")
        if len(tries) < 3:
            (tmp_path / "new").rmdir()
        (tmp_path / "new" / "file").touch()
        return tmp_path / "new" / "file"

    assert made_in(tmp_path / "new", make).exists() and len(tries) == 3


def test_a_folder_that_goes_while_it_is_swept_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").mkdir()
    listed = Path.iterdir

    def gone(folder: Path) -> Iterator[Path]:
        if folder.name == "one" and folder.exists():
            folder.rmdir()
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", gone)
    sweep_below(tmp_path)
    assert not (tmp_path / "one").exists()
